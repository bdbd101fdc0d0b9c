//! The statistics that a file stores about its values. They are not verified here: this is for callers that were told to trust
//! them or that want to verify them.

use std::ops::Range;

use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field};
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::basic::{ColumnOrder, Type as Physical};
use parquet::schema::types::ColumnDescriptor;

use super::input::{ParquetInput, failure};
use super::page_index::PageIndex;
use crate::batch::guard;
use crate::text::Failure;

/// The statistics of a column in one row group, or in one of its pages.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Claims {
    /// The number of rows.
    pub rows: u64,
    /// The number of nulls.
    pub nulls: Option<u64>,
    /// The number of NaN values, for floats.
    pub nans: Option<u64>,
    /// A lower and an upper bound of the values, ignoring NaN: arrays with one value, in the type of the column.
    pub ends: Option<[ArrayRef; 2]>,
    /// Whether the bounds are values of the column, and not truncated.
    pub are_values: bool,
    /// Whether the writer of the file is not known to write wrong statistics.
    pub is_trusted: bool,
}

impl ParquetInput {
    /// Returns the statistics of a column, or of a part of a struct, in one row group; `path` is as in a
    /// [`Projection`](crate::batch::Projection). `None` if there are none, and for nested columns.
    pub fn claims(&self, group: usize, path: &[usize]) -> Option<Claims> {
        let (leaf, field) = self.leaf_at(path)?;
        let metadata = self.metadata.row_groups().get(group)?;
        let chunk = metadata.columns().get(leaf)?;
        let statistics = chunk.statistics()?;
        let column = chunk.column_descr();
        if column.max_rep_level() > 0 || statistics.is_min_max_deprecated() {
            return None;
        }
        let rows = u64::try_from(metadata.num_rows()).ok()?;
        let ends = self.ends(leaf, &field, |converter| {
            Some([converter.row_group_mins([metadata]).ok()?, converter.row_group_maxes([metadata]).ok()?])
        });
        let are_exact = statistics.min_is_exact() && statistics.max_is_exact();
        Some(Claims {
            rows,
            nulls: statistics.null_count_opt(),
            nans: statistics.nan_count_opt(),
            ends: ends.filter(|ends| ends.iter().all(|end| end.len() == 1 && end.is_valid(0))),
            are_values: are_exact || !may_be_truncated(column),
            is_trusted: is_trusted(self.metadata.file_metadata().created_by()),
        })
    }

