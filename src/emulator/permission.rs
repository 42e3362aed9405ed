//! Permissions: the partner, the user and the role of a call.

use super::exception::Exception;
use super::partner::{User, UserStatus};
use super::session::CallerKs;
use super::state::State;

/// The roles; each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// Without a session.
    Nobody,
    /// With a user's session, or a widget's.
    User,
    /// With an administrator's session, or as an administrator.
    Admin,
}

/// Roles for `setrole`, and their equivalents here.
const ROLES: &[(&str, Role)] = &[
    ("PLAYBACK_BASE_ROLE", Role::User),
    ("BASE_USER_SESSION_ROLE", Role::User),
    ("WIDGET_SESSION_ROLE", Role::User),
    ("PARTNER_ADMIN_ROLE", Role::Admin),
    ("PUBLISHER_ADMINISTRATOR", Role::Admin),
];

/// The user of a session.
pub(super) struct ApiCaller {
    pub role: Role,
    /// Whether this call created the user.
    pub fresh_user: bool,
}

/// Finds the user of `session`, creates it at its first call, and returns its role.
pub(super) fn caller(
    state: &mut State,
    session: Option<&CallerKs>,
    now: i64,
) -> Result<ApiCaller, Exception> {
    let Some(session) = session else {
        return Ok(ApiCaller {
            role: Role::Nobody,
            fresh_user: false,
        });
    };
    let Some(partner) = state.partners.get_mut(&session.partner_id) else {
        return Err(Exception::partner_blocked());
    };
    if !partner.is_active() {
        return Err(Exception::partner_blocked());
    }
    let mut fresh_user = false;
    let mut is_admin = session.ks.is_admin();
    match &session.ks.user_id {
        // A session that leaves the user out makes one without a name, and from then on app
        // tokens may go without a user.
        None => partner.userless_app_tokens = true,
        Some(id) => {
            let known = partner
                .user(id)
                .filter(|user| user.status != UserStatus::Deleted);
            fresh_user = known.is_none();
            let user = known.unwrap_or_else(|| {
                let user = User::new(now);
                partner.add_user(id, user.clone());
                user
            });
            if user.status == UserStatus::Blocked {
                return Err(Exception::user_blocked());
            }
            is_admin |= user.is_admin;
        }
    }
    let role = match set_role(session)? {
        Some(role) => role,
        None if is_admin => Role::Admin,
        None => Role::User,
    };
    Ok(ApiCaller { role, fresh_user })
}

/// The role that the session names.
fn set_role(session: &CallerKs) -> Result<Option<Role>, Exception> {
    let Some(name) = session.role() else {
        return Ok(None);
    };
    match ROLES.iter().find(|(known, _)| *known == name) {
        Some((_, role)) => Ok(Some(*role)),
        None if name.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(Exception::unknown_role_id(name))
        }
        None => Err(Exception::invalid_object_id("N/A")),
    }
}
