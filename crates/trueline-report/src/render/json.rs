//! Renders the report as one JSON document.

use std::io;

use super::Renderer;
use crate::{Report, escape};

/// Renders the report as one indented JSON document, with the layout described by `docs/report.schema.json`.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonRenderer;

impl Renderer for JsonRenderer {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        escape::write_json_pretty(out, report)?;
        out.write_all(b"\n")
    }
}
