//! The decoder: turns the records of a block into rows, and rows into columns.

use std::fmt;
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
use super::scan::BlockTokens;
use super::slot::{Kind, Slot, Slots};
use super::walk::Walker;
use crate::{Column, Proven};

/// A column to decode.
///
/// Its values are under the name of the field or one of its aliases; a name with dots is the whole key or a path into
/// objects.
#[derive(Clone, Debug)]
pub struct JsonColumn {
    /// The field of the column.
    pub field: Field,
    /// The checks of the values. Decoding ignores them; proofs use them.
    pub checks: Vec<CheckKind>,
}

impl JsonColumn {
    /// Creates a column for a field whose values are not needed, to detect records that contain it twice: under an alias, or
    /// under a path and the whole name. `None` if the field has only one name.
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
    /// How to read an object with duplicate keys; an error by default.
    pub duplicate_keys: DuplicateKeys,
    /// The only names that a record may have; by default it may have any.
    pub allowed_names: Option<Vec<String>>,
    /// The maximum number of nested arrays and objects; 128 by default.
    pub max_depth: usize,
    /// Whether each record is read byte by byte, without learning from earlier ones; false by default. This only affects
    /// speed.
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
    /// Creates the options of a schema.
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

    /// Sets whether each record is read byte by byte.
    #[must_use]
    pub fn exact(mut self, exact: bool) -> Self {
        self.exact = exact;
        self
    }

    /// Sets the maximum number of nested arrays and objects.
    #[must_use]
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth;
        self
    }
}

/// The bytes of some records and their positions.
///
/// **Shapes**: every offset in `positions` counts from byte `start` of `buffer`. The buffer is usually a whole chunk, which
/// is read block by block; text columns share it, so it lives as long as they do.
#[derive(Clone, Copy, Debug)]
pub struct JsonBlock<'a> {
    /// The buffer that contains the block.
    pub buffer: &'a Buffer,
    /// The offset in the buffer of the first byte passed to the tokenizer.
    pub start: usize,
    /// The records found there.
    pub positions: &'a Positions,
}

impl<'a> JsonBlock<'a> {
    /// Returns the bytes from the start of the block to the end of the buffer.
    pub fn bytes(&self) -> &'a [u8] {
        self.buffer.as_slice().get(self.start..).unwrap_or_default()
    }

    fn tokens(&self) -> BlockTokens<'a> {
        BlockTokens::of(self.bytes(), self.positions)
    }

    fn slot(&self, rows: &JsonRows, column: usize, row: usize) -> Slot {
        rows.slot(&self.tokens(), column, row, self.positions.has_backslash())
    }
}

/// A part of a nested value that is not a value of its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPart {
    /// A JSON Pointer from the value of the column to the part.
    pub pointer: String,
    /// The bytes of the part, from the start of the block.
    pub range: Range<usize>,
    /// Its text.
    pub value: String,
}

/// Turns blocks of records into columns.
///
/// Everything that depends on the types is decided on creation. A decoder keeps its working memory between blocks; create
/// one per thread.
pub struct JsonDecoder {
    plans: Vec<JsonColumn>,
    columns: Vec<Box<dyn DecodeValues>>,
    reader: Reader,
    prover: Prover,
    /// The values of a column.
    slots: Slots,
}

impl fmt::Debug for JsonDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonDecoder").field("plans", &self.plans).finish_non_exhaustive()
    }
}

impl JsonDecoder {
    /// Creates a decoder of these columns. Values of no column are only checked to be JSON.
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

    /// Returns the columns it decodes.
    pub fn plans(&self) -> &[JsonColumn] {
        &self.plans
    }

    /// Finds the rows of a block and the values of their columns.
    ///
    /// Records that are not JSON objects, and records with duplicate keys if that is an error, are broken and become no row.
    ///
    /// # Panics
    /// If the positions belong to other bytes.
    pub fn read(&mut self, block: &JsonBlock<'_>, rows: &mut JsonRows) {
        self.reader.read(block.bytes(), block.positions, rows);
    }

    /// Proves what it can about the rows of a block: for each column the proven rows, or `None` if there are none. Works
    /// like [`Prover::prove`](crate::Prover::prove) for CSV, with the same requirement on the bytes after the block.
    pub fn prove(&mut self, block: &JsonBlock<'_>, rows: &JsonRows) -> &[Option<Proven>] {
        self.prover.prove(block.bytes(), block.positions, rows)
    }

    /// Decodes one column for all rows of a block. `column` is the index of the plan.
    ///
    /// # Panics
    /// If there is no such column, or if `rows` does not belong to the block.
    pub fn decode_column(&mut self, column: usize, block: &JsonBlock<'_>, rows: &JsonRows) -> Column {
        self.decode(column, block, rows, 0..rows.count())
    }

    /// Decodes one column for some rows of a block.
    ///
    /// # Panics
    /// As [`JsonDecoder::decode_column`]; also if there is no such row.
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
        rows.fill(&block.tokens(), column, some, block.positions.has_backslash(), &mut self.slots);
        let buffer = block.buffer.slice(block.start);
        self.columns[column].decode(&Values { bytes: block.bytes(), buffer: &buffer, slots: &self.slots })
    }

    /// Returns the range of a column's value in a row, including quotes and brackets, from the start of the block.
    ///
    /// `None` if the record has none. If the value would have to be inside another one that is not an object, the range is
    /// that of the other one.
    ///
    /// # Panics
    /// If there is no such column or row.
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

    /// Returns the text of a value: strings without quotes and escapes, others as JSON. `None` if the record has none.
    ///
    /// # Panics
    /// If there is no such column or row.
    pub fn value(&self, column: usize, block: &JsonBlock<'_>, rows: &JsonRows, row: usize) -> Option<String> {
        let slot = block.slot(rows, column, row);
        (slot.kind != Kind::Absent).then(|| text(block.bytes(), slot))
    }

    /// Returns the first part for which a nested value is rejected; `None` if it is rejected as a whole, or not at all.
    ///
    /// # Panics
    /// If there is no such column or row.
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

/// The names of the columns, and the other allowed names.
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
