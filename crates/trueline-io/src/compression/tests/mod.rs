use super::*;

use trueline_testkit::fault::TrickleRead;
use trueline_testkit::pack::{self, Pack, bgzf_block, gzip, gzip_with_everything, lz4, xz, zstd};

mod broken;
mod error;
mod limits;
mod threads;
mod whole;

/// What comes out, and how it ends. The reader gives `step` bytes a call and is asked for `ask` a call.
fn read_with(
    bytes: &[u8],
    step: usize,
    ask: usize,
    options: &DecompressOptions,
) -> (Vec<u8>, Result<Compression, String>) {
    let mut text = Vec::new();
    let read = Box::new(TrickleRead::new(Cursor::new(bytes.to_vec()), step));
    let mut read = match Decompressed::with_options(read, options) {
        Ok(read) => read,
        Err(error) => return (text, Err(error.to_string())),
    };
    let mut buffer = vec![0; ask];
    loop {
        match read.read(&mut buffer) {
            Ok(0) => {
                assert!(read.read(&mut buffer).is_ok_and(|bytes| bytes == 0), "the end is the end");
                return (text, Ok(read.compression()));
            }
            Ok(bytes) => text.extend_from_slice(&buffer[..bytes]),
            Err(error) => {
                assert!(read.read(&mut buffer).is_err(), "an error is not forgotten");
                return (text, Err(Error::read(0, error).to_string()));
            }
        }
    }
}

fn read_by(bytes: &[u8], step: usize, ask: usize) -> (Vec<u8>, Result<Compression, String>) {
    read_with(bytes, step, ask, &DecompressOptions::default())
}

fn read(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let (text, result) = read_by(bytes, 3, 100);
    result.map(|_| text)
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"0123456789abcdef,\n"[(state >> 16) as usize % 18]
    };
    (0..bytes).map(|_| next()).collect()
}
