//! Arrow batches judged as they are, without any file.

use std::borrow::Borrow;
use std::time::Instant;

use arrow_array::RecordBatch;
use arrow_schema::{Schema as ArrowSchema, SchemaRef};
use trueline_report::{Decided, Input, Location, Report, Run};
use trueline_validate::{Pass, State, Tally};

use crate::columns::{Columns, Judge};
use crate::error::{Error, ErrorKind};
use crate::pipeline::{rate, report};
use crate::progress::{Progress, Throttle};
use crate::validator::{Validator, peak_memory};

/// How many rows of a batch are judged at once: between two parts a run can be cancelled and tells how far it is.
const PART_ROWS: usize = 1 << 17;

impl Validator {
    /// Validates one Arrow batch. Columns are matched by name, parts of structs by names with dots. A column may have any Arrow
    /// type whose values are all values of the schema's: narrower integers and floats, other layouts of text and binary,
    /// dictionaries, runs, coarser units of time. One of another type is a `type.column` violation in the report, and the checks of
    /// its cells are not evaluated.
    ///
    /// **Errors**: as [`Validator::validate_batches`].
    pub fn validate_batch(&self, batch: &RecordBatch) -> Result<Report, Error> {
        self.validate_batches(std::iter::once(batch))
    }

    /// Validates Arrow batches of one schema as one table, on the thread that calls. Batches may be borrowed, or come owned from a
    /// stream: each is dropped when it was judged.
    ///
    /// **Errors**: a batch has other columns than the first; the run was cancelled; keys could not be kept on disk; the
    /// validator has outputs, which are for inputs only.
    pub fn validate_batches<I>(&self, batches: I) -> Result<Report, Error>
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
        let started = Instant::now();
        let (schema, plan) = self.judges(true)?;
        let mut tally = Tally::new(plan, &self.key_options());
        let mut first: Option<SchemaRef> = None;
        let mut judge = Judge::new(schema, plan, Pass::First);
        let (mut bytes, mut begun) = (0, false);
        let mut throttle = Throttle::new();
        for batch in batches {
            let batch: &RecordBatch = batch.borrow();
            let columns = batch.schema();
            let expected = first.get_or_insert_with(|| columns.clone());
            if expected.fields() != columns.fields() {
                let message = difference(expected, &columns);
                return Err(Error::new(ErrorKind::BatchColumns { message }));
            }
            if !begun {
                let found = Columns::find(schema, &columns);
                tally.begin_input(&found.binding, 0, &|_| Location::default());
                judge.lay_out(&found, &columns, &columns);
                begun = true;
            }
            bytes += batch.get_array_memory_size() as u64;
            for first_row in (0..batch.num_rows()).step_by(PART_ROWS) {
                if self.cancel.is_cancelled() {
                    return Err(Error::new(ErrorKind::Cancelled { rows: tally.rows() }));
                }
                let part = batch.slice(first_row, PART_ROWS.min(batch.num_rows() - first_row));
                let mut state = State::new(plan, Some(tally.quota()));
                judge.observe(&part, &mut state, &mut |_, _| {}).map_err(|_| {
                    let message = "a column has more in one batch than can be looked at at once".to_owned();
                    Error::new(ErrorKind::Internal { message })
                })?;
                tally.merge(state).map_err(|source| Error::new(ErrorKind::Keys { source }))?;
                if let Some(watcher) = self.watcher.as_deref().filter(|_| throttle.is_due()) {
                    watcher(&Progress {
                        input: "arrow".to_owned(),
                        bytes,
                        total_bytes: None,
                        rows: tally.rows(),
                        invalid_rows: tally.invalid_rows(),
                        elapsed: started.elapsed(),
                    });
                }
            }
        }
        if self.cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled { rows: tally.rows() }));
        }
        if !begun {
            let found = Columns::find(schema, &ArrowSchema::empty());
            tally.begin_input(&found.binding, 0, &|_| Location::default());
        }
        let rows = tally.rows();
        let outcome = tally
            .finish(self.max_violations, false)
            .map_err(|source| Error::new(ErrorKind::Keys { source }))?;
        let elapsed = started.elapsed().as_secs_f64();
        let input = Input { name: "arrow".to_owned(), format: "arrow".to_owned(), bytes, rows };
        let run = Run {
            elapsed_seconds: elapsed,
            threads: 1,
            simd: self.kernel.name().to_owned(),
            bytes_per_second: rate(bytes, elapsed),
            decided: Decided { scanned: rows, proved: 0, cached: 0 },
            peak_memory: peak_memory(),
            statistics: None,
        };
        Ok(report(self, outcome, vec![input], None, run))
    }
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
