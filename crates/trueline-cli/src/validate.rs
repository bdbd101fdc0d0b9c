//! `trueline validate`.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use trueline::render::{JsonLinesRenderer, JsonRenderer, Renderer, TextRenderer};
use trueline::{
    AtomicFile, Cancel, ErrorKind, Limits, Report, Severity, Source, UnreadSource, Validator,
    sources_from_argument,
};

use crate::arguments::{FailOn, Output, Validate, When};
use crate::progress::Display;
use crate::signal::Signals;
use crate::{exit, schema};

/// The width of a text report that does not go to a terminal.
const DEFAULT_WIDTH: usize = 100;

pub(crate) fn run(arguments: &Validate) -> ExitCode {
    let beside = match arguments.report.as_deref().map(output_of).transpose() {
        Ok(beside) => beside,
        Err(text) => return exit::complain(&text, exit::USAGE),
    };
    let sources: Vec<Box<dyn Source>> = arguments.inputs.iter().flat_map(|input| sources(input)).collect();
    if let Some(text) = overwritten(arguments, &sources) {
        return exit::complain(&text, exit::USAGE);
    }
    let schema = match schema::read(&arguments.schema) {
        Ok(schema) => schema,
        Err(code) => return code,
    };
    let cancel = Cancel::new();
    let signals = Signals::listen(&cancel);
    let display = Display::new(arguments.progress).map(Arc::new);
    let validator = match validator(arguments, schema, cancel, display.clone()) {
        Ok(validator) => validator,
        Err(error) => return exit::fail(&error, exit::USAGE),
    };
    let borrowed: Vec<&dyn Source> = sources.iter().map(AsRef::as_ref).collect();
    let result = validator.validate_all(&borrowed);
    if let Some(display) = display {
        display.clear();
    }
    let report = match result {
        Ok(report) => report,
        Err(error) => {
            let code = match error.kind() {
                ErrorKind::Cancelled { .. } => signals.exit_code().unwrap_or(exit::INTERNAL),
                ErrorKind::Schema { .. } | ErrorKind::Dialect { .. } | ErrorKind::Formats { .. } => {
                    exit::USAGE
                }
                _ => exit::INTERNAL,
            };
            return exit::fail(&error, code);
        }
    };
    if let (Some(file), Some(output)) = (&arguments.report, beside)
        && let Err(text) = write_file(&report, output, file)
    {
        return exit::complain(&text, exit::UNREADABLE);
    }
    let code = report.exit_code(match arguments.fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
    });
    let mut bytes = Vec::new();
    match render(&report, arguments.output, colors(arguments.color), width(), &mut bytes) {
        Ok(()) => exit::print(&bytes, ExitCode::from(code)),
        Err(error) => exit::fail(&error, exit::INTERNAL),
    }
}

/// What an input stands for. One that stands for nothing keeps its place, so that the report tells of it.
fn sources(input: &str) -> Vec<Box<dyn Source>> {
    sources_from_argument(input).unwrap_or_else(|error| vec![Box::new(UnreadSource::new(error))])
}

fn validator(
    arguments: &Validate,
    schema: trueline::Schema,
    cancel: Cancel,
    display: Option<Arc<Display>>,
) -> Result<Validator, trueline::Error> {
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    let limits = Limits::default()
        .max_record_bytes(arguments.max_record_bytes)
        .max_field_bytes(arguments.max_field_bytes)
        .max_columns(arguments.max_columns as usize)
        .max_depth(arguments.max_depth as usize)
        .key_memory_bytes(size(arguments.key_memory));
    let mut builder = Validator::builder(schema)
        .chunk_bytes(size(arguments.chunk_size))
        .limits(limits)
        .sample_limit(arguments.sample_limit)
        .max_violations(arguments.max_violations)
        .cancel(cancel);
    if let Some(format) = arguments.format {
        builder = builder.format(format.format());
    }
    if let Some(threads) = arguments.threads {
        builder = builder.threads(usize::from(threads));
    }
    if let Some(display) = display {
        builder = builder.progress(move |progress| display.show(progress));
    }
    builder.build()
}

/// Why the report may not go where it is asked to go: something that is read stands there.
fn overwritten(arguments: &Validate, sources: &[Box<dyn Source>]) -> Option<String> {
    let report = std::fs::canonicalize(arguments.report.as_deref()?).ok()?;
    let is_report = |path: &Path| std::fs::canonicalize(path).is_ok_and(|path| path == report);
    let inputs = sources.iter().map(|source| (Path::new(source.name()), "an input"));
    let mut read = inputs.chain([(arguments.schema.as_path(), "the schema")]);
    let (path, what) = read.find(|(path, _)| is_report(path))?;
    Some(format!("the report would replace {what}, {}; give it another name", path.display()))
}

/// The form of a report file, by the end of its name.
fn output_of(file: &Path) -> Result<Output, String> {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("json") => Ok(Output::Json),
        Some("jsonl") => Ok(Output::Jsonl),
        Some("txt") => Ok(Output::Text),
        _ => Err(format!("the report file {} must end in .json, .jsonl or .txt", file.display())),
    }
}

fn write_file(report: &Report, output: Output, file: &Path) -> Result<(), String> {
    let tell = |error: &dyn std::fmt::Display| {
        format!("the report could not be written to {}: {error}", file.display())
    };
    let mut bytes = Vec::new();
    render(report, output, false, DEFAULT_WIDTH, &mut bytes).map_err(|error| tell(&error))?;
    let mut target = AtomicFile::create(file).map_err(|error| tell(&error))?;
    target.write_all(&bytes).map_err(|error| tell(&error))?;
    target.commit().map_err(|error| tell(&error))
}

fn render(
    report: &Report,
    output: Output,
    color: bool,
    width: usize,
    target: &mut Vec<u8>,
) -> io::Result<()> {
    match output {
        Output::Text => TextRenderer { color, width, ..TextRenderer::default() }.render(report, target),
        Output::Json => JsonRenderer.render(report, target),
        Output::Jsonl => JsonLinesRenderer.render(report, target),
    }
}

/// Whether standard output takes colours; `NO_COLOR` and `CLICOLOR_FORCE` are honoured.
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
