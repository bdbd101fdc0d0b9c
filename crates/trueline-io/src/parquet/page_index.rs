//! The page index of a column: the rows of each page and the statistics of its values.
//!
//! Like the footer, it is checked before the decoder gets it. A damaged index is ignored: no value is read with it.

use std::any::Any;
use std::ops::Range;

use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::metadata::page_index::PageIndexProvider;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::index_reader::decode_column_index;
use parquet::file::page_index::offset_index::OffsetIndexMetaData;

use super::thrift::{Fault, Kind, Reader};
use crate::batch::{Problem, RangeReader, guard};

/// The longest index that is read; in memory it takes up to thirty times as much. A usual page has a hundred bytes of it.
const MAX_INDEX_BYTES: u64 = 1 << 20;

/// The pages of a column in one row group.
#[derive(Debug)]
pub(super) struct PageIndex {
    /// The rows of each page, within the row group.
    pub(super) rows: Vec<Range<u64>>,
    pub(super) index: ColumnIndexMetaData,
}

impl PageIndex {
    /// Reads the page index of a column; `None` if it has none, or a damaged one. `footer` is where the footer begins, and `rows`
    /// the number of rows of the row group.
    ///
    /// **Errors**: it cannot be read.
    pub(super) fn read(
        range_reader: &RangeReader,
        footer: u64,
        column: &ColumnChunkMetaData,
        rows: u64,
    ) -> Result<Option<Self>, Problem> {
        let ranges = guard(footer, || Ok((column.column_index_range(), column.offset_index_range())));
        let Ok((Some(index), Some(offsets))) = ranges else { return Ok(None) };
        let is_good = |range: &Range<u64>| {
            range.start < range.end && range.end <= footer && range.end - range.start <= MAX_INDEX_BYTES
        };
        if !is_good(&index) || !is_good(&offsets) {
            return Ok(None);
        }
        let (index, offsets) = (range_reader.read(index)?, range_reader.read(offsets)?);
        Ok(Self::decode(&index, &offsets, column, rows))
    }

    fn decode(index: &[u8], offsets: &[u8], column: &ColumnChunkMetaData, rows: u64) -> Option<Self> {
        let starts = first_rows(offsets).ok()?;
        let pages = check_column_index(index).ok()?;
        let is_ascending = starts.first() == Some(&0)
            && starts.windows(2).all(|pair| pair[0] < pair[1])
            && starts.last().is_some_and(|&last| last < rows);
        if pages != starts.len() || !is_ascending {
            return None;
        }
        let index = guard(0, || Ok(decode_column_index(index, column.column_type()).ok())).ok().flatten()?;
        if index.num_pages() != pages as u64 {
            return None;
        }
        let ends = starts.iter().skip(1).copied().chain([rows]);
        let rows = starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect();
        Some(Self { rows, index })
    }
}

/// Provides these pages for every column.
impl PageIndexProvider for PageIndex {
    fn has_offset_indexes(&self) -> bool {
        false
    }

    fn has_column_indexes(&self) -> bool {
        true
    }

    fn column_index(&self, _group: usize, _column: usize) -> Option<&ColumnIndexMetaData> {
        Some(&self.index)
    }

    fn offset_index(&self, _group: usize, _column: usize) -> Option<&OffsetIndexMetaData> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The first row of each page, as the offset index has them.
fn first_rows(bytes: &[u8]) -> Result<Vec<u64>, Fault> {
    let (mut reader, mut last, mut rows) = (Reader::new(bytes), 0, Vec::new());
    while let Some((number, kind)) = reader.field(&mut last)? {
        if number != 1 {
            reader.skip(kind)?;
            continue;
        }
        let pages = if kind == Kind::List {
            reader.list()?
        } else {
            return Err(reader.fault("has no list of pages"));
        };
        for _ in 0..pages.count {
            if pages.kind != Kind::Struct {
                return Err(reader.fault("has pages that are no structs"));
            }
            rows.push(first_row(&mut reader)?);
        }
    }
    Ok(rows)
}

/// The first row of one page.
fn first_row(reader: &mut Reader<'_>) -> Result<u64, Fault> {
    let (mut last, mut row) = (0, None);
    while let Some((number, kind)) = reader.field(&mut last)? {
        match (number, kind) {
            (3, Kind::Integer) => row = u64::try_from(reader.integer()?).ok(),
            _ => reader.skip(kind)?,
        }
    }
    row.ok_or_else(|| reader.fault("has a page without a first row"))
}

/// Checks that the column index has the types that the decoder expects. Returns the number of pages.
fn check_column_index(bytes: &[u8]) -> Result<usize, Fault> {
    let (mut reader, mut last, mut pages) = (Reader::new(bytes), 0, 0);
    while let Some((number, kind)) = reader.field(&mut last)? {
        match (number, kind) {
            // For each page, whether it has only nulls.
            (1, Kind::List) => pages = reader.skip_booleans()?,
            (4, Kind::Integer) | (2 | 3 | 5..=8, Kind::List) => reader.skip(kind)?,
            (1..=8, _) => return Err(reader.fault("has a field of another type")),
            _ => reader.skip(kind)?,
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_rows_come_from_the_offset_index() {
        // Two pages: places, sizes, first rows 0 and 5.
        let bytes = [0x19, 0x2c, 0x16, 8, 0x15, 2, 0x16, 0, 0, 0x16, 10, 0x15, 2, 0x16, 10, 0, 0];
        assert_eq!(first_rows(&bytes), Ok(vec![0, 5]));
        for end in 0..bytes.len() {
            assert!(first_rows(&bytes[..end]).is_err(), "cut at {end}");
        }
        assert!(first_rows(&[0x19, 0x25, 0, 0, 0]).is_err());
        assert!(first_rows(&[0x19, 0x1c, 0x16, 8, 0, 0]).is_err());
    }

    #[test]
    fn the_column_index_is_walked_by_what_it_must_have() {
        // Two pages, one of nulls; ends of one byte and none.
        let bytes = [0x19, 0x21, 2, 1, 0x19, 0x28, 1, 7, 0, 0x19, 0x28, 1, 9, 0, 0x15, 0, 0];
        assert_eq!(check_column_index(&bytes), Ok(2));
        for end in 0..bytes.len() {
            assert!(check_column_index(&bytes[..end]).is_err(), "cut at {end}");
        }
        assert!(check_column_index(&[0x15, 0, 0]).is_err());
        // A list that would have more flags than there are bytes.
        assert!(check_column_index(&[0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 7, 0]).is_err());
        // Lists of booleans elsewhere take no bytes in some readers.
        assert!(check_column_index(&[0x19, 0x11, 1, 0x19, 0xf1, 0xff, 0xff, 0xff, 0xff, 7, 0]).is_err());
    }
}
