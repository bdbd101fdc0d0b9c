//! Renders the report for people: in a terminal and in the log of a build.
//!
//! From top to bottom: `head` has the verdict and the inputs, `summary` the table of checks, `failures` violations of the
//! most important checks, `snippet` a location in the data. All of them write to a `page`, which escapes text.

use std::io;

use super::Renderer;
use crate::{CheckResult, Report, Violation};

mod failures;
mod head;
mod page;
mod snippet;
mod summary;
#[cfg(test)]
mod tests;

use page::Page;

/// The minimum width of the output: a table does not fit a narrower one.
const MIN_WIDTH: usize = 40;

/// Renders the report as text for people: the verdict, the inputs, a table of the checks with failed ones
/// first, and for those with the most failures some locations with the data.
///
/// Data cannot control the terminal, and no line is wider than `width`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRenderer {
    /// Whether to color the output with ANSI sequences; default false.
    pub color: bool,
    /// The width of the output in terminal columns; default 100, and at least 40.
    pub width: usize,
    /// The number of violations to show for each failed check; default 3.
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
        failures::write(&mut page, report, self.samples_per_check);
        out.write_all(page.into_text().as_bytes())
    }
}

/// Renders violations of one check in the same way as the text report, for other renderers.
pub(super) fn samples(
    report: &Report,
    check: &CheckResult,
    violations: &[&Violation],
    limit: usize,
    width: usize,
) -> String {
    let mut page = Page::new(false, width.max(MIN_WIDTH));
    failures::write_violations(&mut page, report, check, violations, limit);
    page.into_text()
}
