//! Opens a Parquet input and divides it into parts.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arrow_schema::SchemaRef;
use parquet::arrow::{FieldLevels, parquet_to_arrow_schema};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader};
use parquet::schema::types::Type;

use super::batches::ParquetBatches;
use super::chunk::{self, Chunk};
use super::footer::Footer;
use super::options::ParquetOptions;
use super::types::{self, Layout};
use crate::batch::{Problem, Projection, RangeReader, Root, guard};
use crate::source::ReadAt;
use crate::text::Failure;

/// The maximum number of parts of a row group, whose number of rows is only claimed by the footer until it is read.
const MAX_PARTS: u64 = 1 << 16;

/// The maximum number of rows of a row group without columns, which consists of nothing but their number.
const MAX_ROWS_WITHOUT_COLUMNS: i64 = i32::MAX as i64;

/// A Parquet input whose footer has been read and checked against the file.
///
/// Threads share it: each takes parts and reads them at their offsets.
pub struct ParquetInput {
    pub(super) range_reader: RangeReader,
    pub(super) options: ParquetOptions,
    pub(super) metadata: ParquetMetaData,
    pub(super) schema: SchemaRef,
    /// The offset of the footer, which is the end of the data.
    pub(super) footer: u64,
    /// The leaves of each column.
    pub(super) leaves: Vec<Range<usize>>,
    /// Chunks that parts share, by row group and leaf.
    chunks: Mutex<HashMap<(usize, usize), SharedChunk>>,
    /// Descriptions of columns for the decoder, by leaves and layout.
    pub(super) levels: Mutex<HashMap<(Vec<usize>, Layout), FieldLevels>>,
}

type SharedChunk = Arc<OnceLock<Result<Arc<Chunk>, Problem>>>;

/// A range of consecutive rows, read by one thread.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// The index of the row group.
    pub group: usize,
    /// The rows within the row group.
    pub rows: Range<u64>,
    /// The index of the first of these rows in the input.
    pub first_row: u64,
}

impl Part {
    /// Returns a part with only some rows; `rows` are rows of the row group, like [`Part::rows`], and are clipped to them.
    #[must_use]
    pub fn within(&self, rows: Range<u64>) -> Self {
        let start = rows.start.clamp(self.rows.start, self.rows.end);
        let end = rows.end.clamp(start, self.rows.end);
        Self { group: self.group, rows: start..end, first_row: self.first_row + (start - self.rows.start) }
    }
}

impl ParquetInput {
    /// Reads the footer and checks it against the file: magic, lengths, all counts, the location of every column chunk and the
    /// numbers of rows.
    ///
    /// **Errors**: the input is damaged, exceeds a limit of `options`, is encrypted, or cannot be read.
    ///
    /// **Cost**: three reads, and memory for the footer, at most ten times its size.
    pub fn open(at: Arc<dyn ReadAt>, options: ParquetOptions) -> Result<Self, Failure> {
        Self::try_open(RangeReader::new(at), options).map_err(failure)
    }

    fn try_open(range_reader: RangeReader, options: ParquetOptions) -> Result<Self, Problem> {
        let Footer { range, bytes } = Footer::read(&range_reader, &options)?;
        let damaged =
            |error: &dyn std::fmt::Display| Problem::damaged(range.start, format!("the footer: {error}"));
        let (metadata, schema) = guard(range.start, || {
            let metadata = ParquetMetaDataReader::decode_metadata(&bytes).map_err(|error| damaged(&error))?;
            let file = metadata.file_metadata();
            let schema = parquet_to_arrow_schema(file.schema_descr(), file.key_value_metadata());
            let schema = types::corrected(&schema.map_err(|error| damaged(&error))?, file.schema_descr());
            Ok((metadata, schema))
        })?;
        let leaves = leaves_of_columns(metadata.file_metadata().schema());
        let input = Self {
            range_reader,
            options,
            schema: Arc::new(schema),
            metadata,
            footer: range.start,
            leaves,
            chunks: Mutex::default(),
            levels: Mutex::default(),
        };
        input.check()?;
        Ok(input)
    }

    /// Checks that the footer is consistent with itself and with the size of the file.
    fn check(&self) -> Result<(), Problem> {
        if self.leaves.len() != self.schema.fields().len() {
            return Err(Problem::damaged(self.footer, "the footer has columns that have no type"));
        }
        let mut rows = 0_i64;
        for (index, group) in self.metadata.row_groups().iter().enumerate() {
            let Some(sum) = rows.checked_add(group.num_rows()).filter(|_| group.num_rows() >= 0) else {
                let message = format!("row group {index} would have {} rows", group.num_rows());
                return Err(Problem::damaged(self.footer, message));
            };
            rows = sum;
            if group.columns().is_empty() && group.num_rows() > MAX_ROWS_WITHOUT_COLUMNS {
                let message = format!(
                    "row group {index} says that it has {} rows, and has no columns",
                    group.num_rows()
                );
                return Err(Problem::damaged(self.footer, message));
            }
            for column in group.columns() {
                let what = || format!("column `{}` of row group {index}", column.column_path().string());
                chunk::range(column, self.footer).map_err(|problem| problem.within(what()))?;
                let values = column.num_values();
                let is_flat = column.column_descr().max_rep_level() == 0;
                let fits = if is_flat { values == group.num_rows() } else { values >= group.num_rows() };
                if !fits {
                    let message = format!("would have {values} values for {} rows", group.num_rows());
                    return Err(Problem::damaged(self.footer, message).within(what()));
                }
            }
        }
        // The total may be missing (0): the numbers of the row groups are verified by reading.
        let declared = self.metadata.file_metadata().num_rows();
        if declared != rows && declared != 0 {
            let message = format!("the footer says {declared} rows, and its row groups have {rows}");
            return Err(Problem::damaged(self.footer, message));
        }
        Ok(())
    }

