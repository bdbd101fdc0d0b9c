//! `trueline validate`.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::Arc;

use trueline::{
    Cancel, Error, ErrorKind, Report, Source, SourceErrorKind, State, StatisticsAudit, StdinSource,
    Temporaries, UnreadSource, Validator, ValidatorBuilder, Verdict, WrongStatistic,
};

use crate::arguments::Validate;
use crate::progress::ProgressDisplay;
use crate::signal::Signals;
use crate::{cache, exit, flag, input, outputs, report, schema, state};

pub(crate) fn run(arguments: &Validate) -> u8 {
    if let Some(text) = mistake(arguments) {
        return exit::print_error(&text, exit::USAGE);
    }
    let destinations = match report::destinations(&arguments.report.reports) {
        Ok(destinations) => destinations,
        Err(text) => return exit::print_error(&text, exit::USAGE),
    };
    let sources: Vec<Box<dyn Source>> = arguments.inputs.iter().flat_map(|input| sources(input)).collect();
    let read = [outputs::inputs(&arguments.inputs, &sources), outputs::documents(&arguments.schema)].concat();
    if let Some(text) = outputs::conflict(read, &arguments.report.reports, outputs::files(arguments)) {
        return exit::print_error(&text, exit::USAGE);
    }
    let schema = match schema::read(&arguments.schema) {
        Ok(schema) => schema,
        Err(code) => return code,
    };
    let reasons = arguments.outputs.reasons.as_deref();
    let unwritable = outputs::unwritable(&arguments.report.reports, outputs::files(arguments));
    if let Some(text) = unwritable.or_else(|| outputs::reasons_conflict(reasons, &schema)) {
        return exit::print_error(&text, exit::USAGE);
    }
    if arguments.inputs.iter().any(|input| input == "-") && StdinSource::may_be_closed() {
        exit::print_note("standard input has nothing: it is the null device, or was closed");
    }
    let (cancel, temporaries) = (Cancel::new(), Temporaries::new());
    let display = ProgressDisplay::new(arguments.progress).map(Arc::new);
    let signals = Signals::listen(&cancel, &temporaries, display.clone());
    let builder = builder(arguments, schema, cancel, &signals, display.clone());
    let (builder, cache) = match cache::add(builder, arguments) {
        Ok(added) => added,
        Err(code) => return code,
    };
    let validator = match outputs::add(builder, arguments, &temporaries).build() {
        Ok(validator) => validator,
        Err(error) => return fail(&error, arguments, &signals),
    };
    let result = validate(&validator, &sources, arguments);
    if let Some(display) = display {
        display.clear();
    }
    cache::warn(cache.as_ref());
    let (report, state, output_error) = match result {
        Ok((report, state)) => (report, state, None),
        Err(error) => match outputs::report_without_outputs(&error) {
            Some(report) => (report, None, Some(exit::error_text(&error))),
            None => return fail(&error, arguments, &signals),
        },
    };
    let output_error = match (&arguments.outputs.state_out, state) {
        (Some(path), Some(state)) if report.verdict != Verdict::Unreadable => {
            state::write(&state, path, &temporaries).err()
        }
        _ => output_error,
    };
    for text in outputs::unwritten_message(arguments, &report).iter().chain(&audit_message(&report)) {
        exit::print_note(text);
    }
    report::write(&report, &arguments.report, &destinations, &temporaries, output_error)
}

/// Validates the inputs. Returns the report, with options in messages translated, and the state if `--state-out` requests it.
fn validate(
    validator: &Validator,
    sources: &[Box<dyn Source>],
    arguments: &Validate,
) -> Result<(Report, Option<State>), Error> {
    let sources: Vec<&dyn Source> = sources.iter().map(AsRef::as_ref).collect();
    let (mut report, state) = if arguments.outputs.state_out.is_some() {
        let (report, state) = state::of_inputs(validator, &sources, arguments.outputs.part)?;
        (report, Some(state))
    } else {
        (validator.validate_all(&sources)?, None)
    };
    if let Some(error) = &mut report.error {
        error.message = flag::translate_run_error(error);
    }
    Ok((report, state))
}

