//! A sparse index of the rows of a chunk, for reading some of them again without the others.

use std::ops::Range;

use super::block::TextBlock;

/// A row from which reading can begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// The number of rows before it in the chunk. Broken records are not rows.
    pub(super) row: u32,
    /// The number of records before it in the chunk.
    pub(super) record: u32,
    /// The number of line ends before it in the chunk.
    pub(super) line: u32,
    /// Where it begins, in bytes from the start of the chunk.
    offset: u32,
}

/// The marks of a chunk: one at the start of each block and, in blocks where every record is a line, one every
/// [`ROWS_PER_MARK`] rows.
#[derive(Clone, Debug)]
pub(in super::super) struct Marks {
    /// Where the chunk begins in the input.
    byte_offset: u64,
    bytes: u32,
    rows: u32,
    pub(super) records: u64,
    pub(super) lines: u64,
    entries: Vec<Mark>,
    /// One bit per row, the lowest first: whether it is invalid for a reason other than its keys.
    invalid: Vec<u64>,
}

/// A range of rows of a chunk, from one mark to another one or to the end of the chunk.
pub(super) struct MarkedRange {
    pub(super) mark: Mark,
    /// Their location in the input.
    pub(super) range: Range<u64>,
    /// The number of records of the chunk up to the end of the range.
    pub(super) end_record: u64,
}

/// The number of rows from one mark to the next.
const ROWS_PER_MARK: u32 = 64;

impl Marks {
    pub(super) fn new(byte_offset: u64) -> Self {
        Self {
            byte_offset,
            bytes: 0,
            rows: 0,
            records: 0,
            lines: 0,
            entries: Vec::new(),
            invalid: Vec::new(),
        }
    }

    /// Adds the next block, which has `rows` rows. `records` maps rows to records if they differ. Returns `None` if the
    /// chunk is too large for marks.
    pub(super) fn add(mut self, block: &TextBlock<'_>, rows: usize, records: Option<&[u32]>) -> Option<Self> {
        let start = u32::try_from(block.byte_offset - self.byte_offset).ok()?;
        let (first_record, first_line) =
            (u32::try_from(block.first_row).ok()?, u32::try_from(block.first_line).ok()?);
        self.entries.push(Mark { row: self.rows, record: first_record, line: first_line, offset: start });
        let end = self.rows.checked_add(u32::try_from(rows).ok()?)?;
        if block.is_plain() {
            let next = (self.rows + 1).next_multiple_of(ROWS_PER_MARK);
            for row in (next..end).step_by(ROWS_PER_MARK as usize) {
                let number = (row - self.rows) as usize;
                let record = records.map_or(number, |records| records[number] as usize);
                let offset = start.checked_add(u32::try_from(block.line_start(record)).ok()?)?;
                let record = u32::try_from(record).ok()?;
                self.entries.push(Mark {
                    row,
                    record: first_record.checked_add(record)?,
                    line: first_line.checked_add(record)?,
                    offset,
                });
            }
        }
        self.rows = end;
        Some(self)
    }

    /// Sets which rows of the block added last are invalid, one bit each.
    pub(super) fn add_invalid(&mut self, invalid: &[u64], rows: usize) {
        let before = self.rows as usize - rows;
        self.invalid.resize((self.rows as usize).div_ceil(64), 0);
        for (number, word) in invalid.iter().enumerate().filter(|(_, word)| **word != 0) {
            let at = before / 64 + number;
            self.invalid[at] |= word << (before % 64);
            // None of its bits is for a row beyond the last.
            if let Some(next) = self.invalid.get_mut(at + 1).filter(|_| !before.is_multiple_of(64)) {
                *next |= word >> (64 - before % 64);
            }
        }
    }

    /// One bit per row from `first` on: whether it is invalid.
    pub(super) fn invalid(&self, first: usize, rows: usize) -> Vec<u64> {
        let word = |at: usize| self.invalid.get(at).copied().unwrap_or_default();
        let shift = first % 64;
        let words = (0..rows.div_ceil(64)).map(|number| {
            let at = first / 64 + number;
            if shift == 0 { word(at) } else { word(at) >> shift | word(at + 1) << (64 - shift) }
        });
        words.collect()
    }

    /// Ends the chunk after this many bytes, records and lines.
    pub(super) fn finish(mut self, bytes: usize, records: u64, lines: u64) -> Option<Self> {
        self.entries.shrink_to_fit();
        self.invalid.shrink_to_fit();
        Some(Self { bytes: u32::try_from(bytes).ok()?, records, lines, ..self })
    }

    /// The records of the chunk.
    pub(in super::super) fn records(&self) -> u64 {
        self.records
    }

