//! The rows of record batches, with their types.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;

use super::table::SideTable;
use super::{ReasonColumn, Side};
use crate::atomic::Temporaries;
use crate::error::{Error, ErrorKind, quoted};

/// Consecutive batches of an input, with their invalid rows marked.
///
/// **Cost**: the batches themselves and a byte per row; with reasons, eight bytes per reason.
#[derive(Debug, Default)]
pub struct BatchRows {
    batches: Vec<RecordBatch>,
    /// For each row of all batches.
    invalid: Vec<bool>,
    /// Pairs of a row and the number of a check that reports it.
    reasons: Vec<(u32, u32)>,
}

impl BatchRows {
    /// Creates an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.invalid.len()
    }

    /// Returns whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.invalid.is_empty()
    }

    /// Appends a batch with all columns of the input. Its rows are valid until they are marked.
    pub fn push(&mut self, batch: RecordBatch) {
        self.invalid.resize(self.invalid.len() + batch.num_rows(), false);
        self.batches.push(batch);
    }

    /// Marks a row as invalid.
    ///
    /// # Panics
    /// Panics if the row does not exist.
    pub fn mark(&mut self, row: usize) {
        self.invalid[row] = true;
    }

    /// Marks a row as invalid because of the check with this number.
    ///
    /// # Panics
    /// Panics if the row does not exist.
    pub fn add_reason(&mut self, row: usize, check: u32) {
        self.mark(row);
        self.reasons.push((u32::try_from(row).unwrap_or(u32::MAX), check));
    }

    /// The reasons of the invalid rows among `rows`, in row order.
    fn reasons(&self, rows: std::ops::Range<usize>, column: &ReasonColumn) -> StringArray {
        let of_row = |row: usize| {
            let narrow = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
            let start = self.reasons.partition_point(|reason| reason.0 < narrow(row));
            let own = self.reasons[start..].iter().take_while(|reason| reason.0 == narrow(row));
            column.text(own.map(|reason| reason.1))
        };
        rows.filter(|&row| self.invalid[row]).map(|row| Some(of_row(row))).collect()
    }
}

/// The files of valid and invalid rows of record batches, of which one may be absent. Each is Parquet or Arrow IPC, by the
/// extension of its name, and has the columns of the input with their types, including those not in the schema.
///
/// - Several inputs must have the same columns with the same types; schema metadata is taken from the first one.
/// - Invalid rows can get an additional first column: strings with the ids of the checks that report them, separated by `;`.
/// - An Arrow file has one dictionary per column. Rows with several dictionaries need a stream (`.arrows`).
///
/// The files appear, complete, when they are committed; files they replace are unchanged before.
///
/// **Cost**: a row group of 16 MiB for each Parquet file.
#[derive(Debug)]
pub struct BatchFiles {
    valid: Option<SideTable>,
    invalid: Option<SideTable>,
    /// The name and the columns of the first input.
    first: Option<(String, SchemaRef)>,
    reasons: Option<ReasonColumn>,
    valid_rows: u64,
    invalid_rows: u64,
}

impl BatchFiles {
    /// Creates the files.
    ///
    /// **Errors**: a name does not give a format, or gives one that this build cannot write; as
    /// [`AtomicFile::create_among`](crate::AtomicFile::create_among).
    pub fn create(
        valid: Option<&Path>,
        invalid: Option<&Path>,
        temporaries: &Temporaries,
    ) -> Result<Self, Error> {
        let create = |path: Option<&Path>| path.map(|path| SideTable::create(path, temporaries)).transpose();
        Ok(Self {
            valid: create(valid)?,
            invalid: create(invalid)?,
            first: None,
            reasons: None,
            valid_rows: 0,
            invalid_rows: 0,
        })
    }

    /// Adds the reasons to invalid rows. Call this before the first input begins.
    pub fn tell_reasons(&mut self, column: ReasonColumn) {
        self.reasons = Some(column);
    }

    /// Returns the numbers of valid and invalid rows, whether or not each side has a file.
    pub fn rows(&self) -> (u64, u64) {
        (self.valid_rows, self.invalid_rows)
    }

    /// Begins the next input, which has these columns.
    ///
    /// **Errors**: the columns differ from those of the first input, or one has the name of the reasons; the format does not
    /// support a type; a file cannot be written.
    pub fn begin_input(&mut self, name: &str, schema: &SchemaRef) -> Result<(), Error> {
        let name = || name.to_owned();
        let column = self.reasons.as_ref().map(ReasonColumn::name);
        if let Some(column) = column.filter(|column| schema.index_of(column).is_ok()) {
            return Err(Error::new(ErrorKind::ReasonColumn { name: name(), column: column.to_owned() }));
        }
        if let Some((first, known)) = &self.first {
            if let Some(difference) = difference(known, schema) {
                let first = first.clone();
                return Err(Error::new(ErrorKind::OtherTypes { name: name(), first, difference }));
            }
            return Ok(());
        }
        if let Some(table) = &mut self.valid {
            table.start(schema)?;
        }
        if let Some(table) = &mut self.invalid {
            table.start(&schema_with_reasons(schema, self.reasons.as_ref()))?;
        }
        self.first = Some((name(), Arc::clone(schema)));
        Ok(())
    }

