//! The synchronous functions for KSs and privileges.

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::{self, Options, Plain};
use crate::error::InvalidOption;
use crate::kaltura::push_text;
use crate::ks::privileges;
use crate::ks::{self, KsFields, KsInfo, KsSession, Number, Random, Version};
use crate::options::ks as options;
use crate::options::privileges::written;
use crate::options::{Input, NO_ID, Named};
use crate::secret::looks_secret;

const KS_FIELDS: [&str; 9] = [
    "version",
    "partnerId",
    "userId",
    "sessionType",
    "expiry",
    "privileges",
    "masterPartnerId",
    "additionalData",
    "random",
];

/// `inspectKs(ks, secrets)`
#[wasm_bindgen(js_name = inspectKs, skip_typescript)]
pub fn inspect_ks(ks: &str, secrets: &Array) -> Result<JsValue, JsValue> {
    let secret = |(index, secret): (usize, JsValue)| {
        options::secret(Named {
            path: ["secrets[", &index.to_string(), "]"].concat(),
            input: convert::input(&secret),
        })
    };
    let secrets: Result<Vec<_>, _> = secrets.iter().enumerate().map(secret).collect();
    let info = ks::inspect(ks, &secrets.map_err(convert::invalid)?);
    let info = info.map_err(|error| convert::invalid(options::refused("ks", error)))?;
    Ok(ks_info(&info))
}

fn ks_info(info: &KsInfo) -> JsValue {
    let version = match info.version {
        Version::V1 => 1,
        Version::V2 => 2,
    };
    #[expect(clippy::cast_precision_loss, reason = "JavaScript has no other number")]
    let partner_id = info.partner_id as f64;
    let plain = Plain::ordinary();
    plain.set("version", version);
    plain.set("partnerId", partner_id);
    plain.set("verified", or_null(info.verified));
    plain.set("session", or_null(info.session.as_ref().map(ks_session)));
    plain.into()
}

fn ks_session(session: &KsSession) -> Plain {
    // JavaScript parses the numbers; Rust would need tables for it.
    let number = |number: &Number| or_null(number.digits().map(js_sys::parse_float));
    let plain = Plain::ordinary();
    plain.set("userId", or_null(session.user_id.as_deref()));
    plain.set("sessionType", number(&session.session_type));
    plain.set("expiry", number(&session.expiry));
    plain.set("privileges", &*session.privileges);
    plain.set("masterPartnerId", number(&session.master_partner_id));
    plain.set(
        "additionalData",
        or_null(session.additional_data.as_deref()),
    );
    plain.set("random", &*session.random);
    plain
}

fn or_null(value: Option<impl Into<JsValue>>) -> JsValue {
    value.map_or(JsValue::NULL, Into::into)
}

/// `generateKs(fields, secret)`
#[wasm_bindgen(js_name = generateKs, skip_typescript)]
pub fn generate_ks(fields: &Object, secret: &JsValue) -> Result<String, JsValue> {
    let (fields, random) = ks_fields(fields).map_err(convert::invalid)?;
    let secret = options::secret(Named {
        path: "secret".to_owned(),
        input: convert::input(secret),
    });
    let ks = ks::generate(&fields, &random, &secret.map_err(convert::invalid)?);
    let ks = ks.map_err(|error| convert::invalid(options::refused("fields", error)))?;
    Ok(ks.expose().to_owned())
}

fn ks_fields(fields: &Object) -> Result<(KsFields, Random), InvalidOption> {
    let from = Options::new(fields, "", &[&KS_FIELDS])?;
    let version = options::version(from.get("version"))?;
    let fields = KsFields {
        version,
        partner_id: options::partner_id(from.get("partnerId"))?,
        user_id: options::text(from.get("userId"))?,
        session_type: options::session_type(from.get("sessionType"))?,
        expiry: options::expiry(from.get("expiry"))?,
        privileges: options::privileges(from.get("privileges"))?,
        master_partner_id: options::master_partner_id(from.get("masterPartnerId"))?,
        additional_data: options::text(from.get("additionalData"))?,
    };
    let random = options::random(from.get("random"), version)?;
    options::check_fields(&fields, &random)?;
    Ok((fields, random))
}

/// `parsePrivileges(text)`, as JSON: 100,000 single objects would take a second.
#[wasm_bindgen(js_name = parsePrivileges, skip_typescript)]
pub fn parse_privileges(text: &str) -> String {
    let mut json = String::from("[");
    for privilege in privileges::parse(text) {
        json.push_str(if json.len() > 1 { ",{" } else { "{" });
        json.push_str("\"name\":");
        push_text(&mut json, &privilege.name);
        json.push_str(",\"values\":[");
        for (index, value) in privilege.values.iter().enumerate() {
            if index > 0 {
                json.push(',');
            }
            push_text(&mut json, value);
        }
        json.push_str("]}");
    }
    json.push(']');
    json
}

/// `formatPrivileges(list)`
#[wasm_bindgen(js_name = formatPrivileges, skip_typescript)]
pub fn format_privileges(list: &JsValue) -> Result<String, JsValue> {
    const EXPECTED: &str = "an array of { name, values }, of { name, any: true } for every value";
    let text = match convert::input(list) {
        Input::Privileges(list) => written("list", &list),
        _ => Err(InvalidOption::new("list", EXPECTED)),
    };
    text.map_err(convert::invalid)
}

/// `predictPrivileges(appTokenId, tokenPrivileges, requested)`
#[wasm_bindgen(js_name = predictPrivileges, skip_typescript)]
pub fn predict_privileges(
    app_token_id: &str,
    token_privileges: &JsValue,
    requested: &JsValue,
) -> Result<String, JsValue> {
    if looks_secret(app_token_id) {
        let wrong = InvalidOption::new("appTokenId", NO_ID);
        return Err(convert::invalid(wrong));
    }
    let token_privileges = token_privileges.as_string();
    let requested = requested.as_string();
    Ok(privileges::predict(
        app_token_id,
        token_privileges.as_deref(),
        requested.as_deref(),
    ))
}
