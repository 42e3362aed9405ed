//! `KalturaAppToken`s, as they are answered.

use crate::kaltura::{Fields, Value};
use crate::secret::Secret;

/// An application token. What Kaltura leaves out is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppToken {
    /// Its id.
    pub id: String,
    /// Its value, which only whoever made it needs to see.
    pub token: Secret,
    /// Whose it is.
    pub partner_id: i64,
    /// When it was made, in unix seconds.
    pub created_at: i64,
    /// When it was changed last, in unix seconds.
    pub updated_at: i64,
    /// 1 disabled, 2 active, 3 deleted.
    pub status: i64,
    /// When it ends, in unix seconds; never without.
    pub expiry: Option<i64>,
    /// The type of its sessions; their caller's choice without.
    pub session_type: Option<i64>,
    /// The user of its sessions; their caller's choice without.
    pub session_user_id: Option<String>,
    /// The longest life of its sessions, in seconds.
    pub session_duration: Option<i64>,
    /// The privileges of its sessions.
    pub session_privileges: Option<String>,
    /// Kaltura's name of the digest that proves it.
    pub hash_type: String,
    /// What it is for.
    pub description: Option<String>,
}

impl AppToken {
    /// Reads one; `None` if it is none, or has a field that can't be read: taken for one that is
    /// left out, it would leave open what it limits.
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

    /// Reads the answer to `add`, `get` or `update`.
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
    /// The tokens on it.
    pub app_tokens: Vec<AppToken>,
    /// How many there are on all pages.
    pub total_count: i64,
}

/// Reads the answer to `list`; `None` if it is none.
pub fn read_page(json: &[u8]) -> Option<Page> {
    let [objects, total_count] = Value::from_json(json)?
        .fields()?
        .get_all(["objects", "totalCount"]);
    let app_tokens = match objects {
        // A filter that names a user nobody knows is answered without a list.
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
