//! The lines of a part of a file, a piece at a time.

use std::fs::File;
use std::io::Read;

use crate::range::{PIECE_BYTES, Range};

/// Bytes behind the lines of a piece that a parser may read, and may not write.
pub(super) const PADDING: usize = 64;

/// Reads pieces of whole lines.
pub(super) struct Lines<'a> {
    range: Range<'a>,
    buffer: Vec<u8>,
    /// Bytes read.
    filled: usize,
    /// Bytes handed out.
    used: usize,
    /// Where the buffer's first byte stands in the file.
    position: u64,
}

/// Whole lines.
pub(super) struct Piece<'a> {
    /// With [`PADDING`] behind them.
    pub(super) bytes: &'a mut [u8],
    /// Without the padding.
    pub(super) length: usize,
    /// Where they stand in the file.
    pub(super) position: u64,
}

impl<'a> Lines<'a> {
    /// The lines between two places of a file, where lines begin or the file ends.
    pub(super) fn new(file: &'a File, start: u64, end: u64) -> Self {
        let buffer = vec![0; PIECE_BYTES + PADDING];
        Self { range: Range::new(file, start, end), buffer, filled: 0, used: 0, position: start }
    }

    /// The next piece, which ends behind a line end or at the end of the part.
    pub(super) fn next(&mut self) -> Option<Piece<'_>> {
        self.buffer.copy_within(self.used..self.filled, 0);
        self.filled -= self.used;
        self.position += self.used as u64;
        loop {
            let end = self.buffer.len() - PADDING;
            let bytes = self.range.read(&mut self.buffer[self.filled..end]).expect("readable");
            self.filled += bytes;
            self.used = match memchr::memrchr(b'\n', &self.buffer[..self.filled]) {
                _ if bytes == 0 => self.filled,
                Some(last) => last + 1,
                None => {
                    // A line that is longer than the piece.
                    if self.filled == end {
                        self.buffer.resize(2 * end + PADDING, 0);
                    }
                    continue;
                }
            };
            let (length, position) = (self.used, self.position);
            let bytes = &mut self.buffer[..length + PADDING];
            return (length > 0).then_some(Piece { bytes, length, position });
        }
    }
}

/// The length of the first line, its line end not counted, and where the next one begins.
#[inline]
pub(super) fn first_line(lines: &[u8]) -> (usize, usize) {
    memchr::memchr(b'\n', lines).map_or((lines.len(), lines.len()), |length| (length, length + 1))
}

/// Whether a line has nothing in it, and so is no record.
#[inline]
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_lines_and_nothing_is_lost() {
        let long = "x".repeat(3 * PIECE_BYTES);
        let lines: Vec<String> = (0..200_000).map(|number| format!("line {number}")).collect();
        for end in ["", "\n"] {
            let text = format!("{}\n{long}\n\nlast{end}", lines.join("\n"));
            let mut file = tempfile::tempfile().unwrap();
            std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
            let mut pieces = Lines::new(&file, 0, text.len() as u64);
            let mut read = Vec::new();
            while let Some(piece) = pieces.next() {
                assert_eq!(piece.bytes.len(), piece.length + PADDING);
                assert_eq!(piece.position, read.len() as u64);
                let lines = &piece.bytes[..piece.length];
                assert!(lines.ends_with(b"\n") || lines.ends_with(b"last"));
                read.extend_from_slice(lines);
            }
            assert!(read == text.as_bytes());
        }
    }

    #[test]
    fn a_line_ends_before_its_line_end() {
        assert_eq!((first_line(b"ab\n\nc"), first_line(b"\nc"), first_line(b"c")), ((2, 3), (0, 1), (1, 1)));
        assert!(is_blank(b"") && is_blank(b" \t\r") && !is_blank(b" x"));
    }
}