    /// Appends rows of the current input.
    ///
    /// **Errors**: a file cannot be written.
    pub fn append(&mut self, rows: &mut BatchRows) -> Result<(), Error> {
        rows.reasons.sort_unstable();
        rows.reasons.dedup();
        let Some((_, schema)) = self.first.clone() else { return Ok(()) };
        let mut start = 0;
        for batch in &rows.batches {
            let range = start..start + batch.num_rows();
            start = range.end;
            let invalid = &rows.invalid[range.clone()];
            let count = invalid.iter().filter(|is_invalid| **is_invalid).count();
            self.invalid_rows += count as u64;
            self.valid_rows += (invalid.len() - count) as u64;
            if let Some(table) = self.valid.as_mut().filter(|_| count < invalid.len()) {
                let part = rows_of_side(&schema, batch, invalid, Side::Valid);
                table.write(part)?;
            }
            if let Some(table) = self.invalid.as_mut().filter(|_| count > 0) {
                let part = rows_of_side(&schema, batch, invalid, Side::Invalid);
                let part_to_write = match &self.reasons {
                    Some(column) => {
                        part.and_then(|part| with_reason_column(&part, rows.reasons(range, column), column))
                    }
                    None => part,
                };
                table.write(part_to_write)?;
            }
        }
        Ok(())
    }

    /// Writes and syncs both files without moving them into place; nothing more can be written.
    ///
    /// **Errors**: a file cannot be written.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.valid.iter_mut().chain(&mut self.invalid).try_for_each(SideTable::finish)
    }

    /// Moves the files into place.
    ///
    /// **Errors**: as [`AtomicFile::commit`](crate::AtomicFile::commit).
    pub fn commit(self) -> Result<(), Error> {
        [self.valid, self.invalid].into_iter().flatten().try_for_each(SideTable::commit)
    }
}

/// The rows of one side.
fn rows_of_side(
    schema: &SchemaRef,
    batch: &RecordBatch,
    invalid: &[bool],
    rows_of_side: Side,
) -> Result<RecordBatch, ArrowError> {
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let batch = RecordBatch::try_new_with_options(Arc::clone(schema), batch.columns().to_vec(), &options)?;
    let is_wanted = |is_invalid: &bool| *is_invalid == (rows_of_side == Side::Invalid);
    if invalid.iter().all(is_wanted) {
        return Ok(batch);
    }
    let wanted: BooleanArray = invalid.iter().map(|row| Some(is_wanted(row))).collect();
    filter_record_batch(&batch, &wanted)
}

/// The schema of the output of invalid rows: the column of reasons, if there is one, before the columns of the input.
fn schema_with_reasons(schema: &SchemaRef, reasons: Option<&ReasonColumn>) -> SchemaRef {
    let Some(column) = reasons else { return Arc::clone(schema) };
    let first = Arc::new(Field::new(column.name(), DataType::Utf8, false));
    let fields: Fields = std::iter::once(first).chain(schema.fields().iter().map(Arc::clone)).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// Adds the column of reasons as the first column.
fn with_reason_column(
    batch: &RecordBatch,
    reasons: StringArray,
    column: &ReasonColumn,
) -> Result<RecordBatch, ArrowError> {
    let first: ArrayRef = Arc::new(reasons);
    let columns = std::iter::once(first).chain(batch.columns().iter().map(Arc::clone)).collect();
    RecordBatch::try_new(schema_with_reasons(&batch.schema(), Some(column)), columns)
}

/// The reason why rows of one schema do not fit a table of another, if there is one; metadata is ignored.
fn difference(known: &Schema, found: &Schema) -> Option<String> {
    if known.fields().len() != found.fields().len() {
        return Some(format!("{} columns instead of {}", found.fields().len(), known.fields().len()));
    }
    let described = |field: &Field| {
        let null = if field.is_nullable() { "" } else { " not null" };
        format!("{}{null}", field.data_type())
    };
    let mut pairs = known.fields().iter().zip(found.fields());
    pairs.find_map(|(known, found)| {
        if known.name() != found.name() {
            return Some(format!(
                "the column {} in the place of {}",
                quoted(found.name()),
                quoted(known.name())
            ));
        }
        let is_same = known.data_type() == found.data_type() && known.is_nullable() == found.is_nullable();
        (!is_same).then(|| {
            format!("{} of type {} instead of {}", quoted(found.name()), described(found), described(known))
        })
    })
}
