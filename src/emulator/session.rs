//! The KS of a call, as the server reads it.

use base64ct::{Base64Unpadded, Encoding};

use super::exception::Exception;
use super::state::State;
use super::uses::{EndedKs, Uses};
use crate::ks::privileges::{self, Privilege};
use crate::ks::{self, KsError, KsFields, KsSession, Random};
use crate::secret::Secret;
use crate::work::steps;

/// The result of reading the text in `ks`.
#[derive(Clone, Debug)]
pub(super) enum KsReading {
    /// None was given.
    None,
    /// Not a KS, or not made with its partner's secrets.
    Unreadable(String),
    /// A KS of an unknown partner.
    UnknownPartner(String),
    /// A KS, which may have expired or been ended.
    Read(Box<CallerKs>),
}

/// A KS that was made with its partner's secret.
#[derive(Clone, Debug)]
pub(super) struct CallerKs {
    pub text: String,
    pub partner_id: i64,
    pub ks: KsSession,
    limits: Limits,
}

/// The restrictions of a session.
#[derive(Clone, Debug, Default)]
struct Limits {
    ips: Option<Vec<String>>,
    /// Patterns, separated by bars.
    uris: Option<String>,
    actions: Option<i64>,
    role: Option<String>,
    /// Sessions with the same id end together.
    session_id: Option<String>,
}

impl Limits {
    fn read(privileges: &str) -> Self {
        steps(privileges.len());
        let mut limits = Self::default();
        for Privilege { name, values } in privileges::parse(privileges) {
            match name.as_str() {
                "iprestrict" => limits.ips = Some(values),
                // URIs contain slashes, so values are separated by bars.
                "urirestrict" => limits.uris = Some(values.join("/")),
                "actionslimit" => {
                    let limit = values.first().and_then(|value| value.trim().parse().ok());
                    limits.actions = Some(limit.unwrap_or(0));
                }
                "setrole" => limits.role = values.into_iter().next(),
                "sessionid" => limits.session_id = values.into_iter().next(),
                _ => {}
            }
        }
        limits
    }
}

/// Whose cached responses a caller gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// Those of everybody with an equivalent session.
    Shared(String),
    /// Nobody's.
    Own,
}

/// The origin of a call, for the session's restrictions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    pub ip: &'a str,
    pub uri: &'a str,
}

/// Reads the KSs of one request. Items of a multirequest usually have the same KS, which is read once.
#[derive(Debug, Default)]
pub(super) struct KsReader {
    last: Option<(String, Result<KsReading, Exception>)>,
}

impl KsReader {
    /// Whether `text` was read last.
    pub fn knows(&self, text: &str) -> bool {
        self.last.as_ref().is_some_and(|(last, _)| last == text)
    }

    pub fn read(&mut self, state: &State, text: &str) -> &Result<KsReading, Exception> {
        let last = self.last.take().filter(|(last, _)| last == text);
        let (_, verdict) = self
            .last
            .insert(last.unwrap_or_else(|| (text.to_owned(), read(state, text))));
        verdict
    }
}

/// Reads `text`.
pub(super) fn read(state: &State, text: &str) -> Result<KsReading, Exception> {
    if text.is_empty() {
        return Ok(KsReading::None);
    }
    steps(text.len());
    // Without secrets this returns the partner.
    let partner_id = match ks::inspect(text, &[]) {
        Ok(info) => info.partner_id,
        Err(KsError::Unreadable) => return Err(Exception::internal()),
        Err(_) => match partner_claimed(text) {
            Some(partner_id) if !state.partners.contains_key(&partner_id) => partner_id,
            _ => return Ok(KsReading::Unreadable(text.to_owned())),
        },
    };
    let Some(partner) = state.partners.get(&partner_id) else {
        return Ok(KsReading::UnknownPartner(text.to_owned()));
    };
    match ks::inspect(text, &partner.admin_secrets()) {
        Ok(info) => Ok(match info.session.filter(|_| info.verified == Some(true)) {
            Some(ks) => KsReading::Read(Box::new(CallerKs {
                text: text.to_owned(),
                partner_id,
                limits: Limits::read(&ks.privileges),
                ks,
            })),
            None => KsReading::Unreadable(text.to_owned()),
        }),
        Err(KsError::Unreadable) => Err(Exception::internal()),
        Err(_) => Ok(KsReading::Unreadable(text.to_owned())),
    }
}

/// The partner in a text that isn't a valid KS: the server looks up its secrets before it reads the rest.
fn partner_claimed(text: &str) -> Option<i64> {
    let text = text
        .trim_end_matches('=')
        .replace('-', "+")
        .replace('_', "/");
    let decoded = Base64Unpadded::decode_vec(&text).ok()?;
    let id = decoded
        .strip_prefix(b"v2|")?
        .split(|&byte| byte == b'|')
        .next()?;
    core::str::from_utf8(id).ok()?.parse().ok()
}

impl CallerKs {
    /// Whose responses it may share.
    pub fn identity(&self, now: i64) -> Identity {
        if !self.ks.is_anonymous() || self.ks.is_admin() {
            return Identity::Own;
        }
        let status = if self.ks.is_expired(now) {
            "expired"
        } else {
            "valid"
        };
        Identity::Shared(format!(
            "{}|{}|{}|{}|{status}",
            self.partner_id,
            self.ks.session_type.to_int(),
            self.ks.user_id.as_deref().unwrap_or_default(),
            self.ks.privileges,
        ))
    }

