//! Removes secrets from foreign text, because Kaltura's messages repeat the KS that was sent, and sometimes another
//! caller's.

mod words;

use crate::secret::Secret;
use crate::text::beginning;
use crate::work;

/// Replaces a secret.
pub const REDACTED: &str = "[redacted]";

/// Runs of this many characters of base64 or hex count as secrets. A KS, a token and a hash are longer; Kaltura's ids and
/// words of error codes are shorter.
const SUSPICIOUS: usize = 20;

/// The most bytes of a text that are read.
const LONGEST_INPUT: usize = 10_000;

/// The longest text worth showing.
const LONGEST: usize = 500;

/// Returns `text` without the `known` secrets and everything that looks like one.
pub fn redact(text: &str, known: &[&Secret]) -> String {
    redact_values(text, known, &[])
}

/// Like [`redact`], and replaces `values` too: each is a text and its replacement.
///
/// All are searched for in the original text, so that no replacement is replaced again or splits a secret. Of several
/// at the same position the longest counts; overlapping ones are all removed.
pub fn redact_values(text: &str, known: &[&Secret], values: &[(String, String)]) -> String {
    let length = text.len();
    let text = beginning(text, LONGEST_INPUT);
    let is_cut = text.len() < length;

    let mut found = Replacements(vec![(0, ""); text.len()]);
    for secret in known {
        search(text, secret.expose(), is_cut, |start, length| {
            found.add(start, length, REDACTED);
        });
    }
    add_runs(text, is_cut, &mut found);
    for (value, shown) in values {
        search(text, value, is_cut, |start, length| {
            found.add(start, length, shown);
        });
    }
    found.replaced(text, is_cut)
}

/// The replacements: for each position in a text, the length of the match that begins there, and its replacement.
struct Replacements<'a>(Vec<(usize, &'a str)>);

impl<'a> Replacements<'a> {
    fn add(&mut self, start: usize, length: usize, shown: &'a str) {
        if let Some(longest) = self.0.get_mut(start).filter(|it| it.0 <= length) {
            *longest = (length, shown);
        }
    }

    fn replaced(&self, text: &str, is_cut: bool) -> String {
        let mut out = String::new();
        // The end of the last replacement, and its text.
        let (mut end, mut last) = (0, "");
        for (index, c) in text.char_indices() {
            if out.len() >= LONGEST {
                out.push('…');
                return out;
            }
            let (length, shown) = self.0.get(index).copied().unwrap_or_default();
            if length > 0 && index + length > end {
                // An overlapping replacement isn't shown twice.
                if index >= end || shown != last {
                    out.push_str(shown);
                }
                (end, last) = (index + length, shown);
            }
            if index >= end {
                out.push(if c.is_control() { ' ' } else { c });
            }
        }
        work::steps(text.len() + out.len());
        if is_cut {
            out.push('…');
        }
        out
    }
}

/// Calls `found` with the position and length of each occurrence of `wanted` in `text`. If the text is cut off, a prefix
/// of `wanted` at its end is found too.
///
/// Takes linear time (Knuth, Morris and Pratt).
fn search(text: &str, wanted: &str, is_cut: bool, mut found: impl FnMut(usize, usize)) {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let is_whole = wanted.len() <= text.len();
    let wanted = wanted.get(..text.len()).unwrap_or(wanted);
    if wanted.is_empty() || !(is_whole || is_cut) {
        return;
    }
    // For each prefix of `wanted`: the length of the longest shorter prefix that it ends in.
    let mut borders = vec![0; wanted.len()];
    let mut matched = 0;
    for index in 1..wanted.len() {
        matched = extended(wanted, &borders, matched, wanted.get(index));
        if let Some(border) = borders.get_mut(index) {
            *border = matched;
        }
    }
    matched = 0;
    for index in 0..text.len() {
        matched = extended(wanted, &borders, matched, text.get(index));
        if is_whole && matched == wanted.len() {
            found(index + 1 - matched, matched);
        }
    }
    if is_cut && matched > 0 {
        found(text.len() - matched, matched);
    }
}

/// The length of the match after one more byte, if `matched` bytes matched before.
fn extended(wanted: &[u8], borders: &[usize], mut matched: usize, byte: Option<&u8>) -> usize {
    loop {
        work::steps(1);
        if byte.is_some() && wanted.get(matched) == byte {
            return matched + 1;
        }
        match matched.checked_sub(1).and_then(|it| borders.get(it)) {
            Some(border) => matched = *border,
            None => return 0,
        }
    }
}

/// Adds the runs of characters that look like a secret.
fn add_runs(text: &str, is_cut: bool, found: &mut Replacements<'_>) {
    let mut rest = text;
    while !rest.is_empty() {
        let start = text.len() - rest.len();
        let length = rest
            .bytes()
            .take_while(|byte| is_secret_byte(*byte))
            .count();
        work::steps(length + 1);
        let (run, after) = rest.split_at_checked(length).unwrap_or_default();
        // The length of a run that is cut off is unknown.
        let may_go_on = is_cut && after.is_empty();
        if may_go_on || run.len() >= SUSPICIOUS && !words::is_identifier(run) {
            found.add(start, length, REDACTED);
        }
        let mut after = after.chars();
        let _ = after.next();
        rest = after.as_str();
    }
}

fn is_secret_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b'%')
}

#[cfg(test)]
mod tests;
