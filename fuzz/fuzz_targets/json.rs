//! Any bytes as an answer's JSON: taken and refused as `serde_json` does it, but for depth.

#![no_main]

use kaltura_app_token::api::{Fields, Value};
use libfuzzer_sys::fuzz_target;
use serde_json::Value as Json;

const DEEPEST: usize = 64;

fuzz_target!(|bytes: &[u8]| {
    let ours = Value::from_json(bytes);
    let theirs = serde_json::from_slice::<Json>(bytes);
    match (&ours, &theirs) {
        (Some(ours), Ok(theirs)) => assert!(same(ours, theirs), "{ours:?} {theirs}"),
        (None, Ok(theirs)) => assert!(depth(theirs) > DEEPEST, "refused"),
        // A number beyond any float, which we don't look at.
        (Some(_), Err(error)) => assert!(
            error.to_string().starts_with("number out of range"),
            "{error}"
        ),
        (None, Err(_)) => {}
    }
});

fn depth(value: &Json) -> usize {
    let below = match value {
        Json::Array(items) => items.iter().map(depth).max(),
        Json::Object(fields) => fields.values().map(depth).max(),
        _ => None,
    };
    1 + below.unwrap_or(0)
}

fn same(ours: &Value, theirs: &Json) -> bool {
    match (ours, theirs) {
        (Value::Missing, Json::Null) | (Value::Other, Json::Bool(_)) => true,
        (Value::Text(ours), Json::String(theirs)) => ours == theirs,
        (Value::Integer(ours), Json::Number(theirs)) => {
            // `-0` is a float to the one and 0 to the other.
            theirs.as_i64() == Some(*ours) || (*ours == 0 && theirs.as_f64() == Some(0.0))
        }
        (Value::Other, Json::Number(theirs)) => theirs.as_i64().is_none(),
        (Value::List(ours), Json::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
        }
        (Value::Object(ours), Json::Object(theirs)) => fields(ours, theirs),
        _ => false,
    }
}

fn fields(ours: &Fields, theirs: &serde_json::Map<String, Json>) -> bool {
    ours.iter().all(|(name, _)| theirs.contains_key(name))
        && theirs.iter().all(|(name, value)| {
            let count = ours.iter().filter(|(known, _)| known == name).count();
            match count {
                1 => same(ours.get(name), value),
                // One that comes twice is neither.
                2.. => *ours.get(name) == Value::Other,
                _ => false,
            }
        })
}
