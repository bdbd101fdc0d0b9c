//! Arrow batches judged as they are, without any file.

use std::time::Instant;

use arrow_array::{ArrayRef, RecordBatch};
use trueline_report::{Decided, Input, Location, Report, Run};
use trueline_validate::{Batch, Binding, Column, RowOrigin, State};

use crate::error::{Error, ErrorKind};
use crate::pipeline::{rate, report};
use crate::validator::{Validator, peak_memory};
use crate::widen::widen;

impl Validator {
    /// Validates one Arrow batch. Columns are matched by name; narrower integers and floats, other text and binary layouts
    /// and coarser time units are widened without loss.
    ///
    /// **Errors**: a column whose type cannot be widened to the schema's.
    pub fn validate_batch(&self, batch: &RecordBatch) -> Result<Report, Error> {
        self.validate_batches(std::iter::once(batch))
    }

    /// Validates Arrow batches of one schema as one table.
    ///
    /// **Errors**: as [`Validator::validate_batch`].
    pub fn validate_batches<'a>(
        &self,
        batches: impl IntoIterator<Item = &'a RecordBatch>,
    ) -> Result<Report, Error> {
        let started = Instant::now();
        let mut tally = self.tally();
        let mut binding: Option<Binding> = None;
        let mut bytes = 0;
        for batch in batches {
            let schema = batch.schema();
            let binding = binding.get_or_insert_with(|| {
                let names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
                let binding = Binding::by_name(&self.schema, &names);
                tally.begin_input(&binding, 0, &|_| Location::default());
                binding
            });
            bytes += batch.get_array_memory_size() as u64;
            tally
                .merge(self.observe(batch, binding)?)
                .map_err(|source| Error::new(ErrorKind::Keys { source }))?;
        }
        if binding.is_none() {
            tally.begin_input(&Binding::by_name::<&str>(&self.schema, &[]), 0, &|_| Location::default());
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
        };
        Ok(report(self, outcome, vec![input], None, run))
    }

    fn observe(&self, batch: &RecordBatch, binding: &Binding) -> Result<State, Error> {
        let mut arrays: Vec<Option<ArrayRef>> = Vec::with_capacity(binding.sources.len());
        for (index, source) in binding.sources.iter().enumerate() {
            let field = &self.schema.fields[index];
            arrays.push(match source.filter(|_| self.plan.needs(index)) {
                Some(source) => {
                    let array = batch.column(source);
                    let widened = widen(array, &field.data_type);
                    Some(widened.ok_or_else(|| {
                        Error::new(ErrorKind::ColumnType {
                            column: field.name.clone(),
                            found: array.data_type().to_string(),
                            expected: field.data_type.to_string(),
                        })
                    })?)
                }
                None => None,
            });
        }
        let columns: Vec<Option<Column<'_>>> =
            arrays.iter().map(|array| array.as_ref().map(|array| Column::whole(array, &[]))).collect();
        let mut state = State::new(&self.plan, None);
        let batch = Batch {
            rows: batch.num_rows(),
            columns: &columns,
            keys: &columns,
            extras: None,
            origin: &RowOrigin::default(),
        };
        state.observe(&self.plan, &batch);
        Ok(state)
    }
}
