//! The rows of a part, batch by batch.
//!
//! Each column has its own decoder, so that an error has a column and columns need not agree on batch boundaries.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, RecordBatchReader};
use arrow_schema::{Field, FieldRef, Fields, Schema, SchemaRef};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowGroups, RowSelection, RowSelector};
use parquet::arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels};
use parquet::basic::Compression;
use parquet::column::page::{PageIterator, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::input::{ParquetInput, Part, chunk_name, failure};
use super::pages::{OneChunk, PageProgress, Pages};
use super::types::{self, Layout, requested_type};
use crate::batch::{Codec, Method, Problem, Projection, Root, guard};
use crate::text::Failure;

/// The maximum number of bytes of the values of fixed length in one batch.
const FIXED_BATCH_BYTES: usize = 32 << 20;

/// An iterator over the batches of a part.
pub struct ParquetBatches {
    columns: Vec<Column>,
    schema: SchemaRef,
    rows_left: u64,
    batch_rows: usize,
    is_done: bool,
}

impl fmt::Debug for ParquetBatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetBatches")
            .field("schema", &self.schema)
            .field("rows_left", &self.rows_left)
            .field("batch_rows", &self.batch_rows)
            .finish_non_exhaustive()
    }
}

/// The decoder of one column, or of the selected parts of it.
struct Column {
    name: String,
    reader: ParquetRecordBatchReader,
    progress: PageProgress,
    /// Whether the decoder does not check that strings are valid.
    has_unvalidated_strings: bool,
    /// Decoded rows that were not returned yet.
    pending: Option<ArrayRef>,
}

impl ParquetBatches {
    /// With `keeps_types`, batches have the types of the file.
    pub(super) fn new(
        input: &ParquetInput,
        part: &Part,
        projection: &Projection,
        keeps_types: bool,
    ) -> Result<Self, Problem> {
        let mut columns = Vec::with_capacity(projection.roots().len());
        for root in projection.iter() {
            columns.push(Column::new(input, part, root, keeps_types)?);
        }
        let fields: Fields =
            columns.iter().map(|column| Arc::clone(&column.reader.schema().fields()[0])).collect();
        Ok(Self {
            columns,
            schema: Arc::new(Schema::new(fields)),
            rows_left: part.rows.end - part.rows.start,
            batch_rows: input.options.batch_rows.max(1),
            is_done: false,
        })
    }

    /// Returns the columns of the batches. Text and binary are views, or dictionaries if the file stores them so, unless types
    /// are kept.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn advance(&mut self) -> Result<Option<RecordBatch>, Problem> {
        if self.rows_left == 0 {
            self.columns.iter_mut().try_for_each(Column::check_end)?;
            return Ok(None);
        }
        let mut rows = usize::try_from(self.rows_left).unwrap_or(usize::MAX).min(self.batch_rows);
        for column in &mut self.columns {
            rows = rows.min(column.ready_rows(self.rows_left)?);
        }
        let arrays = self.columns.iter_mut().map(|column| column.take(rows)).collect();
        self.rows_left -= rows as u64;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options);
        batch.map(Some).map_err(|error| Problem::damaged(0, format!("columns do not fit together: {error}")))
    }
}

impl Iterator for ParquetBatches {
    type Item = Result<RecordBatch, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let next = self.advance();
        self.is_done = !matches!(next, Ok(Some(_)));
        next.map_err(failure).transpose()
    }
}

impl Column {
    fn new(input: &ParquetInput, part: &Part, root: &Root, keeps_types: bool) -> Result<Self, Problem> {
        let group = input.metadata.row_group(part.group);
        let leaves = input.leaves_of(root);
        let progress = PageProgress::default();
        let own = input.schema.field(root.index).data_type();
        let columns = input.metadata.file_metadata().schema_descr().columns();
        let has_unvalidated_strings =
            types::has_unvalidated_strings(own, &columns[input.leaves[root.index].clone()]);
        let mut pages: HashMap<usize, Box<dyn PageReader>> = HashMap::new();
        let (mut is_dictionary, mut widest) = (leaves.len() == 1, 1);
        for &leaf in &leaves {
            let metadata = group.column(leaf);
            let method = method(metadata.compression()).ok_or_else(|| {
                let message =
                    format!("is compressed with {}, which is not read here", metadata.compression());
                Problem::unsupported(input.footer, message).within(chunk_name(metadata, part.group))
            })?;
            let codec = Codec::new(method);
            let chunk = input.chunk(part.group, leaf)?;
            is_dictionary &= chunk.is_fully_dictionary_encoded() && !chunk.is_nested;
            is_dictionary &= types::has_dictionaries(own, &columns[leaf]);
            widest = widest.max(usize::try_from(metadata.column_descr().type_length()).unwrap_or_default());
            let range_reader = input.range_reader.clone();
            let read = Pages::new(range_reader, chunk, codec, input.options, progress.clone(), &part.rows);
            pages.insert(leaf, Box::new(read));
        }
        let whole = part.rows.end - part.rows.start == group.num_rows().cast_unsigned();
        let selection = (!whole).then(|| {
            let [skipped, selected] = [part.rows.start, part.rows.end - part.rows.start]
                .map(|rows| usize::try_from(rows).unwrap_or(usize::MAX));
            RowSelection::from(vec![RowSelector::skip(skipped), RowSelector::select(selected)])
        });
        let name = format!("column `{}` of row group {}", input.schema.field(root.index).name(), part.group);
        let groups = OneGroup { metadata: &input.metadata, group, pages: Mutex::new(pages) };
        let batch_rows = input.options.batch_rows.min(FIXED_BATCH_BYTES / widest).max(1);
        let reader = guard(input.footer, || {
            let layout = match (keeps_types, is_dictionary) {
                (true, _) => Layout::Own,
                (false, true) => Layout::Dictionary,
                (false, false) => Layout::Views,
            };
            let levels = input.levels(root, leaves, layout)?;
            ParquetRecordBatchReader::try_new_with_row_groups(&levels, &groups, batch_rows, selection)
                .map_err(|error| not_decoded(input.footer, &error))
        });
        Ok(Self {
            reader: reader.map_err(|problem| problem.within(&name))?,
            name,
            progress,
            has_unvalidated_strings,
            pending: None,
        })
    }

