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
        (None, Ok(_)) => assert!(depth(bytes) >= DEEPEST, "refused"),
        // A number beyond any float, which we don't look at.
        (Some(_), Err(error)) => assert!(
            error.to_string().starts_with("number out of range"),
            "{error}"
        ),
        (None, Err(_)) => {}
    }
});

/// How many brackets are open at most; in what is read, one that comes twice may be missing.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
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
