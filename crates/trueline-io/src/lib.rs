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
/// The crate of the stores that [`ObjectSource`] accepts, in the required version.
///
/// Code that creates a store with network access must first choose the cryptography provider of the process, for instance with
/// `rustls::crypto::ring::default_provider().install_default()`; [`object_sources`] does so if none is set.
#[cfg(feature = "object-store")]
pub use object_store;
pub use output::OutputFile;
pub use source::{
    FileSource, MemorySource, ReadAt, Source, SpooledSource, StdinSource, UnreadSource, Version,
    sources_from_argument,
};
#[cfg(feature = "object-store")]
pub use source::{ObjectOptions, ObjectSource, object_sources};
pub use violation::{ErrorsFormat, ErrorsOptions, ErrorsWriter};
