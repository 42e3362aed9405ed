//! App tokens that a test adds without a call to the API.

use serde::Deserialize;

use super::app_token::{Status, TokenRecord, random_id, random_token};
use super::plain;
use super::state::{State, StateError};
use crate::kaltura::HashType;
use crate::secret::Secret;

/// The app token to add. Missing fields get defaults.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAppToken {
    /// By default random.
    pub id: Option<String>,
    /// By default random.
    #[serde(with = "plain::optional_secret")]
    pub token: Option<Secret>,
    /// By default the first partner.
    pub partner_id: Option<i64>,
    /// By default now.
    pub created_at: Option<i64>,
    /// By default `created_at`.
    pub updated_at: Option<i64>,
    /// By default active.
    pub status: Status,
    /// By default never.
    pub expiry: Option<i64>,
    /// By default the caller chooses.
    pub session_type: Option<i64>,
    /// By default the caller chooses.
    pub session_user_id: Option<String>,
    /// By default the partner's maximum.
    pub session_duration: Option<i64>,
    /// By default none.
    pub session_privileges: Option<String>,
    /// By default SHA1, as in the API.
    pub hash_type: Option<String>,
    /// By default none.
    pub description: Option<String>,
    #[serde(rename = "objectType")]
    pub(super) _object_type: serde::de::IgnoredAny,
}

impl NewAppToken {
    /// One with this id and value, and nothing else said.
    pub fn new(id: impl Into<String>, token: Secret) -> Self {
        Self {
            id: Some(id.into()),
            token: Some(token),
            ..Self::default()
        }
    }

    /// Adds it to `state`.
    pub(super) fn add(
        self,
        state: &mut State,
        now: i64,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<TokenRecord, StateError> {
        let wrong = |name: &str, expected: &str| {
            Err(StateError {
                path: format!("appToken.{name}"),
                expected: expected.to_owned(),
            })
        };
        let Some(partner_id) = self
            .partner_id
            .or_else(|| state.partners.keys().next().copied())
        else {
            return wrong("partnerId", "a partner to be there");
        };
        let Some(partner) = state.partners.get(&partner_id) else {
            return wrong("partnerId", "the id of a partner");
        };
        if self
            .hash_type
            .as_deref()
            .is_some_and(|name| HashType::from_name(name).is_none())
        {
            return wrong("hashType", "SHA1, MD5, SHA256 or SHA512");
        }
        if self.session_type.is_some_and(|kind| kind != 0 && kind != 2) {
            return wrong("sessionType", "0 (user) or 2 (admin)");
        }
        if !state.app_tokens.make_room() {
            return wrong("id", "no more than 10000 app tokens, of 32 MB");
        }
        let longest = partner.ks_max_expiry;
        let id = self.id.unwrap_or_else(|| random_id(random));
        let token = self.token.unwrap_or_else(|| random_token(random));
        let created_at = self.created_at.unwrap_or(now);
        let plain = TokenRecord::new(id, token, partner_id, created_at);
        let token = TokenRecord {
            updated_at: self.updated_at.unwrap_or(created_at),
            status: self.status,
            expiry: self.expiry,
            session_type: self.session_type,
            session_user_id: self.session_user_id,
            session_duration: self.session_duration.or(longest),
            session_privileges: self.session_privileges,
            hash_type: self.hash_type.unwrap_or_else(|| plain.hash_type.clone()),
            description: self.description,
            ..plain
        };
        if !state.app_tokens.push(token.clone()) {
            return wrong("id", "an id that no other app token has");
        }
        Ok(token)
    }
}
