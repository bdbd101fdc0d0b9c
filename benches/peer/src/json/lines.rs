//! The lines of a part of a file, in pieces.

use std::fs::File;
use std::io::Read;

use crate::range::{PIECE_BYTES, Range};

/// The number of bytes after the lines of a piece that a parser may read but not write.
pub(super) const PADDING: usize = 64;

/// Reads pieces of complete lines.
pub(super) struct Lines<'a> {
    range: Range<'a>,
    buffer: Vec<u8>,
    /// The number of bytes read.
    filled: usize,
    /// The number of bytes returned.
    used: usize,
    /// The position of the buffer's first byte in the file.
    position: u64,
}

/// Complete lines.
pub(super) struct Piece<'a> {
    /// With [`PADDING`] after them.
    pub(super) bytes: &'a mut [u8],
    /// Without the padding.
    pub(super) length: usize,
    /// Their position in the file.
    pub(super) position: u64,
}

impl<'a> Lines<'a> {
    /// Creates a reader of the lines between two positions of a file, where lines begin or the file ends.
    pub(super) fn new(file: &'a File, start: u64, end: u64) -> Self {
        let buffer = vec![0; PIECE_BYTES + PADDING];
        Self { range: Range::new(file, start, end), buffer, filled: 0, used: 0, position: start }
    }

    /// Returns the next piece, which ends after a line end or at the end of the part.
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

/// Returns the length of the first line without its line end, and where the next one begins.
#[inline]
pub(super) fn first_line(lines: &[u8]) -> (usize, usize) {
    memchr::memchr(b'\n', lines).map_or((lines.len(), lines.len()), |length| (length, length + 1))
}

/// Returns whether a line is empty, and so not a record.
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
