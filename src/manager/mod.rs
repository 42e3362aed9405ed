//! Managing application tokens: what is asked of Kaltura's `appToken` service, which traps are
//! in it, and what its answers say.
//!
//! The service needs an administrator's session. Whoever may add application tokens can get
//! any other session by adding one, so a session for it is not worth restricting by
//! privileges: a short life is what limits it.

mod admin;
mod ends;
mod fields;
mod list;
mod outcome;
mod prepare;
mod privileges;
mod token;
mod warning;

pub use admin::{AdminKs, Unusable, admin_secret};
pub use ends::is_isolated;
pub use fields::{NAMES, check_name};
pub use list::{FILTER, MOST_PAGES, PAGER, Paging, list};
pub use outcome::{Action, Shown, WriteVerdict, is_nothing, judge};
pub use prepare::{Prepared, add, id, successor, update, warnings_of_deletion};
pub use token::{AppToken, Page, read_page};
pub use warning::Warning;

#[cfg(test)]
mod tests;
