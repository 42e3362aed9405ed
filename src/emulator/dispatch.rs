//! Executes one call: makes the checks in the server's order.

use super::answer::Answer;
use super::budget::Budget;
use super::cache::Keep;
use super::exception::Exception;
use super::permission;
use super::php::{self, PhpParams};
use super::rate_limit;
use super::service::{Context, ServiceAction};
use super::session::{self, CallerKs, KsReading, Origin};
use super::state::State;

/// The common state of a request's calls.
pub(super) struct CallTime<'a> {
    /// When the request began, in unix milliseconds.
    pub began_ms: i64,
    /// The current time; each executed call takes some.
    pub now_ms: i64,
    /// The request's budget.
    pub budget: Budget,
    pub random: &'a mut dyn FnMut(&mut [u8]),
    pub https: bool,
    pub origin: Origin<'a>,
}

impl CallTime<'_> {
    pub fn now(&self) -> i64 {
        self.now_ms.div_euclid(1000)
    }

    /// Advances the time by that of a call.
    fn pass(&mut self, item_ms: u32) {
        self.now_ms = self.now_ms.saturating_add(i64::from(item_ms));
    }

    /// The milliseconds since the request began.
    pub fn taken_ms(&self) -> u32 {
        let taken = self.now_ms.saturating_sub(self.began_ms);
        u32::try_from(taken).unwrap_or(u32::MAX)
    }
}

/// A response, and whether it may be cached.
pub(super) struct Dispatched {
    pub answer: Answer,
    pub keep: Keep,
}

/// Answers the call with `params`, after the time that a call takes. `read` is the result of reading its KS.
pub(super) fn call(
    state: &mut State,
    params: &PhpParams,
    read: &Result<KsReading, Exception>,
    moment: &mut CallTime<'_>,
) -> Dispatched {
    moment.pass(state.switches.item_ms);
    let mut uncached = false;
    let answer = attempt(state, params, read, moment, &mut uncached);
    let keep = match (&answer, uncached) {
        (_, true) => Keep::Never,
        (Ok(_), false) => Keep::Answer,
        (Err(_), false) => Keep::Error,
    };
    let answer = answer.unwrap_or_else(Answer::Error);
    moment.budget.spend(answer.written());
    Dispatched { answer, keep }
}

fn attempt(
    state: &mut State,
    params: &PhpParams,
    read: &Result<KsReading, Exception>,
    moment: &mut CallTime<'_>,
    uncached: &mut bool,
) -> Result<Answer, Exception> {
    let text = |key: &str| params.get(key).map(php::to_text).unwrap_or_default();
    check_language(&text("language"))?;
    let action = ServiceAction::find(&text("service"), &text("action"))?;
    let session = match read {
        Ok(KsReading::None) => None,
        Ok(KsReading::Read(session)) => Some(&**session),
        Ok(KsReading::Unreadable(text) | KsReading::UnknownPartner(text)) => {
            return Err(Exception::invalid_ks(text));
        }
        Err(exception) => return Err(exception.clone()),
    };
    let now = moment.now();
    let (service, name) = action.lower_case();
    let names = (service.as_str(), name.as_str());
    let State {
        switches, windows, ..
    } = state;
    moment.budget.spend_rows(switches.rate_limits.len());
    if !rate_limit::admits(&switches.rate_limits, windows, names, params, now) {
        return Err(Exception::action_blocked(&service, &name));
    }
    let answer = admitted(state, action, params, session, moment, uncached);
    if answer.is_err() {
        let State {
            switches, windows, ..
        } = state;
        rate_limit::note_failure(&switches.rate_limits, windows, names, params, now);
    }
    answer
}

/// The call, after its partner and the rate limit were checked.
fn admitted(
    state: &mut State,
    action: ServiceAction,
    params: &PhpParams,
    session: Option<&CallerKs>,
    moment: &mut CallTime<'_>,
    uncached: &mut bool,
) -> Result<Answer, Exception> {
    let now = moment.now();
    let operation = action.read(params)?;
    if !state.switches.database {
        return Err(Exception::database());
    }
    if let Some(session) = session {
        session.admit(state, moment.origin, now)?;
        state.cache.secrets.insert(session.partner_id);
    }
    let asked = partner_asked(params);
    let in_the_name_of = session.map(|session| session.partner_id).or(asked);
    if let Some(id) = in_the_name_of
        && !state
            .partners
            .get(&id)
            .is_some_and(super::partner::Partner::is_active)
    {
        return Err(Exception::partner_blocked());
    }
    let caller = permission::caller(state, session, now)?;
    let foreign = session.is_some() && asked.is_some() && asked != in_the_name_of;
    if foreign || caller.role < action.role() {
        return Err(Exception::service_forbidden(&action.full_name()));
    }
    let partner = in_the_name_of.and_then(|id| state.partners.get(&id));
    if partner.is_some_and(|partner| partner.https_only) && !moment.https {
        return Err(Exception::access_control_restricted(&action.full_name()));
    }
    let mut context = Context {
        state,
        session,
        is_admin: caller.role == permission::Role::Admin,
        fresh_user: caller.fresh_user,
        now_ms: moment.now_ms,
        random: &mut *moment.random,
        budget: &mut moment.budget,
        uncached: false,
    };
    let answer = operation.run(&mut context);
    *uncached = context.uncached;
    answer
}

/// The partner in the parameters; 0 if none.
fn partner_asked(params: &PhpParams) -> Option<i64> {
    ["partnerId", "p"]
        .into_iter()
        .find_map(|name| params.get(name).map(php::to_int).filter(|id| *id != 0))
}

fn check_language(code: &str) -> Result<(), Exception> {
    let (language, region) = code.split_once('_').unwrap_or((code, ""));
    let alphabetic = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let known = (2..=3).contains(&language.len())
        && alphabetic(language)
        && region.len() <= 4
        && alphabetic(region);
    if code.is_empty() || known {
        Ok(())
    } else {
        Err(Exception::invalid_language_code(code))
    }
}

/// Reads the KS in `params`.
pub(super) fn read_ks(state: &State, params: &PhpParams) -> Result<KsReading, Exception> {
    session::read(state, &php::text_of(params, "ks"))
}
