//! The pages of a chunk, in order, for the decoder.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::ParquetError;

use super::chunk::{Chunk, PageLocation};
use super::delta::Lengths;
use super::header::{Header, PageKind};
use super::options::ParquetOptions;
use crate::batch::{Codec, Problem, RangeReader};

/// The progress of the pages of one column, shared with the caller of the decoder.
#[derive(Clone, Default)]
pub(super) struct PageProgress(Arc<Mutex<ProgressState>>);

#[derive(Default)]
struct ProgressState {
    /// The offset of the page that was read last.
    page: u64,
    /// The number of values of the pages read for the current batch.
    values: u64,
    /// The problem with a page, until it is reported.
    problem: Option<Problem>,
}

impl PageProgress {
    fn with<T>(&self, change: impl FnOnce(&mut ProgressState) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Starts counting the values of the next batch.
    pub(super) fn begin_batch(&self) {
        self.with(|count| count.values = 0);
    }

    /// Takes the problem with a page; if there is none, creates one at the offset of the page that was read last.
    pub(super) fn problem(&self, otherwise: impl FnOnce(u64) -> Problem) -> Problem {
        self.with(|count| count.problem.take().unwrap_or_else(|| otherwise(count.page)))
    }
}

/// Reads the pages of one column chunk for the decoder. Skipped pages are not read.
pub(super) struct Pages {
    range_reader: RangeReader,
    chunk: Arc<Chunk>,
    codec: Codec,
    options: ParquetOptions,
    /// Whether the dictionary was returned, or is not needed.
    has_dictionary: bool,
    /// The indices of the data pages that were not returned yet.
    remaining: Range<usize>,
    progress: PageProgress,
    /// A buffer for compressed pages, reused for every page.
    stored: Vec<u8>,
}

impl Pages {
    /// Creates the reader for a decoder of `rows` of the row group.
    pub(super) fn new(
        range_reader: RangeReader,
        chunk: Arc<Chunk>,
        codec: Codec,
        options: ParquetOptions,
        progress: PageProgress,
        rows: &Range<u64>,
    ) -> Self {
        let (has_dictionary, remaining) = (!chunk.needs_dictionary(rows), 0..chunk.pages.len());
        Self { range_reader, chunk, codec, options, has_dictionary, remaining, progress, stored: Vec::new() }
    }

    fn next_location(&self) -> Option<PageLocation> {
        if !self.has_dictionary {
            return self.chunk.dictionary;
        }
        self.remaining.clone().next().map(|index| self.chunk.pages[index])
    }

    fn advance(&mut self) {
        if self.has_dictionary {
            self.remaining.start += 1;
        } else {
            self.has_dictionary = true;
        }
    }

    fn read(&mut self, page: &PageLocation) -> Result<Page, Problem> {
        let header = page.header;
        let what = || format!("has a page, at byte {}, that", page.start);
        let mut stored = std::mem::take(&mut self.stored);
        let length = self.range_reader.read_into(page.range(), &mut stored)?.len();
        if let Some(crc) = header.crc {
            let found = crc32fast::hash(&stored[..length]);
            if found != crc {
                let message = format!("has the checksum {found:08x} instead of {crc:08x}");
                return Err(Problem::damaged(page.start, message).within(what()));
            }
        }
        let plain = self
            .decompress(&header, stored, length)
            .map_err(|fault| Problem::damaged(page.start, fault).within(what()))?;
        if self.has_zero_width_indices(&header, &plain) {
            let message = "has entries of its dictionary packed in no bits, which readers do not agree on";
            return Err(Problem::damaged(page.start, message).within(what()));
        }
        if self.has_sub_microseconds(&header, &plain) {
            let message = "has timestamps of 96 bits with digits beyond microseconds, which are not kept; write them with 64 bits";
            return Err(Problem::unsupported(page.start, message).within(what()));
        }
        self.check_lengths(&header, &plain).map_err(|fault| {
            Problem::limit(page.start, fault, self.options.max_page_bytes, "max_page_bytes").within(what())
        })?;
        Ok(page_of(&header, plain.into()))
    }

    /// Decompresses a page, the first `length` bytes of `stored`. The levels of a version 2 page are never compressed.
    fn decompress(&mut self, header: &Header, stored: Vec<u8>, length: usize) -> Result<Vec<u8>, String> {
        let (level_bytes, is_packed) = match header.kind {
            PageKind::DataV2 { definition_bytes, repetition_bytes, is_compressed, .. } => {
                ((definition_bytes + repetition_bytes) as usize, is_compressed)
            }
            _ => (0, true),
        };
        let plain_length = header.uncompressed_bytes as usize;
        if self.codec.is_none() || !is_packed {
            let mut stored = stored;
            stored.truncate(length);
            return if length == plain_length {
                Ok(stored)
            } else {
                Err(format!("is not compressed and has {length} bytes instead of {plain_length}"))
            };
        }
        let (level_bytes, packed) = stored[..length].split_at(level_bytes);
        let mut plain = level_bytes.to_vec();
        // A page that has only nulls may have no bytes of values. Not every method can decompress an empty input.
        if plain_length > level_bytes.len() {
            self.codec.decompress(packed, &mut plain, plain_length - level_bytes.len())?;
        }
        self.stored = stored;
        Ok(plain)
    }

