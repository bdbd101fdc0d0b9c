//! `trueline validate`.

use std::path::Path;
use std::sync::Arc;

use trueline::{
    Cancel, Error, ErrorKind, Report, Source, SourceErrorKind, State, StatisticsAudit, StdinSource,
    Temporaries, UnreadSource, Validator, ValidatorBuilder, Verdict, WrongStatistic, sources_from_argument,
};

use crate::arguments::Validate;
use crate::progress::Display;
use crate::signal::Signals;
use crate::{cache, exit, flag, outputs, report, schema, state};

pub(crate) fn run(arguments: &Validate) -> u8 {
    if let Some(text) = astray(arguments) {
        return exit::complain(&text, exit::USAGE);
    }
    let destinations = match report::destinations(&arguments.telling.reports) {
        Ok(destinations) => destinations,
        Err(text) => return exit::complain(&text, exit::USAGE),
    };
    let sources: Vec<Box<dyn Source>> = arguments.inputs.iter().flat_map(|input| sources(input)).collect();
    let read = [outputs::inputs(&arguments.inputs, &sources), outputs::documents(&arguments.schema)].concat();
    if let Some(text) = outputs::conflict(read, &arguments.telling.reports, outputs::files(arguments)) {
        return exit::complain(&text, exit::USAGE);
    }
    let schema = match schema::read(&arguments.schema) {
        Ok(schema) => schema,
        Err(code) => return code,
    };
    let wrong = outputs::unusable(&arguments.telling.reports, outputs::files(arguments));
    if let Some(text) =
        wrong.or_else(|| outputs::reasons_conflict(arguments.files.reasons.as_deref(), &schema))
    {
        return exit::complain(&text, exit::USAGE);
    }
    if arguments.inputs.iter().any(|input| input == "-") && StdinSource::may_be_closed() {
        exit::note("standard input has nothing: it is the null device, or was closed");
    }
    let (cancel, temporaries) = (Cancel::new(), Temporaries::new());
    let display = Display::new(arguments.progress).map(Arc::new);
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
    let result = judge(&validator, &sources, arguments);
    if let Some(display) = display {
        display.clear();
    }
    cache::warn(cache.as_ref());
    let (report, state, unwritten) = match result {
        Ok((report, state)) => (report, state, None),
        Err(error) => match outputs::report_without_outputs(&error) {
            Some(report) => (report, None, Some(exit::error_text(&error))),
            None => return fail(&error, arguments, &signals),
        },
    };
    let failed = match (&arguments.files.state_out, state) {
        (Some(path), Some(state)) if report.verdict != Verdict::Unreadable => {
            state::write(&state, path, &temporaries).err()
        }
        _ => unwritten,
    };
    for text in outputs::unwritten(arguments, &report).iter().chain(&audited(&report)) {
        exit::note(text);
    }
    report::tell(&report, &arguments.telling, &destinations, &temporaries, failed)
}

/// Validates the inputs; returns the report, in the terms of this command line, and the results if wanted.
fn judge(
    validator: &Validator,
    sources: &[Box<dyn Source>],
    arguments: &Validate,
) -> Result<(Report, Option<State>), Error> {
    let sources: Vec<&dyn Source> = sources.iter().map(AsRef::as_ref).collect();
    let (mut report, state) = if arguments.files.state_out.is_some() {
        let (report, state) = state::of(validator, &sources, arguments.files.part)?;
        (report, Some(state))
    } else {
        (validator.validate_all(&sources)?, None)
    };
    if let Some(error) = &mut report.error {
        error.message = flag::of_run(error);
    }
    Ok((report, state))
}

/// Returns the result of an audit of statistics, if some are wrong: the report formats for people do not include it.
fn audited(report: &Report) -> Option<String> {
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

/// Returns the message for an input that was meant to be the value of an option.
fn astray(arguments: &Validate) -> Option<String> {
    arguments.trust_statistics?;
    let is_value =
        |input: &&String| matches!(input.as_str(), "audit" | "prove") && !Path::new(input).exists();
    let input = arguments.inputs.iter().find(is_value)?;
    Some(format!(
        "`{input}` is taken for an input, and there is no such file; the value of an option that may stand alone is joined to it: \
         --trust-statistics={input}"
    ))
}

/// Reports why a run has no report, and returns the exit code.
fn fail(error: &Error, arguments: &Validate, signals: &Signals) -> u8 {
    let code = match error.kind() {
        ErrorKind::Cancelled { .. } => signals.ended().unwrap_or(exit::INTERNAL),
        ErrorKind::Output { source, .. } if matches!(source.kind(), SourceErrorKind::ReasonColumn { .. }) => {
            let column = arguments.files.reasons.as_deref().unwrap_or_default();
            return exit::complain(&format!("--reasons {column}: {source}"), exit::USAGE);
        }
        ErrorKind::States { message } => {
            return exit::complain(&format!("--state-out is not for inputs of which {message}"), exit::USAGE);
        }
        ErrorKind::Option { .. }
        | ErrorKind::Schema { .. }
        | ErrorKind::Dialect { .. }
        | ErrorKind::Formats { .. }
        | ErrorKind::OutputName { .. } => exit::USAGE,
        ErrorKind::Output { .. } | ErrorKind::Keys { .. } => exit::UNREADABLE,
        _ => exit::INTERNAL,
    };
    exit::fail(error, code)
}

/// Returns the sources of an input argument. If there are none, an unreadable one takes their place, so that the report includes
/// it.
fn sources(input: &str) -> Vec<Box<dyn Source>> {
    sources_from_argument(input).unwrap_or_else(|error| vec![Box::new(UnreadSource::new(error))])
}

fn builder(
    arguments: &Validate,
    schema: trueline::Schema,
    cancel: Cancel,
    signals: &Signals,
    display: Option<Arc<Display>>,
) -> ValidatorBuilder {
    let mut builder = Validator::builder(schema)
        .limits(arguments.limits.limits())
        .sample_limit(arguments.telling.sample_limit)
        .max_violations(arguments.telling.max_violations)
        .cancel(cancel);
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
        signals.reached(progress);
        if let Some(display) = &display {
            display.show(progress);
        }
    })
}
