//! One sorted run in a temporary file.
//!
//! An entry consists of the number of bytes it shares with the previous one (one byte), the number of bytes that follow (seven
//! bits per byte, low ones first), and these bytes.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use super::super::error::Error;
use super::super::hashing::Hashing;
use super::TempFiles;

/// The number of bytes collected before a write.
const BUFFER_BYTES: usize = 64 << 10;

/// The location of a run, and what it must contain.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) range: Range<u64>,
    pub(super) entries: u64,
    check: u64,
}

/// Returns the checksum over the entries so far.
fn advance(check: u64, hashing: &Hashing, entry: &[u8]) -> u64 {
    check.rotate_left(1) ^ hashing.hash(entry)
}

/// Writes a run.
pub(super) struct RunWriter {
    temp_files: TempFiles,
    file: Arc<File>,
    hashing: Hashing,
    run: Run,
    buffer: Vec<u8>,
    previous: Vec<u8>,
}

impl RunWriter {
    pub(super) fn new(temp_files: TempFiles, file: Arc<File>, start: u64, hashing: Hashing) -> Self {
        let run = Run { range: start..start, entries: 0, check: 0 };
        Self {
            temp_files,
            file,
            hashing,
            run,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            previous: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, entry: &[u8]) -> Result<(), Error> {
        let most = self.previous.len().min(entry.len()).min(u8::MAX as usize);
        let same = (0..most).take_while(|&at| self.previous[at] == entry[at]).count();
        self.buffer.push(u8::try_from(same).unwrap_or_default());
        let rest = &entry[same..];
        let mut length = rest.len();
        while length >= 0x80 {
            self.buffer.push((length & 0x7f).to_le_bytes()[0] | 0x80);
            length >>= 7;
        }
        self.buffer.push(length.to_le_bytes()[0]);
        self.buffer.extend_from_slice(rest);
        self.previous.truncate(same);
        self.previous.extend_from_slice(rest);
        self.run.check = advance(self.run.check, &self.hashing, entry);
        self.run.entries += 1;
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> Result<Run, Error> {
        self.flush()?;
        Ok(self.run)
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.temp_files.write(&self.file, self.run.range.end, &self.buffer)?;
        self.run.range.end += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// Reads a run.
#[derive(Debug)]
pub(super) struct RunReader {
    temp_files: TempFiles,
    file: Arc<File>,
    hashing: Hashing,
    /// The part still to be read.
    run: Run,
    check: u64,
    window: Vec<u8>,
    at: usize,
    window_bytes: usize,
}

impl RunReader {
    pub(super) fn new(
        temp_files: TempFiles,
        file: Arc<File>,
        run: Run,
        hashing: Hashing,
        window_bytes: usize,
    ) -> Self {
        Self { temp_files, file, hashing, run, check: 0, window: Vec::new(), at: 0, window_bytes }
    }

    /// Replaces an entry by the next one; `false` if there is none.
    pub(super) fn next(&mut self, entry: &mut Vec<u8>) -> Result<bool, Error> {
        if self.run.entries == 0 {
            return if self.check == self.run.check { Ok(false) } else { Err(self.temp_files.damaged()) };
        }
        let same = usize::from(self.byte()?);
        let (mut length, mut shift) = (0_usize, 0);
        loop {
            let byte = self.byte()?;
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                break;
            }
            if shift > 28 {
                return Err(self.temp_files.damaged());
            }
        }
        if same > entry.len() {
            return Err(self.temp_files.damaged());
        }
        entry.truncate(same);
        while length > 0 {
            self.refill()?;
            let now = length.min(self.window.len() - self.at);
            entry.extend_from_slice(&self.window[self.at..self.at + now]);
            self.at += now;
            length -= now;
        }
        self.check = advance(self.check, &self.hashing, entry);
        self.run.entries -= 1;
        Ok(true)
    }

    fn byte(&mut self) -> Result<u8, Error> {
        self.refill()?;
        self.at += 1;
        Ok(self.window[self.at - 1])
    }

    /// Ensures that there is at least one more byte in the window.
    fn refill(&mut self) -> Result<(), Error> {
        if self.at < self.window.len() {
            return Ok(());
        }
        let left = self.run.range.end - self.run.range.start;
        if left == 0 {
            return Err(self.temp_files.damaged());
        }
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(self.window_bytes);
        self.window.resize(length, 0);
        self.temp_files.read(&self.file, self.run.range.start, &mut self.window)?;
        self.run.range.start += length as u64;
        self.at = 0;
        Ok(())
    }
}