/// Returns a message if an audit found wrong statistics, because the report formats for people do not include its result.
fn audit_message(report: &Report) -> Option<String> {
    let StatisticsAudit { compared, wrong, samples } = report.run.statistics.as_ref()?;
    let first = samples.first()?;
    let WrongStatistic { column, row_group, page, statistic, claimed, found, .. } = first;
    let input = report.inputs.get(first.input as usize).map_or("", |input| &input.name);
    let page = page.map(|page| format!(", page {page}")).unwrap_or_default();
    Some(format!(
        "{wrong} of {compared} statistics are wrong; the first: {input}, column {column}, row group {row_group}{page}: {statistic} {claimed}, \
         but there is {found}; run.statistics of --output json has more"
    ))
}

/// Returns a usage error that the arguments alone show.
fn mistake(arguments: &Validate) -> Option<String> {
    misplaced_option_value(arguments)
        .or_else(|| outputs_beside_state(arguments))
        .or_else(|| input::unsearchable_folder(&arguments.inputs))
}

/// Returns a usage error for an input argument that was probably intended as the value of `--trust-statistics`.
fn misplaced_option_value(arguments: &Validate) -> Option<String> {
    arguments.trust_statistics?;
    let is_value =
        |input: &&OsString| matches!(input.to_str(), Some("audit" | "prove")) && !Path::new(input).exists();
    let input = arguments.inputs.iter().find(is_value)?.display();
    Some(format!(
        "`{input}` is taken for an input, and there is no such file; the value of an option that may stand alone is joined to it: \
         --trust-statistics={input}"
    ))
}

/// Prints the error of a run without a report, and returns the exit code.
fn fail(error: &Error, arguments: &Validate, signals: &Signals) -> u8 {
    let code = match error.kind() {
        ErrorKind::Cancelled { .. } => signals.exit_code_to_report().unwrap_or(exit::INTERNAL),
        ErrorKind::Output { source, .. } if matches!(source.kind(), SourceErrorKind::ReasonColumn { .. }) => {
            let column = arguments.outputs.reasons.as_deref().unwrap_or_default();
            return exit::print_error(&format!("--reasons {column}: {source}"), exit::USAGE);
        }
        ErrorKind::States { message } => {
            return exit::print_error(
                &format!("--state-out is not for inputs of which {message}"),
                exit::USAGE,
            );
        }
        ErrorKind::Option { .. }
        | ErrorKind::Schema { .. }
        | ErrorKind::SchemaRules { .. }
        | ErrorKind::Dialect { .. }
        | ErrorKind::Formats { .. }
        | ErrorKind::OutputName { .. } => exit::USAGE,
        ErrorKind::Output { .. } | ErrorKind::Keys { .. } => exit::UNREADABLE,
        _ => exit::INTERNAL,
    };
    exit::fail(error, code)
}

/// Returns a usage error for files of rows or violations beside `--state-out`.
fn outputs_beside_state(arguments: &Validate) -> Option<String> {
    arguments.outputs.state_out.as_ref()?;
    let (option, _) = outputs::files(arguments).find(|(option, _)| *option != "--state-out")?;
    Some(format!(
        "--state-out and {option} are not written by the same run: states hold counts and samples, no rows; \
         run again without --state-out for {option}"
    ))
}

/// Returns the sources of an input argument. If the argument has none, returns an unreadable source, so that the report contains
/// the error.
fn sources(input: &OsStr) -> Vec<Box<dyn Source>> {
    input::sources(input).unwrap_or_else(|error| vec![Box::new(UnreadSource::new(error))])
}

fn builder(
    arguments: &Validate,
    schema: trueline::Schema,
    cancel: Cancel,
    signals: &Signals,
    display: Option<Arc<ProgressDisplay>>,
) -> ValidatorBuilder {
    let mut builder = arguments.report.limit_samples(Validator::builder(schema));
    builder = builder.limits(arguments.limits.limits()).cancel(cancel);
    if let Some(bytes) = arguments.chunk_size {
        builder = builder.chunk_bytes(usize::try_from(bytes).unwrap_or(usize::MAX));
    }
    if let Some(trust) = arguments.trust_statistics {
        builder = builder.trust_statistics(trust.trust());
    }
    if let Some(format) = arguments.format {
        builder = builder.format(format.format());
    }
    if let Some(threads) = arguments.threads {
        builder = builder.threads(usize::from(threads));
    }
    let signals = signals.clone();
    builder.progress(move |progress| {
        signals.record_progress(progress);
        if let Some(display) = &display {
            display.show(progress);
        }
    })
}
