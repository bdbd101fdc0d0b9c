//! A column chunk: the pages of one column in one row group, whose headers are all read before any page.
//!
//! A header costs one small read; decoding a page costs hundreds of times as much. Afterwards it is known that sizes and
//! numbers of values are consistent with each other and the file, where each row of a flat column is, and whether every page
//! uses the dictionary.

use std::ops::Range;

use parquet::basic::{Encoding, Type};
use parquet::file::metadata::ColumnChunkMetaData;

use super::header::{Header, PageKind};
use super::options::ParquetOptions;
use super::thrift::Fault;
use crate::batch::{Problem, RangeReader};

/// The number of bytes read where a header is expected. A header with long statistics takes more than one read.
const HEADER_BYTES: u64 = 256;

/// The largest header.
const MAX_HEADER_BYTES: u64 = 1 << 20;

/// The pages of a chunk.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) dictionary: Option<PageLocation>,
    pub(super) pages: Vec<PageLocation>,
    /// The number of values of all data pages; for a flat column, the number of rows.
    pub(super) values: u64,
    /// Whether rows may have any number of values.
    pub(super) is_nested: bool,
    /// Whether values may be null.
    pub(super) is_optional: bool,
    /// Whether values are timestamps of 96 bits.
    pub(super) is_int96: bool,
}

/// A page in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageLocation {
    pub(super) header: Header,
    /// The start of its bytes, after its header.
    pub(super) start: u64,
    /// The number of values of the pages before it.
    pub(super) first_value: u64,
}

impl PageLocation {
    pub(super) fn range(&self) -> Range<u64> {
        self.start..self.start + u64::from(self.header.compressed_bytes)
    }

    /// Whether its values are indices into the dictionary.
    fn is_dictionary_encoded(&self) -> bool {
        matches!(self.header.encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY)
    }
}

/// The location of a chunk according to its metadata; `footer` is where data ends.
pub(super) fn range(chunk: &ColumnChunkMetaData, footer: u64) -> Result<Range<u64>, Problem> {
    let data = chunk.data_page_offset();
    // Some writers set the offset to 0 if there is no dictionary, or if there are no pages.
    let start =
        [Some(data), chunk.dictionary_page_offset()].into_iter().flatten().filter(|&offset| offset > 0).min();
    let length = u64::try_from(chunk.compressed_size()).ok();
    let start = match start {
        None if chunk.num_values() == 0 => return Ok(footer..footer),
        start => start.and_then(|start| u64::try_from(start).ok()).filter(|&start| start >= 4),
    };
    let end = start.zip(length).and_then(|(start, length)| start.checked_add(length));
    match start.zip(end) {
        Some((start, end)) if end <= footer => Ok(start..end),
        _ => {
            let length = chunk.compressed_size();
            let message = format!(
                "would stand in {length} bytes from byte {data} on, and the footer begins at {footer}"
            );
            Err(Problem::damaged(footer, message))
        }
    }
}

/// The number of bytes by which the last page may exceed the declared end of a chunk: old versions of parquet-mr did not count
/// the header of the dictionary (PARQUET-816).
pub(super) fn slack(created_by: Option<&str>) -> u64 {
    const OLD: [u64; 3] = [1, 2, 9];
    let Some(version) = created_by.and_then(|by| by.strip_prefix("parquet-mr")) else { return 0 };
    let numbers: Vec<u64> = version
        .trim_start_matches(" version ")
        .split(|char: char| !char.is_ascii_digit())
        .map_while(|number| number.parse().ok())
        .collect();
    if numbers.as_slice() < OLD.as_slice() { 100 } else { 0 }
}

impl Chunk {
    /// Reads the headers of all pages of the chunk in `range`, which has `values` values according to its metadata.
    pub(super) fn read(
        range_reader: &RangeReader,
        range: Range<u64>,
        metadata: &ColumnChunkMetaData,
        slack: u64,
        options: &ParquetOptions,
    ) -> Result<Self, Problem> {
        let column = metadata.column_descr();
        let (is_nested, is_optional) = (column.max_rep_level() > 0, column.max_def_level() > 0);
        let is_int96 = metadata.column_type() == Type::INT96;
        let mut chunk =
            Self { dictionary: None, pages: Vec::new(), values: 0, is_nested, is_optional, is_int96 };
        let end = (range.end + slack).min(range_reader.size_bytes());
        let mut at = range.start;
        while at < range.end {
            let (header, length) = read_header(range_reader, at..end)?;
            let page = PageLocation { header, start: at + length, first_value: chunk.values };
            page.check(end, metadata, options)?;
            at = page.range().end;
            match header.kind {
                PageKind::Index => {}
                PageKind::Dictionary { .. } if chunk.dictionary.is_some() || !chunk.pages.is_empty() => {
                    return Err(Problem::damaged(page.start, "has a dictionary behind its first page"));
                }
                PageKind::Dictionary { .. } => chunk.dictionary = Some(page),
                PageKind::Data { .. } | PageKind::DataV2 { .. } => {
                    chunk.values += u64::from(header.values);
                    chunk.pages.push(page);
                }
            }
            if chunk.pages.len() as u64 > options.max_pages {
                let message = format!("has {} pages", chunk.pages.len());
                return Err(Problem::limit(at, message, options.max_pages, "max_pages"));
            }
        }
        let declared = metadata.num_values();
        if u64::try_from(declared) != Ok(chunk.values) {
            let message =
                format!("has {} values in its pages, and {declared} as the footer says", chunk.values);
            return Err(Problem::damaged(range.start, message));
        }
        Ok(chunk)
    }

