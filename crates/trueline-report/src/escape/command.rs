//! Text for the workflow commands of GitHub, such as `::error file=a.csv,line=3::message`.

use super::escape_text;

/// Text for the message of a workflow command, as [`escape_text`](super::escape_text) shows it: a percent sign stays one,
/// and nothing in it ends the line.
///
/// **Source** — the toolkit of GitHub Actions, which escapes `%`, CR and LF; the latter two are shown as `\r` and `\n`
/// here.
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

/// Text for the value of a property of a workflow command: as [`escape_command`], and nothing in it ends the value or
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