    /// Decodes rows unless some are pending. Returns the number of pending rows, at least one and at most `rows_left`.
    fn ready_rows(&mut self, rows_left: u64) -> Result<usize, Problem> {
        if self.pending.is_none() {
            self.pending = self.decode()?;
        }
        match &self.pending {
            Some(array) if array.len() as u64 <= rows_left => Ok(array.len()),
            Some(_) => Err(self.damaged("has more rows than the footer says")),
            None => Err(self.damaged(&format!("ends {rows_left} rows before it should"))),
        }
    }

    /// Decodes the next rows; `None` at the end.
    fn decode(&mut self) -> Result<Option<ArrayRef>, Problem> {
        self.progress.begin_batch();
        loop {
            let next = guard(0, || self.reader.next().transpose().map_err(|error| not_decoded(0, &error)));
            let batch =
                next.map_err(|problem| self.progress.problem(|page| problem.at(page)).within(&self.name))?;
            let Some(batch) = batch else { return Ok(None) };
            let array = Arc::clone(batch.column(0));
            if self.has_unvalidated_strings && array.to_data().validate_full().is_err() {
                return Err(self.damaged("has a text that is no UTF-8"));
            }
            if !has_valid_keys(&array) {
                return Err(self.damaged("has values of an empty dictionary"));
            }
            if !array.is_empty() {
                return Ok(Some(array));
            }
        }
    }

    fn take(&mut self, rows: usize) -> ArrayRef {
        let array = self.pending.take().unwrap_or_else(|| unreachable!("rows were made ready"));
        if array.len() == rows {
            return array;
        }
        self.pending = Some(array.slice(rows, array.len() - rows));
        array.slice(0, rows)
    }

    /// Checks that nothing follows the last row.
    fn check_end(&mut self) -> Result<(), Problem> {
        match (self.pending.is_some(), self.decode()?) {
            (false, None) => Ok(()),
            _ => Err(self.damaged("has more rows than the footer says")),
        }
    }

    fn damaged(&self, what: &str) -> Problem {
        self.progress.problem(|page| Problem::damaged(page, what)).within(&self.name)
    }
}

/// The method with which a chunk is compressed; `None` for one that is not supported.
fn method(compression: Compression) -> Option<Method> {
    Some(match compression {
        Compression::UNCOMPRESSED => Method::None,
        Compression::SNAPPY => Method::Snappy,
        Compression::GZIP(_) => Method::Gzip,
        Compression::BROTLI(_) => Method::Brotli,
        Compression::ZSTD(_) => Method::Zstd,
        Compression::LZ4 => Method::Lz4,
        Compression::LZ4_RAW => Method::Lz4Raw,
        Compression::LZO => return None,
    })
}

/// Whether the keys of a dictionary are valid, as far as the decoder does not check it: it does not check keys if the dictionary
/// is empty.
fn has_valid_keys(array: &ArrayRef) -> bool {
    array.as_any_dictionary_opt().is_none_or(|dictionary| {
        !dictionary.values().is_empty() || dictionary.null_count() == dictionary.len()
    })
}

fn not_decoded(byte_offset: u64, error: &dyn std::fmt::Display) -> Problem {
    let text = error.to_string();
    let message = format!("cannot be decoded: {text}");
    // The decoder's abbreviation of "not yet implemented".
    if text.contains("NYI") {
        Problem::unsupported(byte_offset, message)
    } else {
        Problem::damaged(byte_offset, message)
    }
}

/// One row group, as the decoder requests it: each of its chunks once.
struct OneGroup<'a> {
    metadata: &'a ParquetMetaData,
    group: &'a RowGroupMetaData,
    pages: Mutex<HashMap<usize, Box<dyn PageReader>>>,
}

impl RowGroups for OneGroup<'_> {
    fn num_rows(&self) -> usize {
        usize::try_from(self.group.num_rows()).unwrap_or_default()
    }

    fn column_chunks(&self, leaf: usize) -> Result<Box<dyn PageIterator>, ParquetError> {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Box::new(OneChunk(pages.remove(&leaf))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(std::iter::once(self.group))
    }

    fn metadata(&self) -> &ParquetMetaData {
        self.metadata
    }
}

impl ParquetInput {
    /// The description of a column that the decoder needs to return it in the types of `layout`.
    fn levels(&self, root: &Root, leaves: Vec<usize>, layout: Layout) -> Result<FieldLevels, Problem> {
        let key = (leaves, layout);
        let mut known = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(levels) = known.get(&key) {
            return Ok(levels.clone());
        }
        let schema = self.metadata.file_metadata().schema_descr();
        let field_of = |index: usize, field: &FieldRef| {
            if index != root.index {
                return Arc::clone(field);
            }
            let data_type = requested_type(field.data_type(), layout);
            Arc::new(Field::new(field.name(), data_type, field.is_nullable()))
        };
        let fields: Fields =
            self.schema.fields().iter().enumerate().map(|(index, field)| field_of(index, field)).collect();
        let mask = ProjectionMask::leaves(schema, key.0.iter().copied());
        let levels = parquet_to_arrow_field_levels(schema, mask, Some(&fields))
            .map_err(|error| not_decoded(self.footer, &error))?;
        Ok(known.entry(key).or_insert(levels).clone())
    }
}
