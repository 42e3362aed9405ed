//! Application tokens.

use serde::{Deserialize, Serialize};

use super::answer::{Answer, Object};
use super::plain;
use crate::secret::Secret;

/// The column that holds a user's id is this wide; the server cuts longer ones silently.
pub(super) const USER_ID_COLUMN: usize = 100;

/// An application token, with the names of a `KalturaAppToken`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenRecord {
    /// Such as `0_x7k2m9qa`.
    pub id: String,
    /// The secret itself.
    #[serde(with = "plain::secret")]
    pub token: Secret,
    /// Its partner.
    pub partner_id: i64,
    /// When it was added, in unix time.
    #[serde(default)]
    pub created_at: i64,
    /// When it was changed last.
    #[serde(default)]
    pub updated_at: i64,
    /// 1 disabled, 2 active, 3 deleted.
    #[serde(default)]
    pub status: Status,
    /// When it expires; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<i64>,
    /// The type of its sessions; `None`: the caller chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_type: Option<i64>,
    /// The user of its sessions; `None`: the caller chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_user_id: Option<String>,
    /// The maximum lifetime of its sessions, in seconds; without it they have expired when they start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_duration: Option<i64>,
    /// The privileges of its sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_privileges: Option<String>,
    /// Kaltura's name of the digest that proves it.
    #[serde(default = "sha1")]
    pub hash_type: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Part of the API's responses; ignored in requests.
    #[serde(default, rename = "objectType", skip_serializing)]
    pub(super) _object_type: serde::de::IgnoredAny,
}

fn sha1() -> String {
    "SHA1".to_owned()
}

/// Whether an app token starts sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub enum Status {
    /// Not now.
    Disabled,
    /// Yes.
    #[default]
    Active,
    /// Deleted.
    Deleted,
}

impl TryFrom<i64> for Status {
    type Error = &'static str;

    fn try_from(number: i64) -> Result<Self, Self::Error> {
        match number {
            1 => Ok(Self::Disabled),
            2 => Ok(Self::Active),
            3 => Ok(Self::Deleted),
            _ => Err("an app token's status is 1 (disabled), 2 (active) or 3 (deleted)"),
        }
    }
}

impl From<Status> for i64 {
    fn from(status: Status) -> Self {
        match status {
            Status::Disabled => 1,
            Status::Active => 2,
            Status::Deleted => 3,
        }
    }
}

impl TokenRecord {
    /// Makes an active one that leaves everything to its caller, without a lifetime.
    pub fn new(id: String, token: Secret, partner_id: i64, now: i64) -> Self {
        Self {
            id,
            token,
            partner_id,
            created_at: now,
            updated_at: now,
            status: Status::Active,
            expiry: None,
            session_type: None,
            session_user_id: None,
            session_duration: None,
            session_privileges: None,
            hash_type: sha1(),
            description: None,
            _object_type: serde::de::IgnoredAny,
        }
    }

    /// The `KalturaAppToken`.
    pub(super) fn answer(&self) -> Answer {
        Answer::Object(
            Object::new("KalturaAppToken")
                .with("id", self.id.as_str())
                .with("token", self.token.expose())
                .with("partnerId", self.partner_id)
                .with("createdAt", self.created_at)
                .with("updatedAt", self.updated_at)
                .with("status", i64::from(self.status))
                .with("expiry", self.expiry)
                .with("sessionType", self.session_type)
                .with("sessionUserId", self.session_user_id.clone())
                .with("sessionDuration", self.session_duration)
                .with("sessionPrivileges", self.session_privileges.clone())
                .with("hashType", self.hash_type.as_str())
                .with("description", self.description.clone()),
        )
    }

    /// Its size in the database.
    pub(super) fn bytes(&self) -> usize {
        let optional = [
            &self.session_user_id,
            &self.session_privileges,
            &self.description,
        ];
        let texts = optional.into_iter().flatten().map(String::len);
        texts.sum::<usize>() + self.id.len() + self.token.expose().len() + self.hash_type.len()
    }
}

/// The part of `id` that fits the column for user ids.
pub(super) fn cut_user_id(id: &str) -> String {
    id.chars().take(USER_ID_COLUMN).collect()
}

/// Such as `0_x7k2m9qa`.
pub(super) fn random_id(random: &mut dyn FnMut(&mut [u8])) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut bytes = [0; 8];
    random(&mut bytes);
    let letters = bytes
        .iter()
        .filter_map(|&byte| LETTERS.get(usize::from(byte) % LETTERS.len()));
    format!(
        "0_{}",
        letters
            .map(|&letter| char::from(letter))
            .collect::<String>()
    )
}

/// 32 digits, whatever the hash type.
pub(super) fn random_token(random: &mut dyn FnMut(&mut [u8])) -> Secret {
    let mut bytes = [0; 16];
    random(&mut bytes);
    Secret::new(hex::encode(bytes))
}
