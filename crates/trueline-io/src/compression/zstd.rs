//! zstd: frame after frame, with a bound on the memory a frame may ask for.

use std::io::{self, BufRead, ErrorKind as Kind, Read};

use zstd::stream::read::Decoder;

use crate::error::{Error, ErrorKind};

/// Frames may look back at most 2^27 bytes (128 MiB); the format allows them to ask for 2 TiB.
const WINDOW_LOG_MAX: u32 = 27;

/// All frames of a zstd stream, skippable ones included.
pub(super) fn frames(read: Box<dyn BufRead + Send>) -> Result<Box<dyn Read + Send>, Error> {
    let fail = |source| Error::new(ErrorKind::Read { byte_offset: 0, source });
    let mut decoder = Decoder::with_buffer(read).map_err(fail)?;
    decoder.window_log_max(WINDOW_LOG_MAX).map_err(fail)?;
    Ok(Box::new(Frames(decoder)))
}

struct Frames(Decoder<'static, Box<dyn BufRead + Send>>);

impl Read for Frames {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            Kind::Interrupted => error,
            Kind::UnexpectedEof => io::Error::new(Kind::UnexpectedEof, "the zstd stream is cut: the file is not complete"),
            kind => io::Error::new(kind, format!("the zstd stream is damaged: {error}")),
        })
    }
}
