//! Any bytes as an answer's JSON: taken and refused as `serde_json` does it, but for depth.

#![no_main]

use kaltura_app_token::kaltura::{Fields, Value};
use kaltura_app_token_fuzz::bounded;
use libfuzzer_sys::fuzz_target;
use serde_json::Value as Json;

const DEEPEST: usize = 64;

fuzz_target!(|bytes: &[u8]| {
    let ours = bounded(bytes.len(), || Value::from_json(bytes));
    if let Some(ours) = ours {
        bounded(bytes.len(), || looked_up(ours));
    }
    let theirs = serde_json::from_slice::<Json>(bytes);
    match (&ours, &theirs) {
        (Some(ours), Ok(theirs)) => assert!(same(*ours, theirs), "differs"),
        (None, Ok(_)) => assert!(depth(bytes) > DEEPEST, "refused"),
        // A number beyond any float, which we don't look at.
        (Some(_), Err(error)) => assert!(
            error.to_string().starts_with("number out of range"),
            "{error}"
        ),
        (None, Err(_)) => {}
    }
});

/// Reads what is read of answers.
fn looked_up(value: Value<'_>) {
    if let Some(fields) = value.fields() {
        let [ks, args, objects] = fields.get_all(["ks", "args", "objects"]);
        let _ = (ks.string(), ks.integer(), args.fields());
        if let Value::List(objects) = objects {
            let _ = objects
                .iter()
                .map(|it| it.text())
                .filter(Option::is_some)
                .count();
        }
    }
}

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

/// Objects are compared by their fields in order of their names: a look-up reads the whole object,
/// and there may be many.
fn same(ours: Value<'_>, theirs: &Json) -> bool {
    match (ours, theirs) {
        (Value::Missing, Json::Null) | (Value::Other, Json::Bool(_)) => true,
        (Value::Text(_), Json::String(theirs)) => {
            ours.is(theirs) && ours.string().as_ref() == Some(theirs)
        }
        (Value::Integer(ours), Json::Number(theirs)) => {
            // `-0` is a float to the one and 0 to the other.
            theirs.as_i64() == Some(ours) || (ours == 0 && theirs.as_f64() == Some(0.0))
        }
        (Value::Other, Json::Number(theirs)) => theirs.as_i64().is_none(),
        (Value::List(ours), Json::Array(theirs)) => {
            let mut theirs = theirs.iter();
            ours.iter()
                .all(|ours| theirs.next().is_some_and(|theirs| same(ours, theirs)))
                && theirs.next().is_none()
        }
        (Value::Object(ours), Json::Object(theirs)) => fields(ours, theirs),
        _ => false,
    }
}

fn fields(ours: Fields<'_>, theirs: &serde_json::Map<String, Json>) -> bool {
    let mut listed: Vec<_> = ours.iter().collect();
    listed.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut names = 0;
    let same = listed
        .chunk_by(|(one, _), (other, _)| one == other)
        .all(|equals| {
            names += 1;
            let (name, value) = &equals[0];
            let Some(expected) = theirs.get(name) else {
                return false;
            };
            // One that comes twice is neither; both are judged by the look-up, for a few.
            let found = (names <= 8).then(|| ours.get(name));
            match equals.len() {
                1 => same(*value, expected) && found.is_none_or(|found| found == *value),
                _ => found.is_none_or(|found| found == Value::Other),
            }
        });
    same && names == theirs.len()
}
