//! What the real server made and read.

use std::sync::LazyLock;

use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::secret;
use crate::ks::privileges;
use crate::ks::*;

static FILE: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../js-tests/vectors/ks.json")).unwrap()
});

fn recorded(section: &str) -> Vec<Value> {
    FILE[section].as_array().unwrap().clone()
}

/// The secrets of the partner that a KS says it is for.
fn secrets_of(partner_id: i64) -> Vec<Secret> {
    let known = FILE["notes"]["adminSecretsByPartner"][partner_id.to_string()].clone();
    known
        .as_str()
        .map_or(Vec::new(), |known| known.split(',').map(secret).collect())
}

/// PHP's text of a value, which differs for `false` between the versions.
fn field(value: &Value, version: Version) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(false) if version == Version::V1 => Some(String::new()),
        Value::Bool(flag) => Some(u8::from(*flag).to_string()),
        Value::String(text) => Some(text.clone()),
        number => Some(number.to_string()),
    }
}

fn number(value: &Value, version: Version) -> Number {
    field(value, version).map_or(Number::ABSENT, Number::from_text)
}

#[test]
fn every_recorded_ks_is_made_byte_for_byte() {
    let mut made = [0; 2];
    for vector in recorded("vectors") {
        let input = &vector["input"];
        let version = if vector["version"] == 1 {
            Version::V1
        } else {
            Version::V2
        };
        let random = match (&vector["rand"], &vector["randomPrefixHex"]) {
            (Value::String(text), _) => Random::Text(text.clone()),
            (_, Value::String(bytes)) => {
                Random::Bytes(hex::decode(bytes).unwrap().try_into().unwrap())
            }
            _ => continue,
        };
        let fields = KsFields {
            version,
            partner_id: number(&input["partnerId"], version).to_int(),
            user_id: field(&input["userId"], version),
            session_type: number(&input["type"], version),
            expiry: number(&input["expiry"], version),
            privileges: field(&input["privileges"], version).unwrap_or_default(),
            master_partner_id: number(&input["masterPartnerId"], version),
            additional_data: field(&input["additionalData"], version),
        };
        let secret = secret(input["adminSecret"].as_str().unwrap());
        let ks = generate(&fields, &random, &secret).unwrap();
        assert_eq!(
            ks.expose(),
            vector["ks"],
            "{} {}",
            vector["id"],
            vector["note"]
        );
        made[usize::from(version == Version::V2)] += 1;
    }
    assert!(
        made.iter().all(|&made| made > 0),
        "{made:?} of versions 1 and 2"
    );
}

#[test]
fn every_recorded_ks_gets_the_servers_verdict_and_shows_the_servers_fields() {
    for vector in [recorded("vectors"), recorded("invalid")].concat() {
        let name = format!("{} {}", vector["id"], vector["note"]);
        // Where PHP took a number or a flag for a text, so do we.
        let ks = field(&vector["ks"], Version::V2).unwrap();
        let unverified = inspect(&ks, &[]);
        let secrets = unverified
            .as_ref()
            .map_or(Vec::new(), |info| secrets_of(info.partner_id));
        let info = inspect(&ks, &secrets);
        if vector["php_exception"].is_string() {
            assert_eq!(info, Err(KsError::Unreadable), "{name}");
            continue;
        }
        match &vector["parseKS"] {
            Value::Bool(true) => {
                let info = info.unwrap();
                assert_eq!(info.verified, Some(true), "{name}");
                assert_eq!(unverified.unwrap().verified, None, "{name}");
                assert_shows(&info, &vector["decoded"], &name);
            }
            Value::Bool(false) => {
                assert!(
                    info.is_err() || info.unwrap().verified == Some(false),
                    "{name}"
                );
            }
            _ => assert!(info.is_err() || info.unwrap().verified.is_none(), "{name}"),
        }
    }
}

fn assert_shows(info: &KsInfo, decoded: &Value, name: &str) {
    let session = info.session.as_ref().unwrap();
    let session_id_hash = session
        .session_id()
        .map(|id| hex::encode(Sha1::digest(format!("{}_{id}", info.partner_id))));
    let shown = json!({
        "partner_id": info.partner_id.to_string(),
        "valid_until": session.expiry.text(),
        "type": session.session_type.text(),
        "rand": session.random,
        "user": session.user_id,
        "privileges": session.privileges,
        "master_partner_id": session.master_partner_id.text(),
        "additional_data": session.additional_data,
        "hash": session.hash,
        "isAdmin": session.is_admin(),
        "isWidgetSession": session.is_widget(),
        "isAnonymousSession": session.is_anonymous(),
        "sessionIdHash": session_id_hash,
    });
    for (field, shown) in shown.as_object().unwrap() {
        let expected = match &decoded[field] {
            // A version 1 that is cut off has no text there; our text is empty.
            Value::Null if ["rand", "privileges"].contains(&&**field) => &json!(""),
            expected => expected,
        };
        assert_eq!(shown, expected, "{field} of {name}");
    }
    // The server keeps what it read of version 2 beside the text.
    if info.version == Version::V1 || !["", "*"].contains(&&*session.privileges) {
        let parsed: serde_json::Map<String, Value> = privileges::parse(&session.privileges)
            .into_iter()
            .map(|privilege| (privilege.name, json!(privilege.values)))
            .collect();
        assert_eq!(Value::Object(parsed), decoded["parsedPrivileges"], "{name}");
    }
}

#[test]
fn the_server_and_we_agree_on_what_has_expired() {
    let now = FILE["generatedAt"].as_i64().unwrap();
    for vector in [recorded("vectors"), recorded("invalid")].concat() {
        let Value::String(verdict) = &vector["isValidBaseName"] else {
            continue;
        };
        // The server turns away an empty body before it looks at the time.
        if verdict == "INVALID_STR" {
            continue;
        }
        let ks = vector["ks"].as_str().unwrap();
        let partner_id = inspect(ks, &[]).unwrap().partner_id;
        let session = inspect(ks, &secrets_of(partner_id))
            .unwrap()
            .session
            .unwrap();
        let is_expired = verdict == "EXPIRED";
        assert_eq!(
            session.is_expired(now),
            is_expired,
            "{} {verdict}",
            vector["id"]
        );
    }
}
