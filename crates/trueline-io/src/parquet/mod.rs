//! Parquet inputs: the footer held against the file, then parts that several threads decode.
//!
//! The crate that decodes Parquet believes what it reads: it makes room for as many things as a number in the file says,
//! unpacks pages to whatever size they come to, and may panic. So nothing gets to it here that was not looked at before:
//! [`footer`](self) and page headers are walked by `thrift` and held against the bytes that are there and the limits of
//! [`ParquetOptions`]; pages are read, compared with their checksums and unpacked here; and what is left to panic is caught.

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
