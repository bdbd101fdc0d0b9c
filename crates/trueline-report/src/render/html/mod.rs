//! The report as a page for a browser.
//!
//! Top to bottom: `head` says the verdict, `figure` the key figures, `check` has the table of checks, `offender` the places
//! in the data, `foot` what was read and how. All of them write to a `page`, which takes text from data as text only.

use std::io;

use super::Renderer;
use crate::Report;

mod check;
mod figure;
mod foot;
mod head;
mod offender;
mod page;

use page::Page;

/// Renders the report as one page for a browser, complete in itself: it opens without a network, has no script, and its
/// own security policy keeps the browser from loading or sending anything.
///
/// It shows the verdict and key figures, each check that failed beside the others, places in the data with the bad cell
/// marked, and what was read. It follows the light or dark setting of its reader, fits a phone, and prints.
#[derive(Clone, Copy, Debug, Default)]
pub struct HtmlRenderer;

impl Renderer for HtmlRenderer {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page::default();
        head::write(&mut page, report);
        figure::write(&mut page, report);
        check::write(&mut page, report);
        offender::write(&mut page, report);
        check::write_others(&mut page, report);
        foot::write(&mut page, report);
        out.write_all(page.into_html().as_bytes())
    }
}
