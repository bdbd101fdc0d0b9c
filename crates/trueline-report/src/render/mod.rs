//! Renderers: a report turned into text for people, or into what programs read.

use std::io;

use crate::Report;

mod advice;
mod github;
mod html;
mod json;
mod json_lines;
mod junit;
mod line;
mod markdown;
mod number;
mod place;
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
    /// `JUnit` XML: [`JunitRenderer`].
    Junit,
    /// SARIF 2.1.0: [`SarifRenderer`].
    Sarif,
    /// Annotations of GitHub: [`GithubRenderer`].
    Github,
    /// Markdown: [`MarkdownRenderer`].
    Markdown,
    /// A page: [`HtmlRenderer`].
    Html,
}

impl Format {
    /// Every format.
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

    /// The name that users write.
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

    /// What it is for, in a few words.
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

    /// What the name of a file in this format ends with; `None` for one that is no file's.
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

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// The format of a file, by what its name ends with, in any case: `.txt`, `.json`, `.jsonl`, `.xml`, `.sarif` or
    /// `.sarif.json`, `.md`, `.html`.
    pub fn from_file_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        if name.ends_with(".sarif.json") {
            return Some(Self::Sarif);
        }
        let (_, extension) = name.rsplit_once('.')?;
        Self::ALL.iter().copied().find(|format| format.extension() == Some(extension))
    }

    /// The renderer of this format, with its default options.
    pub fn renderer(self) -> Box<dyn Renderer> {
        match self {
            Self::Text => Box::new(TextRenderer::default()),
            Self::Json => Box::new(JsonRenderer),
            Self::JsonLines => Box::new(JsonLinesRenderer),
            Self::Junit => Box::new(JunitRenderer),
            Self::Sarif => Box::new(SarifRenderer),
            Self::Github => Box::new(GithubRenderer),
            Self::Markdown => Box::new(MarkdownRenderer::default()),
            Self::Html => Box::new(HtmlRenderer),
        }
    }
}
