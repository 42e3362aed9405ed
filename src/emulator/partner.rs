//! Partners and their users.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::{Answer, Object};
use super::app_token::cut_user_id;
use super::plain;
use crate::ks::Version;
use crate::secret::Secret;

/// A partner: a Kaltura account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Partner {
    /// The partner's number.
    pub id: i64,
    /// A description, which the emulator ignores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Signs its sessions, and starts administrators' sessions.
    #[serde(with = "plain::secret")]
    pub admin_secret: Secret,
    /// Further secrets that verify sessions but don't sign them.
    #[serde(
        default,
        with = "plain::secrets",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub additional_admin_secrets: Vec<Secret>,
    /// Starts users' sessions.
    #[serde(
        default,
        with = "plain::optional_secret",
        skip_serializing_if = "Option::is_none"
    )]
    pub user_secret: Option<Secret>,
    /// The version of its KSs.
    #[serde(default, with = "plain::version")]
    pub ks_version: Version,
    /// The maximum lifetime of a session in seconds, and the default for app tokens.
    #[serde(default = "a_day")]
    pub ks_max_expiry: Option<i64>,
    /// Whether the API refuses its calls over http.
    #[serde(default)]
    pub https_only: bool,
    /// Whether app tokens may leave their user open.
    #[serde(default)]
    pub userless_app_tokens: bool,
    /// 1 is active; anything else is blocked.
    #[serde(default = "active")]
    pub status: i64,
    /// Its users by id, except the anonymous ones that every partner has.
    #[serde(default)]
    pub users: BTreeMap<String, User>,
    /// When it was created, in unix seconds.
    #[serde(default)]
    pub created_at: i64,
}

/// The most users of a partner that are created by their sessions. Further ones are new at each call.
const MOST_USERS: usize = 100_000;

#[expect(clippy::unnecessary_wraps, reason = "it is the default of an option")]
fn a_day() -> Option<i64> {
    Some(86_400)
}

fn active() -> i64 {
    1
}

impl Partner {
    /// Whether its calls are answered.
    pub fn is_active(&self) -> bool {
        self.status == 1
    }

    /// All secrets that verify a session, the signing one first.
    pub fn admin_secrets(&self) -> Vec<Secret> {
        let mut secrets = vec![self.admin_secret.clone()];
        secrets.extend(self.additional_admin_secrets.iter().cloned());
        secrets
    }

    /// Whether `secret` starts sessions of `session_type`.
    pub(super) fn accepts_secret(&self, secret: &Secret, session_type: i64) -> bool {
        let admin = self.admin_secrets().iter().any(|known| known == secret);
        admin || (session_type == 0 && self.user_secret.as_ref() == Some(secret))
    }

    /// Adds or replaces a user, unless there are too many.
    pub(super) fn add_user(&mut self, id: &str, user: User) {
        let id = cut_user_id(id);
        if self.users.len() < MOST_USERS || self.users.contains_key(&id) {
            self.users.insert(id, user);
        }
    }

    /// The user as the API shows it; anonymous ones always exist.
    pub(super) fn user(&self, id: &str) -> Option<User> {
        self.users.get(&*cut_user_id(id)).cloned().or_else(|| {
            matches!(id, "" | "0").then(|| User {
                screen_name: Some("Unknown".to_owned()),
                ..User::new(self.created_at)
            })
        })
    }
}

/// A user of a partner.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// Shown in lists; by default the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screen_name: Option<String>,
    /// By default the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// By default the id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// By default empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// An e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// 0 blocked, 1 active, 2 deleted.
    pub status: UserStatus,
    /// Whether the user may do what administrators may, even in a user's session.
    pub is_admin: bool,
    /// Whether the user owns the account.
    pub is_account_owner: bool,
    /// When it was created, in unix seconds.
    pub created_at: i64,
    /// When it was changed last.
    pub updated_at: i64,
    /// When it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<i64>,
}

/// The state of a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "i64", into = "i64")]
pub enum UserStatus {
    /// Nothing.
    Blocked,
    /// Anything.
    #[default]
    Active,
    /// Deleted.
    Deleted,
}

impl From<i64> for UserStatus {
    fn from(number: i64) -> Self {
        match number {
            0 => Self::Blocked,
            2 => Self::Deleted,
            _ => Self::Active,
        }
    }
}

impl From<UserStatus> for i64 {
    fn from(status: UserStatus) -> Self {
        match status {
            UserStatus::Blocked => 0,
            UserStatus::Active => 1,
            UserStatus::Deleted => 2,
        }
    }
}

impl User {
    /// Makes an ordinary user.
    pub fn new(now: i64) -> Self {
        Self {
            created_at: now,
            updated_at: now,
            ..Self::default()
        }
    }

    /// The `KalturaUser`. A `fresh` one was created by the same request, so the database's defaults aren't known yet.
    pub(super) fn answer(&self, id: &str, partner_id: i64, fresh: bool) -> Answer {
        let named = |name: &Option<String>| name.clone().unwrap_or_else(|| id.to_owned());
        let (role_id, role_name) = if self.is_admin {
            ("2", "Publisher Administrator")
        } else {
            ("", "")
        };
        Answer::Object(
            Object::new("KalturaUser")
                .with("id", id)
                .with("partnerId", partner_id)
                .with("screenName", named(&self.screen_name))
                .with("fullName", named(&self.full_name))
                .with("email", self.email.clone())
                .with("country", "")
                .with("description", "")
                .with("status", i64::from(self.status))
                .with("createdAt", self.created_at)
                .with("updatedAt", self.updated_at)
                .with("storageSize", (!fresh).then_some(0))
                .with("statusUpdatedAt", self.updated_at)
                .with("deletedAt", self.deleted_at)
                .with("userMode", 0)
                .with("capabilities", Answer::List(Vec::new()))
                .with("type", (!fresh).then_some(0))
                .with("isAdmin", self.is_admin)
                .with("isGuest", false)
                .with("roleIds", role_id)
                .with("roleNames", role_name)
                .with("isAccountOwner", self.is_account_owner)
                .with("firstName", named(&self.first_name))
                .with("lastName", self.last_name.clone().unwrap_or_default())
                .with("loginEnabled", self.is_admin)
                .with("isSsoExcluded", false),
        )
    }
}
