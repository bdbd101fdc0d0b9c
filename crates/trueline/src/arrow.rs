//! Arrow batches judged as they are, without any file.

use std::time::Instant;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{DataType as Arrow, TimeUnit as Unit};
use trueline_report::{Decided, Input, Location, Report, Run};
use trueline_schema::DataType;
use trueline_validate::{Batch, Binding, Column, RowOrigin, State};

use crate::error::{Error, ErrorKind};
use crate::pipeline::{rate, report};
use crate::validator::{Validator, peak_memory};

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
    pub fn validate_batches<'a>(&self, batches: impl IntoIterator<Item = &'a RecordBatch>) -> Result<Report, Error> {
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
            tally.merge(self.observe(batch, binding)?).map_err(|source| Error::new(ErrorKind::Keys { source }))?;
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
                Some(source) => Some(widen(batch.column(source), &field.data_type, &field.name)?),
                None => None,
            });
        }
        let columns: Vec<Option<Column<'_>>> =
            arrays.iter().map(|array| array.as_ref().map(|array| Column { array, bad: &[] })).collect();
        let mut state = State::new(&self.plan, None);
        let batch = Batch { rows: batch.num_rows(), columns: &columns, origin: &RowOrigin::default() };
        state.observe(&self.plan, &batch);
        Ok(state)
    }
}

/// The array in the layout the checks read, where that loses nothing.
fn widen(array: &ArrayRef, data_type: &DataType, column: &str) -> Result<ArrayRef, Error> {
    let unsuitable = || {
        Error::new(ErrorKind::ColumnType {
            column: column.to_owned(),
            found: array.data_type().to_string(),
            expected: data_type.to_string(),
        })
    };
    let found = match array.data_type() {
        Arrow::Dictionary(_, values) => values.as_ref(),
        other => other,
    };
    let target = target(found, data_type).ok_or_else(unsuitable)?;
    if *array.data_type() == target {
        return Ok(array.clone());
    }
    cast(array, &target).map_err(|_| unsuitable())
}

/// The layout that values of `found` take for a column of `data_type`; `None` where values could be lost.
fn target(found: &Arrow, data_type: &DataType) -> Option<Arrow> {
    let is_text = matches!(found, Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View);
    let integer = |target: Arrow| (rank(found)? <= rank(&target)? || *found == target).then_some(target);
    match data_type {
        DataType::String | DataType::Any => is_text.then_some(Arrow::Utf8View),
        DataType::Boolean => (*found == Arrow::Boolean).then_some(Arrow::Boolean),
        DataType::Int8 => integer(Arrow::Int8),
        DataType::Int16 => integer(Arrow::Int16),
        DataType::Int32 => integer(Arrow::Int32),
        DataType::Int64 => integer(Arrow::Int64),
        DataType::UInt8 => unsigned(found, Arrow::UInt8),
        DataType::UInt16 => unsigned(found, Arrow::UInt16),
        DataType::UInt32 => unsigned(found, Arrow::UInt32),
        DataType::UInt64 => unsigned(found, Arrow::UInt64),
        DataType::Float32 => (*found == Arrow::Float32).then_some(Arrow::Float32),
        DataType::Float64 => matches!(found, Arrow::Float32 | Arrow::Float64).then_some(Arrow::Float64),
        DataType::Decimal { precision, scale } => match found {
            Arrow::Decimal128(digits, fraction) => {
                let own = i8::try_from(*scale).ok()?;
                let whole = |digits: u8, scale: i8| i16::from(digits) - i16::from(scale);
                let fits = *fraction <= own && whole(*digits, *fraction) <= whole(*precision, own);
                fits.then_some(Arrow::Decimal128(*precision, own))
            }
            _ => None,
        },
        DataType::Date => (*found == Arrow::Date32).then_some(Arrow::Date32),
        DataType::Time => matches!(found, Arrow::Time32(_) | Arrow::Time64(_)).then_some(Arrow::Time64(Unit::Nanosecond)),
        DataType::Timestamp { .. } => matches!(found, Arrow::Timestamp(_, _)).then(|| found.clone()),
        DataType::Duration => match found {
            Arrow::Duration(Unit::Nanosecond) => Some(found.clone()),
            _ => None,
        },
        DataType::Binary => {
            matches!(found, Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView).then_some(Arrow::Binary)
        }
        _ => None,
    }
}

/// The width of signed integers and of what fits into them, in bits and a sign.
fn rank(integer: &Arrow) -> Option<u8> {
    Some(match integer {
        Arrow::Int8 => 8,
        Arrow::UInt8 => 9,
        Arrow::Int16 => 16,
        Arrow::UInt16 => 17,
        Arrow::Int32 => 32,
        Arrow::UInt32 => 33,
        Arrow::Int64 => 64,
        _ => return None,
    })
}

fn unsigned(found: &Arrow, target: Arrow) -> Option<Arrow> {
    let width = |integer: &Arrow| match integer {
        Arrow::UInt8 => Some(8),
        Arrow::UInt16 => Some(16),
        Arrow::UInt32 => Some(32),
        Arrow::UInt64 => Some(64),
        _ => None,
    };
    (width(found)? <= width(&target)?).then_some(target)
}
