//! The rows of record batches, in the types that they have.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;

use super::table::SideTable;
use super::{ReasonColumn, Side};
use crate::atomic::Temporaries;
use crate::error::{Error, ErrorKind, shown};

/// Some batches of an input, one behind the other, and which of their rows are invalid.
///
/// **Cost**: the batches themselves, and a byte for each row; with reasons eight bytes for each of them.
#[derive(Debug, Default)]
pub struct BatchRows {
    batches: Vec<RecordBatch>,
    /// For each row of all batches.
    invalid: Vec<bool>,
    /// Rows and the numbers of checks that name them.
    reasons: Vec<(u32, u32)>,
}

impl BatchRows {
    /// No rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.invalid.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.invalid.is_empty()
    }

    /// Appends a batch, which has all columns of the input. Its rows are valid until they are marked.
    pub fn push(&mut self, batch: RecordBatch) {
        self.invalid.resize(self.invalid.len() + batch.num_rows(), false);
        self.batches.push(batch);
    }

    /// Makes a row an invalid one.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn mark(&mut self, row: usize) {
        self.invalid[row] = true;
    }

    /// Makes a row an invalid one, because of the check of that number.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn add_reason(&mut self, row: usize, check: u32) {
        self.mark(row);
        self.reasons.push((u32::try_from(row).unwrap_or(u32::MAX), check));
    }

    /// Why the invalid rows among `rows` are, in the order of the rows.
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

/// The files of valid and invalid rows of record batches, of which one may be missing. Each is Parquet or Arrow IPC, as the end of
/// its name says, and has the columns of the input in their types, whether a schema names them or not.
///
/// - Of several inputs all have the same columns of the same types; what else their schemas say is taken from the first one.
/// - Invalid rows may get one column more, the first: texts of the checks that name them, with a `;` between.
/// - An Arrow file has one dictionary for a column. Where rows come with several, a stream (`.arrows`) holds them.
///
/// They appear, whole, when they are committed; what they replace is untouched before.
///
/// **Cost**: a row group of 16 MiB in each Parquet file that is written.
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
    /// Starts the files.
    ///
    /// **Errors**: a name does not say in which form its file is to be written, or says one that this build cannot write; as
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

    /// Lets invalid rows tell why they are invalid. To be called before the first input begins.
    pub fn tell_reasons(&mut self, column: ReasonColumn) {
        self.reasons = Some(column);
    }

    /// How many rows were written or would have been, if their side has a file: valid ones and invalid ones.
    pub fn rows(&self) -> (u64, u64) {
        (self.valid_rows, self.invalid_rows)
    }

    /// Goes to the next input, which has these columns.
    ///
    /// **Errors**: they are others than those of the first one, or one is named as that of reasons; a form has no room for a type; a
    /// file cannot be written.
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
            table.start(&with_reasons(schema, self.reasons.as_ref()))?;
        }
        self.first = Some((name(), Arc::clone(schema)));
        Ok(())
    }

    /// Appends the next rows of the current input.
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
                let part = side(&schema, batch, invalid, Side::Valid);
                table.write(part)?;
            }
            if let Some(table) = self.invalid.as_mut().filter(|_| count > 0) {
                let part = side(&schema, batch, invalid, Side::Invalid);
                let told = match &self.reasons {
                    Some(column) => part.and_then(|part| tell(&part, rows.reasons(range, column), column)),
                    None => part,
                };
                table.write(told)?;
            }
        }
        Ok(())
    }

    /// Makes both files last without putting them in their places; nothing more can be written.
    ///
    /// **Errors**: a file cannot be written.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.valid.iter_mut().chain(&mut self.invalid).try_for_each(SideTable::finish)
    }

    /// Puts the files in their places.
    ///
    /// **Errors**: as [`AtomicFile::commit`](crate::AtomicFile::commit).
    pub fn commit(self) -> Result<(), Error> {
        [self.valid, self.invalid].into_iter().flatten().try_for_each(SideTable::commit)
    }
}

/// The rows of one side.
fn side(
    schema: &SchemaRef,
    batch: &RecordBatch,
    invalid: &[bool],
    side: Side,
) -> Result<RecordBatch, ArrowError> {
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let batch = RecordBatch::try_new_with_options(Arc::clone(schema), batch.columns().to_vec(), &options)?;
    let is_wanted = |is_invalid: &bool| *is_invalid == (side == Side::Invalid);
    if invalid.iter().all(is_wanted) {
        return Ok(batch);
    }
    let wanted: BooleanArray = invalid.iter().map(|row| Some(is_wanted(row))).collect();
    filter_record_batch(&batch, &wanted)
}

/// The columns of invalid rows.
fn with_reasons(schema: &SchemaRef, reasons: Option<&ReasonColumn>) -> SchemaRef {
    let Some(column) = reasons else { return Arc::clone(schema) };
    let first = Arc::new(Field::new(column.name(), DataType::Utf8, false));
    let fields: Fields = std::iter::once(first).chain(schema.fields().iter().map(Arc::clone)).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// Puts the column of reasons in front.
fn tell(batch: &RecordBatch, reasons: StringArray, column: &ReasonColumn) -> Result<RecordBatch, ArrowError> {
    let first: ArrayRef = Arc::new(reasons);
    let columns = std::iter::once(first).chain(batch.columns().iter().map(Arc::clone)).collect();
    RecordBatch::try_new(with_reasons(&batch.schema(), Some(column)), columns)
}

/// What keeps rows of one schema from standing in a table of another; what a schema says besides is no matter.
fn difference(known: &Schema, found: &Schema) -> Option<String> {
    if known.fields().len() != found.fields().len() {
        return Some(format!("{} columns instead of {}", found.fields().len(), known.fields().len()));
    }
    let said = |field: &Field| {
        let null = if field.is_nullable() { "" } else { " not null" };
        format!("{}{null}", field.data_type())
    };
    let mut pairs = known.fields().iter().zip(found.fields());
    pairs.find_map(|(known, found)| {
        if known.name() != found.name() {
            return Some(format!(
                "the column {} in the place of {}",
                shown(found.name()),
                shown(known.name())
            ));
        }
        let is_same = known.data_type() == found.data_type() && known.is_nullable() == found.is_nullable();
        (!is_same)
            .then(|| format!("{} of type {} instead of {}", shown(found.name()), said(found), said(known)))
    })
}
