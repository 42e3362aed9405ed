//! What to do about a session that differs from the request.

use super::compare::{Difference, Effect, Field};

/// What to do about differences between request and session.
///
/// ```
/// use kaltura_app_token::{Difference, Effect, Field, GrantPolicy};
///
/// let shorter = Difference {
///     field: Field::Expiry,
///     asked: Some("3600".to_owned()),
///     granted: Some("1800".to_owned()),
///     effect: Effect::Narrower,
/// };
/// assert!(!GrantPolicy::Guard.refuses(&[shorter.clone()]));
/// assert!(GrantPolicy::Exact.refuses(&[shorter]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GrantPolicy {
    /// A session that may do more than requested, or has expired, is an error; one that may do less is reported.
    #[default]
    Guard,
    /// Every difference is an error.
    Exact,
    /// No difference is an error, except that an isolated session ends with others.
    Report,
}

impl GrantPolicy {
    /// Whether a session with these differences must not be returned. One that contradicts the response never is.
    pub fn refuses(self, differences: &[Difference]) -> bool {
        let never = |it: &Difference| matches!(it.field, Field::Carried(_) | Field::SessionId);
        differences.iter().any(never)
            || match self {
                Self::Guard => differences.iter().any(|it| it.effect != Effect::Narrower),
                Self::Exact => !differences.is_empty(),
                Self::Report => false,
            }
    }
}