    /// Checks whether it is valid for a call from `origin`, and counts a use.
    pub fn admit(&self, state: &mut State, origin: Origin<'_>, now: i64) -> Result<(), Exception> {
        if self.ks.expiry.text().is_none() {
            return Err(Exception::invalid_ks("INVALID_STR"));
        }
        if self.ks.is_expired(now) {
            return Err(Exception::invalid_ks("EXPIRED"));
        }
        if !self.is_allowed_from(origin.ip) {
            return Err(Exception::invalid_ks("EXCEEDED_RESTRICTED_IP"));
        }
        if !self.is_allowed_for(origin.uri) {
            return Err(Exception::invalid_ks("EXCEEDED_RESTRICTED_URI"));
        }
        if self.is_revoked(state, now) {
            return Err(Exception::invalid_ks("LOGOUT"));
        }
        self.count_use(state, now)
    }

    fn is_allowed_from(&self, ip: &str) -> bool {
        let ips = self.limits.ips.as_ref();
        ips.is_none_or(|ips| ips.iter().any(|known| known == ip))
    }

    fn is_allowed_for(&self, uri: &str) -> bool {
        self.limits.uris.as_ref().is_none_or(|patterns| {
            patterns
                .split('|')
                .any(|pattern| match pattern.strip_suffix('*') {
                    Some(beginning) => uri.starts_with(beginning),
                    None => uri == pattern,
                })
        })
    }

    fn is_revoked(&self, state: &State, now: i64) -> bool {
        let is_revoked = |key: &str| state.revoked.get(key, now).is_some();
        // The server doesn't check whether a widget session was ended.
        !self.ks.is_widget()
            && (is_revoked(&self.ks.hash) || self.key().is_some_and(|key| is_revoked(&key)))
    }

    fn count_use(&self, state: &mut State, now: i64) -> Result<(), Exception> {
        let Some(limit) = self.limits.actions else {
            return Ok(());
        };
        if limit <= 0 {
            return Err(Exception::invalid_actions_limit());
        }
        match state.uses.get_mut(&self.ks.hash, now) {
            Some(Uses(uses)) if *uses >= limit => {
                return Err(Exception::invalid_ks("EXCEEDED_ACTIONS_LIMIT"));
            }
            Some(Uses(uses)) => *uses += 1,
            None => {
                let (hash, ends) = (self.ks.hash.clone(), self.ks.expiry.to_int());
                state.uses.put(hash, Uses(1), ends, now);
            }
        }
        Ok(())
    }

    /// The role that the session itself names.
    pub fn role(&self) -> Option<&str> {
        self.limits.role.as_deref()
    }

    /// The id that it shares with the sessions that end with it.
    fn key(&self) -> Option<String> {
        let id = self.limits.session_id.as_ref()?;
        Some(session_key(self.partner_id, id))
    }

    /// Ends it and every session with the same session id.
    pub fn revoke(&self, state: &mut State, now: i64) {
        if self.ks.is_widget() {
            return;
        }
        let (hash, ends) = (self.ks.hash.clone(), self.ks.expiry.to_int());
        state.revoked.put(hash, EndedKs {}, ends, now);
        if let Some(key) = self.key() {
            let ends = now.saturating_add(REVOCATION);
            state.revoked.put(key, EndedKs {}, ends, now);
        }
    }
}

/// How long a session id stays revoked.
const REVOCATION: i64 = 86_400;

fn session_key(partner_id: i64, session_id: &str) -> String {
    format!("{partner_id}|{session_id}")
}

/// Ends every session of the app token `id`.
pub(super) fn revoke_app_token(state: &mut State, partner_id: i64, id: &str, now: i64) {
    let ends = now.saturating_add(REVOCATION);
    let key = session_key(partner_id, id);
    state.revoked.put(key, EndedKs {}, ends, now);
}

/// Signs a session with its partner's secret.
pub(super) fn sign(
    state: &mut State,
    fields: KsFields,
    now_ms: i64,
    random: &mut dyn FnMut(&mut [u8]),
) -> Result<Secret, Exception> {
    let partner = state
        .partners
        .get(&fields.partner_id)
        .ok_or_else(Exception::internal)?;
    let fields = KsFields {
        version: partner.ks_version,
        ..fields
    };
    let random = match fields.version {
        ks::Version::V1 => Random::Text(microtime(now_ms, random)),
        ks::Version::V2 => {
            let mut bytes = [0; 16];
            random(&mut bytes);
            Random::Bytes(bytes)
        }
    };
    let signed = ks::generate(&fields, &random, &partner.admin_secret);
    state.cache.secrets.insert(fields.partner_id);
    signed.map_err(|_| Exception::internal())
}

/// The time as PHP writes it: seconds with up to four decimals.
fn microtime(now_ms: i64, random: &mut dyn FnMut(&mut [u8])) -> String {
    let mut tenth = [0];
    random(&mut tenth);
    let [tenth] = tenth;
    let decimals = format!("{:03}{}", now_ms.rem_euclid(1000), tenth % 10);
    let decimals = decimals.trim_end_matches('0');
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{}{point}{decimals}", now_ms.div_euclid(1000))
}
