//! Escapes text in a CSV cell, so that it stays text.

use std::borrow::Cow;

use trueline_report::escape::escape_text;

/// Appends text as a cell. Unless `is_raw`, it is escaped so that a spreadsheet or a terminal does not interpret it.
pub(super) fn push(line: &mut String, text: &str, is_raw: bool) {
    let shown = if is_raw { Cow::Borrowed(text) } else { escape_text(text) };
    let mark = if !is_raw && is_formula(&shown) { "'" } else { "" };
    if !needs_quotes(&shown) {
        line.push_str(mark);
        line.push_str(&shown);
        return;
    }
    line.push('"');
    line.push_str(mark);
    for part in shown.split_inclusive('"') {
        line.push_str(part);
        if part.ends_with('"') {
            line.push('"');
        }
    }
    line.push('"');
}

/// Whether a cell needs quotes: it is an empty string, which is not null; it contains what ends a cell or a line here, or in a
/// spreadsheet that separates with semicolons or tabs; or it has spaces that some readers trim.
fn needs_quotes(text: &str) -> bool {
    text.is_empty()
        || text.starts_with(' ')
        || text.ends_with(' ')
        || text.contains([',', ';', '"', '\n', '\r', '\t'])
}

/// Whether a spreadsheet would evaluate it: it begins like a formula and is not a number.
fn is_formula(text: &str) -> bool {
    match text.chars().next() {
        Some('=' | '@' | '\t' | '\r' | '＝' | '＠' | '＋' | '－') => true,
        Some('+' | '-') => !is_number(text),
        _ => false,
    }
}

/// A decimal number with a sign: `-3`, `+1.5`, `-1e-7`.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let are_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits(whole) && are_digits(fraction) && exponent.is_none_or(are_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, is_raw: bool) -> String {
        let mut line = String::new();
        push(&mut line, text, is_raw);
        line
    }

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+A1", "'+A1"),
            ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
            ("@SUM(1,2)", "\"'@SUM(1,2)\""),
            ("＝1", "'＝1"),
            ("-3", "-3"),
            ("+1.50", "+1.50"),
            ("-1.5e-7", "-1.5e-7"),
            ("-", "'-"),
            ("-1-1", "'-1-1"),
            ("-1e", "'-1e"),
            ("-.5", "'-.5"),
            ("- 1", "'- 1"),
            ("-inf", "'-inf"),
            ("a=1", "a=1"),
            ("", "\"\""),
        ] {
            assert_eq!(cell(text, false), expected, "{text}");
        }
    }

    #[test]
    fn cells_are_shown_on_one_line_or_written_as_they_are() {
        for (text, shown, raw) in [
            ("plain", "plain", "plain"),
            ("a,b", "\"a,b\"", "\"a,b\""),
            ("a;=1", "\"a;=1\"", "\"a;=1\""),
            ("say \"x\"", "\"say \"\"x\"\"\"", "\"say \"\"x\"\"\""),
            ("\"", "\"\"\"\"", "\"\"\"\""),
            ("a\r\n=1", "a\\r\\n=1", "\"a\r\n=1\""),
            ("\t=1", "\\t=1", "\"\t=1\""),
            ("\u{1b}[31m", "\\u{1b}[31m", "\u{1b}[31m"),
            (" a", "\" a\"", "\" a\""),
            ("=1", "'=1", "=1"),
        ] {
            assert_eq!((cell(text, false).as_str(), cell(text, true).as_str()), (shown, raw), "{text:?}");
        }
    }
}
