//! What an exchange is held with.

use crate::kaltura::{HashType, ServiceUrl};
use crate::retry::RetryPolicy;
use crate::secret::Secret;
use crate::session::GrantPolicy;

/// An application token's credentials.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The partner that the token belongs to.
    pub partner_id: u32,
    /// The token's id.
    pub app_token_id: String,
    /// The token, which is hashed and never sent. `None` if a signer makes the hashes.
    pub app_token: Option<Secret>,
    /// The hash types to try, the most likely first.
    pub hash_types: Vec<HashType>,
}

/// The settings of an exchange.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Kaltura's URL.
    pub service_url: ServiceUrl,
    /// The caller's name in Kaltura's logs.
    pub client_tag: String,
    /// What to do about sessions that differ from the request.
    pub grants: GrantPolicy,
    /// The retry policy.
    pub retry: RetryPolicy,
    /// The lifetime to request for a widget session, in seconds.
    pub widget_expiry_s: u32,
    /// The caller's deadline in local milliseconds; no wait goes beyond it.
    pub deadline_ms: i64,
}
