//! Answers one HTTP request, from its bytes to the bytes of the response.

use super::answer::Answer;
use super::budget::Budget;
use super::cache::{CachedAnswer, Keep};
use super::cache_key::{self, CachePlace, Level};
use super::dispatch::{self, CallTime};
use super::exception::Exception;
use super::fault;
use super::format::Writer;
use super::http;
use super::message::{Incoming, Outgoing};
use super::multirequest;
use super::php::{self, PhpParams};
use super::request::{ParsedRequest, Path, below_proxies, path_of};
use super::service;
use super::session::Origin;
use super::state::State;

/// The time that the server reports for cached responses, in seconds.
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
        let request = ParsedRequest::read(incoming, &segments);
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
                let mut moment = CallTime {
                    began_ms: now_ms,
                    now_ms,
                    budget: Budget::new(),
                    random,
                    https,
                    origin,
                };
                if request.is_too_large {
                    exhausted(&mut moment)
                } else {
                    serve(state, incoming, &request.params, &mut moment)
                }
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

fn names(params: &PhpParams) -> (String, String) {
    let text = |name: &str| php::text_of(params, name).into_owned();
    (text("service"), text("action"))
}

/// Answers on the fast path, from the cache, or by executing the call.
fn serve(
    state: &mut State,
    incoming: &Incoming,
    params: &PhpParams,
    moment: &mut CallTime<'_>,
) -> Outgoing {
    let writer = Writer::new(params);
    if writer.lacks_callback() {
        return without_callback(moment);
    }
    let (https, now_ms) = (moment.https, moment.now_ms);
    if let Some(ks) = service::start_fast(state, params, https, now_ms, &mut *moment.random) {
        let key = cache_key::key_of(&now_ms.to_string());
        let mut answer = http::api_answer(writer.write(&ks), writer.content_type(), moment.now());
        http::forbid_caching(&mut answer);
        http::set(&mut answer, "X-Kaltura", cached(&key));
        return answer;
    }
    let read = dispatch::read_ks(state, params);
    let place = match &read {
        Ok(verdict) if state.switches.cache => {
            cache_key::place(params, verdict, https, Level::Request, moment.now())
        }
        _ => CachePlace::None,
    };
    let is_signed_get = incoming.method == "GET" && params.contains_key("kalsig");
    if let Some(answer) = kept(state, &place, is_signed_get, moment.now()) {
        return answer;
    }
    let (service, _) = names(params);
    let done = if service.eq_ignore_ascii_case("multirequest") {
        multirequest::call(state, params, moment)
    } else {
        dispatch::call(state, params, &read, moment).into()
    };
    computed(state, done, place, &writer, moment)
}

/// The cached response at `place`.
fn kept(state: &State, place: &CachePlace, is_signed_get: bool, now: i64) -> Option<Outgoing> {
    let CachePlace::Key(key) = place else {
        return None;
    };
    let Some((CachedAnswer::Body { content_type, body }, made)) = state.cache.get(key, now) else {
        return None;
    };
    let mut answer = http::api_answer(body.clone(), content_type, now);
    if is_signed_get {
        http::allow_caching(&mut answer, made, now);
    } else {
        http::forbid_caching(&mut answer);
    }
    http::set(&mut answer, "X-Kaltura", cached(&format!("cache_v3-{key}")));
    Some(answer)
}

/// The new response, which is cached if allowed.
fn computed(
    state: &mut State,
    done: multirequest::Multianswer,
    place: CachePlace,
    writer: &Writer,
    moment: &mut CallTime<'_>,
) -> Outgoing {
    let now = moment.now();
    if moment.budget.is_overdrawn() {
        return exhausted(moment);
    }
    let body = writer.write(&done.answer);
    let mut answer = http::api_answer(body.clone(), writer.content_type(), now);
    answer.transport.delay_ms = moment.taken_ms();
    http::forbid_caching(&mut answer);
    http::set(&mut answer, "X-Kaltura-Session", request_id(moment));
    for key in done.hits {
        let hit = cached(&format!("cache_v3-{key}"));
        http::add(&mut answer, "X-Kaltura-Part-Of-MultiRequest", hit);
    }
    let mut kept_under = done.kept;
    if let (CachePlace::Key(key), true) = (place, done.keep != Keep::Never) {
        let content_type = writer.content_type().to_owned();
        let kept = CachedAnswer::Body { content_type, body };
        state.cache.put(key.clone(), kept, done.keep, now);
        kept_under = Some(key);
    }
    if let Some(key) = kept_under {
        http::set(
            &mut answer,
            "X-Kaltura",
            format!("cache-key,cache_v3-{key}"),
        );
    }
    if let Some(exception) = forbidden(&done.answer) {
        let told = format!("exiting on error SERVICE_FORBIDDEN - {}", exception.message);
        http::set(&mut answer, "X-Kaltura", "error-SERVICE_FORBIDDEN");
        http::set(&mut answer, "X-Kaltura-App", told);
    }
    answer
}

/// The headers of a cached response.
fn cached(key: &str) -> String {
    format!("cached-dispatcher,{key},{CACHED_IN}")
}

/// The refusal that the headers repeat.
fn forbidden(answer: &Answer) -> Option<&Exception> {
    match answer {
        Answer::Error(exception) if exception.code == "SERVICE_FORBIDDEN" => Some(exception),
        Answer::List(items) => items.iter().filter_map(forbidden).next_back(),
        _ => None,
    }
}

/// The response of a script that used too much memory or time.
fn exhausted(moment: &mut CallTime<'_>) -> Outgoing {
    let mut answer = http::api_answer(String::new(), "text/html; charset=UTF-8", moment.now());
    answer.status = 500;
    answer.transport.delay_ms = moment.taken_ms();
    http::forbid_caching(&mut answer);
    http::set(&mut answer, "X-Kaltura-Session", request_id(moment));
    answer
}

fn without_callback(moment: &mut CallTime<'_>) -> Outgoing {
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

/// The request's number, and the second in which it began. `Date` is the time when the response was written: in recordings of
/// the real server it is the later one if they differ.
fn request_id(moment: &mut CallTime<'_>) -> String {
    let mut bytes = [0; 4];
    (moment.random)(&mut bytes);
    format!(
        "{}, {}",
        u32::from_be_bytes(bytes) >> 1,
        moment.began_ms.div_euclid(1000)
    )
}
