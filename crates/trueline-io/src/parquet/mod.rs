//! Parquet inputs: the footer is checked against the file, then several threads decode parts.
//!
//! The crate that decodes Parquet trusts its input: it allocates what a number in the file claims,
//! decompresses pages to any size, and may panic. Therefore nothing reaches it unchecked:
//! [`footer`](self) and page headers are walked by `thrift` and checked against the actual bytes and the limits of
//! [`ParquetOptions`]; pages are read, checksummed and decompressed here; remaining panics are caught.

mod batches;
mod chunk;
mod delta;
mod footer;
mod header;
mod input;
mod options;
mod page_index;
mod pages;
mod statistics;
mod thrift;
mod types;

#[cfg(test)]
mod tests;

pub use batches::ParquetBatches;
pub use input::{ParquetInput, Part};
pub use options::ParquetOptions;
pub use statistics::Claims;
