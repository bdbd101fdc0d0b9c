//! The destinations of the report: standard output, and any number of files.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use trueline::render::{Format, Renderer, TextRenderer};
use trueline::{AtomicFile, Report, Severity, Temporaries};

use crate::arguments::{FailOn, Telling, When};
use crate::exit;

/// The width of a text report that is not printed to a terminal.
const DEFAULT_WIDTH: usize = 100;

/// A file that the report is written to.
pub(crate) struct Destination {
    file: PathBuf,
    /// The actual location of the file, whether it exists or not.
    place: PathBuf,
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
        let place = AtomicFile::target(file);
        if destinations.iter().any(|destination| destination.place == place) {
            return Err(format!("the report file {} is named twice", file.display()));
        }
        destinations.push(Destination { file: file.clone(), place, format });
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

/// Writes the report to all its destinations, and returns the exit code. `failed` is an output that could not be written.
///
/// The result is printed in any case, because the run may have taken long.
pub(crate) fn tell(
    report: &Report,
    telling: &Telling,
    destinations: &[Destination],
    temporaries: &Temporaries,
    failed: Option<String>,
) -> u8 {
    let unwritten = write_files(report, destinations, temporaries).err();
    let failures: Vec<String> = failed.into_iter().chain(unwritten).collect();
    for text in &failures {
        exit::complain(text, exit::UNREADABLE);
    }
    let verdict = report.exit_code(match telling.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
    });
    let code = if failures.is_empty() { verdict } else { exit::UNREADABLE };
    match for_standard_output(report, telling.output, telling.color) {
        Ok(bytes) => exit::print(&bytes, code),
        Err(error) => exit::fail(&error, exit::INTERNAL),
    }
}

/// Writes the report to all files. They are put in place only when all have been written.
fn write_files(
    report: &Report,
    destinations: &[Destination],
    temporaries: &Temporaries,
) -> Result<(), String> {
    let mut written = Vec::new();
    for Destination { file, format, .. } in destinations {
        let tell = |error: &dyn std::fmt::Display| {
            format!("the report could not be written to {}: {error}", file.display())
        };
        let mut target = AtomicFile::create_among(file, temporaries).map_err(|error| tell(&error))?;
        format.renderer().render(report, &mut target).map_err(|error| tell(&error))?;
        target.flush().map_err(|error| tell(&error))?;
        written.push((file, target));
    }
    for (file, target) in written {
        let committed = target.commit();
        committed
            .map_err(|error| format!("the report could not be written to {}: {error}", file.display()))?;
    }
    Ok(())
}

/// Renders the report for standard output.
fn for_standard_output(report: &Report, format: Format, color: When) -> io::Result<Vec<u8>> {
    let renderer: Box<dyn Renderer> = match format {
        Format::Text => {
            Box::new(TextRenderer { color: colors(color), width: width(), ..TextRenderer::default() })
        }
        other => other.renderer(),
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
