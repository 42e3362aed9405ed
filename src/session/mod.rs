//! Sessions, as Kaltura's responses describe them.

mod compare;
pub mod hash;
mod policy;
mod request;
mod session_id;
mod widget;

pub use compare::{Difference, Effect, Field, Grant, Lifetime, differences};
pub use policy::GrantPolicy;
pub use request::{Isolate, LONGEST_ISOLATED_S, SessionRequest, SessionType};
pub use session_id::{carries_session_id, names_session_id, with_session_id};
pub use widget::{ONE_CALL_WIDGET_S, SHARED_WIDGET_S, Widget};

use crate::clock::{ROUNDING_MS, ServerClock, Timing};
use crate::decimal::decimal;
use crate::kaltura::{Fields, Value};
use crate::ks::{self, Decoded};
use crate::secret::Secret;
use crate::work;

/// A session, started from an application token.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// The session itself.
    pub ks: Secret,
    /// Its partner.
    pub partner_id: u32,
    /// Its user; empty for an anonymous session.
    pub user_id: String,
    /// USER or ADMIN.
    pub session_type: SessionType,
    /// All its privileges, as Kaltura writes them.
    pub privileges: String,
    /// When it expires, in unix seconds on the server's clock.
    pub expiry_s: i64,
    /// When it arrived, in milliseconds since 1970 on the local clock.
    pub came_at_ms: i64,
    /// The earliest time at which it may expire, on the same clock. Ignores the server's rounding to seconds.
    pub expires_at_ms: i64,
    /// Its differences from the request.
    pub differences: Vec<Difference>,
}

/// The longest KS.
const LONGEST_KS: usize = 200_000;

impl Session {
    /// Reads the response to `appToken.startSession`, which was sent with `widget`, or returns what is wrong with it.
    pub fn read(
        answer: Fields<'_>,
        partner_id: u32,
        app_token_id: &str,
        widget: Option<&Widget>,
        wish: &SessionRequest,
        clock: Option<ServerClock>,
        timing: Timing,
    ) -> Result<Self, &'static str> {
        let [
            object_type,
            ks,
            partner,
            user_id,
            privileges,
            session_type,
            expiry,
        ] = answer.get_all([
            "objectType",
            "ks",
            "partnerId",
            "userId",
            "privileges",
            "sessionType",
            "expiry",
        ]);
        expect_type(object_type, "KalturaSessionInfo")?;
        let ks = read_ks(ks, partner, partner_id)?;
        if widget.is_some_and(|widget| widget.ks == ks) {
            return Err("the widget session that was sent");
        }
        let optional_text = |field: Value<'_>| match field {
            Value::Missing => Some(String::new()),
            field => field.text(),
        };
        let user_id = optional_text(user_id).ok_or("userId is no text")?;
        let privileges = optional_text(privileges).ok_or("privileges is no text")?;
        let session_type = session_type
            .integer()
            .and_then(SessionType::from_number)
            .ok_or("sessionType is neither 0 nor 2")?;
        let expiry_s = expiry
            .integer()
            .filter(|expiry| (0..=LATEST_EXPIRY_S).contains(expiry))
            .ok_or("expiry is no unix time")?;
        // Every session of an application token names it. Its `sessionid` may be its own.
        if names_token(&privileges, app_token_id) != Some(true) {
            return Err("not a session of this application token");
        }
        let clock = clock.unwrap_or(ServerClock::UNKNOWN);
        let (first_s, last_s) = clock.seconds_of(timing);
        let expires_at_ms = clock.earliest_local_ms(expiry_s);
        let grant = Grant {
            user_id: &user_id,
            session_type,
            lifetime: Lifetime {
                shortest_s: expiry_s.saturating_sub(last_s),
                longest_s: expiry_s.saturating_sub(first_s),
                may_be_over: expires_at_ms.saturating_sub(ROUNDING_MS) <= timing.ended_ms,
            },
            privileges: &privileges,
        };
        let differences = differences(wish, &grant);
        let mut session = Self {
            ks,
            partner_id,
            user_id,
            session_type,
            privileges,
            expiry_s,
            came_at_ms: timing.ended_ms,
            expires_at_ms,
            differences,
        };
        session.add_contradictions();
        Ok(session)
    }
}

