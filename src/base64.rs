//! Base64 without padding, in constant time for a length. A library contains an unrolled reader for each
//! alphabet, which is several times as much WebAssembly.

/// The last two digits of the alphabet for URLs; the standard one has `+/`.
pub const URL: [u8; 2] = *b"-_";

/// Encodes `bytes` in the alphabet for URLs.
pub fn encode_url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for three in bytes.chunks(3) {
        let byte = |index: usize| i32::from(three.get(index).copied().unwrap_or_default());
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        // Each byte completes a digit, and the last one begins one more.
        for index in 0..=three.len() {
            text.push(char::from(digit(word >> (18 - 6 * index) & 63)));
        }
    }
    text
}

/// The digit for six bits.
fn digit(value: i32) -> u8 {
    // Adds where the value is above a limit: a negative number is all ones above its low bits.
    let above = |limit: i32, step: i32| (limit - value) >> 8 & step;
    let steps = above(25, 6) + above(51, -75) + above(61, -13) + above(62, 49);
    u8::try_from(value + i32::from(b'A') + steps).unwrap_or_default()
}

/// Decodes `text`, with `last` as the last two digits of its alphabet. The surplus bits of the last
/// digit must be zero.
pub fn decode(text: &[u8], last: [u8; 2]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    // Negative after an invalid character, and not zero after a surplus bit.
    let mut wrong = 0;
    for four in text.chunks(4) {
        let mut word = 0_i32;
        for index in 0..4 {
            let value = four.get(index).map_or(0, |byte| value(*byte, last));
            wrong |= value & i32::MIN;
            word = word << 6 | value & 63;
        }
        let word: [u8; 4] = word.to_be_bytes();
        let (whole, rest) = word.split_at_checked(four.len())?;
        bytes.extend_from_slice(whole.get(1..)?);
        wrong |= rest.iter().fold(0, |all, byte| all | i32::from(*byte));
        // Six bits don't make a byte.
        wrong |= i32::from(four.len() == 1);
    }
    (wrong == 0).then_some(bytes)
}

/// Returns the six bits of a digit, or a negative number for any other byte.
fn value(byte: u8, [plus, slash]: [u8; 2]) -> i32 {
    let byte = i32::from(byte);
    // One more than the value if the byte is in a range, and otherwise zero: only in the range both
    // differences are negative, and the mask all ones.
    let within = |first: u8, last: u8, value: i32| {
        let mask = ((i32::from(first) - 1 - byte) & (byte - i32::from(last) - 1)) >> 8;
        mask & (value + 1)
    };
    within(b'A', b'Z', byte - 65)
        + within(b'a', b'z', byte - 71)
        + within(b'0', b'9', byte + 4)
        + within(plus, plus, 62)
        + within(slash, slash, 63)
        - 1
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_are_written_and_read_as_a_library_does(
            bytes in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let text = encode_url(&bytes);
            prop_assert_eq!(&text, &Base64UrlUnpadded::encode_string(&bytes));
            prop_assert_eq!(decode(text.as_bytes(), URL), Some(bytes));
        }

        #[test]
        fn what_is_no_base64_is_refused_as_a_library_does(text in "[A-Za-z0-9+/_=-]{0,8}|.{0,5}") {
            let standard = Base64Unpadded::decode_vec(&text).ok();
            prop_assert_eq!(decode(text.as_bytes(), *b"+/"), standard);
            let url = Base64UrlUnpadded::decode_vec(&text).ok();
            prop_assert_eq!(decode(text.as_bytes(), URL), url);
        }
    }

    #[test]
    fn every_byte_has_the_value_that_a_library_gives_it() {
        for byte in 0..=u8::MAX {
            let text = [b'A', byte];
            for (last, known) in [
                (*b"+/", Base64Unpadded::decode(text, &mut [0; 2]).is_ok()),
                (URL, Base64UrlUnpadded::decode(text, &mut [0; 2]).is_ok()),
            ] {
                assert_eq!(decode(&text, last).is_some(), known, "{byte}");
            }
        }
    }
}
