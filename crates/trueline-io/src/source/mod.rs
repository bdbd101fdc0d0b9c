//! Where bytes come from.

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

    /// The same bytes as the reader that was opened last gives, to be read from any place, where that is possible.
    /// `None` unless a source says otherwise.
    ///
    /// **Errors**: it may not be read.
    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, Error> {
        Ok(None)
    }

    /// How many bytes there are, when that is known beforehand. For progress and for choosing a plan; a reader may give
    /// more or fewer.
    fn size_hint(&self) -> Option<u64>;

    /// Whether [`Source::reopen`] may be called: what was read is still there. Asked before anything is read. Default: no.
    fn can_reopen(&self) -> bool {
        false
    }

    /// Starts reading again from the first byte, after [`Source::open`]; the same bytes come as did then, or an error.
    ///
    /// **Errors**: as [`Source::open`]; what was read does not come back, or has changed.
    fn reopen(&self) -> Result<Box<dyn Read + Send>, Error> {
        Err(Error::new(ErrorKind::ReadTwice { name: self.name().to_owned() }))
    }

    /// What the bytes are, without reading them; `None` where that cannot be told. Bytes with equal versions are taken for the same: see
    /// [`Version`] for how sure that is. Asked before anything is read.
    fn version(&self) -> Option<Version> {
        None
    }

    /// Asked after the last byte: whether what was read is still what is there.
    ///
    /// **Errors**: it changed since [`Source::open`].
    fn verify_unchanged(&self) -> Result<(), Error> {
        Ok(())
    }
}

/// What is known of bytes that were not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// Other bytes have another version: that is what the name and the strong `ETag` or the version of an object are for.
    Strong(Vec<u8>),
    /// Other bytes would be noticed by size, times or inode of a file, unless somebody sees to it that they are not.
    Times {
        /// The path, and what the system says of the file.
        bytes: Vec<u8>,
        /// When it was last written.
        modified: SystemTime,
    },
}

/// Bytes of a known number that several threads can read, each at its own place.
pub trait ReadAt: Send + Sync {
    /// How many bytes there are.
    fn size_bytes(&self) -> u64;

    /// Reads some of the bytes from `byte_offset` on.
    ///
    /// **Errors**: it cannot; or there are fewer bytes than [`ReadAt::size_bytes`] says, which may also be told by
    /// giving none.
    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize>;
}
