//! The loop shared by all generators.

use std::io::{self, Write};

use crate::Truth;
use crate::truth::Recorder;

/// The number of bytes collected before a write.
const BLOCK_BYTES: usize = 1 << 20;

/// Writes the header (unless it is empty) and `rows` rows; `push` appends one row with its line end, and records its faults.
pub(crate) fn write_rows(
    mut write: impl Write,
    header: &str,
    rows: u64,
    mut recorder: Recorder,
    mut push: impl FnMut(u64, &mut Vec<u8>, &mut Recorder),
) -> io::Result<Truth> {
    let mut block = Vec::with_capacity(BLOCK_BYTES + (BLOCK_BYTES >> 4));
    if !header.is_empty() {
        block.extend_from_slice(header.as_bytes());
        block.push(b'\n');
    }
    let mut bytes = 0;
    for row in 0..rows {
        push(row, &mut block, &mut recorder);
        if block.len() >= BLOCK_BYTES {
            write.write_all(&block)?;
            bytes += block.len() as u64;
            block.clear();
        }
    }
    write.write_all(&block)?;
    write.flush()?;
    Ok(recorder.finish(rows, bytes + block.len() as u64))
}
