//! `trueline merge`.

use std::path::Path;

use trueline::{AtomicFile, ErrorKind, Limits, State, Temporaries, Validator};

use crate::arguments::Merge;
use crate::{exit, report, schema, state};

pub(crate) fn run(arguments: &Merge) -> u8 {
    let destinations = match report::destinations(&arguments.telling.reports) {
        Ok(destinations) => destinations,
        Err(text) => return exit::complain(&text, exit::USAGE),
    };
    if let Some(text) = conflict(arguments) {
        return exit::complain(&text, exit::USAGE);
    }
    let schema = match schema::read(&arguments.schema) {
        Ok(schema) => schema,
        Err(code) => return code,
    };
    let key_memory = usize::try_from(arguments.key_memory).unwrap_or(usize::MAX);
    let builder = Validator::builder(schema).max_violations(arguments.max_violations);
    let validator = match builder.limits(Limits::default().key_memory_bytes(key_memory)).build() {
        Ok(validator) => validator,
        Err(error) => return exit::fail(&error, exit::USAGE),
    };
    let mut states = Vec::with_capacity(arguments.states.len());
    for path in &arguments.states {
        match read(&validator, path) {
            Ok(state) => states.push(state),
            Err(code) => return code,
        }
    }
    let temporaries = Temporaries::new();
    let merged = State::merge(states).and_then(|state| {
        let kept = arguments.state_out.is_some().then(|| state.clone());
        Ok((validator.finish(state)?, kept))
    });
    let (found, state) = match merged {
        Ok(merged) => merged,
        Err(error) => {
            let code = match error.kind() {
                ErrorKind::States { .. } => exit::USAGE,
                ErrorKind::Keys { .. } => exit::UNREADABLE,
                _ => exit::INTERNAL,
            };
            return exit::fail(&error, code);
        }
    };
    if let (Some(path), Some(state)) = (&arguments.state_out, state)
        && let Err(text) = state::write(&state, path, &temporaries)
    {
        return exit::complain(&text, exit::UNREADABLE);
    }
    report::tell(&found, &arguments.telling, &destinations, &temporaries)
}

/// Reads a state; what is wrong with it has been told when this gives an exit code back.
fn read(validator: &Validator, path: &Path) -> Result<State, u8> {
    let bytes = std::fs::read(path).map_err(|error| {
        let text = format!("the state {} could not be read: {error}", path.display());
        exit::complain(&text, exit::UNREADABLE)
    })?;
    validator.read_state(&bytes).map_err(|error| {
        let text = format!("{}: {error}", path.display());
        exit::complain(&text, exit::USAGE)
    })
}

/// Why the merged state, or a report, may not go where it is asked to go: something that is read stands there.
fn conflict(arguments: &Merge) -> Option<String> {
    let read = arguments.states.iter().map(|path| ("a state", path));
    let read: Vec<_> = read.chain([("the schema", &arguments.schema)]).collect();
    let reports = arguments.telling.reports.iter().map(|path| ("--report", path));
    let written = reports.chain(arguments.state_out.iter().map(|path| ("--state-out", path)));
    let mut taken: Vec<(&str, &Path)> = Vec::new();
    for (option, path) in written {
        let is_same = |other: &Path| AtomicFile::target(other) == AtomicFile::target(path);
        if let Some((what, other)) = read.iter().find(|(_, other)| is_same(other)) {
            return Some(format!("{option} would replace {what}, {}; give it another name", other.display()));
        }
        if taken.iter().any(|(other, known)| *other != option && is_same(known)) {
            return Some(format!(
                "{option} {} is the file of another output; give it another name",
                path.display()
            ));
        }
        taken.push((option, path));
    }
    None
}