    /// Returns the columns of the file and their types.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Returns the number of rows according to the footer; only reading verifies it.
    pub fn rows(&self) -> u64 {
        self.metadata.row_groups().iter().map(|group| group.num_rows().cast_unsigned()).sum()
    }

    /// Returns the size of the file in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.range_reader.size_bytes()
    }

    /// Returns the parts in which `projection` is read, in row order. A row group is split if possible and
    /// worthwhile: for nested columns the row of a value is only known after decoding.
    pub fn parts(&self, projection: &Projection) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut first_row = 0;
        for (index, group) in self.metadata.row_groups().iter().enumerate() {
            let rows = group.num_rows().cast_unsigned();
            let is_nested = |leaf: usize| group.column(leaf).column_descr().max_rep_level() > 0;
            let whole =
                projection.iter().any(|root| self.leaves_of(root).iter().any(|&leaf| is_nested(leaf)));
            let count =
                if whole { 1 } else { rows.div_ceil(self.options.part_rows.max(1)).clamp(1, MAX_PARTS) };
            let size = rows.div_ceil(count).max(1);
            let mut start = 0;
            while start < rows {
                let end = (start + size).min(rows);
                parts.push(Part { group: index, rows: start..end, first_row: first_row + start });
                start = end;
            }
            first_row += rows;
        }
        parts
    }

    /// Returns the batches of a part, with the columns of `projection`.
    ///
    /// **Errors**: the page headers are damaged or cannot be read. An error in a page itself is returned by the iterator.
    pub fn read(&self, part: &Part, projection: &Projection) -> Result<ParquetBatches, Failure> {
        ParquetBatches::new(self, part, projection, false).map_err(failure)
    }

    /// Returns the batches of a part, with the types of [`ParquetInput::schema`].
    ///
    /// **Errors**: as [`ParquetInput::read`].
    ///
    /// **Cost**: strings are copied, and dictionaries expanded, if the types of the file require it.
    pub fn read_in_types(&self, part: &Part, projection: &Projection) -> Result<ParquetBatches, Failure> {
        ParquetBatches::new(self, part, projection, true).map_err(failure)
    }

    /// The leaves that are read of a column, in order.
    pub(super) fn leaves_of(&self, root: &Root) -> Vec<usize> {
        let mut leaves: Vec<usize> =
            root.paths.iter().flat_map(|path| self.leaves_of_path(root.index, path)).collect();
        leaves.sort_unstable();
        leaves.dedup();
        leaves
    }

    /// The leaves of a part of a column.
    pub(super) fn leaves_of_path(&self, column: usize, path: &[usize]) -> Vec<usize> {
        let mut node = &self.metadata.file_metadata().schema().get_fields()[column];
        let mut first = self.leaves[column].start;
        for &index in path {
            let Some(child) = children(node).get(index) else { break };
            first += children(node)[..index].iter().map(|node| count_leaves(node)).sum::<usize>();
            node = child;
        }
        (first..first + count_leaves(node)).collect()
    }

    /// The pages of a chunk. Parts of one row group read their headers once.
    pub(super) fn chunk(&self, group: usize, leaf: usize) -> Result<Arc<Chunk>, Problem> {
        let metadata = self.metadata.row_group(group).column(leaf);
        let read = || {
            let range = chunk::range(metadata, self.footer)?;
            let slack = chunk::slack(self.metadata.file_metadata().created_by()).min(self.footer - range.end);
            Chunk::read(&self.range_reader, range, metadata, slack, &self.options).map(Arc::new)
        };
        let rows = self.metadata.row_group(group).num_rows().cast_unsigned();
        if rows <= self.options.part_rows {
            return read().map_err(|problem| problem.within(chunk_name(metadata, group)));
        }
        let shared = {
            let mut chunks = self.chunks.lock().unwrap_or_else(PoisonError::into_inner);
            // Parts are read in roughly their order: chunks far behind are not needed again.
            chunks.retain(|(known, _), _| known + 2 > group);
            Arc::clone(chunks.entry((group, leaf)).or_default())
        };
        shared.get_or_init(|| read().map_err(|problem| problem.within(chunk_name(metadata, group)))).clone()
    }
}

impl std::fmt::Debug for ParquetInput {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ParquetInput").field("rows", &self.rows()).finish_non_exhaustive()
    }
}

/// The name of a chunk in messages.
pub(super) fn chunk_name(chunk: &ColumnChunkMetaData, group: usize) -> String {
    format!("column `{}` of row group {group}", chunk.column_path().string())
}

pub(super) fn failure(problem: Problem) -> Failure {
    problem.into_failure("parquet")
}

fn children(node: &Type) -> &[Arc<Type>] {
    if node.is_group() { node.get_fields() } else { &[] }
}

fn count_leaves(node: &Type) -> usize {
    if node.is_group() { node.get_fields().iter().map(|child| count_leaves(child)).sum() } else { 1 }
}

/// The leaves of each column of the file.
fn leaves_of_columns(schema: &Type) -> Vec<Range<usize>> {
    let mut first = 0;
    let columns = children(schema).iter().map(|column| {
        let start = first;
        first += count_leaves(column);
        start..first
    });
    columns.collect()
}
