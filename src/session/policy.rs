//! What to do about a session that is not what was asked for.

use super::compare::{Difference, Effect, Field};

/// What to do about differences between wish and grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GrantPolicy {
    /// A session that may do more than asked, or has expired, is an error; one that may do
    /// less is reported.
    #[default]
    Guard,
    /// Every difference is an error.
    Exact,
    /// None is, but that a session ends with others that was to end alone.
    Report,
}

impl GrantPolicy {
    /// Whether a session with these differences must not be handed out. One that contradicts what
    /// was said of it never is.
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
