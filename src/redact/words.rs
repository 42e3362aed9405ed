//! Distinguishes identifiers, such as `MISSING_MANDATORY_PARAMETER` or `startWidgetSessionNow`, from base64 and hex
//! without digits.
//!
//! One in 30 random texts of 20 base64 characters has no digit, and some of those look like camel case. So words must
//! look like English, which uses half of all pairs of letters.

use crate::work;

/// For each letter, the letters that follow it in English words and in Kaltura's names.
const FOLLOWERS: [u32; 26] = followers(&[
    "bcdfghiklmnprstuvwxyz",
    "aeijlorstuy",
    "acehiklorstuy",
    "abdefgilmoprstuvwy",
    "abcdefghijklmnopqrstuvwxy",
    "aefilortuy",
    "aeghilmnorstuy",
    "aeimorstuy",
    "abcdefgklmnoprstvxz",
    "aeosu",
    "adefgilnoswy",
    "abdefgiklmoprstuvwy",
    "abeilmnopsuy",
    "abcdefghijklmnoprstuvwy",
    "abcdefghijklmnoprstuvwxy",
    "adehilnoprstuy",
    "u",
    "abcdefgiklmnoprstuvwy",
    "abcefghiklmnopqrstuvwy",
    "abcdefhilmnoprstuwy",
    "abcdefgilmnprstxyz",
    "aeioy",
    "adehiknoprs",
    "aceiptuy",
    "abcdeilmnopstw",
    "aeiyz",
]);

/// The bit sets of letters.
const fn followers(letters: &[&str; 26]) -> [u32; 26] {
    let mut sets = [0; 26];
    let mut rest: &[&str] = letters;
    let mut rest_of_sets: &mut [u32] = &mut sets;
    while let ([text, texts @ ..], [set, others @ ..]) = (rest, rest_of_sets) {
        let mut bytes = text.as_bytes();
        while let [byte, after @ ..] = bytes {
            *set |= 1 << (*byte - b'a');
            bytes = after;
        }
        (rest, rest_of_sets) = (texts, others);
    }
    sets
}

/// Whether `run` consists of words, in camel case or separated by `_`, without digits.
pub(super) fn is_identifier(run: &str) -> bool {
    work::steps(run.len());
    let is_camel_case =
        run.bytes().any(|b| b.is_ascii_lowercase()) && run.bytes().any(|b| b.is_ascii_uppercase());
    let mut rest = run.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'_' && !is_camel_case {
            rest = after;
            continue;
        }
        let length = after
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .take_while(|byte| !is_camel_case || byte.is_ascii_lowercase())
            .count();
        let Some((word, after)) = rest.split_at_checked(length + 1) else {
            return false;
        };
        // Short words between underscores are usually abbreviations.
        let is_abbreviation = !is_camel_case && word.len() < 4 && first.is_ascii_alphabetic();
        if !is_abbreviation && !is_word(word) {
            return false;
        }
        rest = after;
    }
    true
}

/// Whether these letters could be a word.
fn is_word(letters: &[u8]) -> bool {
    let is_vowel = |byte: &u8| b"aeiouyAEIOUY".contains(byte);
    letters.len() > 1
        && letters.iter().all(u8::is_ascii_alphabetic)
        && letters.iter().any(is_vowel)
        && letters.windows(2).all(|pair| match pair {
            [one, next] => {
                let [one, next] = [one, next].map(|it| it.to_ascii_lowercase().wrapping_sub(b'a'));
                let followers = FOLLOWERS.get(usize::from(one)).copied();
                followers.unwrap_or_default() >> (next & 31) & 1 == 1
            }
            _ => false,
        })
}
