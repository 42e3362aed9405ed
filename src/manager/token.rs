//! Reads `KalturaAppToken`s.

use crate::kaltura::{Fields, Value};
use crate::secret::Secret;

/// An application token. Fields that Kaltura omits are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppToken {
    /// Its id.
    pub id: String,
    /// Its value, which only its maker needs.
    pub token: Secret,
    /// Its partner.
    pub partner_id: i64,
    /// When it was made, in unix seconds.
    pub created_at: i64,
    /// When it was changed last, in unix seconds.
    pub updated_at: i64,
    /// 1 disabled, 2 active, 3 deleted.
    pub status: i64,
    /// When it expires, in unix seconds; `None`: never.
    pub expiry: Option<i64>,
    /// The type of its sessions; `None`: the caller chooses.
    pub session_type: Option<i64>,
    /// The user of its sessions; `None`: the caller chooses.
    pub session_user_id: Option<String>,
    /// The maximum lifetime of its sessions, in seconds.
    pub session_duration: Option<i64>,
    /// The privileges of its sessions.
    pub session_privileges: Option<String>,
    /// Kaltura's name of the digest that proves it.
    pub hash_type: String,
    /// What it is for.
    pub description: Option<String>,
}

impl AppToken {
    /// Reads a token; `None` if it is not one, or has an unreadable field, which would look like an open one.
    pub fn read(fields: Fields<'_>) -> Option<Self> {
        let text = |value: Value<'_>| match value {
            Value::Missing => Some(None),
            value => value.text().map(Some),
        };
        let number = |value: Value<'_>| match value {
            Value::Missing => Some(None),
            value => value.integer().map(Some),
        };
        let [
            id,
            token,
            partner_id,
            created_at,
            updated_at,
            status,
            expiry,
        ] = fields.get_all([
            "id",
            "token",
            "partnerId",
            "createdAt",
            "updatedAt",
            "status",
            "expiry",
        ]);
        let [
            session_type,
            user_id,
            duration,
            privileges,
            hash_type,
            description,
        ] = fields.get_all([
            "sessionType",
            "sessionUserId",
            "sessionDuration",
            "sessionPrivileges",
            "hashType",
            "description",
        ]);
        let hash_type = text(hash_type)?.filter(|it| !it.is_empty());
        Some(Self {
            id: text(id)?.filter(|id| !id.is_empty())?,
            token: Secret::new(text(token)?.unwrap_or_default()),
            partner_id: number(partner_id)??,
            created_at: number(created_at)?.unwrap_or(0),
            updated_at: number(updated_at)?.unwrap_or(0),
            status: number(status)??,
            expiry: number(expiry)?,
            session_type: number(session_type)?,
            session_user_id: text(user_id)?,
            session_duration: number(duration)?,
            session_privileges: text(privileges)?,
            // The database's default.
            hash_type: hash_type.unwrap_or_else(|| "SHA1".to_owned()),
            description: text(description)?,
        })
    }

    /// Reads the response to `add`, `get` or `update`.
    pub fn from_json(json: &[u8]) -> Option<Self> {
        Self::read(Value::from_json(json)?.fields()?)
    }

    /// Whether its value is known.
    pub fn has_value(&self) -> bool {
        !self.token.expose().is_empty()
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its tokens.
    pub app_tokens: Vec<AppToken>,
    /// The number of tokens on all pages.
    pub total_count: i64,
}

/// Reads the response to `list`; `None` if it is invalid.
pub fn read_page(json: &[u8]) -> Option<Page> {
    let [objects, total_count] = Value::from_json(json)?
        .fields()?
        .get_all(["objects", "totalCount"]);
    let app_tokens = match objects {
        // For a filter with an unknown user there is no list.
        Value::Missing => Vec::new(),
        Value::List(objects) => objects
            .iter()
            .map(|object| AppToken::read(object.fields()?))
            .collect::<Option<_>>()?,
        _ => return None,
    };
    Some(Page {
        app_tokens,
        total_count: total_count.integer()?,
    })
}
