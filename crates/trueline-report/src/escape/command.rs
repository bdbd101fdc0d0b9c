//! Escapes text for GitHub workflow commands, such as `::error file=a.csv,line=3::message`.

use super::escape_text;

/// Escapes text for the message of a workflow command, like [`escape_text`](super::escape_text). A percent sign is preserved,
/// and nothing in the text can end the line.
///
/// **Source** — the toolkit of GitHub Actions, which escapes `%`, CR and LF; here CR and LF are shown as `\r` and `\n`
/// instead.
///
/// ```
/// use trueline_report::escape::escape_command;
///
/// assert_eq!(escape_command("100%0A\n::x"), r"100%250A\n::x");
/// ```
#[must_use]
pub fn escape_command(text: &str) -> String {
    escape_text(text).replace('%', "%25")
}

/// Escapes text for a property value of a workflow command, like [`escape_command`], so that nothing in it can end the value or
/// the list of properties.
///
/// ```
/// use trueline_report::escape::escape_command_property;
///
/// assert_eq!(escape_command_property("a,b::c.csv"), "a%2Cb%3A%3Ac.csv");
/// ```
#[must_use]
pub fn escape_command_property(text: &str) -> String {
    escape_command(text).replace(':', "%3A").replace(',', "%2C")
}
