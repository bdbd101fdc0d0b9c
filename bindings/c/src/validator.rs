//! Compiled schemas with options.

use std::io;
use std::sync::Arc;

use arrow_array::RecordBatch;
use trueline::{Report, Source, sources_from_argument};

use crate::callback::{CallbackHandle, RunCallbacks};
use crate::fault::{Fault, fault};
use crate::option::Options;
use crate::revocable::Revocable;
use crate::schema::Schema;
use crate::source::{CallbackSource, Failure, MemorySource, ReadFunction};
use crate::status::Status;

/// A compiled schema with options, for any number of runs. Free it with `trueline_validator_free`.
pub struct Validator {
    pub(crate) runner: Arc<Runner>,
}

/// A method of the engine that evaluates one input and returns a report or a state.
pub(crate) type Evaluate<T> = fn(&trueline::Validator, &dyn Source) -> Result<T, trueline::Error>;
/// A method of the engine that evaluates several inputs.
pub(crate) type EvaluateAll<T> = fn(&trueline::Validator, &[&dyn Source]) -> Result<T, trueline::Error>;
/// A method of the engine that evaluates Arrow batches.
pub(crate) type EvaluateBatches<T> =
    fn(&trueline::Validator, &mut dyn Iterator<Item = RecordBatch>) -> Result<T, trueline::Error>;

/// Runs the engine with a schema and options. Shared by a validator and the streams that were made from it.
pub(crate) struct Runner {
    document: trueline::Schema,
    options: Options,
    /// The validator for runs without callbacks.
    plain: trueline::Validator,
}

impl Runner {
    pub(crate) fn new(schema: &Schema, options: Option<&Options>) -> Result<Self, Fault> {
        trueline::silence_caught_panics();
        let document = schema.document.clone();
        let options = options.cloned().unwrap_or_default();
        let plain = options.apply(trueline::Validator::builder(document.clone())).build()?;
        Ok(Self { document, options, plain })
    }

    /// Performs one run. Its callbacks are not called after it has ended.
    pub(crate) fn run<T>(
        &self,
        run: impl FnOnce(&trueline::Validator, &CallbackHandle) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let run_callbacks = RunCallbacks::new(self.options.callbacks);
        let callbacks = run_callbacks.handle();
        if !self.options.callbacks.is_any() {
            return run(&self.plain, &callbacks);
        }
        if callbacks.is_cancelled() {
            return Err(cancelled());
        }
        // A cancellation flag cannot be reset, so each run with callbacks needs its own flag and validator.
        let builder = self.options.apply(trueline::Validator::builder(self.document.clone()));
        let observer = callbacks.clone();
        let mut builder = builder
            .cancel(run_callbacks.cancel.clone())
            .progress(move |progress| observer.report_progress(progress));
        // Without a part callback, the engine does not assemble parts.
        if self.options.callbacks.part.is_some() {
            let observer = callbacks.clone();
            builder = builder.parts(move |part| observer.report_part(&part));
        }
        let outcome = run(&builder.build()?, &callbacks);
        if run_callbacks.cancel.is_cancelled() { Err(cancelled()) } else { outcome }
    }

    /// Runs on the inputs that paths name, as one table.
    pub(crate) fn paths<T>(&self, paths: &[&str], evaluate: EvaluateAll<T>) -> Result<T, Fault> {
        let mut sources = Vec::new();
        for path in paths {
            sources.extend(sources_of(path)?);
        }
        let sources: Vec<&dyn Source> = sources.iter().map(AsRef::as_ref).collect();
        self.run(|validator, _| Ok(evaluate(validator, &sources)?))
    }

    /// Runs on bytes in memory.
    pub(crate) fn memory<T>(
        &self,
        name: &str,
        bytes: &'static [u8],
        evaluate: Evaluate<T>,
    ) -> Result<T, Fault> {
        let revocable = Revocable::new(bytes);
        let source = MemorySource::new(name, revocable.handle());
        self.run(|validator, _| Ok(evaluate(validator, &source)?))
    }

    /// Runs on the bytes that a read callback returns.
    pub(crate) fn reader<T>(
        &self,
        name: &str,
        read_function: ReadFunction,
        evaluate: Evaluate<T>,
    ) -> Result<T, Fault> {
        let revocable = Revocable::new(read_function);
        let failure = Failure::default();
        let outcome = self.run(|validator, callbacks| {
            let source = CallbackSource {
                name: name.to_owned(),
                read: revocable.handle(),
                callbacks: callbacks.clone(),
                failure: failure.clone(),
            };
            Ok(evaluate(validator, &source)?)
        });
        prefer_failure(
            failure.take().map(|message| fault(Status::Callback, c"callback.read", message)),
            outcome,
        )
    }

    /// Runs on batches until one of them, or their stream, is invalid.
    pub(crate) fn batches<T>(
        &self,
        batches: impl Iterator<Item = Result<RecordBatch, trueline_arrow::Error>>,
        evaluate: EvaluateBatches<T>,
    ) -> Result<T, Fault> {
        let mut failure = None;
        let outcome = self.run(|validator, callbacks| {
            let mut valid = batches.map_while(|batch| match batch {
                _ if callbacks.is_cancelled() => None,
                Ok(batch) => Some(batch),
                Err(error) => {
                    failure = Some(error.into());
                    None
                }
            });
            Ok(evaluate(validator, &mut valid)?)
        });
        prefer_failure(failure, outcome)
    }

    pub(crate) fn read_state(&self, bytes: &[u8]) -> Result<trueline::State, Fault> {
        Ok(self.plain.read_state(bytes)?)
    }

    pub(crate) fn finish(&self, state: trueline::State) -> Result<Report, Fault> {
        Ok(self.plain.finish(state)?)
    }
}

/// An error outside the engine takes precedence over the engine's result.
fn prefer_failure<T>(failure: Option<Fault>, outcome: Result<T, Fault>) -> Result<T, Fault> {
    match (failure, outcome) {
        (Some(failure), Ok(_)) => Err(failure),
        (Some(failure), Err(fault)) if fault.status != Status::Cancelled => Err(failure),
        (_, outcome) => outcome,
    }
}

fn cancelled() -> Fault {
    fault(Status::Cancelled, c"run.cancelled", "a callback asked for the run to end")
}

/// The inputs that a path names: a file, a folder with a trailing slash, a pattern, or an address.
fn sources_of(argument: &str) -> Result<Vec<Box<dyn Source>>, Fault> {
    let sources = sources_from_argument(argument)?;
    // A missing file is an error before the run starts.
    if sources.len() == 1 && sources[0].name() == argument && !argument.contains("://") && argument != "-" {
        let what = match std::fs::metadata(argument) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => "there is no such file",
            Ok(metadata) if metadata.is_dir() => {
                "it is a folder; with a slash behind its name it is all files in it"
            }
            _ => return Ok(sources),
        };
        return Err(fault(Status::Input, c"input.missing", format!("`{argument}`: {what}")));
    }
    Ok(sources)
}
