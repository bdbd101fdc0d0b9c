#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "arrow-ipc")]
pub mod arrow_ipc;
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
pub mod batch;
#[cfg(any(feature = "conformance", test))]
pub mod conformance;
pub mod csv;
pub mod jsonl;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod rows;
pub mod text;
pub mod violation;

mod atomic;
mod chunk;
mod compression;
mod error;
mod format;
mod output;
mod source;

pub use atomic::{AtomicFile, Temporaries};
pub use chunk::ChunkReader;
pub use compression::{Compression, DecompressOptions, Decompressed, decompress, decompress_with};
pub use error::{Change, Error, ErrorKind, Place};
pub use format::Format;
pub use output::OutputFile;
pub use source::{
    FileSource, MemorySource, ReadAt, Source, SpooledSource, StdinSource, UnreadSource, sources_from_argument,
};
pub use violation::{ErrorsFormat, ErrorsOptions, ErrorsWriter};
