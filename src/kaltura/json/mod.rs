//! JSON as Kaltura's API uses it: a strict reader of a few fields, and a writer of parameters.

mod cursor;
mod reader;
mod writer;

pub use reader::{Fields, Value};
pub use writer::{Params, push_text};
