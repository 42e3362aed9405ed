//! Whole numbers as decimal text. The standard library's functions are generic over types and formats, and
//! several times as large in WebAssembly.

/// Formats a number as decimal digits, after a `-` if it is negative.
pub fn decimal(number: impl TryInto<i64>) -> String {
    // No count and no time in milliseconds is larger.
    digits(number.try_into().unwrap_or(i64::MAX))
}

// Not generic, so it is compiled once.
#[inline(never)]
fn digits(number: i64) -> String {
    let mut reversed = Vec::new();
    let mut rest = number.unsigned_abs();
    loop {
        reversed.push(b'0' | u8::try_from(rest % 10).unwrap_or_default());
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        reversed.push(b'-');
    }
    reversed.into_iter().rev().map(char::from).collect()
}

/// Parses a number with or without a sign, as `str::parse` does.
pub fn parse(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(digits) => negative(digits.as_bytes()),
        None => unsigned(text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Parses a number of digits only.
pub fn unsigned(text: &str) -> Option<i64> {
    negative(text.as_bytes())?.checked_neg()
}

/// Parses the digits of a negative number, of which there is one more than of positive ones.
#[inline(never)]
fn negative(digits: &[u8]) -> Option<i64> {
    let mut number = 0_i64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        // A checked multiplication takes a 128-bit one.
        if digit > 9 || number < i64::MIN / 10 {
            return None;
        }
        number = (number * 10).checked_sub(i64::from(digit))?;
    }
    (!digits.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_are_written_and_read_as_the_standard_library_does(
            number in any::<i64>(),
            shift in 0_u32..64,
            text in "[-+]?[0-9]{0,21}|.{0,3}",
        ) {
            let number = number >> shift;
            prop_assert_eq!(decimal(number), number.to_string());
            prop_assert_eq!(parse(&number.to_string()), Some(number));
            prop_assert_eq!(parse(&text), text.parse().ok());
            let has_sign = text.starts_with(['-', '+']);
            prop_assert_eq!(unsigned(&text), text.parse().ok().filter(|_| !has_sign));
        }
    }

    #[test]
    fn the_limits_are_numbers_and_what_is_beyond_is_none() {
        for text in ["9223372036854775807", "-9223372036854775808"] {
            assert_eq!(parse(text).map(decimal).as_deref(), Some(text));
        }
        for text in ["9223372036854775808", "-9223372036854775809", "", "-", "+"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(decimal(u64::MAX), i64::MAX.to_string());
    }
}