    /// Checks the lengths of delta-encoded strings, which may expand to much more than their size.
    fn check_lengths(&self, header: &Header, plain: &[u8]) -> Result<(), String> {
        let values = &plain[self.level_bytes(header, plain).min(plain.len())..];
        let most = self.options.max_batch_values.min(u64::from(header.values));
        match header.encoding {
            Encoding::DELTA_LENGTH_BYTE_ARRAY | Encoding::DELTA_BYTE_ARRAY if values.is_empty() => Ok(()),
            Encoding::DELTA_LENGTH_BYTE_ARRAY => match Lengths::count(values) {
                Some(count) if count <= most => Ok(()),
                _ => Err(format!("has no list of at most {most} lengths")),
            },
            Encoding::DELTA_BYTE_ARRAY => match Lengths::read(values, most) {
                Some(lengths) if lengths.sum + values.len() as u64 <= self.options.max_page_bytes => Ok(()),
                Some(lengths) => Err(format!("stands for {} bytes of text", lengths.sum)),
                None => Err(format!("has no list of at most {most} lengths")),
            },
            _ => Ok(()),
        }
    }

    /// Whether a page has bit-packed dictionary indices of zero bits, beyond a last group of eight.
    ///
    /// Indices into a dictionary of one entry take no bits, and writers encode them as a run, or as a last group of eight. A
    /// writer that bit-packed all of them (an old version of Polars) made pages that readers decode differently.
    fn has_zero_width_indices(&self, header: &Header, plain: &[u8]) -> bool {
        let is_dictionary = matches!(header.encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY)
            && !matches!(header.kind, PageKind::Dictionary { .. });
        // A width of no bits, then a header with the number of packed groups.
        is_dictionary
            && matches!(plain.get(self.level_bytes(header, plain)..), Some([0, run, ..]) if run & 1 == 1 && *run > 3)
    }

    /// Whether a page has timestamps of 96 bits that are finer than the microseconds to which they are decoded.
    fn has_sub_microseconds(&self, header: &Header, plain: &[u8]) -> bool {
        if !self.chunk.is_int96 || !matches!(header.encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY) {
            return false;
        }
        let values = plain.get(self.level_bytes(header, plain)..).unwrap_or_default();
        let nanos = values
            .as_chunks::<12>()
            .0
            .iter()
            .map(|[a, b, c, d, e, f, g, h, ..]| i64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]));
        let is_plain =
            header.encoding == Encoding::PLAIN || matches!(header.kind, PageKind::Dictionary { .. });
        is_plain && { nanos }.any(|nanos| nanos % 1000 != 0)
    }

    /// The number of bytes of the levels of a page.
    fn level_bytes(&self, header: &Header, plain: &[u8]) -> usize {
        match header.kind {
            PageKind::DataV2 { definition_bytes, repetition_bytes, .. } => {
                (definition_bytes + repetition_bytes) as usize
            }
            PageKind::Data { definitions, repetitions } => {
                let mut at = 0;
                let kinds = [(self.chunk.is_nested, repetitions), (self.chunk.is_optional, definitions)];
                for (_, encoding) in kinds.iter().filter(|(has_levels, _)| *has_levels) {
                    if *encoding == Encoding::RLE {
                        let length = plain.get(at..).and_then(|rest| rest.first_chunk::<4>());
                        let length = length.map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
                        at = at.saturating_add(4).saturating_add(length);
                    }
                }
                at
            }
            PageKind::Dictionary { .. } | PageKind::Index => 0,
        }
    }

    fn next_page(&mut self) -> Result<Option<Page>, Problem> {
        let Some(page) = self.next_location() else { return Ok(None) };
        self.advance();
        let values = self.progress.with(|count| {
            count.page = page.start;
            count.values += u64::from(page.header.values);
            count.values
        });
        if self.chunk.is_nested && values > self.options.max_batch_values {
            let limit = self.options.max_batch_values;
            let message = format!("has {values} values in one batch of rows");
            return Err(Problem::limit(page.start, message, limit, "max_batch_values"));
        }
        self.read(&page).map(Some)
    }
}

fn page_of(header: &Header, buf: Bytes) -> Page {
    let (num_values, encoding) = (header.values, header.encoding);
    match header.kind {
        PageKind::Dictionary { is_sorted } => Page::DictionaryPage { buf, num_values, encoding, is_sorted },
        PageKind::DataV2 { nulls, rows, definition_bytes, repetition_bytes, .. } => Page::DataPageV2 {
            buf,
            num_values,
            encoding,
            num_nulls: nulls,
            num_rows: rows,
            def_levels_byte_len: definition_bytes,
            rep_levels_byte_len: repetition_bytes,
            is_compressed: false,
            statistics: None,
        },
        PageKind::Data { definitions, repetitions } => Page::DataPage {
            buf,
            num_values,
            encoding,
            def_level_encoding: definitions,
            rep_level_encoding: repetitions,
            statistics: None,
        },
        PageKind::Index => unreachable!("index pages are not kept"),
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>, ParquetError> {
        self.next_page().map_err(|problem| {
            // The decoder's own errors are strings; the problem is kept separately.
            let error = ParquetError::General(problem.to_string());
            self.progress.with(|count| count.problem = Some(problem));
            error
        })
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>, ParquetError> {
        Ok(self.next_location().map(|page| {
            let values = page.header.values as usize;
            let rows = match page.header.kind {
                PageKind::DataV2 { rows, .. } => Some(rows as usize),
                PageKind::Data { .. } if !self.chunk.is_nested => Some(values),
                _ => None,
            };
            let is_dict = matches!(page.header.kind, PageKind::Dictionary { .. });
            PageMetadata { num_rows: rows, num_levels: (!is_dict).then_some(values), is_dict }
        }))
    }

    fn skip_next_page(&mut self) -> Result<(), ParquetError> {
        self.advance();
        Ok(())
    }
}

impl Iterator for Pages {
    type Item = Result<Page, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

/// The chunk of a column, as the decoder requests it: once.
pub(super) struct OneChunk(pub(super) Option<Box<dyn PageReader>>);

impl Iterator for OneChunk {
    type Item = Result<Box<dyn PageReader>, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(Ok)
    }
}

impl PageIterator for OneChunk {}
