//! Durations: the subset of ISO 8601 with a fixed length.

use super::temporal::fraction_nanos;

/// Nanoseconds of one second.
const SECOND: i128 = 1_000_000_000;

/// Returns whether the text is a duration (see [`parse_duration`]) of any length.
pub fn is_duration(text: &str) -> bool {
    components(text).is_some()
}

/// Parses an ISO 8601 duration to nanoseconds: `PnW`, or `P[nD][T[nH][nM][n[.f]S]]` with at least one part, and at least one
/// after a `T`, with an optional leading `-`.
///
/// Years and months are not accepted, because their length depends on where they begin. Only seconds may have a fraction, of
/// one to nine digits. Returns `None` also if the sum is outside `i128`.
///
/// # Example
/// ```
/// use trueline_schema::grammar::parse_duration;
/// assert_eq!(parse_duration("P1DT0.5S"), Some(86_400_500_000_000));
/// assert_eq!(parse_duration("P1M"), None);
/// assert_eq!(parse_duration("PT"), None);
/// ```
pub fn parse_duration(text: &str) -> Option<i128> {
    let Components { whole, nanos } = components(text)?;
    let mut total = nanos;
    for (digits, seconds) in whole {
        let count: i128 = digits.parse().ok()?;
        total = total.checked_add(count.checked_mul(seconds * SECOND)?)?;
    }
    Some(if text.starts_with('-') { -total } else { total })
}

/// The components of a duration, which is their sum.
struct Components<'a> {
    /// The digits of each component, and the length of its unit in seconds.
    whole: Vec<(&'a str, i128)>,
    /// The fraction of the seconds, in nanoseconds.
    nanos: i128,
}

/// Splits a duration into its components; `None` if the text is not a duration.
fn components(text: &str) -> Option<Components<'_>> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let body = unsigned.strip_prefix('P')?;
    let (date, time) = match body.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None if body.is_empty() => return None,
        None => (body, ""),
    };
    if let Some(weeks) = body.strip_suffix('W') {
        return Some(Components { whole: vec![(digits(weeks)?, 7 * 86_400)], nanos: 0 });
    }
    let mut whole = Vec::new();
    let mut nanos = 0;
    if !date.is_empty() {
        whole.push((digits(date.strip_suffix('D')?)?, 86_400));
    }
    let mut rest = time;
    for (unit, seconds) in [('H', 3600), ('M', 60)] {
        if let Some((count, after)) = rest.split_once(unit) {
            whole.push((digits(count)?, seconds));
            rest = after;
        }
    }
    if !rest.is_empty() {
        let seconds = rest.strip_suffix('S')?;
        let (count, fraction) = match seconds.split_once('.') {
            Some((count, fraction)) => (count, i128::from(fraction_nanos(fraction)?)),
            None => (seconds, 0),
        };
        whole.push((digits(count)?, 1));
        nanos = fraction;
    }
    Some(Components { whole, nanos })
}

fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}
