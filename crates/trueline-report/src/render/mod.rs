//! Renderers: a report turned into text for people or JSON for programs.

use std::io;

use crate::Report;

mod json;
mod json_lines;
mod text;

pub use json::JsonRenderer;
pub use json_lines::JsonLinesRenderer;
pub use text::TextRenderer;

/// Writes a report in one format.
///
/// A renderer reads nothing but the report, writes nothing that could act in a terminal, and ends its output with a
/// line end. It does not flush: whoever owns the writer flushes it and looks at the result.
///
/// **Errors** — those of the writer.
pub trait Renderer {
    /// Writes the whole report.
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()>;
}

/// The formats that a report can be rendered in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// For people: [`TextRenderer`].
    #[default]
    Text,
    /// One JSON document: [`JsonRenderer`].
    Json,
    /// One JSON document a line: [`JsonLinesRenderer`].
    JsonLines,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[Self::Text, Self::Json, Self::JsonLines];

    /// The name that users write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// The renderer of this format, with its default options.
    pub fn renderer(self) -> Box<dyn Renderer> {
        match self {
            Self::Text => Box::new(TextRenderer::default()),
            Self::Json => Box::new(JsonRenderer),
            Self::JsonLines => Box::new(JsonLinesRenderer),
        }
    }
}
