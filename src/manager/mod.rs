//! Manages application tokens: the calls of Kaltura's `appToken` service, their pitfalls, and their responses.
//!
//! The service needs an administrator's session. Anybody who may add application tokens can get any other session
//! with them, so privileges couldn't restrict this session; its short lifetime does.

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
