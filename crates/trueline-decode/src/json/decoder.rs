//! The decoder: from the records of a block to rows, and from rows to columns.

use std::ops::Range;

use arrow_buffer::Buffer;
use trueline_schema::{CheckKind, DataType, DuplicateKeys, ExtraColumns, Field, Schema};
use trueline_tokenizer::Kernel;
use trueline_tokenizer::json::{DEFAULT_MAX_DEPTH, Positions, unescape};

use super::column::{self, DecodeValues, Values};
use super::path::Paths;
use super::prove::Prover;
use super::reader::Reader;
use super::rows::JsonRows;
use super::scan::Record;
use super::slot::{Kind, Slot, Slots};
use super::walk::Walker;
use crate::{Column, Proven};

/// A column to decode. Its values stand under the name of the field or one of its aliases; where a name has dots, it is the key of the whole
/// name or a path into objects.
#[derive(Clone, Debug)]
pub struct JsonColumn {
    /// What the column should be.
    pub field: Field,
    /// What is asked of the values. Decoding does not look at it; proofs do.
    pub checks: Vec<CheckKind>,
}

impl JsonColumn {
    /// A column for a field of which no value is needed, so that a record that gives it twice is found: under an alias, or under a path and the
    /// whole name. `None` if the field has one name only.
    pub fn of_names(field: &Field) -> Option<Self> {
        let has_names = !field.aliases.is_empty() || field.name.contains('.');
        let named = || Field { aliases: field.aliases.clone(), ..Field::new(&field.name, DataType::Any) };
        has_names.then(|| Self { field: named(), checks: Vec::new() })
    }
}

/// How records are read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JsonOptions {
    /// What an object means that has a key twice; an error by default.
    pub duplicate_keys: DuplicateKeys,
    /// The names that a record may have, where it may have no others; by default it may have any.
    pub allowed_names: Option<Vec<String>>,
    /// How many arrays and objects may be open at once; 128 by default.
    pub max_depth: usize,
    /// Whether each record is gone through byte by byte, and nothing is learnt of those before it; false by default. It makes no difference
    /// but in time.
    pub exact: bool,
}

impl Default for JsonOptions {
    fn default() -> Self {
        Self {
            duplicate_keys: DuplicateKeys::Error,
            allowed_names: None,
            max_depth: DEFAULT_MAX_DEPTH,
            exact: false,
        }
    }
}

impl JsonOptions {
    /// As a schema says.
    pub fn of(schema: &Schema) -> Self {
        let names = || {
            let fields = schema.fields.iter();
            fields.flat_map(|field| [&field.name].into_iter().chain(&field.aliases)).cloned().collect()
        };
        let forbids = schema.extra_columns == ExtraColumns::Forbid;
        Self {
            duplicate_keys: schema.json.duplicate_keys,
            allowed_names: forbids.then(names),
            ..Self::default()
        }
    }

    /// Sets whether each record is gone through byte by byte.
    #[must_use]
    pub fn exact(mut self, exact: bool) -> Self {
        self.exact = exact;
        self
    }

    /// Sets how many arrays and objects may be open at once.
    #[must_use]
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth;
        self
    }
}

/// The bytes of some records and where these stand.
///
/// **Shapes**: every offset in `positions` counts from byte `start` of `buffer`. The buffer is usually a whole chunk, of which one block after
/// another is read; text columns share it, so it lives as long as they do.
#[derive(Clone, Copy, Debug)]
pub struct JsonBlock<'a> {
    /// The bytes that hold the block.
    pub buffer: &'a Buffer,
    /// Where the first byte that was given to the tokenizer stands in the buffer.
    pub start: usize,
    /// The records found there.
    pub positions: &'a Positions,
}

impl<'a> JsonBlock<'a> {
    /// The bytes from the start of the block to the end of the buffer.
    pub fn bytes(&self) -> &'a [u8] {
        self.buffer.as_slice().get(self.start..).unwrap_or_default()
    }

    fn record(&self) -> Record<'a> {
        Record::of(self.bytes(), self.positions)
    }

    fn slot(&self, rows: &JsonRows, column: usize, row: usize) -> Slot {
        rows.slot(&self.record(), column, row, self.positions.has_backslash())
    }
}

/// A part of a nested value that is no value of its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPart {
    /// A JSON Pointer from the value of the column to the part.
    pub pointer: String,
    /// Where the part stands, from the start of the block.
    pub range: Range<usize>,
    /// Its text.
    pub value: String,
}

/// Turns blocks of records into columns.
///
/// Everything that depends on the types is decided when it is made. A decoder keeps its working memory from block to block; make one per
/// thread.
pub struct JsonDecoder {
    plans: Vec<JsonColumn>,
    columns: Vec<Box<dyn DecodeValues>>,
    reader: Reader,
    prover: Prover,
    /// The values of a column.
    slots: Slots,
}

