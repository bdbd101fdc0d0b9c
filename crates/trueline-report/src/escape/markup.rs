//! Escapes text for HTML and XML.

use std::borrow::Cow;

use super::escape_text;

/// Escapes text like [`escape_text`](super::escape_text) and replaces characters with a meaning in HTML and XML. The result can
/// be used between tags and in a quoted attribute, where it parses as the original text.
///
/// Characters that XML 1.0 forbids (most control characters, U+FFFE, U+FFFF) are not inert and therefore shown as `\u{1b}`.
///
/// **Cost** — text without such characters is borrowed.
///
/// **Source** — HTML, section 13.1.2.3 and 13.1.4; XML 1.0, section 2.2 and 2.4.
///
/// ```
/// use trueline_report::escape::escape_markup;
///
/// assert_eq!(escape_markup("<b a='1'> & \u{7}"), "&lt;b a=&#39;1&#39;&gt; &amp; \\u{7}");
/// ```
#[must_use]
pub fn escape_markup(text: &str) -> Cow<'_, str> {
    let shown = escape_text(text);
    if !shown.contains(['&', '<', '>', '"', '\'']) {
        return shown;
    }
    let mut escaped = String::with_capacity(shown.len() + 16);
    for character in shown.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    Cow::Owned(escaped)
}
