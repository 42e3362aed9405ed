//! What the targets share: a limit to the work that an input may cause, so that they find slowness
//! as they find panics, and on a busy machine too.

use kaltura_app_token::work;

/// Gives what `run` makes of an input of `length` bytes.
///
/// # Panics
///
/// If it takes more steps than n log n allows, with constants far above what is usual.
pub fn bounded<T>(length: usize, run: impl FnOnce() -> T) -> T {
    const FOR_EACH: u64 = 64;
    // Whatever the length: redacting a short message with all the arguments that are looked at.
    const AT_LEAST: u64 = 2_000_000;

    let mut result = None;
    let steps = work::count(|| result = Some(run()));
    let length = length as u64 + 2;
    let most = FOR_EACH * length * u64::from(length.ilog2() + 1) + AT_LEAST;
    assert!(
        steps <= most,
        "{steps} steps for {length} bytes, instead of {most}"
    );
    result.expect("it has run")
}
