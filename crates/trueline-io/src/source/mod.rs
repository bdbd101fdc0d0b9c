//! Where bytes come from.

mod file;
mod identity;
mod memory;
mod stdin;

use std::io::Read;

pub use file::FileSource;
pub use memory::MemorySource;
pub use stdin::StdinSource;

use crate::error::Error;

/// Something that can be read from its first byte to its last.
///
/// The bytes are as they are stored; [`decompress`](crate::decompress) undoes a compression.
pub trait Source: Send + Sync {
    /// What people call it.
    fn name(&self) -> &str;

    /// Starts reading.
    ///
    /// **Errors**: it is not there, or may not be read.
    fn open(&self) -> Result<Box<dyn Read + Send>, Error>;

    /// How many bytes there are, when that is known beforehand. For progress and for choosing a plan; a reader may give
    /// more or fewer.
    fn size_hint(&self) -> Option<u64>;

    /// Asked after the last byte: whether what was read is still what is there.
    ///
    /// **Errors**: it changed since [`Source::open`].
    fn verify_unchanged(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// The source that a command line names: `-` is standard input, everything else a file.
pub fn source_from_argument(argument: &str) -> Box<dyn Source> {
    if argument == "-" { Box::new(StdinSource::new()) } else { Box::new(FileSource::new(argument)) }
}
