//! Renders the report as a page for a browser.
//!
//! From top to bottom: `head` has the verdict, `figure` the key figures, `check` the table of checks, `failures` the
//! violations with their locations in the data, `foot` the inputs and the run. All of them write to a `page`, which escapes
//! text.

use std::io;

use super::Renderer;
use crate::Report;

mod check;
mod failures;
mod figure;
mod foot;
mod head;
mod page;

use page::Page;

/// Renders the report as one self-contained page for a browser: it opens without a network, has no script, and its
/// security policy prevents the browser from loading or sending anything.
///
/// It shows the verdict and key figures, failed checks beside the others, locations in the data with the invalid cell
/// highlighted, and the inputs. It follows the light or dark setting of the reader, fits a phone, and prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HtmlRenderer {
    /// The number of violations to show for each check with failures; default 20.
    pub samples_per_check: usize,
}

impl Default for HtmlRenderer {
    fn default() -> Self {
        Self { samples_per_check: 20 }
    }
}

impl Renderer for HtmlRenderer {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page::default();
        head::write(&mut page, report);
        figure::write(&mut page, report);
        check::write(&mut page, report);
        failures::write(&mut page, report, self.samples_per_check);
        check::write_others(&mut page, report);
        foot::write(&mut page, report);
        out.write_all(page.into_html().as_bytes())
    }
}
