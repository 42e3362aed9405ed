//! PHP's behaviour, where Kaltura's formats depend on it.

use crate::decimal::{self, decimal};
use crate::work;

/// PHP's `trim`.
pub fn trim(text: &str) -> &str {
    work::steps(text.len());
    text.trim_matches([' ', '\t', '\n', '\r', '\0', '\x0b'])
}

/// Whether PHP converts the array key `name` to an integer.
pub fn is_integer_key(name: &str) -> bool {
    work::steps(name.len());
    decimal::parse(name).is_some_and(|integer| decimal(integer) == name)
}

/// The number in `text` by PHP's `is_numeric`, without the white space around it.
pub fn numeric(text: &str) -> Option<&str> {
    work::steps(text.len());
    let number = text.trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = unsigned(mantissa)
        .split_once('.')
        .unwrap_or((unsigned(mantissa), ""));
    let is_number = is_digits(whole)
        && is_digits(fraction)
        && whole.len() + fraction.len() > 0
        && is_digits(unsigned(exponent))
        && !unsigned(exponent).is_empty();
    is_number.then_some(number)
}

fn unsigned(number: &str) -> &str {
    number.strip_prefix(['+', '-']).unwrap_or(number)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Makes a PHP array of `items` by name, in order. `again` merges an item into an earlier one with the same name.
pub fn array<T>(items: Vec<T>, name: fn(&T) -> &str, again: fn(&mut T, T)) -> Vec<T> {
    let places = places(&items.iter().map(name).collect::<Vec<_>>());
    let mut array = Vec::with_capacity(items.len());
    for (item, place) in items.into_iter().zip(places) {
        match array.get_mut(place) {
            Some(earlier) => again(earlier, item),
            None => array.push(item),
        }
    }
    array
}

/// Sorts `names`, each with its index; of equal names the earlier comes first.
pub fn sorted<'a>(names: &[&'a str]) -> Vec<(&'a str, usize)> {
    let mut sorted: Vec<(&str, usize)> = names.iter().copied().zip(0..).collect();
    sorted.sort_unstable_by(|one, other| {
        work::compare(one.0, other.0).then_with(|| one.1.cmp(&other.1))
    });
    sorted
}

/// The position of each name in a PHP array; equal names share it.
pub fn places(names: &[&str]) -> Vec<usize> {
    let sorted = sorted(names);
    // For each name, the position of the first equal one.
    let mut firsts = vec![0; names.len()];
    for equals in sorted.chunk_by(|(one, _), (other, _)| work::compare(one, other).is_eq()) {
        for (_, index) in equals {
            if let (Some(first), Some((_, earliest))) = (firsts.get_mut(*index), equals.first()) {
                *first = *earliest;
            }
        }
    }
    let mut places: Vec<usize> = Vec::with_capacity(names.len());
    let mut count = 0..;
    for first in firsts {
        // The first of its equals has no position yet.
        let known = places.get(first).copied();
        places.extend(known.or_else(|| count.next()));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_share_the_place_of_the_first() {
        assert_eq!(
            places(&["b", "a", "b", "", "a", "b", "c"]),
            [0, 1, 0, 2, 1, 0, 3]
        );
        assert_eq!(places(&["a", "a"]), [0, 0]);
        assert_eq!(places(&["z", "a"]), [0, 1]);
        assert!(places(&[]).is_empty());
    }

    #[test]
    fn only_decimal_integers_are_integer_keys() {
        for name in ["0", "7", "-5", "9223372036854775807"] {
            assert!(is_integer_key(name), "{name}");
        }
        for name in ["", "07", "-0", "+5", " 7", "7.0", "9223372036854775808"] {
            assert!(!is_integer_key(name), "{name}");
        }
    }

    #[test]
    fn numbers_may_have_white_space_around_and_nothing_else() {
        for text in [
            "0",
            "-2",
            " 12 ",
            "4102444800.5",
            "1e3",
            "1.",
            ".5",
            "+5E-2",
        ] {
            assert_eq!(numeric(text), Some(text.trim()), "{text:?}");
        }
        for text in [
            "", " ", ".", "abc", "12abc", "nan", "inf", "0x10", "1e", "--1", "1 2", "é",
        ] {
            assert_eq!(numeric(text), None, "{text:?}");
        }
    }
}
