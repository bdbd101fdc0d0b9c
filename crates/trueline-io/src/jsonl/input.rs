//! Opens a JSON Lines input.

use std::fmt;
use std::io::Read;

use trueline_tokenizer::{Dialect, Kernel, Terminator};

use crate::error::{Error, ErrorKind};
use crate::rows::Front;
use crate::source::ReadAt;
use crate::text::{Chunks, Digest, Failure, Head, Sequence};

/// Options of a JSON Lines input.
#[derive(Clone, Copy, Debug)]
#[must_use]
#[non_exhaustive]
pub struct JsonLinesOptions {
    /// The chunk size in bytes, by offset in the decompressed input. Default 1 MiB.
    pub chunk_bytes: usize,
    /// The number of bytes of the first read, which finds the first record; the rest of them is a separate chunk, after which the
    /// others start. Ignored if blocks are digested. Default: the chunk size.
    pub head_bytes: Option<usize>,
    /// The maximum size of a record in bytes. Default 16 MiB.
    pub max_record_bytes: u64,
    /// Whether the bytes before the first line are kept for [`JsonLinesInput::front`]. Default false.
    pub keeps_front: bool,
    /// The instruction set to use.
    pub kernel: Kernel,
    /// Computes [`Span::digests`](crate::text::Span::digests), one per block
    /// ([`digest_block_bytes`](crate::text::digest_block_bytes)). Default: none.
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

/// A JSON Lines input of which only the byte order mark has been read.
pub struct JsonLinesInput {
    head: Head,
    kernel: Kernel,
}

impl fmt::Debug for JsonLinesInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLinesInput").field("byte_offset", &self.head.offset).finish_non_exhaustive()
    }
}

impl JsonLinesInput {
    /// Opens an input and reads until the start of the first line is known.
    ///
    /// **Errors**: the input is UTF-16, or cannot be read.
    pub fn open(read: Box<dyn Read + Send>, options: JsonLinesOptions) -> Result<Self, Failure> {
        let JsonLinesOptions { chunk_bytes, head_bytes, max_record_bytes, keeps_front, digest, .. } = options;
        let mut head =
            Head::new(read, (chunk_bytes, head_bytes), max_record_bytes, keeps_front, digest, false);
        head.skip_preamble(&lines())?;
        Ok(Self { head, kernel: options.kernel })
    }

    /// Returns the byte offset of the first line.
    pub fn byte_offset(&self) -> u64 {
        self.head.offset
    }

    /// Returns whether the input is so small that it was read entirely with its first line.
    pub fn has_all(&self) -> bool {
        self.head.has_all()
    }

    /// Returns the bytes before the first line: a byte order mark, or nothing.
    ///
    /// **Errors**: they were not kept.
    pub fn front(&self) -> Result<Front<'_>, Error> {
        let kept = self.head.kept().ok_or_else(|| Error::new(ErrorKind::Gap { limit_bytes: 0 }))?;
        Ok(Front { head: Some(kept), ..Front::default() })
    }

    /// Sets another way to read the same bytes, if they are not compressed: each chunk is then read at its
    /// offset by the thread that claims it.
    #[must_use]
    pub fn read_at(mut self, at: Option<Box<dyn ReadAt>>) -> Self {
        self.head.read_at(at);
        self
    }

    /// Returns whether the input can be read at offsets.
    pub fn has_read_at(&self) -> bool {
        self.head.has_read_at()
    }

    /// Removes and returns that way, for callers that only read some records again
    /// ([`Span::read_again`](crate::text::Span::read_again)).
    pub fn take_read_at(&mut self) -> Option<Box<dyn ReadAt>> {
        self.head.take_read_at()
    }

    /// Returns the lines in chunks, for several threads.
    pub fn into_chunks(self) -> Chunks {
        self.head.into_chunks(&lines(), self.kernel)
    }

    /// Returns the lines in order, for one thread.
    pub fn into_sequence(self) -> Sequence {
        self.head.into_sequence()
    }
}

/// Every line feed ends a record: JSON on a single line cannot contain one.
fn lines() -> Dialect {
    Dialect::default().quote(None).terminator(Terminator::Lf).header(false)
}
