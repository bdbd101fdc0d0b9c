//! Inputs in, one report out.
//!
//! Each input is cut into chunks; each chunk becomes one partial state on whichever thread claimed it; states are merged in
//! file order. Nothing in the report depends on how the chunks were cut or who worked on them.

mod csv;
mod job;
mod merge;
mod open;
mod read;
mod report;
mod text;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use trueline_io::Source;
use trueline_io::text::Failure;
use trueline_report::{Decided, Input, Report, Run, RunError};
use trueline_validate::Tally;

use self::merge::InputOutcome;
use self::read::Reading;
pub(crate) use self::report::{rate, report};
use crate::error::{Error, ErrorKind};
use crate::validator::Validator;

/// A run over all inputs.
pub(crate) struct Pipeline<'a> {
    validator: &'a Validator,
    tally: Tally,
    inputs: Vec<Input>,
    error: Option<RunError>,
    taken_bytes: Arc<AtomicU64>,
    total_bytes: Option<u64>,
    /// Rows proven from their bytes.
    proved: u64,
    started: Instant,
}

impl<'a> Pipeline<'a> {
    pub(crate) fn new(validator: &'a Validator) -> Self {
        Self {
            validator,
            tally: validator.tally(),
            inputs: Vec::new(),
            error: None,
            taken_bytes: Arc::default(),
            total_bytes: None,
            proved: 0,
            started: Instant::now(),
        }
    }

    /// Validates the inputs one after the other as one table.
    pub(crate) fn run(mut self, sources: &[&dyn Source]) -> Result<Report, Error> {
        if sources.is_empty() {
            return Err(Error::new(ErrorKind::NoInput));
        }
        if sources.iter().all(|source| source.can_reopen()) {
            self.tally = Tally::rereading(&self.validator.plan, &self.validator.key_options());
        }
        self.total_bytes = sources.iter().map(|source| source.size_hint()).sum();
        for source in sources {
            self.input(*source)?;
            if self.error.is_some() {
                break;
            }
        }
        self.read_again(sources)?;
        self.finish()
    }

    /// Reads inputs again for as long as keys need it. What ended an input early ends it there again.
    fn read_again(&mut self, sources: &[&dyn Source]) -> Result<(), Error> {
        let keys = |source| Error::new(ErrorKind::Keys { source });
        while let Some(pass) = self.tally.next_pass(self.validator.threads).map_err(keys)? {
            for (number, source) in (0..).zip(&sources[..self.inputs.len()]) {
                if !self.tally.needs_input(number) {
                    continue;
                }
                let (mut outcome, _) = self.read(Reading { source: *source, again: Some((number, pass)) })?;
                if outcome.error.is_none()
                    && let Err(error) = source.verify_unchanged()
                {
                    outcome.error = Some(run_error(Failure::read(&error, outcome.bytes), source.name()));
                }
                let error = self.check_outcome(outcome)?;
                if error.is_none() && !self.tally.has_same_rows() {
                    let message = format!("`{}` had other rows when it was read again", source.name());
                    let failure = Failure::new("read", message, 0);
                    self.error.get_or_insert(run_error(failure, source.name()));
                }
                if self.error.is_none() {
                    self.error = error;
                }
                // An input that ended early was the last one; one that ends early now lacks keys.
                if self.error.is_some() && !self.tally.has_same_rows() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn input(&mut self, source: &dyn Source) -> Result<(), Error> {
        let (mut outcome, format) = self.read(Reading { source, again: None })?;
        if outcome.error.is_none()
            && let Err(error) = source.verify_unchanged()
        {
            outcome.error = Some(run_error(Failure::read(&error, outcome.bytes), source.name()));
        }
        let rows = self.tally.input_rows();
        self.proved += outcome.proved;
        self.inputs.push(Input { name: source.name().to_owned(), format, bytes: outcome.bytes, rows });
        self.error = self.check_outcome(outcome)?;
        Ok(())
    }

    /// What made an input unreadable, unless the run as a whole cannot go on.
    fn check_outcome(&self, outcome: InputOutcome) -> Result<Option<RunError>, Error> {
        if let Some(source) = outcome.fatal {
            return Err(Error::new(ErrorKind::Keys { source }));
        }
        if let Some(message) = outcome.panicked {
            return Err(Error::new(ErrorKind::Internal { message }));
        }
        if self.validator.cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled { rows: self.tally.rows() }));
        }
        Ok(outcome.error)
    }

    fn finish(self) -> Result<Report, Error> {
        let validator = self.validator;
        let outcome = self
            .tally
            .finish(validator.max_violations, self.error.is_some())
            .map_err(|source| Error::new(ErrorKind::Keys { source }))?;
        let elapsed = self.started.elapsed().as_secs_f64();
        let bytes: u64 = self.inputs.iter().map(|input| input.bytes).sum();
        let run = Run {
            elapsed_seconds: elapsed,
            threads: u32::try_from(validator.threads).unwrap_or(u32::MAX),
            simd: validator.kernel.name().to_owned(),
            bytes_per_second: rate(bytes, elapsed),
            decided: Decided { scanned: outcome.rows.total - self.proved, proved: self.proved, cached: 0 },
            peak_memory: crate::validator::peak_memory(),
        };
        Ok(report(validator, outcome, self.inputs, self.error, run))
    }
}

fn run_error(failure: Failure, input: &str) -> RunError {
    RunError {
        code: failure.code.to_owned(),
        message: failure.message,
        input: Some(input.to_owned()),
        row_index: None,
        line: None,
        byte_offset: Some(failure.byte_offset),
    }
}
