//! Opening a JSON Lines input.

use std::io::Read;

use trueline_tokenizer::{Dialect, Kernel, Terminator};

use crate::error::{Error, ErrorKind};
use crate::rows::Front;
use crate::source::ReadAt;
use crate::text::{Chunks, Digest, Failure, Head, Sequence};

/// How a JSON Lines input is read.
#[derive(Clone, Copy, Debug)]
#[must_use]
#[non_exhaustive]
pub struct JsonLinesOptions {
    /// Bytes per chunk, by offset in the decompressed input. Default 1 MiB.
    pub chunk_bytes: usize,
    /// How many bytes are read first, to find the first record; what is left of them is a chunk of its own, from which the others are counted.
    /// Passed over where blocks are digested. Default as many as a chunk has.
    pub head_bytes: Option<usize>,
    /// The largest record. Default 16 MiB.
    pub max_record_bytes: u64,
    /// Whether what stands before the first line is kept for [`JsonLinesInput::front`]. Default no.
    pub keeps_front: bool,
    /// Which instructions to use.
    pub kernel: Kernel,
    /// Makes the digests of [`Span::digests`](crate::text::Span::digests), of blocks of a chunk each. Default none.
    pub digest: Option<Digest>,
}

impl Default for JsonLinesOptions {
    fn default() -> Self {
        Self {
            chunk_bytes: 1 << 20,
            head_bytes: None,
            max_record_bytes: 16 << 20,
            keeps_front: false,
            kernel: Kernel::detect(),
            digest: None,
        }
    }
}

/// A JSON Lines input of which only the byte order mark has been passed over.
pub struct JsonLinesInput {
    head: Head,
    kernel: Kernel,
}

impl JsonLinesInput {
    /// Reads until it is known where the first line begins.
    ///
    /// **Errors**: the input is UTF-16, or cannot be read.
    pub fn open(read: Box<dyn Read + Send>, options: JsonLinesOptions) -> Result<Self, Failure> {
        let JsonLinesOptions { chunk_bytes, head_bytes, max_record_bytes, keeps_front, digest, .. } = options;
        let mut head = Head::new(read, (chunk_bytes, head_bytes), max_record_bytes, keeps_front, digest);
        head.skip_preamble(&lines())?;
        Ok(Self { head, kernel: options.kernel })
    }

    /// Where the first line begins.
    pub fn byte_offset(&self) -> u64 {
        self.head.offset
    }

    /// Whether the input is so small that all of it was read with its first line.
    pub fn has_all(&self) -> bool {
        self.head.has_all()
    }

    /// What stands before the first line: a byte order mark, or nothing.
    ///
    /// **Errors**: it was not to be kept.
    pub fn front(&self) -> Result<Front<'_>, Error> {
        let kept = self.head.kept().ok_or_else(|| Error::new(ErrorKind::Gap { limit_bytes: 0 }))?;
        Ok(Front { head: Some(kept), ..Front::default() })
    }

    /// Gives another way to the bytes of the reader, where they are not compressed: each chunk is then read from its
    /// place, by the thread that claims it.
    #[must_use]
    pub fn read_at(mut self, at: Option<Box<dyn ReadAt>>) -> Self {
        self.head.read_at(at);
        self
    }

    /// Whether the input can be read at places.
    pub fn has_read_at(&self) -> bool {
        self.head.has_read_at()
    }

    /// Takes back that other way, for who reads only some records again ([`Span::read_again`](crate::text::Span::read_again)).
    pub fn take_read_at(&mut self) -> Option<Box<dyn ReadAt>> {
        self.head.take_read_at()
    }

    /// The lines, in chunks, for several threads.
    pub fn into_chunks(self) -> Chunks {
        self.head.into_chunks(&lines(), self.kernel)
    }

    /// The lines in their order, for one thread.
    pub fn into_sequence(self) -> Sequence {
        self.head.into_sequence()
    }
}

/// Every line feed ends a record: none can stand inside of a JSON text that is written on one line.
fn lines() -> Dialect {
    Dialect::default().quote(None).terminator(Terminator::Lf).header(false)
}
