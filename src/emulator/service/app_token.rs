//! The service `appToken`.

use super::Context;
use crate::emulator::answer::{Answer, Object};
use crate::emulator::app_token::{Status, TokenRecord, cut_user_id, random_id, random_token};
use crate::emulator::arguments::{ArgumentChange, Arguments, absolute_time};
use crate::emulator::exception::Exception;
use crate::emulator::partner::User;
use crate::emulator::session;
use crate::kaltura::HashType;
use crate::ks::KsFields;
use crate::ks::privileges;
use crate::secret::Secret;
use crate::session::hash::token_hash;

/// Properties that no caller sets, in the order in which they are looked at.
const READ_ONLY: [&str; 6] = [
    "id",
    "token",
    "partnerId",
    "createdAt",
    "updatedAt",
    "status",
];

/// The id that an action is about.
#[derive(Debug)]
pub(in crate::emulator) struct Id(String);

impl Id {
    pub fn read(arguments: Arguments<'_>) -> Result<Self, Exception> {
        arguments.required_text("id").map(Self)
    }

    pub fn get(&self, context: &mut Context<'_>) -> Result<Answer, Exception> {
        self.find(context).map(TokenRecord::answer)
    }

    pub fn delete(&self, context: &mut Context<'_>) -> Result<Answer, Exception> {
        let now = context.now();
        let token = self.find(context)?;
        let (partner_id, id) = (token.partner_id, token.id.clone());
        context.state.app_tokens.change(&id, |token| {
            token.status = Status::Deleted;
            token.updated_at = now;
        });
        session::revoke_app_token(context.state, partner_id, &id, now);
        Ok(Answer::Null)
    }

    /// The caller's app token of this id, if it is not deleted.
    fn find<'a>(&self, context: &'a Context<'_>) -> Result<&'a TokenRecord, Exception> {
        let partner_id = context.session.map(|own| own.partner_id);
        context
            .state
            .app_tokens
            .get(&self.0)
            .filter(|token| Some(token.partner_id) == partner_id)
            .filter(|token| token.status != Status::Deleted)
            .ok_or_else(|| Exception::app_token_id_not_found(&self.0))
    }
}

/// The properties of an app token that is added or updated.
#[derive(Debug)]
pub(in crate::emulator) struct TokenFields {
    /// The first property that may not be set but is.
    read_only: Option<&'static str>,
    expiry: ArgumentChange<Expiry>,
    session_type: ArgumentChange<i64>,
    session_user_id: ArgumentChange<String>,
    session_duration: ArgumentChange<i64>,
    session_privileges: ArgumentChange<String>,
    hash_type: ArgumentChange<String>,
    description: ArgumentChange<String>,
}

/// A requested expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expiry {
    At(i64),
    /// A null, which becomes a plain 0.
    Null,
}

impl TokenFields {
    pub fn read(arguments: Arguments<'_>) -> Result<Self, Exception> {
        let given = arguments
            .object("appToken")?
            .ok_or_else(|| Exception::missing_mandatory_parameter("appToken"))?;
        let fields = Arguments(&given);
        Ok(Self {
            read_only: READ_ONLY.into_iter().find(|name| fields.has(name)),
            expiry: fields.change("expiry", |name| {
                let null = given.get(name).is_some_and(serde_json::Value::is_null);
                let at = fields.int(name).map(Expiry::At);
                Ok(if null { Some(Expiry::Null) } else { at })
            })?,
            session_type: fields.change("sessionType", |name| fields.session_type(name))?,
            session_user_id: fields.change("sessionUserId", |name| fields.text(name))?,
            session_duration: fields.change("sessionDuration", |name| Ok(fields.int(name)))?,
            session_privileges: fields.change("sessionPrivileges", |name| fields.text(name))?,
            hash_type: fields.change("hashType", |name| hash_type(fields, name))?,
            description: fields.change("description", |name| fields.text(name))?,
        })
    }

    /// `appToken.add`
    pub fn add(self, context: &mut Context<'_>) -> Result<Answer, Exception> {
        let now = context.now();
        let partner_id = context.session.map_or(0, |own| own.partner_id);
        context.budget.spend_write();
        self.check(context)?;
        if !matches!(self.session_user_id, ArgumentChange::Set(_)) {
            let partner = context.state.partners.get(&partner_id);
            if !partner.is_some_and(|partner| partner.userless_app_tokens) {
                return Err(Exception::invalid_field_value("sessionUserId"));
            }
        }
        let longest = context
            .state
            .partners
            .get(&partner_id)
            .and_then(|known| known.ks_max_expiry);
        let id = random_id(context.random);
        let token = random_token(context.random);
        let mut token = TokenRecord {
            session_duration: longest,
            ..TokenRecord::new(id, token, partner_id, now)
        };
        // The answer echoes what was given, the database keeps what fits.
        let echoed = self.apply(&mut token, now);
        let answer = TokenRecord {
            session_user_id: echoed,
            ..token.clone()
        }
        .answer();
        let tokens = &mut context.state.app_tokens;
        let rows = tokens.len();
        if tokens.is_full() && !(context.budget.spend_rows(rows) && tokens.make_room())
            || !tokens.push(token)
        {
            return Err(Exception::database());
        }
        Ok(answer)
    }

