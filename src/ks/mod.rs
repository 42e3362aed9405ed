//! The Kaltura Session.
