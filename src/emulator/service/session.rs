//! The service `session`.

use super::Context;
use crate::emulator::answer::{Answer, Object};
use crate::emulator::arguments::Arguments;
use crate::emulator::exception::Exception;
use crate::emulator::partner::Partner;
use crate::emulator::php::{self, PhpParams};
use crate::emulator::session::{self, KsReading};
use crate::emulator::state::State;
use crate::ks::{KsFields, KsSession};
use crate::secret::Secret;

const A_DAY: i64 = 86_400;

/// The arguments of `session.start`.
#[derive(Debug)]
pub(in crate::emulator) struct Start {
    secret: Secret,
    user_id: String,
    session_type: i64,
    partner_id: i64,
    expiry: i64,
    privileges: String,
}

impl Start {
    pub fn read(arguments: Arguments<'_>) -> Result<Self, Exception> {
        Ok(Self {
            secret: Secret::new(arguments.required_text("secret")?),
            user_id: arguments.text("userId")?.unwrap_or_default(),
            session_type: arguments.session_type("type")?.unwrap_or(0),
            partner_id: arguments.int("partnerId").unwrap_or(0),
            expiry: arguments.int("expiry").unwrap_or(A_DAY),
            privileges: arguments.text("privileges")?.unwrap_or_default(),
        })
    }

    pub fn run(self, context: &mut Context<'_>) -> Result<Answer, Exception> {
        context.uncached = true;
        let refused = Exception::start_session_error(self.partner_id);
        let Some(partner) = context.state.partners.get(&self.partner_id) else {
            return Err(refused);
        };
        if !partner.accepts_secret(&self.secret, self.session_type) {
            return Err(refused);
        }
        let expiry = capped(self.expiry, partner);
        let fields = self.fields(context.now().saturating_add(expiry));
        context.budget.spend_write();
        let ks = session::sign(context.state, fields, context.now_ms, context.random)?;
        Ok(Answer::Text(ks.expose().to_owned()))
    }

    fn fields(self, expiry: i64) -> KsFields {
        KsFields {
            partner_id: self.partner_id,
            user_id: Some(self.user_id),
            session_type: self.session_type.into(),
            expiry: expiry.into(),
            privileges: self.privileges,
            ..KsFields::default()
        }
    }
}

/// `session.start` with a partner's cached secrets, without a check of the partner's status or maximum lifetime. `None` if the
/// normal path is needed.
pub(in crate::emulator) fn start_fast(
    state: &mut State,
    params: &PhpParams,
    https: bool,
    now_ms: i64,
    random: &mut dyn FnMut(&mut [u8]),
) -> Option<Answer> {
    let names = |name: &str| params.get(name).map(php::to_text).unwrap_or_default();
    let is_start = names("service").eq_ignore_ascii_case("session")
        && names("action").eq_ignore_ascii_case("start");
    if !is_start || params.contains_key("nocache") || !names("ks").is_empty() {
        return None;
    }
    let start = Start::read(Arguments(params)).ok()?;
    let partner = state.partners.get(&start.partner_id)?;
    let at_hand = state.switches.cache && state.cache.secrets.contains(&partner.id);
    let secure = https || !partner.https_only;
    if !at_hand || !secure || !partner.accepts_secret(&start.secret, start.session_type) {
        return None;
    }
    let expiry = now_ms.div_euclid(1000).saturating_add(start.expiry);
    let ks = session::sign(state, start.fields(expiry), now_ms, random).ok()?;
    Some(Answer::Text(ks.expose().to_owned()))
}

/// The arguments of `session.startWidgetSession`.
#[derive(Debug)]
pub(in crate::emulator) struct StartWidget {
    widget_id: String,
    expiry: i64,
}

impl StartWidget {
    pub fn read(arguments: Arguments<'_>) -> Result<Self, Exception> {
        Ok(Self {
            widget_id: arguments.required_text("widgetId")?,
            expiry: arguments.int("expiry").unwrap_or(A_DAY),
        })
    }

    pub fn run(self, context: &mut Context<'_>) -> Result<Answer, Exception> {
        // Every partner has a widget with its name.
        let named = self.widget_id.trim_end_matches(' ').strip_prefix('_');
        let partner = named
            .and_then(|text| text.parse().ok().filter(|id: &i64| id.to_string() == text))
            .and_then(|id| context.state.partners.get(&id));
        let Some(partner) = partner else {
            return Err(Exception::invalid_widget_id(&self.widget_id));
        };
        let (id, expiry) = (partner.id, capped(self.expiry, partner));
        let fields = KsFields {
            partner_id: id,
            user_id: Some("0".to_owned()),
            session_type: 0.into(),
            expiry: (context.now().saturating_add(expiry)).into(),
            privileges: "view:*,widget:1".to_owned(),
            ..KsFields::default()
        };
        context.budget.spend_write();
        let ks = session::sign(context.state, fields, context.now_ms, context.random)?;
        Ok(Answer::Object(
            Object::new("KalturaStartWidgetSessionResponse")
                .with("partnerId", id)
                .with("ks", ks.expose())
                .with("userId", 0),
        ))
    }
}

/// `expiry`, or the partner's maximum.
fn capped(expiry: i64, partner: &Partner) -> i64 {
    partner
        .ks_max_expiry
        .map_or(expiry, |longest| expiry.min(longest))
}

/// The argument of `session.get`.
#[derive(Debug)]
pub(in crate::emulator) struct GetSession {
    session: Option<String>,
}

impl GetSession {
    pub fn read(arguments: Arguments<'_>) -> Result<Self, Exception> {
        Ok(Self {
            session: arguments.text("session")?.filter(|text| !text.is_empty()),
        })
    }

    pub fn run(self, context: &mut Context<'_>) -> Result<Answer, Exception> {
        let Some(text) = self.session else {
            return Ok(context
                .session
                .map_or(Answer::Null, |own| info(&own.ks, own.partner_id)));
        };
        match session::read(context.state, &text)? {
            KsReading::Read(other) => Ok(info(&other.ks, other.partner_id)),
            _ => Err(Exception::invalid_ks(&text)),
        }
    }
}

/// Everything is text, and the KS is omitted.
fn info(ks: &KsSession, partner_id: i64) -> Answer {
    Answer::Object(
        Object::new("KalturaSessionInfo")
            .with("ks", None::<String>)
            .with("sessionType", ks.session_type.text())
            .with("partnerId", partner_id.to_string())
            .with("userId", ks.user_id.clone())
            .with("expiry", ks.expiry.text())
            .with("privileges", ks.privileges.as_str()),
    )
}

/// `session.end`
pub(super) fn end(context: &mut Context<'_>) -> Answer {
    context.uncached = true;
    let now = context.now();
    if let Some(own) = context.session {
        own.revoke(context.state, now);
    }
    Answer::Null
}
