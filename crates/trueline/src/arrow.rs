//! Validation of Arrow batches in memory, without a file.

use std::borrow::Borrow;
use std::time::Instant;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_buffer::BooleanBufferBuilder;
use arrow_schema::{Schema as ArrowSchema, SchemaRef};
use trueline_report::{Decided, Input, Location, Report, Run};
use trueline_validate::{Pass, Plan, State, Tally, Wanted};

use crate::columns::{BatchValidator, Columns};
use crate::error::{Error, ErrorKind};
use crate::part::{PartRows, PartSender};
use crate::pipeline::{rate, report};
use crate::progress::{Progress, Throttle};
use crate::state::PartOfRun;
use crate::validator::{Validator, peak_memory};

/// How many rows of a batch are validated at once: between two such parts a run can be cancelled and reports its progress.
const PART_ROWS: usize = 1 << 17;

/// What Arrow data in memory are called in reports.
const NAME: &str = "arrow";

impl Validator {
    /// Validates one Arrow batch. Columns are matched by name, members of structs by dotted names. A column may have any Arrow
    /// type whose values are all values of the schema's type: narrower integers and floats, other layouts of text and binary,
    /// dictionaries, runs, coarser time units. A column of another type is a `type.column` violation in the report, and the
    /// checks of its cells are not evaluated.
    ///
    /// **Errors**: as [`Validator::validate_batches`].
    pub fn validate_batch(&self, batch: &RecordBatch) -> Result<Report, Error> {
        self.validate_batches(std::iter::once(batch))
    }

    /// Validates Arrow batches with the same columns as one table, on the calling thread. Batches may be borrowed, or owned as
    /// from a stream: each is dropped once it is validated.
    ///
    /// **Errors**: a batch has other columns than the first; the run was cancelled; keys could not be stored on disk; the
    /// validator has outputs, which only work with inputs.
    pub fn validate_batches<I>(&self, batches: I) -> Result<Report, Error>
    where
        I: IntoIterator,
        I::Item: Borrow<RecordBatch>,
    {
        self.validate_batches_into(batches, None)
    }

    /// Validates batches like [`Validator::validate_batches`] and returns for each row whether it is valid: no check of severity
    /// error reports it. Rows within a tolerance and rows with duplicate keys are invalid.
    ///
    /// **Shapes**: the array has one value per row of all batches, in order, without nulls.
    ///
    /// **Errors**: as [`Validator::validate_batches`].
    ///
    /// **Cost**: one bit per row.
    pub fn mark_batches<I>(&self, batches: I) -> Result<(Report, BooleanArray), Error>
    where
        I: IntoIterator,
        I::Item: Borrow<RecordBatch>,
    {
        let mut marks = BooleanBufferBuilder::new(0);
        let report = self.validate_batches_into(batches, Some(&mut marks))?;
        Ok((report, BooleanArray::new(marks.finish(), None)))
    }

    fn validate_batches_into<I>(
        &self,
        batches: I,
        marks: Option<&mut BooleanBufferBuilder>,
    ) -> Result<Report, Error>
    where
        I: IntoIterator,
        I::Item: Borrow<RecordBatch>,
    {
        let (_, plan) = self.schema_and_plan(true)?;
        let tally = Tally::new(plan, &self.key_options());
        let (run, _) = self.run_batches(batches, BatchRun::new(self, plan, tally, marks))?;
        run.finish()
    }

    /// Validates batches into a part of a run.
    ///
    /// **Errors**: as [`Validator::validate_batches`].
    pub(crate) fn partial_of_batches<I>(&self, batches: I) -> Result<PartOfRun, Error>
    where
        I: IntoIterator,
        I::Item: Borrow<RecordBatch>,
    {
        let (_, plan) = self.schema_and_plan(true)?;
        let tally = Tally::of_partial(plan, &self.key_options());
        let (run, columns) = self.run_batches(batches, BatchRun::new(self, plan, tally, None))?;
        run.check_cancelled()?;
        let layout = columns.map_or_else(String::new, |columns| format!("{:?}", columns.fields()));
        Ok(PartOfRun {
            input: run.input(),
            seconds: run.started.elapsed().as_secs_f64(),
            partial: run.tally.into_partial(),
            error: None,
            is_typed: true,
            layout: Some(layout),
            proved: 0,
        })
    }

