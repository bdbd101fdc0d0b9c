//! Writes valid and invalid records of text inputs unchanged.
//!
//! The reader provides [`Rows`], piece by piece in input order: bytes, the ends of the records in them, and which records
//! are invalid. [`RowFiles`] writes each record to the file of its side. No bytes are added or removed, so that the
//! records of both files, merged in their original order, are the input:
//!
//! - Bytes between two records (blank lines, comments) belong to the following record; those after the last
//!   record belong to that record; those of an input without records belong to the valid side.
//! - The bytes before the first record of a table with a header, including the header, are the *head*, which begins both files.
//!   Of several inputs only the first head is written; all must have the same columns.
//! - A byte order mark is written only at the start of a file.
//! - Invalid records can get one addition: why they are invalid ([`ReasonColumn`]).
//! - If an input ends without a line ending and another one follows, a line ending is inserted between them.
//!
//! Rows of record batches are not bytes: they are written with their types (`BatchFiles`, with the features `parquet` and
//! `arrow-ipc`).

#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
mod batches;
mod file;
mod line_end;
mod piece;
mod reason;
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
mod table;

#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
pub use batches::{BatchFiles, BatchRows};
pub use file::{Front, InputStart, RowFiles};
pub use line_end::LineEnd;
pub use piece::Rows;
pub use reason::{ReasonColumn, ReasonForm};

/// The output to which a record is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Valid,
    Invalid,
}

#[cfg(test)]
mod tests;