impl JsonDecoder {
    /// A decoder of these columns. Values that no column is planned for are never looked at but for being JSON.
    pub fn new(columns: Vec<JsonColumn>, options: &JsonOptions, kernel: Kernel) -> Self {
        let paths = paths(&columns, options);
        let duplicates = options.duplicate_keys;
        let walker = Walker::new(paths, columns.len(), duplicates, options.max_depth);
        Self {
            columns: columns.iter().map(|plan| column::compile(&plan.field, duplicates)).collect(),
            reader: Reader::new(walker, kernel, options.allowed_names.is_some(), options.exact),
            prover: Prover::new(&columns, kernel),
            plans: columns,
            slots: Slots::default(),
        }
    }

    /// The columns it decodes.
    pub fn plans(&self) -> &[JsonColumn] {
        &self.plans
    }

    /// Finds the rows of a block and the values of their columns. Records that are no JSON object, and those that have a key twice where that
    /// is an error, are broken and become no row.
    ///
    /// # Panics
    /// When the positions belong to other bytes.
    pub fn read(&mut self, block: &JsonBlock<'_>, rows: &mut JsonRows) {
        self.reader.read(block.bytes(), block.positions, rows);
    }

    /// Proves what it can of the rows of a block: for each column the rows that are proven, or `None` where nothing is. As
    /// [`Prover::prove`](crate::Prover::prove) does it for CSV, and with the same demand on the bytes behind the block.
    pub fn prove(&mut self, block: &JsonBlock<'_>, rows: &JsonRows) -> &[Option<Proven>] {
        self.prover.prove(block.bytes(), block.positions, rows)
    }

    /// Decodes one column for all rows of a block. `column` is the index of the plan.
    ///
    /// # Panics
    /// When there is no such column; when `rows` is not that of the block.
    pub fn decode_column(&mut self, column: usize, block: &JsonBlock<'_>, rows: &JsonRows) -> Column {
        self.decode(column, block, rows, 0..rows.count())
    }

    /// Decodes one column for some rows of a block.
    ///
    /// # Panics
    /// As [`JsonDecoder::decode_column`]; when there is no such row.
    pub fn decode_rows(
        &mut self,
        column: usize,
        block: &JsonBlock<'_>,
        rows: &JsonRows,
        some: &[u32],
    ) -> Column {
        self.decode(column, block, rows, some.iter().map(|row| *row as usize))
    }

    fn decode(
        &mut self,
        column: usize,
        block: &JsonBlock<'_>,
        rows: &JsonRows,
        some: impl Iterator<Item = usize>,
    ) -> Column {
        rows.fill(&block.record(), column, some, block.positions.has_backslash(), &mut self.slots);
        let buffer = block.buffer.slice(block.start);
        self.columns[column].decode(&Values { bytes: block.bytes(), buffer: &buffer, slots: &self.slots })
    }

    /// Where the value of a column stands in a row, quotes and brackets included, from the start of the block; `None` where the
    /// record has none. For a value that would have to be within another, which is no object, it is that other one.
    ///
    /// # Panics
    /// When there is no such column or row.
    pub fn place(
        &self,
        column: usize,
        block: &JsonBlock<'_>,
        rows: &JsonRows,
        row: usize,
    ) -> Option<Range<usize>> {
        let slot = block.slot(rows, column, row);
        (slot.kind != Kind::Absent).then(|| slot.place())
    }

    /// The text of a value: that of a string without quotes and escapes, of others their JSON. `None` where the record has none.
    ///
    /// # Panics
    /// When there is no such column or row.
    pub fn value(&self, column: usize, block: &JsonBlock<'_>, rows: &JsonRows, row: usize) -> Option<String> {
        let slot = block.slot(rows, column, row);
        (slot.kind != Kind::Absent).then(|| text(block.bytes(), slot))
    }

    /// The first part of a nested value for which it is refused; `None` where it is refused as a whole, or not at all.
    ///
    /// # Panics
    /// When there is no such column or row.
    pub fn inside(
        &mut self,
        column: usize,
        block: &JsonBlock<'_>,
        rows: &JsonRows,
        row: usize,
    ) -> Option<JsonPart> {
        let mut slots = Slots::default();
        slots.push(block.slot(rows, column, row));
        let buffer = block.buffer.slice(block.start);
        let values = Values { bytes: block.bytes(), buffer: &buffer, slots: &slots };
        let column::Part { pointer, slot } = self.columns[column].inside(&values, 0)?;
        Some(JsonPart { pointer, range: slot.place(), value: text(block.bytes(), slot) })
    }
}

/// The names of columns, and those that are allowed besides.
pub(super) fn paths(columns: &[JsonColumn], options: &JsonOptions) -> Paths {
    let mut paths = Paths::new();
    for (number, JsonColumn { field, .. }) in (0..).zip(columns) {
        for name in [&field.name].into_iter().chain(&field.aliases) {
            paths.insert(name, Some(number));
        }
    }
    options.allowed_names.iter().flatten().for_each(|name| paths.insert(name, None));
    paths
}

fn text(bytes: &[u8], slot: Slot) -> String {
    let content = &bytes[slot.content()];
    let content = if slot.kind == Kind::Escaped { unescape(content) } else { content.into() };
    String::from_utf8_lossy(&content).into_owned()
}
