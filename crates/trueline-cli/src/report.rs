//! The destinations of the report: standard output, and any number of files.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use trueline::render::{Format, HtmlRenderer, JunitRenderer, MarkdownRenderer, Renderer, TextRenderer};
use trueline::{AtomicFile, Report, Severity, Temporaries};

use crate::arguments::{FailOn, ReportOptions, When};
use crate::exit;

/// The width of a text report that is not printed to a terminal.
const DEFAULT_WIDTH: usize = 100;

/// A file that the report is written to.
pub(crate) struct Destination {
    file: PathBuf,
    /// The path of the file with links resolved; the file need not exist.
    target: PathBuf,
    format: Format,
}

/// Returns the requested files, each with the format of its extension.
pub(crate) fn destinations(files: &[PathBuf]) -> Result<Vec<Destination>, String> {
    let mut destinations: Vec<Destination> = Vec::new();
    for file in files {
        let name = file.file_name().and_then(|name| name.to_str());
        let Some(format) = name.and_then(Format::from_file_name) else {
            return Err(format!("the report file {} must end in {}", file.display(), extensions()));
        };
        let target = AtomicFile::target(file);
        if destinations.iter().any(|destination| destination.target == target) {
            return Err(format!("the report file {} is named twice", file.display()));
        }
        destinations.push(Destination { file: file.clone(), target, format });
    }
    Ok(destinations)
}

/// Formats the list of extensions as `.a, .b or .c`.
fn extensions() -> String {
    let mut extensions: Vec<String> =
        Format::ALL.iter().filter_map(|format| format.extension()).map(|end| format!(".{end}")).collect();
    let last = extensions.pop().unwrap_or_default();
    format!("{} or {last}", extensions.join(", "))
}

/// Writes the report to all its destinations, and returns the exit code. `output_error` is the message for an output that could
/// not be written.
///
/// The report is printed in any case, because the run may have taken long.
pub(crate) fn write(
    report: &Report,
    options: &ReportOptions,
    destinations: &[Destination],
    temporaries: &Temporaries,
    output_error: Option<String>,
) -> u8 {
    let samples = options.sample_limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let report_error = write_files(report, destinations, samples, temporaries).err();
    let failures: Vec<String> = output_error.into_iter().chain(report_error).collect();
    for text in &failures {
        exit::print_error(text, exit::UNREADABLE);
    }
    let verdict = report.exit_code(match options.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
    });
    let code = if failures.is_empty() { verdict } else { exit::UNREADABLE };
    match render(report, options.output, samples, options.color) {
        Ok(bytes) => exit::print(&bytes, code),
        Err(error) => exit::fail(&error, exit::INTERNAL),
    }
}

/// Writes the report to all files. The files are moved into place only after all of them have been written.
fn write_files(
    report: &Report,
    destinations: &[Destination],
    samples: Option<usize>,
    temporaries: &Temporaries,
) -> Result<(), String> {
    let mut written = Vec::new();
    for Destination { file, format, .. } in destinations {
        let describe = |error: &dyn std::fmt::Display| {
            format!("the report could not be written to {}: {error}", file.display())
        };
        let mut target = AtomicFile::create_among(file, temporaries).map_err(|error| describe(&error))?;
        renderer(*format, samples).render(report, &mut target).map_err(|error| describe(&error))?;
        target.flush().map_err(|error| describe(&error))?;
        written.push((file, target));
    }
    for (file, target) in written {
        let committed = target.commit();
        committed
            .map_err(|error| format!("the report could not be written to {}: {error}", file.display()))?;
    }
    Ok(())
}

/// Returns the renderer for a file; it shows as many samples of each check as requested, or its default number.
fn renderer(format: Format, samples: Option<usize>) -> Box<dyn Renderer> {
    let Some(samples_per_check) = samples else { return format.renderer() };
    match format {
        Format::Text => Box::new(TextRenderer { samples_per_check, ..TextRenderer::default() }),
        Format::Markdown => Box::new(MarkdownRenderer { samples_per_check, ..MarkdownRenderer::default() }),
        Format::Junit => Box::new(JunitRenderer { samples_per_check }),
        Format::Html => Box::new(HtmlRenderer { samples_per_check }),
        // These show all samples of the report, up to the limit of their medium.
        other => other.renderer(),
    }
}

/// Renders the report for standard output.
fn render(report: &Report, format: Format, samples: Option<usize>, color: When) -> io::Result<Vec<u8>> {
    let renderer: Box<dyn Renderer> = if format == Format::Text {
        let default = TextRenderer::default();
        Box::new(TextRenderer {
            color: colors(color),
            width: width(),
            samples_per_check: samples.unwrap_or(default.samples_per_check),
        })
    } else {
        renderer(format, samples)
    };
    let mut bytes = Vec::new();
    renderer.render(report, &mut bytes)?;
    Ok(bytes)
}

/// Returns whether standard output is coloured; `NO_COLOR` and `CLICOLOR_FORCE` are respected.
fn colors(when: When) -> bool {
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    }
}

fn width() -> usize {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map_or(DEFAULT_WIDTH, |(terminal_size::Width(columns), _)| usize::from(columns).max(40))
}
