//! States: the mergeable results of parts of the data, stored in files.

use std::io::Write;
use std::path::Path;

use trueline::{AtomicFile, Error, Report, Source, State, Temporaries, Validator};

/// Validates the inputs, each as a separate part. Returns the report of all inputs, and their merged state.
pub(crate) fn of_inputs(
    validator: &Validator,
    sources: &[&dyn Source],
    number: Option<u64>,
) -> Result<(Report, State), Error> {
    let states: Vec<State> =
        sources.iter().map(|source| validator.state(*source)).collect::<Result<_, _>>()?;
    let state = State::merge(states)?.numbered(number.unwrap_or_default());
    Ok((validator.finish(state.clone())?, state))
}

/// Writes a state to a file.
pub(crate) fn write(state: &State, path: &Path, temporaries: &Temporaries) -> Result<(), String> {
    let describe = |error: &dyn std::fmt::Display| {
        format!("the state could not be written to {}: {error}", path.display())
    };
    let mut file = AtomicFile::create_among(path, temporaries).map_err(|error| describe(&error))?;
    file.write_all(&state.to_bytes()).map_err(|error| describe(&error))?;
    file.commit().map_err(|error| describe(&error))
}
