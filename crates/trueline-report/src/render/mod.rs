//! Renderers: write a report for people or for programs.

use std::io;

use crate::Report;

mod advice;
mod github;
mod html;
mod json;
mod json_lines;
mod junit;
mod line;
mod location;
mod markdown;
mod number;
mod ranking;
mod sarif;
mod text;
mod wording;

pub use github::GithubRenderer;
pub use html::HtmlRenderer;
pub use json::JsonRenderer;
pub use json_lines::JsonLinesRenderer;
pub use junit::JunitRenderer;
pub use markdown::MarkdownRenderer;
pub use sarif::SarifRenderer;
pub use text::TextRenderer;

/// Writes a report in one format.
///
/// A renderer depends only on the report, writes nothing that could control a terminal, and ends its output with a
/// line ending. It does not flush: the owner of the writer flushes it and checks the result.
///
/// **Errors** — errors of the writer.
pub trait Renderer {
    /// Writes the whole report.
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()>;
}

/// The output formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Text for people: [`TextRenderer`].
    #[default]
    Text,
    /// One JSON document: [`JsonRenderer`].
    Json,
    /// One JSON document per line: [`JsonLinesRenderer`].
    JsonLines,
    /// `JUnit` XML: [`JunitRenderer`].
    Junit,
    /// SARIF 2.1.0: [`SarifRenderer`].
    Sarif,
    /// GitHub annotations: [`GithubRenderer`].
    Github,
    /// Markdown: [`MarkdownRenderer`].
    Markdown,
    /// An HTML page: [`HtmlRenderer`].
    Html,
}

impl Format {
    /// All formats.
    pub const ALL: &[Self] = &[
        Self::Text,
        Self::Json,
        Self::JsonLines,
        Self::Junit,
        Self::Sarif,
        Self::Github,
        Self::Markdown,
        Self::Html,
    ];

    /// Returns the name that users write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// Returns a short description of the purpose.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Text => "For people, in a terminal or a log",
            Self::Json => "One JSON document",
            Self::JsonLines => "One JSON document per line: the report, then each violation",
            Self::Junit => "JUnit XML, for the test pages of CI servers: one test case per check",
            Self::Sarif => "SARIF 2.1.0, for code scanning and editors",
            Self::Github => "Annotations in the log of a GitHub workflow",
            Self::Markdown => "For a comment on a pull request, or the summary of a workflow",
            Self::Html => "One page for a browser, complete in itself",
        }
    }

    /// Returns the file name extension of the format; `None` if it is not for files.
    pub fn extension(self) -> Option<&'static str> {
        match self {
            Self::Text => Some("txt"),
            Self::Json => Some("json"),
            Self::JsonLines => Some("jsonl"),
            Self::Junit => Some("xml"),
            Self::Sarif => Some("sarif"),
            Self::Github => None,
            Self::Markdown => Some("md"),
            Self::Html => Some("html"),
        }
    }

    /// Returns the format with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// Returns the format for a file name by its extension, in any case: `.txt`, `.json`, `.jsonl`, `.xml`, `.sarif` or
    /// `.sarif.json`, `.md`, `.html`.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        if name.ends_with(".sarif.json") {
            return Some(Self::Sarif);
        }
        let (_, extension) = name.rsplit_once('.')?;
        Self::ALL.iter().copied().find(|format| format.extension() == Some(extension))
    }

    /// Returns the renderer of this format, with default options.
    pub fn renderer(self) -> Box<dyn Renderer> {
        match self {
            Self::Text => Box::new(TextRenderer::default()),
            Self::Json => Box::new(JsonRenderer),
            Self::JsonLines => Box::new(JsonLinesRenderer),
            Self::Junit => Box::new(JunitRenderer::default()),
            Self::Sarif => Box::new(SarifRenderer),
            Self::Github => Box::new(GithubRenderer),
            Self::Markdown => Box::new(MarkdownRenderer::default()),
            Self::Html => Box::new(HtmlRenderer::default()),
        }
    }
}
