//! Sources of bytes.

mod address;
mod argument;
mod file;
mod identity;
mod local;
mod memory;
#[cfg(feature = "object-store")]
mod object;
mod pattern;
mod spool;
mod stdin;
mod unread;

use std::io::{self, Read};
use std::time::SystemTime;

pub use argument::sources_from_argument;
pub use file::FileSource;
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
pub(crate) use file::read_at;
pub use memory::MemorySource;
#[cfg(feature = "object-store")]
pub use object::{ObjectOptions, ObjectSource, object_sources};
pub use spool::SpooledSource;
pub use stdin::StdinSource;
pub use unread::UnreadSource;

use crate::error::{Error, ErrorKind};

/// An input that can be read from its first byte to its last.
///
/// The bytes are as stored; [`decompress`](crate::decompress) decompresses them.
pub trait Source: Send + Sync {
    /// Returns the display name.
    fn name(&self) -> &str;

    /// Starts reading.
    ///
    /// **Errors**: the input does not exist or may not be read.
    fn open(&self) -> Result<Box<dyn Read + Send>, Error>;

    /// Opens the bytes of the last opened reader for reading at any offset, if possible.
    /// Default: `None`.
    ///
    /// **Errors**: the input may not be read.
    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, Error> {
        Ok(None)
    }

    /// Returns the number of bytes, if known in advance. Used for progress and planning; a reader may return
    /// more or fewer.
    fn size_hint(&self) -> Option<u64>;

    /// Returns whether [`Source::reopen`] may be called because the bytes can be read again. Called before reading. Default:
    /// false.
    fn can_reopen(&self) -> bool {
        false
    }

    /// Starts reading again from the first byte, after [`Source::open`]; returns the same bytes, or an error.
    ///
    /// **Errors**: as [`Source::open`]; the bytes cannot be read again or have changed.
    fn reopen(&self) -> Result<Box<dyn Read + Send>, Error> {
        Err(Error::new(ErrorKind::ReadTwice { name: self.name().to_owned() }))
    }

    /// Identifies the bytes without reading them; `None` if that is not possible. Bytes with equal versions count as the same:
    /// see [`Version`] for how reliable that is. Called before reading.
    fn version(&self) -> Option<Version> {
        None
    }

    /// Checks after the last byte that the input is unchanged.
    ///
    /// **Errors**: it changed since [`Source::open`].
    fn verify_unchanged(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// An identification of bytes that were not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// Different bytes have a different version: the name and the strong `ETag` or version of an object guarantee this.
    Strong(Vec<u8>),
    /// Different bytes have a different size, time or inode of the file, unless someone deliberately prevents it.
    Times {
        /// The path and the attributes of the file.
        bytes: Vec<u8>,
        /// The time of the last modification.
        modified: SystemTime,
    },
}

/// Bytes of known length that several threads can read, each at its own offset.
pub trait ReadAt: Send + Sync {
    /// Returns the number of bytes.
    fn size_bytes(&self) -> u64;

    /// Reads some of the bytes at `byte_offset`.
    ///
    /// **Errors**: the read fails, or there are fewer bytes than [`ReadAt::size_bytes`]; the latter may also be signaled by
    /// returning 0.
    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize>;
}