    fn run_batches<'a, I>(
        &self,
        batches: I,
        run: BatchRun<'a>,
    ) -> Result<(BatchRun<'a>, Option<SchemaRef>), Error>
    where
        I: IntoIterator,
        I::Item: Borrow<RecordBatch>,
    {
        if self.outputs.is_any() {
            return Err(Error::new(ErrorKind::Option {
                option: "valid_out, invalid_out and errors_out",
                expected: "left out where Arrow batches are validated",
            }));
        }
        let mut run = run;
        let (schema, plan) = self.schema_and_plan(true)?;
        let mut first: Option<SchemaRef> = None;
        let mut validator = BatchValidator::new(schema, plan, Pass::First);
        for batch in batches {
            let batch: &RecordBatch = batch.borrow();
            let columns = batch.schema();
            let is_first = first.is_none();
            let expected = first.get_or_insert_with(|| columns.clone());
            if expected.fields() != columns.fields() {
                let message = difference(expected, &columns);
                return Err(Error::new(ErrorKind::BatchColumns { message }));
            }
            if is_first {
                let found = Columns::find(schema, &columns);
                run.begin(&found);
                validator.set_layout(&found, &columns, &columns);
            }
            run.bytes += batch.get_array_memory_size() as u64;
            for first_row in (0..batch.num_rows()).step_by(PART_ROWS) {
                run.add_rows(
                    &batch.slice(first_row, PART_ROWS.min(batch.num_rows() - first_row)),
                    &mut validator,
                )?;
            }
        }
        if first.is_none() {
            run.begin(&Columns::find(schema, &ArrowSchema::empty()));
        }
        Ok((run, first))
    }
}

/// The validation of a sequence of batches.
struct BatchRun<'a> {
    validator: &'a Validator,
    plan: &'a Plan,
    tally: Tally,
    parts: Option<PartSender>,
    /// One bit for each row, set where it is valid.
    marks: Option<&'a mut BooleanBufferBuilder>,
    bytes: u64,
    started: Instant,
    throttle: Throttle,
}

impl<'a> BatchRun<'a> {
    fn new(
        validator: &'a Validator,
        plan: &'a Plan,
        tally: Tally,
        marks: Option<&'a mut BooleanBufferBuilder>,
    ) -> Self {
        let mut tally = tally;
        let parts = validator.parts.as_ref().map(|parts| PartSender::new(parts, validator.max_violations));
        if parts.is_some() {
            tally.collect_findings();
        }
        let (started, throttle) = (Instant::now(), Throttle::new());
        Self { validator, plan, tally, parts, marks, bytes: 0, started, throttle }
    }

    fn begin(&mut self, found: &Columns) {
        self.tally.begin_input(&found.binding, 0, &|_| Location::default());
        if let Some(parts) = &mut self.parts {
            parts.add_all(&self.tally.take_findings());
        }
    }

    /// The input, as reports describe it.
    fn input(&self) -> Input {
        let (name, format) = (NAME.to_owned(), NAME.to_owned());
        Input { name, format, bytes: self.bytes, rows: self.tally.rows() }
    }