    /// Whether there is a dictionary, and the decoder may reach a page that uses it while it reads these rows of the row group.
    pub(super) fn needs_dictionary(&self, rows: &Range<u64>) -> bool {
        let may_be_met = |page: &PageLocation| {
            let end = page.first_value + u64::from(page.header.values);
            self.is_nested || (page.first_value <= rows.end && end >= rows.start)
        };
        self.dictionary.is_some()
            && self.pages.iter().any(|page| may_be_met(page) && page.is_dictionary_encoded())
    }

    /// Whether every page that has values is dictionary-encoded.
    pub(super) fn is_fully_dictionary_encoded(&self) -> bool {
        let is_fit = |page: &PageLocation| page.is_dictionary_encoded() || page.header.values == 0;
        self.dictionary.is_some() && self.pages.iter().all(is_fit)
    }
}

/// Reads a whole header, with several reads if it is longer than usual.
fn read_header(range_reader: &RangeReader, range: Range<u64>) -> Result<(Header, u64), Problem> {
    let most = (range.end - range.start).min(MAX_HEADER_BYTES);
    let mut length = HEADER_BYTES.min(most);
    loop {
        let bytes = range_reader.read(range.start..range.start + length)?;
        match Header::read(&bytes) {
            Ok((header, length)) => return Ok((header, length as u64)),
            Err(_) if length < most => length = length.saturating_mul(16).min(most),
            Err(Fault { at, what }) => {
                let message = format!("has a page, at byte {}, whose header {what}", range.start);
                return Err(Problem::damaged(range.start + at as u64, message));
            }
        }
    }
}

impl PageLocation {
    /// Checks that the claims of the page header are possible.
    fn check(
        &self,
        end: u64,
        metadata: &ColumnChunkMetaData,
        options: &ParquetOptions,
    ) -> Result<(), Problem> {
        let header = &self.header;
        let damaged = |what: String| {
            Err(Problem::damaged(self.start, format!("has a page, at byte {}, {what}", self.start)))
        };
        if self.range().end > end {
            return damaged(format!(
                "of {} bytes, and its column chunk ends at {end}",
                header.compressed_bytes
            ));
        }
        if u64::from(header.uncompressed_bytes) > options.max_page_bytes {
            let message = format!("has a page of {} bytes", header.uncompressed_bytes);
            return Err(Problem::limit(self.start, message, options.max_page_bytes, "max_page_bytes"));
        }
        let declared = u64::try_from(metadata.num_values()).unwrap_or_default();
        match header.kind {
            PageKind::Dictionary { .. } => {
                let least = min_entry_bytes(metadata.column_type(), metadata.column_descr().type_length());
                if u64::from(header.values) * least > u64::from(header.uncompressed_bytes) {
                    return damaged(format!(
                        "whose {} bytes cannot hold a dictionary of {}",
                        header.uncompressed_bytes, header.values
                    ));
                }
            }
            PageKind::DataV2 { nulls, rows, definition_bytes, repetition_bytes, .. } => {
                let levels = u64::from(definition_bytes) + u64::from(repetition_bytes);
                if levels > u64::from(header.uncompressed_bytes.min(header.compressed_bytes)) {
                    return damaged(format!(
                        "whose {} bytes cannot hold {levels} of levels",
                        header.uncompressed_bytes
                    ));
                }
                if nulls > header.values || rows > header.values {
                    return damaged(format!("of {} values with {nulls} nulls in {rows} rows", header.values));
                }
                let is_flat = metadata.column_descr().max_rep_level() == 0;
                if is_flat && rows != header.values {
                    return damaged(format!(
                        "of {} values in {rows} rows, and the column is not nested",
                        header.values
                    ));
                }
            }
            PageKind::Data { .. } | PageKind::Index => {}
        }
        let is_data = !matches!(header.kind, PageKind::Dictionary { .. } | PageKind::Index);
        if is_data && self.first_value + u64::from(header.values) > declared {
            return damaged(format!(
                "of {} values, and the chunk has {declared} as the footer says",
                header.values
            ));
        }
        Ok(())
    }
}

/// The minimum size of an entry of a dictionary page.
fn min_entry_bytes(physical: Type, length: i32) -> u64 {
    match physical {
        Type::BOOLEAN => 1,
        Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
        Type::INT64 | Type::DOUBLE => 8,
        Type::INT96 => 12,
        Type::FIXED_LEN_BYTE_ARRAY => u64::try_from(length).unwrap_or_default().max(1),
    }
}
