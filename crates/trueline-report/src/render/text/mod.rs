//! The report for people: at a terminal and in the log of a build.
//!
//! Top to bottom: `head` says the verdict and what was read, `summary` is the table of checks, `offender` shows the
//! checks with the most failures, `snippet` a place in the data. All of them write to a `page`, which escapes.

use std::io;

use super::Renderer;
use crate::{CheckResult, Report, Violation};

mod head;
mod offender;
mod page;
mod snippet;
mod summary;
#[cfg(test)]
mod tests;

use page::Page;

/// The narrowest output: below it there is no room for a table.
const MIN_WIDTH: usize = 40;

/// Renders the report as text for people: the verdict, what was read, a table of the checks with the failed ones
/// first, and for those with the most failures some places with the data itself.
///
/// Nothing from data acts in a terminal, and no line is wider than `width`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRenderer {
    /// Whether to colour the output with ANSI sequences; off by default.
    pub color: bool,
    /// The width of the output in terminal columns; 100 by default, and never less than 40.
    pub width: usize,
    /// How many violations of each failed check to show; 3 by default.
    pub samples_per_check: usize,
}

impl Default for TextRenderer {
    fn default() -> Self {
        Self { color: false, width: 100, samples_per_check: 3 }
    }
}

impl Renderer for TextRenderer {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page::new(self.color, self.width.max(MIN_WIDTH));
        head::write(&mut page, report);
        summary::write(&mut page, report);
        offender::write(&mut page, report, self.samples_per_check);
        out.write_all(page.into_text().as_bytes())
    }
}

/// Samples of one check, as the text report shows them.
pub(super) fn samples(
    report: &Report,
    check: &CheckResult,
    violations: &[&Violation],
    limit: usize,
    width: usize,
) -> String {
    let mut page = Page::new(false, width.max(MIN_WIDTH));
    offender::of_check(&mut page, report, check, violations, limit);
    page.into_text()
}