impl Session {
    /// Returns the session with its differences from `wish`. Its lifetime was compared when it was started, and is shorter
    /// now.
    #[must_use]
    pub fn compared_with(mut self, wish: &SessionRequest, now_ms: i64) -> Self {
        let wish = SessionRequest {
            expiry_s: None,
            ..wish.clone()
        };
        let left_s = self.expires_at_ms.saturating_sub(now_ms).div_euclid(1000);
        let grant = Grant {
            user_id: &self.user_id,
            session_type: self.session_type,
            lifetime: Lifetime {
                shortest_s: left_s,
                longest_s: left_s,
                may_be_over: self.expires_at_ms.saturating_sub(ROUNDING_MS) <= now_ms,
            },
            privileges: &self.privileges,
        };
        self.differences = differences(&wish, &grant);
        self.add_contradictions();
        self
    }

    /// Adds the contradictions between the KS and Kaltura's response. Only version 1 can be read; a `;` in a field ends it.
    fn add_contradictions(&mut self) {
        if ks::is_encrypted(self.ks.expose()) {
            return;
        }
        let Some(decoded) = Decoded::new(self.ks.expose()) else {
            return;
        };
        let Some(carried) = decoded.readable() else {
            return;
        };
        let session_type = decimal(self.session_type.number());
        let expiry = decimal(self.expiry_s);
        for (option, carried, said) in [
            ("userId", carried.user_id, &self.user_id),
            ("sessionType", carried.session_type, &session_type),
            ("expiry", carried.expiry, &expiry),
            ("sessionPrivileges", carried.privileges, &self.privileges),
        ] {
            work::steps(said.len());
            if carried != said.as_bytes() {
                self.differences.push(Difference {
                    field: Field::Carried(option),
                    asked: None,
                    granted: None,
                    effect: Effect::Broader,
                });
            }
        }
    }
}

/// In seconds; in milliseconds it is still a safe integer in JavaScript.
const LATEST_EXPIRY_S: i64 = 9_000_000_000_000;

fn expect_type(object_type: Value<'_>, name: &str) -> Result<(), &'static str> {
    if object_type.is(name) {
        Ok(())
    } else {
        Err("the answer to another request")
    }
}

fn read_ks(ks: Value<'_>, partner: Value<'_>, partner_id: u32) -> Result<Secret, &'static str> {
    let ks = Secret::new(ks.string().ok_or("no ks in it")?);
    let text = ks.expose();
    // Values for headers and further requests must be one plain word.
    if text.is_empty() || text.len() > LONGEST_KS || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("its ks is no KS");
    }
    let stated = partner.integer().ok_or("no partnerId in it")?;
    let carried = ks::partner_of(text);
    if stated != i64::from(partner_id) || carried.is_some_and(|id| id != i64::from(partner_id)) {
        return Err("the session of another partner");
    }
    Ok(ks)
}

/// Whether a session's privileges name this application token; `None` if they name none.
pub fn names_token(privileges: &str, app_token_id: &str) -> Option<bool> {
    // Searched without parsing all, which would take much longer.
    work::steps(privileges.len());
    let mut named = privileges
        .split(',')
        .filter_map(|item| item.strip_prefix("apptoken"))
        .filter(|rest| rest.is_empty() || rest.starts_with(':'))
        .peekable();
    named.peek()?;
    let mut ids = named.flat_map(|rest| rest.get(1..).unwrap_or_default().split('/'));
    Some(ids.any(|id| id == app_token_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_named_by_its_whole_id() {
        let privileges = "edit:0_ab,sessionid:1,apptoken:0_abc";
        assert_eq!(names_token(privileges, "0_abc"), Some(true));
        assert_eq!(names_token(privileges, "0_ab"), Some(false));
        assert_eq!(names_token("edit:0_ab", "0_ab"), None);
        assert_eq!(names_token("apptokens:0_ab,xapptoken:0_ab", "0_ab"), None);
        assert_eq!(names_token("apptoken", "0_ab"), Some(false));
        // Of equal names, the server puts the values together.
        let twice = "apptoken:0_a/0_b,edit,apptoken:0_c";
        for id in ["0_a", "0_b", "0_c"] {
            assert_eq!(names_token(twice, id), Some(true));
        }
    }
}
