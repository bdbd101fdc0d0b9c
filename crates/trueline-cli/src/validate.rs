//! `trueline validate`.

use std::path::PathBuf;
use std::sync::Arc;

use trueline::{
    Cancel, ErrorKind, Limits, Source, Temporaries, UnreadSource, Validator, ValidatorBuilder, Verdict,
    sources_from_argument,
};

use crate::arguments::Validate;
use crate::progress::Display;
use crate::signal::Signals;
use crate::{cache, exit, outputs, report, schema, state};

pub(crate) fn run(arguments: &Validate) -> u8 {
    let destinations = match report::destinations(&arguments.telling.reports) {
        Ok(destinations) => destinations,
        Err(text) => return exit::complain(&text, exit::USAGE),
    };
    let sources: Vec<Box<dyn Source>> = arguments.inputs.iter().flat_map(|input| sources(input)).collect();
    let inputs = sources.iter().map(|source| ("an input", PathBuf::from(source.name())));
    let read = inputs.chain([("the schema", arguments.schema.clone())]);
    if let Some(text) = outputs::conflict(read, &arguments.telling.reports, outputs::files(arguments)) {
        return exit::complain(&text, exit::USAGE);
    }
    let schema = match schema::read(&arguments.schema) {
        Ok(schema) => schema,
        Err(code) => return code,
    };
    let cancel = Cancel::new();
    let temporaries = Temporaries::new();
    let signals = Signals::listen(&cancel, &temporaries);
    let display = Display::new(arguments.progress).map(Arc::new);
    let builder = builder(arguments, schema, cancel, display.clone());
    let (builder, cache) = match cache::add(builder, arguments) {
        Ok(added) => added,
        Err(code) => return code,
    };
    let validator = match outputs::add(builder, arguments, &temporaries).build() {
        Ok(validator) => validator,
        Err(error) => return exit::fail(&error, exit::USAGE),
    };
    let borrowed: Vec<&dyn Source> = sources.iter().map(AsRef::as_ref).collect();
    let result = match &arguments.state_out {
        None => validator.validate_all(&borrowed).map(|report| (report, None)),
        Some(_) => {
            state::of(&validator, &borrowed, arguments.part).map(|(report, state)| (report, Some(state)))
        }
    };
    if let Some(display) = display {
        display.clear();
    }
    cache::warn(cache.as_ref());
    let (report, state) = match result {
        Ok(found) => found,
        Err(error) => {
            let code = match error.kind() {
                ErrorKind::Cancelled { .. } => signals.exit_code().unwrap_or(exit::INTERNAL),
                ErrorKind::Schema { .. }
                | ErrorKind::Dialect { .. }
                | ErrorKind::Formats { .. }
                | ErrorKind::States { .. }
                | ErrorKind::OutputName { .. } => exit::USAGE,
                ErrorKind::Output { .. } | ErrorKind::Keys { .. } => exit::UNREADABLE,
                _ => exit::INTERNAL,
            };
            return exit::fail(&error, code);
        }
    };
    if let (Some(path), Some(state)) = (&arguments.state_out, state)
        && report.verdict != Verdict::Unreadable
        && let Err(text) = state::write(&state, path, &temporaries)
    {
        return exit::complain(&text, exit::UNREADABLE);
    }
    if let Some(text) = outputs::unwritten(arguments, &report) {
        exit::note(&text);
    }
    report::tell(&report, &arguments.telling, &destinations, &temporaries)
}

/// What an input stands for. One that stands for nothing keeps its place, so that the report tells of it.
fn sources(input: &str) -> Vec<Box<dyn Source>> {
    sources_from_argument(input).unwrap_or_else(|error| vec![Box::new(UnreadSource::new(error))])
}

fn builder(
    arguments: &Validate,
    schema: trueline::Schema,
    cancel: Cancel,
    display: Option<Arc<Display>>,
) -> ValidatorBuilder {
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    let limits = Limits::default()
        .max_record_bytes(arguments.max_record_bytes)
        .max_field_bytes(arguments.max_field_bytes)
        .max_columns(arguments.max_columns as usize)
        .max_ratio(arguments.max_ratio)
        .max_decompressed_bytes(arguments.max_decompressed_bytes)
        .max_depth(arguments.max_depth as usize)
        .max_metadata_bytes(arguments.max_metadata_bytes)
        .max_row_groups(arguments.max_row_groups as usize)
        .max_pages(arguments.max_pages)
        .max_page_bytes(arguments.max_page_bytes)
        .max_batch_values(arguments.max_batch_values)
        .max_batch_bytes(arguments.max_batch_bytes)
        .max_spool_bytes(arguments.max_spool_bytes)
        .key_memory_bytes(size(arguments.key_memory));
    let mut builder = Validator::builder(schema)
        .limits(limits)
        .sample_limit(arguments.sample_limit)
        .max_violations(arguments.max_violations)
        .cancel(cancel);
    if let Some(bytes) = arguments.chunk_size {
        builder = builder.chunk_bytes(size(bytes));
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
    if let Some(display) = display {
        builder = builder.progress(move |progress| display.show(progress));
    }
    builder
}
