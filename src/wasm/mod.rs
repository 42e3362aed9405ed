//! The only place that names JavaScript: exports, conversion, transport.
//! A binding converts, calls, and converts back; the rules are in the pure modules.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::hash::{HashType, token_hash};
use crate::secret::Secret;

/// `hashAppToken(ks, appToken, hashType)`
#[wasm_bindgen(js_name = hashAppToken, skip_typescript)]
pub fn hash_app_token(ks: &str, app_token: String, hash_type: &str) -> Option<String> {
    let hash_type = HashType::from_name(hash_type)?;
    Some(
        token_hash(hash_type, ks, &Secret::new(app_token))
            .expose()
            .to_owned(),
    )
}