    /// Returns the statistics of each page of a column in one row group, with the rows of the page within the group; `path` is as
    /// in a [`Projection`](crate::batch::Projection). Empty if there are none, if they are inconsistent, and for nested columns.
    ///
    /// **Errors**: the page index cannot be read.
    ///
    /// **Cost**: two reads.
    pub fn page_claims(&self, group: usize, path: &[usize]) -> Result<Vec<(Range<u64>, Claims)>, Failure> {
        let Some((leaf, field)) = self.leaf_at(path) else { return Ok(Vec::new()) };
        let chunk =
            self.metadata.row_groups().get(group).and_then(|group| Some((group, group.columns().get(leaf)?)));
        let Some((metadata, chunk)) = chunk.filter(|(_, chunk)| chunk.column_descr().max_rep_level() == 0)
        else {
            return Ok(Vec::new());
        };
        let rows = u64::try_from(metadata.num_rows()).unwrap_or_default();
        let pages = PageIndex::read(&self.range_reader, self.footer, chunk, rows).map_err(failure)?;
        let Some(pages) = pages else { return Ok(Vec::new()) };
        let ends = self.ends(leaf, &field, |converter| {
            Some([
                converter.data_page_mins(&pages, &[group]).ok()?,
                converter.data_page_maxes(&pages, &[group]).ok()?,
            ])
        });
        let ends = ends.filter(|ends| ends.iter().all(|ends| ends.len() == pages.rows.len()));
        let count = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok());
        let of = |(page, rows): (usize, &Range<u64>)| {
            let ends = ends.as_ref().filter(|ends| ends.iter().all(|ends| ends.is_valid(page)));
            let claims = Claims {
                rows: rows.end - rows.start,
                nulls: count(pages.index.null_count(page)),
                nans: count(pages.index.nan_count(page)),
                ends: ends.map(|[least, greatest]| [least.slice(page, 1), greatest.slice(page, 1)]),
                are_values: !may_be_truncated(chunk.column_descr()),
                is_trusted: is_trusted(self.metadata.file_metadata().created_by()),
            };
            (rows.clone(), claims)
        };
        Ok(pages.rows.iter().enumerate().map(of).collect())
    }

    /// The bounds of values, in the type of the column, if the file defines their order.
    fn ends(
        &self,
        leaf: usize,
        field: &Field,
        of: impl FnOnce(&StatisticsConverter<'_>) -> Option<[ArrayRef; 2]>,
    ) -> Option<[ArrayRef; 2]> {
        let file = self.metadata.file_metadata();
        if matches!(file.column_order(leaf), ColumnOrder::UNDEFINED | ColumnOrder::UNKNOWN) {
            return None;
        }
        let ends = || {
            let converter = StatisticsConverter::from_column_index(leaf, field, file.schema_descr()).ok()?;
            of(&converter.with_column_orders(file.column_orders().map(Vec::as_slice)))
        };
        guard(self.footer, || Ok(ends())).ok().flatten()
    }

    /// The leaf at a path, if the path leads to exactly one.
    fn leaf_at(&self, path: &[usize]) -> Option<(usize, Field)> {
        let (root, rest) = path.split_first()?;
        let mut field = self.schema.fields().get(*root)?;
        for index in rest {
            let DataType::Struct(inner) = field.data_type() else { return None };
            field = inner.get(*index)?;
        }
        let leaves = self.leaves_of_path(*root, rest);
        let [leaf] = leaves.as_slice() else { return None };
        (!field.data_type().is_nested()).then(|| (*leaf, field.as_ref().clone()))
    }
}

/// Whether the bounds in the statistics of a column may be truncated.
fn may_be_truncated(column: &ColumnDescriptor) -> bool {
    matches!(column.physical_type(), Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY)
}

/// Programs whose old versions wrote wrong statistics, and the first version that does not: parquet-mr compared bytes as if they
/// had a sign (PARQUET-251, PARQUET-686), parquet-cpp likewise (PARQUET-1246 and before), `StarRocks` counted too few nulls.
const FIRST_TRUSTED: [(&str, [u64; 3]); 4] = [
    ("parquet-mr", [1, 10, 0]),
    ("parquet-cpp-arrow", [0, 0, 0]),
    ("parquet-cpp", [1, 5, 0]),
    ("starrocks", [u64::MAX, 0, 0]),
];

/// A file that does not name its writer is not trusted.
fn is_trusted(created_by: Option<&str>) -> bool {
    let Some(created_by) = created_by.map(str::to_ascii_lowercase) else { return false };
    let Some((name, least)) = FIRST_TRUSTED.iter().find(|(name, _)| created_by.starts_with(name)) else {
        return true;
    };
    let numbers =
        created_by[name.len()..].split(|char: char| !char.is_ascii_digit()).filter(|part| !part.is_empty());
    let version: Vec<u64> = numbers.map_while(|number| number.parse().ok()).take(3).collect();
    !version.is_empty() && version.as_slice() >= least.as_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_wrote_wrong_statistics_are_not_believed() {
        for (created_by, expected) in [
            (None, false),
            (Some("parquet-mr version 1.9.0 (build abc)"), false),
            (Some("parquet-mr version 1.10.0"), true),
            (Some("parquet-mr"), false),
            (Some("parquet-cpp version 1.3.2-SNAPSHOT"), false),
            (Some("parquet-cpp version 1.5.1"), true),
            (Some("parquet-cpp-arrow version 12.0.0"), true),
            (Some("parquet-rs version 60.1.0"), true),
            (Some("StarRocks version 3.2"), false),
            (Some("DuckDB"), true),
        ] {
            assert_eq!(is_trusted(created_by), expected, "{created_by:?}");
        }
    }
}
