//! One HTTP request, from its bytes to the bytes of its answer.

use super::answer::Answer;
use super::cache::{self, Keep, Kept, Level, Place};
use super::dispatch::{self, Moment};
use super::exception::Exception;
use super::fault;
use super::format::Format;
use super::http;
use super::message::{Incoming, Outgoing};
use super::multirequest;
use super::php::{self, Params};
use super::request::{Path, Request, below_proxies, path_of};
use super::service;
use super::session::Origin;
use super::state::State;

/// How long the server says that it took to answer from its cache, in seconds.
const CACHED_IN: &str = "6.5E-5";

pub(super) fn respond(
    state: &mut State,
    incoming: &Incoming,
    now_ms: i64,
    random: &mut dyn FnMut(&mut [u8]),
) -> Outgoing {
    let now = now_ms.div_euclid(1000);
    let url = below_proxies(&incoming.url);
    let mut answer = if http::is_too_long(incoming) {
        http::too_long(now)
    } else if let Path::Api(segments) = path_of(url) {
        let request = Request::read(incoming, &segments);
        let (service, action) = names(&request.params);
        let fault = fault::meet(&mut state.faults, &service, &action);
        let mut answer = match &fault {
            Some(fault) if fault.replaces_the_call() => Outgoing::default(),
            _ if incoming.method == "OPTIONS" => http::preflight(now),
            _ => {
                let origin = Origin {
                    ip: &incoming.ip,
                    uri: url,
                };
                let https = request.https;
                let mut moment = Moment {
                    now_ms,
                    random,
                    https,
                    origin,
                };
                serve(state, incoming, &request.params, &mut moment)
            }
        };
        if let Some(fault) = fault {
            fault.strike(&mut answer);
        }
        answer
    } else {
        http::not_found(now)
    };
    answer.transport.delay_ms = answer
        .transport
        .delay_ms
        .saturating_add(state.switches.latency_ms);
    answer
}

fn names(params: &Params) -> (String, String) {
    let text = |name: &str| params.get(name).map(php::to_text).unwrap_or_default();
    (text("service"), text("action"))
}

/// Answers from the fast path, from the cache, or by carrying the call out.
fn serve(
    state: &mut State,
    incoming: &Incoming,
    params: &Params,
    moment: &mut Moment<'_>,
) -> Outgoing {
    let now = moment.now();
    let format = Format::of(params);
    let callback = params.get("callback").map(php::to_text).unwrap_or_default();
    if format == Format::Jsonp && callback.is_empty() {
        return without_callback(moment);
    }
    let fast = service::start_fast(
        state,
        params,
        moment.https,
        moment.now_ms,
        &mut *moment.random,
    );
    if let Some(ks) = fast {
        let key = cache::key_of(&format!("fast|{params:?}"));
        let body = format.write(&ks, &callback);
        let mut answer = http::api_answer(body, format.content_type(), now);
        http::forbid_caching(&mut answer);
        http::set(
            &mut answer,
            "X-Kaltura",
            format!("cached-dispatcher,{key},{CACHED_IN}"),
        );
        return answer;
    }
    let read = dispatch::read_ks(state, params);
    let place = match &read {
        Ok(verdict) if state.switches.cache => {
            cache::place(params, verdict, moment.https, Level::Request, now)
        }
        _ => Place::None,
    };
    if let Place::Key(key) = &place
        && let Some((Kept::Body { content_type, body }, made)) = state.cache.get(key, now)
    {
        let mut answer = http::api_answer(body.clone(), content_type, now);
        if incoming.method == "GET" && params.contains_key("kalsig") {
            http::allow_caching(&mut answer, made, now);
        } else {
            http::forbid_caching(&mut answer);
        }
        let hit = format!("cached-dispatcher,cache_v3-{key},{CACHED_IN}");
        http::set(&mut answer, "X-Kaltura", hit);
        return answer;
    }
    let (service, _) = names(params);
    let multirequest::Done {
        answer: result,
        keep,
        hits,
        kept,
    } = if service.eq_ignore_ascii_case("multirequest") {
        multirequest::call(state, params, moment)
    } else {
        dispatch::call(state, params, &read, moment).into()
    };
    let body = format.write(&result, &callback);
    let mut answer = http::api_answer(body.clone(), format.content_type(), now);
    http::forbid_caching(&mut answer);
    http::set(&mut answer, "X-Kaltura-Session", request_id(moment));
    for key in hits {
        let hit = format!("cached-dispatcher,cache_v3-{key},{CACHED_IN}");
        http::add(&mut answer, "X-Kaltura-Part-Of-MultiRequest", hit);
    }
    if let Some(key) = kept {
        http::set(
            &mut answer,
            "X-Kaltura",
            format!("cache-key,cache_v3-{key}"),
        );
    }
    if let (Place::Key(key), true) = (place, keep != Keep::Never) {
        http::set(
            &mut answer,
            "X-Kaltura",
            format!("cache-key,cache_v3-{key}"),
        );
        let kept = Kept::Body {
            content_type: format.content_type().to_owned(),
            body,
        };
        state.cache.put(key, kept, keep, now);
    }
    if let Some(exception) = forbidden(&result) {
        let message = &exception.message;
        http::set(&mut answer, "X-Kaltura", "error-SERVICE_FORBIDDEN");
        http::set(
            &mut answer,
            "X-Kaltura-App",
            format!("exiting on error SERVICE_FORBIDDEN - {message}"),
        );
    }
    answer
}

/// The refusal that the headers tell of as well.
fn forbidden(answer: &Answer) -> Option<&Exception> {
    match answer {
        Answer::Error(exception) if exception.code == "SERVICE_FORBIDDEN" => Some(exception),
        Answer::List(items) => items.iter().filter_map(forbidden).next_back(),
        _ => None,
    }
}

fn without_callback(moment: &mut Moment<'_>) -> Outgoing {
    let mut answer = http::api_answer(String::new(), "text/html; charset=UTF-8", moment.now());
    http::forbid_caching(&mut answer);
    http::set(&mut answer, "X-Kaltura-Session", request_id(moment));
    http::set(
        &mut answer,
        "X-Kaltura",
        "error- MANDATORY_PARAMETER_MISSING",
    );
    http::set(
        &mut answer,
        "X-Kaltura-App",
        "exiting on error MANDATORY_PARAMETER_MISSING - Mandatory parameter missing [callback]",
    );
    answer
}

/// A number for the request, and the server's clock.
fn request_id(moment: &mut Moment<'_>) -> String {
    let mut bytes = [0; 4];
    (moment.random)(&mut bytes);
    format!("{}, {}", u32::from_be_bytes(bytes) >> 1, moment.now())
}
