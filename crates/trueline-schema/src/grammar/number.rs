//! Integers and floats, and the number grammar shared by floats and decimals.

/// Returns whether the text is an integer: `[+-]?[0-9]+`, of any length.
///
/// # Example
/// ```
/// use trueline_schema::grammar::is_integer;
/// assert!(is_integer("+007"));
/// assert!(!is_integer("1.0"));
/// ```
pub fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parses an integer (see [`is_integer`]); `None` if the text is not an integer or is outside `i128`.
///
/// # Example
/// ```
/// use trueline_schema::grammar::parse_integer;
/// assert_eq!(parse_integer("-0042"), Some(-42));
/// assert_eq!(parse_integer("1_000"), None);
/// ```
pub fn parse_integer(text: &str) -> Option<i128> {
    if is_integer(text) { text.parse().ok() } else { None }
}

/// Returns whether the text is a finite number as floats and decimals are written:
/// `[+-]?(D+(.D*)?|.D+)([eE][+-]?D+)?`, of any size.
///
/// # Example
/// ```
/// use trueline_schema::grammar::is_number;
/// assert!(is_number("1.") && is_number(".5") && is_number("-1E+400"));
/// assert!(!is_number(".") && !is_number("1e") && !is_number("nan"));
/// ```
pub fn is_number(text: &str) -> bool {
    split_number(text).is_some()
}

/// The parts of a number text: whether it is negative, whole digits, fraction digits, exponent text (with its sign).
pub(super) fn split_number(text: &str) -> Option<(bool, &str, &str, &str)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((_, exponent)) if !is_integer(exponent) => return None,
        Some(parts) => parts,
        None => (unsigned, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if all_digits && !(whole.is_empty() && fraction.is_empty()) {
        Some((text.starts_with('-'), whole, fraction, exponent))
    } else {
        None
    }
}

/// Parses a float, correctly rounded to the nearest `f64`: a number (see [`is_number`]), or `nan`, `inf`
/// or `infinity` in any case, with an optional sign.
///
/// Returns `None` for other text, and if a finite literal overflows to infinity.
///
/// # Example
/// ```
/// use trueline_schema::grammar::parse_float;
/// assert_eq!(parse_float("1e3"), Some(1000.0));
/// assert_eq!(parse_float("-Infinity"), Some(f64::NEG_INFINITY));
/// assert_eq!(parse_float("1e400"), None);
/// ```
pub fn parse_float(text: &str) -> Option<f64> {
    if let Some(value) = parse_special(text) {
        return Some(value);
    }
    let value: f64 = if is_number(text) { text.parse().ok()? } else { return None };
    value.is_finite().then_some(value)
}

/// Parses a float like [`parse_float`], rounded once to the nearest `f32`.
pub fn parse_float32(text: &str) -> Option<f32> {
    if let Some(value) = parse_special(text) {
        #[expect(clippy::cast_possible_truncation, reason = "NaN and the infinities exist in both types")]
        return Some(value as f32);
    }
    let value: f32 = if is_number(text) { text.parse().ok()? } else { return None };
    value.is_finite().then_some(value)
}

fn parse_special(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let value = match unsigned.to_ascii_lowercase().as_str() {
        "nan" => f64::NAN,
        "inf" | "infinity" => f64::INFINITY,
        _ => return None,
    };
    Some(if text.starts_with('-') { -value } else { value })
}

/// Converts a number with a group character and its own decimal character (`1.234,5`) to the plain
/// spelling (`1234.5`).
///
/// A group character may only be between two digits of the integer part, at any distance; `.` is not accepted unless it
/// is the decimal or the group character. Returns `None` if the text breaks one of these rules. The result need not be a
/// number: the grammar of the type decides that.
///
/// # Example
/// ```
/// use trueline_schema::grammar::plain_number;
/// assert_eq!(plain_number("1.234,5", Some('.'), ',').as_deref(), Some("1234.5"));
/// assert_eq!(plain_number("1,,000", Some(','), '.'), None);
/// ```
pub fn plain_number(text: &str, group_char: Option<char>, decimal_char: char) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut in_whole = true;
    let mut previous = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if Some(character) == group_char {
            let after_digit = previous.is_some_and(|c: char| c.is_ascii_digit());
            let before_digit = characters.peek().is_some_and(char::is_ascii_digit);
            if !(in_whole && after_digit && before_digit) {
                return None;
            }
        } else if character == decimal_char {
            in_whole = false;
            plain.push('.');
        } else if character == '.' {
            return None;
        } else {
            in_whole &= !matches!(character, 'e' | 'E');
            plain.push(character);
        }
        previous = Some(character);
    }
    Some(plain)
}
