//! `trueline merge`.

use std::path::{Path, PathBuf};

use trueline::{Cancel, Error, ErrorKind, Limits, State, Temporaries, Validator};

use crate::arguments::Merge;
use crate::signal::Signals;
use crate::{exit, outputs, report, schema, state};

pub(crate) fn run(arguments: &Merge) -> u8 {
    let destinations = match report::destinations(&arguments.report.reports) {
        Ok(destinations) => destinations,
        Err(text) => return exit::print_error(&text, exit::USAGE),
    };
    let states = arguments.states.iter().map(|path| ("a state", path.clone()));
    let read = states.chain(outputs::documents(&arguments.schema)).collect();
    let files = arguments.state_out.iter().map(|path| ("--state-out", path.as_path()));
    if let Some(text) = outputs::conflict(read, &arguments.report.reports, files.clone()) {
        return exit::print_error(&text, exit::USAGE);
    }
    let schema = match schema::read(&arguments.schema) {
        Ok(schema) => schema,
        Err(code) => return code,
    };
    if let Some(text) = outputs::unwritable(&arguments.report.reports, files) {
        return exit::print_error(&text, exit::USAGE);
    }
    let key_memory = usize::try_from(arguments.key_memory).unwrap_or(usize::MAX);
    let builder = arguments.report.limit_samples(Validator::builder(schema));
    let validator = match builder.limits(Limits::default().key_memory_bytes(key_memory)).build() {
        Ok(validator) => validator,
        Err(error) => return exit::fail(&error, exit::USAGE),
    };
    let (cancel, temporaries) = (Cancel::new(), Temporaries::new());
    // Merging cannot be cancelled: on a signal the process ends, after its temporary files are removed.
    Signals::listen(&cancel, &temporaries, None);
    let mut states = Vec::with_capacity(arguments.states.len());
    for path in &arguments.states {
        match read_state(&validator, path) {
            Ok(state) => states.push(state),
            Err(code) => return code,
        }
    }
    let result = State::merge(states).and_then(|state| {
        let merged = arguments.state_out.is_some().then(|| state.clone());
        Ok((validator.finish(state)?, merged))
    });
    let (report, state) = match result {
        Ok(result) => result,
        Err(error) => return fail(&error, arguments),
    };
    let output_error = match (&arguments.state_out, state) {
        (Some(path), Some(state)) => state::write(&state, path, &temporaries).err(),
        _ => None,
    };
    report::write(&report, &arguments.report, &destinations, &temporaries, output_error)
}

/// Prints the error of a merge, and returns the exit code.
fn fail(error: &Error, arguments: &Merge) -> u8 {
    let code = match error.kind() {
        ErrorKind::PartTwice { input, first, second } => {
            let text = duplicate_part_message(&arguments.states, input, *first, *second);
            return exit::print_error(&text, exit::USAGE);
        }
        ErrorKind::States { .. } => exit::USAGE,
        ErrorKind::Keys { .. } => exit::UNREADABLE,
        _ => exit::INTERNAL,
    };
    exit::fail(error, code)
}

/// The message that two files contain the same part.
fn duplicate_part_message(states: &[PathBuf], input: &str, first: usize, second: usize) -> String {
    let name = |index: usize| states.get(index).map(|path| path.display().to_string()).unwrap_or_default();
    let (first, second) = (name(first), name(second));
    let files =
        if first == second { format!("{first}, given twice,") } else { format!("{first} and {second} both") };
    let verb = if first == second { "has" } else { "have" };
    format!("{files} {verb} the part of `{input}`, which would be counted twice; leave one of them out")
}

/// Reads a state. On an error, prints it and returns the exit code.
fn read_state(validator: &Validator, path: &Path) -> Result<State, u8> {
    let bytes = std::fs::read(path).map_err(|error| {
        let text = format!("the state {} could not be read: {error}", path.display());
        exit::print_error(&text, exit::UNREADABLE)
    })?;
    validator.read_state(&bytes).map_err(|error| {
        let text = format!("{}: {error}", path.display());
        exit::print_error(&text, exit::USAGE)
    })
}
