//! Escapes text for Markdown.
//!
//! Text in a paragraph can become anything: a heading, HTML, a link, a mention that sends mail. Backslashes only affect the
//! parser, not the processing of its output, such as `@name`. A code span is left alone entirely, so text from data goes
//! into code spans.

use super::escape_text;

/// Escapes text like [`escape_text`](super::escape_text) and returns it as a code span, which may be anywhere in a line of
/// Markdown, including the cell of a table.
///
/// With `in_table`, a pipe is written as `\|`, as tables require. Empty text becomes the word *empty*.
///
/// **Source** — `CommonMark` 0.31, section 6.1; GitHub Flavored Markdown, section 4.10.
///
/// ```
/// use trueline_report::escape::markdown_code;
///
/// assert_eq!(markdown_code("<b>", false), "`<b>`");
/// assert_eq!(markdown_code("a`b``c", false), "```a`b``c```");
/// assert_eq!(markdown_code("`x`", false), "`` `x` ``");
/// assert_eq!(markdown_code("a|b", true), r"`a\|b`");
/// assert_eq!(markdown_code("", true), "*empty*");
/// ```
#[must_use]
pub fn markdown_code(text: &str, in_table: bool) -> String {
    let mut shown = escape_text(text).into_owned();
    if shown.is_empty() {
        return "*empty*".to_owned();
    }
    if in_table {
        shown = shown.replace('|', "\\|");
    }
    let fence = "`".repeat(longest_run(&shown, '`') + 1);
    // Parsers remove one space at each end, unless all characters are spaces.
    let is_padded = shown.trim_start_matches(['`', ' ']).len() < shown.len()
        || shown.trim_end_matches(['`', ' ']).len() < shown.len();
    let pad = if is_padded && shown.contains(|character| character != ' ') { " " } else { "" };
    format!("{fence}{pad}{shown}{pad}{fence}")
}

/// The length of the longest run of a character.
pub(crate) fn longest_run(text: &str, character: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for other in text.chars() {
        run = if other == character { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