    /// `appToken.update`
    pub fn update(self, id: &Id, context: &mut Context<'_>) -> Result<Answer, Exception> {
        let now = context.now();
        id.find(context)?;
        self.check(context)?;
        if self.session_user_id == ArgumentChange::Clear {
            let partner = context
                .session
                .and_then(|own| context.state.partners.get(&own.partner_id));
            if !partner.is_some_and(|partner| partner.userless_app_tokens) {
                return Err(Exception::invalid_field_value("sessionUserId"));
            }
        }
        let change = |token: &mut TokenRecord| {
            let echoed = self.apply(token, now);
            token.updated_at = now;
            let shown = TokenRecord {
                session_user_id: echoed,
                ..token.clone()
            };
            shown.answer()
        };
        let changed = context.state.app_tokens.change(&id.0, change);
        changed.ok_or_else(|| Exception::app_token_id_not_found(&id.0))
    }

    /// Refuses what can't be set; makes the user if it is new.
    fn check(&self, context: &mut Context<'_>) -> Result<(), Exception> {
        if let Some(name) = self.read_only {
            return Err(Exception::not_updatable(&format!(
                "KalturaAppToken::{name}"
            )));
        }
        let now = context.now();
        let partner = context
            .session
            .and_then(|own| context.state.partners.get_mut(&own.partner_id));
        if let (ArgumentChange::Set(id), Some(partner)) = (&self.session_user_id, partner)
            && partner.user(id).is_none()
        {
            if !is_user_id(id) {
                return Err(Exception::invalid_field_value("sessionUserId"));
            }
            partner.add_user(id, User::new(now));
        }
        Ok(())
    }

    /// Applies the changes; returns the requested user id.
    fn apply(self, token: &mut TokenRecord, now: i64) -> Option<String> {
        self.expiry
            .map(|expiry| match expiry {
                Expiry::At(time) => absolute_time(time, now),
                Expiry::Null => 0,
            })
            .apply(&mut token.expiry);
        self.session_type.apply(&mut token.session_type);
        self.session_duration.apply(&mut token.session_duration);
        self.session_privileges.apply(&mut token.session_privileges);
        self.description.apply(&mut token.description);
        if let ArgumentChange::Set(hash_type) = self.hash_type {
            token.hash_type = hash_type;
        }
        let mut echoed = token.session_user_id.clone();
        self.session_user_id.apply(&mut echoed);
        token.session_user_id = echoed.as_deref().map(cut_user_id);
        echoed
    }
}

fn hash_type(fields: Arguments<'_>, name: &str) -> Result<Option<String>, Exception> {
    let Some(text) = fields.text(name)? else {
        return Ok(None);
    };
    match HashType::from_name(&text) {
        Some(_) => Ok(Some(text)),
        None => Err(Exception::invalid_enum_value(
            &text,
            name,
            "KalturaAppTokenHashType",
        )),
    }
}

/// What the id of a user that isn't there yet may be.
fn is_user_id(id: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || b",!#$%&'*+?^_`{|}~.@-".contains(&byte);
    (1..=320).contains(&id.len()) && id.bytes().all(allowed)
}

/// The arguments of `appToken.startSession`.
#[derive(Debug)]
pub(in crate::emulator) struct StartSession {
    id: String,
    token_hash: Secret,
    user_id: String,
    session_type: i64,
    expiry: i64,
    privileges: Option<String>,
}

impl StartSession {
    pub fn read(arguments: Arguments<'_>) -> Result<Self, Exception> {
        Ok(Self {
            id: arguments.required_text("id")?,
            token_hash: Secret::new(arguments.required_text("tokenHash")?),
            user_id: arguments.text("userId")?.unwrap_or_default(),
            session_type: arguments.session_type("type")?.unwrap_or(0),
            expiry: arguments.int("expiry").unwrap_or(0),
            privileges: arguments.text("sessionPrivileges")?,
        })
    }

    pub fn run(self, context: &mut Context<'_>) -> Result<Answer, Exception> {
        let now = context.now();
        let Some(own) = context.session else {
            return Err(Exception::app_token_id_not_found(&self.id));
        };
        let token = context
            .state
            .app_tokens
            .get(&self.id)
            .filter(|token| token.partner_id == own.partner_id)
            .filter(|token| token.status != Status::Deleted)
            .ok_or_else(|| Exception::app_token_id_not_found(&self.id))?
            .clone();
        if token.status != Status::Active {
            return Err(Exception::app_token_not_active(&self.id));
        }
        let hash_type = HashType::from_name(&token.hash_type).unwrap_or_default();
        // A comparison of secrets, in constant time.
        if self.token_hash != token_hash(hash_type, &own.text, &token.token) {
            return Err(Exception::invalid_app_token_hash());
        }
        context.uncached = true;
        let mut duration = token.session_duration.unwrap_or(0);
        if self.expiry != 0 {
            duration = duration.min(self.expiry);
        }
        if let Some(expiry) = token.expiry {
            duration = duration.min(expiry.saturating_sub(now));
            if duration < 0 {
                return Err(Exception::app_token_expired(&self.id));
            }
        }
        let expiry = now.saturating_add(duration);
        let user_id = token.session_user_id.unwrap_or(self.user_id);
        let session_type = token.session_type.unwrap_or(self.session_type);
        let privileges = privileges::predict(
            &self.id,
            token.session_privileges.as_deref(),
            self.privileges.as_deref(),
        );
        let fields = KsFields {
            partner_id: own.partner_id,
            user_id: Some(user_id.clone()),
            session_type: session_type.into(),
            expiry: expiry.into(),
            privileges: privileges.clone(),
            ..KsFields::default()
        };
        context.budget.spend_write();
        let ks = session::sign(context.state, fields, context.now_ms, context.random)?;
        Ok(Answer::Object(
            Object::new("KalturaSessionInfo")
                .with("ks", ks.expose())
                .with("sessionType", session_type)
                .with("partnerId", own.partner_id.to_string())
                .with("userId", user_id)
                .with("expiry", expiry)
                .with("privileges", privileges),
        ))
    }
}
