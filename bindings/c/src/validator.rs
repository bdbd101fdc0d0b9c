//! Compiled schemas with options.

use std::io;
use std::sync::Arc;

use arrow_array::RecordBatch;
use trueline::{Report, Source, sources_from_argument};

use crate::callback::{Watched, Watcher};
use crate::fault::{Fault, fault};
use crate::loan::Lender;
use crate::option::Options;
use crate::schema::Schema;
use crate::source::{Callback, Failure, Memory, Reading};
use crate::status::Status;

/// A compiled schema with options, for any number of runs. Free it with `trueline_validator_free`.
pub struct Validator {
    pub(crate) judge: Arc<Judge>,
}

/// What the engine computes from one input: its report, or its state.
pub(crate) type Ask<T> = fn(&trueline::Validator, &dyn Source) -> Result<T, trueline::Error>;
/// The same for several inputs.
pub(crate) type AskAll<T> = fn(&trueline::Validator, &[&dyn Source]) -> Result<T, trueline::Error>;
/// The same for Arrow data.
pub(crate) type AskBatches<T> =
    fn(&trueline::Validator, &mut dyn Iterator<Item = RecordBatch>) -> Result<T, trueline::Error>;

/// The content of a validator, shared with the streams that were made from it.
pub(crate) struct Judge {
    document: trueline::Schema,
    options: Options,
    /// For runs without callbacks.
    plain: trueline::Validator,
}

impl Judge {
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
        run: impl FnOnce(&trueline::Validator, &Watched) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let watcher = Watcher::new(self.options.watch);
        let watched = watcher.watched();
        if !self.options.watch.is_any() {
            return run(&self.plain, &watched);
        }
        if watched.is_cancelled() {
            return Err(cancelled());
        }
        // A flag that was set stays set, so each run has its own.
        let builder = self.options.apply(trueline::Validator::builder(self.document.clone()));
        let teller = watched.clone();
        let mut builder =
            builder.cancel(watcher.cancel.clone()).progress(move |progress| teller.tell(progress));
        // They are not put together for nobody.
        if self.options.watch.part.is_some() {
            let teller = watched.clone();
            builder = builder.parts(move |part| teller.tell_part(&part));
        }
        let outcome = run(&builder.build()?, &watched);
        if watcher.cancel.is_cancelled() { Err(cancelled()) } else { outcome }
    }

    /// Runs on the inputs that paths name, as one table.
    pub(crate) fn paths<T>(&self, paths: &[&str], ask: AskAll<T>) -> Result<T, Fault> {
        let mut sources = Vec::new();
        for path in paths {
            sources.extend(sources_of(path)?);
        }
        let sources: Vec<&dyn Source> = sources.iter().map(AsRef::as_ref).collect();
        self.run(|validator, _| Ok(ask(validator, &sources)?))
    }

    pub(crate) fn memory<T>(&self, name: &str, bytes: &'static [u8], ask: Ask<T>) -> Result<T, Fault> {
        let lender = Lender::new(bytes);
        let source = Memory::new(name, lender.lend());
        self.run(|validator, _| Ok(ask(validator, &source)?))
    }

    pub(crate) fn reader<T>(&self, name: &str, reading: Reading, ask: Ask<T>) -> Result<T, Fault> {
        let lender = Lender::new(reading);
        let failure = Failure::default();
        let outcome = self.run(|validator, watched| {
            let source = Callback {
                name: name.to_owned(),
                read: lender.lend(),
                watched: watched.clone(),
                failure: failure.clone(),
            };
            Ok(ask(validator, &source)?)
        });
        failed(failure.take().map(|message| fault(Status::Callback, c"callback.read", message)), outcome)
    }

    /// Runs on batches until one of them, or their stream, is invalid.
    pub(crate) fn batches<T>(
        &self,
        batches: impl Iterator<Item = Result<RecordBatch, trueline_arrow::Error>>,
        ask: AskBatches<T>,
    ) -> Result<T, Fault> {
        let mut failure = None;
        let outcome = self.run(|validator, watched| {
            let mut good = batches.map_while(|batch| match batch {
                _ if watched.is_cancelled() => None,
                Ok(batch) => Some(batch),
                Err(error) => {
                    failure = Some(error.into());
                    None
                }
            });
            Ok(ask(validator, &mut good)?)
        });
        failed(failure, outcome)
    }

    pub(crate) fn read_state(&self, bytes: &[u8]) -> Result<trueline::State, Fault> {
        Ok(self.plain.read_state(bytes)?)
    }

    pub(crate) fn finish(&self, state: trueline::State) -> Result<Report, Fault> {
        Ok(self.plain.finish(state)?)
    }
}

/// An error outside the engine takes precedence over the engine's result.
fn failed<T>(failure: Option<Fault>, outcome: Result<T, Fault>) -> Result<T, Fault> {
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
    // A file that is not there is told before anything begins.
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