    fn check_cancelled(&self) -> Result<(), Error> {
        if self.validator.cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled {
                rows: self.tally.rows(),
                invalid_rows: self.tally.invalid_rows(),
            }));
        }
        Ok(())
    }

    /// Validates some rows, merges their result and reports progress.
    fn add_rows(&mut self, rows: &RecordBatch, validator: &mut BatchValidator<'_>) -> Result<(), Error> {
        self.check_cancelled()?;
        let mut state = State::new(self.plan, Some(self.tally.quota()));
        let marks = &mut self.marks;
        let mut mark = |batch: &RecordBatch, state: &State| {
            if let Some(marks) = marks {
                let bytes: Vec<u8> =
                    state.invalid_of_batch().iter().flat_map(|word| (!word).to_le_bytes()).collect();
                marks.append_packed_range(0..batch.num_rows(), &bytes);
            }
        };
        validator.observe(rows, &mut state, &mut mark).map_err(|_| {
            let message = "a column has more in one batch than can be looked at at once".to_owned();
            Error::new(ErrorKind::Internal { message })
        })?;
        state.seal();
        let findings = state.take_findings();
        let part = PartRows {
            input: 0,
            input_name: NAME,
            first_row: self.tally.rows(),
            lines: 0,
            rows: state.rows(),
            invalid_rows: state.invalid_rows(),
            end_bytes: self.bytes,
        };
        self.tally.merge(state).map_err(keys)?;
        if let Some(parts) = &mut self.parts {
            parts.send_rows(part, findings.as_ref(), self.plan);
        }
        if let Some(watcher) = self.validator.watcher.as_deref().filter(|_| self.throttle.is_due()) {
            watcher(&Progress {
                input: NAME.to_owned(),
                bytes: self.bytes,
                total_bytes: None,
                rows: self.tally.rows(),
                invalid_rows: self.tally.invalid_rows(),
                elapsed: self.started.elapsed(),
            });
        }
        Ok(())
    }

    /// Settles keys, for callers that need more than the report.
    fn settle(&mut self) -> Result<(), Error> {
        let wanted =
            Wanted { rows: self.marks.is_some(), findings: self.parts.is_some(), ..Wanted::default() };
        if wanted == Wanted::default() {
            return Ok(());
        }
        let settled = self.tally.settle(wanted, &self.validator.key_options()).map_err(keys)?;
        if let (Some(marks), Some(mut rows)) = (&mut self.marks, settled.rows) {
            let count = marks.len();
            rows.among(0, 0..count as u64, |row, _| {
                if let Some(row) = usize::try_from(row).ok().filter(|&row| row < count) {
                    marks.set_bit(row, false);
                }
            })
            .map_err(keys)?;
        }
        if let (Some(parts), Some(mut findings)) = (&mut self.parts, settled.findings) {
            while let Some(violation) = findings.next(self.plan).map_err(keys)? {
                parts.add(&violation);
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Report, Error> {
        self.check_cancelled()?;
        self.settle()?;
        let (validator, input) = (self.validator, self.input());
        let (rows, bytes) = (input.rows, input.bytes);
        let outcome = self.tally.finish(validator.max_violations, false).map_err(keys)?;
        if let Some(parts) = self.parts {
            parts.finish(&outcome.findings, outcome.rows.invalid);
        }
        let elapsed = self.started.elapsed().as_secs_f64();
        let run = Run {
            elapsed_seconds: elapsed,
            threads: 1,
            simd: validator.kernel.name().to_owned(),
            bytes_per_second: rate(bytes, elapsed),
            decided: Decided { scanned: rows, proved: 0, cached: 0 },
            peak_memory: peak_memory(),
            statistics: None,
        };
        Ok(report(validator, outcome, vec![input], None, run))
    }
}

fn keys(source: trueline_validate::Error) -> Error {
    Error::new(ErrorKind::Keys { source })
}

/// The first column that differs.
fn difference(expected: &ArrowSchema, found: &ArrowSchema) -> String {
    let (expected, found) = (expected.fields(), found.fields());
    let named = |field: &arrow_schema::Field| format!("`{}` ({})", field.name(), field.data_type());
    match expected.iter().zip(found).find(|(expected, found)| expected != found) {
        Some((expected, found)) => format!("{} instead of {}", named(found), named(expected)),
        None => format!("{} columns instead of {}", found.len(), expected.len()),
    }
}