    pub(in super::super) fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.entries.capacity() * size_of::<Mark>() + 8 * self.invalid.capacity()
    }

    /// Where the chunk ends in the input.
    pub(super) fn end_offset(&self) -> u64 {
        self.byte_offset + u64::from(self.bytes)
    }

    /// The ranges to read for some rows. `rows` are ranges in the order of their starts. The result has all of them, and the rows
    /// around them up to the nearest marks.
    pub(super) fn ranges_around(&self, rows: &[Range<u64>]) -> Vec<MarkedRange> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for rows in rows {
            let start = self.entries.partition_point(|mark| u64::from(mark.row) <= rows.start);
            let end = self.entries.partition_point(|mark| u64::from(mark.row) < rows.end);
            let marks = start.saturating_sub(1)..end;
            match found.last_mut() {
                Some(last) if marks.start <= last.end => last.end = last.end.max(marks.end),
                _ => found.push(marks),
            }
        }
        let found = found.into_iter().filter(|marks| !marks.is_empty());
        found.map(|marks| self.marked_range(marks)).collect()
    }

    fn marked_range(&self, marks: Range<usize>) -> MarkedRange {
        let (mark, end) = (self.entries[marks.start], self.entries.get(marks.end));
        let end_offset = end.map_or(self.bytes, |end| end.offset);
        let place = |offset: u32| self.byte_offset + u64::from(offset);
        MarkedRange {
            mark,
            range: place(mark.offset)..place(end_offset),
            end_record: end.map_or(self.records, |end| end.record.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::OnceCell;

    use trueline_tokenizer::{Dialect, Indexer, Positions, count_line_ends};

    use super::*;

    /// The marks of a chunk of blocks.
    fn marks(blocks: &[String]) -> Marks {
        let mut marks = Marks::new(1000);
        let (mut byte_offset, mut first_row, mut first_line) = (1000, 0, 0);
        for bytes in blocks.iter().map(String::as_bytes) {
            let mut positions = Positions::new();
            Indexer::new(&Dialect::default()).index(bytes, true, &mut positions);
            let lines = count_line_ends(bytes, None);
            let block = TextBlock {
                bytes,
                records: &positions,
                byte_offset,
                previous: None,
                first_row,
                first_line,
                lines,
                shows_excerpts: false,
                record_lines: &OnceCell::new(),
            };
            marks = marks.add(&block, positions.len(), None).unwrap();
            byte_offset += bytes.len() as u64;
            first_row += positions.len() as u64;
            first_line += lines;
        }
        let bytes = usize::try_from(byte_offset - 1000).unwrap();
        marks.finish(bytes, first_row, first_line).unwrap()
    }

    fn ranges<const N: usize>(marks: &Marks, rows: [[u64; 2]; N]) -> Vec<(u32, u32, Range<u64>, u64)> {
        let found = marks.ranges_around(&rows.map(|[start, end]| start..end)).into_iter();
        found.map(|found| (found.mark.row, found.mark.line, found.range, found.end_record)).collect()
    }

    #[test]
    fn rows_are_found_from_mark_to_mark() {
        let marks = marks(&["1,2\n".repeat(100), "\"\n\"\n".repeat(50), "1,2\n".repeat(30)]);
        let all = [(0, 0, 1000..1720, 180)];
        assert_eq!(ranges(&marks, [[0, 180]]), all);
        assert_eq!(ranges(&marks, [[0, 64], [64, 128], [140, 9999]]), all);
        assert_eq!(ranges(&marks, []), []);
        assert_eq!(ranges(&marks, [[63, 64]]), [(0, 0, 1000..1256, 64)]);
        assert_eq!(ranges(&marks, [[64, 65], [99, 100]]), [(64, 64, 1256..1400, 100)]);
        // A block with line ends within records has no marks but the first.
        assert_eq!(ranges(&marks, [[149, 150]]), [(100, 100, 1400..1600, 150)]);
        assert_eq!(
            ranges(&marks, [[5, 6], [130, 131], [150, 152], [170, 171]]),
            [(0, 0, 1000..1256, 64), (100, 100, 1400..1720, 180)]
        );
        assert_eq!(ranges(&marks, [[179, 192]]), [(150, 200, 1600..1720, 180)]);
    }

    #[test]
    fn what_is_wrong_with_rows_is_found_again() {
        let blocks = [70, 3, 200, 61];
        let is_wrong = |row: usize| row % 7 == 3 || row % 64 == 63;
        let mut marks = Marks::new(0);
        let mut first = 0;
        for rows in blocks {
            let mut words = vec![0; 4];
            words.truncate(usize::div_ceil(rows, 64));
            (0..rows).filter(|row| is_wrong(first + row)).for_each(|row| words[row / 64] |= 1 << (row % 64));
            first += rows;
            marks.rows = u32::try_from(first).unwrap();
            marks.add_invalid(&words, rows);
        }
        for start in 0..first {
            for rows in [1, 63, 64, 65, first - start].into_iter().filter(|rows| start + rows <= first) {
                let words = marks.invalid(start, rows);
                let has = |row: usize| words[row / 64] >> (row % 64) & 1 == 1;
                assert!((0..rows).all(|row| has(row) == is_wrong(start + row)), "{rows} from {start}");
            }
        }
    }
}
