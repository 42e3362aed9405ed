//! The Kaltura side.
