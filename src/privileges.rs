//! Session privileges.
