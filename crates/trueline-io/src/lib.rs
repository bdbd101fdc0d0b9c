#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod csv;

mod atomic;
mod chunk;
mod compression;
mod error;
mod source;

pub use atomic::AtomicFile;
pub use chunk::ChunkReader;
pub use compression::{Compression, Decompressed, decompress};
pub use error::{Change, Error, ErrorKind, Place};
pub use source::{FileSource, MemorySource, ReadAt, Source, StdinSource, source_from_argument};
