//! xz: all streams, to the very end.
//!
//! The library compares the check of every block, and the index at the end of a stream with its blocks.
//! The padding between and after streams is read here.
//!
//! **Source**: the .xz file format, version 1.2.1.

use liblzma::stream::{Action, Error as Fault, Status, Stream as Decoder, TELL_UNSUPPORTED_CHECK};

use super::compressed::Compressed;
use super::gzip::difference;
use super::stream::{FormatDecoder, Step};
use crate::error::{Error, ErrorKind};

const MAGIC: [u8; 6] = [0xfd, b'7', b'z', b'X', b'Z', 0];
/// Blocks may look back at most 128 MiB; beside those the library needs a little. The format allows 4 GiB.
const MEMORY_BYTES: u64 = (128 + 1) << 20;
/// Zeros between streams and after the last come in groups of four.
const PADDING_BYTES: u64 = 4;

/// All streams of an xz file.
pub(super) struct Streams {
    /// None between streams.
    decoder: Option<Decoder>,
    /// Found while there were still bytes to hand out.
    fault: Option<Fault>,
}

impl Streams {
    pub(super) fn new() -> Self {
        Self { decoder: None, fault: None }
    }

    fn begin(&mut self, compressed: &mut Compressed) -> Result<Step, Error> {
        let zeros = compressed.skip_zeros()?;
        if zeros % PADDING_BYTES != 0 {
            let problem = format!("{zeros} zeros stand before this place, and padding comes in fours");
            return Err(compressed.damaged(problem));
        }
        let next = compressed.peek(MAGIC.len())?;
        if next.is_empty() {
            return Ok(Step::End);
        }
        if !MAGIC.starts_with(next) {
            return Err(compressed.trailing());
        }
        compressed.begin_part();
        let decoder = Decoder::new_stream_decoder(MEMORY_BYTES, TELL_UNSUPPORTED_CHECK);
        self.decoder = Some(decoder.map_err(|fault| compressed.damaged(fault.to_string()))?);
        Ok(Step::Bytes(0))
    }

    /// Lets the library decode a little; what it wrote to `out`.
    fn data(&mut self, compressed: &mut Compressed, out: &mut [u8]) -> Result<usize, Error> {
        let Some(decoder) = &mut self.decoder else { return Ok(0) };
        let input = compressed.input(1);
        let is_at_end = input.is_empty();
        let (in_before, out_before) = (decoder.total_in(), decoder.total_out());
        let result = decoder.process(input, out, Action::Run);
        let used = difference(decoder.total_in(), in_before);
        let made = difference(decoder.total_out(), out_before);
        compressed.consume(used);
        match result {
            Ok(Status::StreamEnd) => self.decoder = None,
            Ok(_) if used > 0 || made > 0 => {}
            Ok(_) if is_at_end => return Err(compressed.truncated()),
            // It says so the second time it makes no progress.
            Ok(Status::MemNeeded) => self.fault = Some(Fault::Data),
            Ok(_) => {}
            Err(fault) => self.fault = Some(fault),
        }
        Ok(made)
    }

    fn failed(&mut self, fault: Fault, compressed: &Compressed) -> Error {
        let name = String::new();
        let advice = "decompress it first, for example with `xz -d`";
        match fault {
            Fault::MemLimit => {
                let window_bytes = self.decoder.as_mut().map_or(0, wanted_memory);
                let (place, limit_bytes) = (compressed.place(), MEMORY_BYTES);
                Error::new(ErrorKind::Window { name, place, window_bytes, limit_bytes })
            }
            Fault::UnsupportedCheck => {
                let found = "xz data with a check that nobody has defined".to_owned();
                Error::new(ErrorKind::Unsupported { name, found, advice })
            }
            Fault::Options => {
                let found = "xz data made with filters that are unknown".to_owned();
                Error::new(ErrorKind::Unsupported { name, found, advice })
            }
            Fault::Mem => compressed.damaged("there is no memory for its blocks"),
            _ => compressed.damaged("it is not what xz writes, or not what its checks were made of"),
        }
    }
}

impl FormatDecoder for Streams {
    fn step(&mut self, compressed: &mut Compressed, out: &mut [u8]) -> Result<Step, Error> {
        if let Some(fault) = self.fault {
            return Err(self.failed(fault, compressed));
        }
        if self.decoder.is_none() {
            self.begin(compressed)
        } else {
            self.data(compressed, out).map(Step::Bytes)
        }
    }

    fn is_at_boundary(&self) -> bool {
        self.decoder.is_none()
    }
}

/// The memory that a refused decoder had requested. The library only tells whether a limit is enough.
fn wanted_memory(decoder: &mut Decoder) -> u64 {
    let (mut least, mut enough) = (MEMORY_BYTES, u64::from(u32::MAX) * 2);
    while least + 1 < enough {
        let middle = least.midpoint(enough);
        if decoder.set_memlimit(middle).is_ok() {
            enough = middle;
        } else {
            least = middle;
        }
    }
    enough
}
