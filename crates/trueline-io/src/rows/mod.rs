//! Valid and invalid records of text inputs, written as they stood.
//!
//! Whoever reads gives [`Rows`], piece by piece in the order of the input: bytes, where records end in them, and which records
//! are invalid. [`RowFiles`] writes each record to its side. Nothing is added to the bytes and nothing left out, so that the
//! records of both files, put together again in their order, are the input:
//!
//! - What stands between two records (blank lines, comments) goes with the one that follows, what stands behind the last
//!   record of an input with that one; of an input without records, to the valid ones.
//! - What stands before the first record of a table with a header, the header included, is the *head*: it begins both files. Of
//!   several inputs the first head is written and the others are left out; they must name the same columns.
//! - A byte order mark is written at the start of a file only.
//! - Invalid records may get one thing more: why they are invalid ([`ReasonColumn`]).
//! - Where an input ends without a line end and another one goes on behind it, a line end is put between.
//!
//! Rows of record batches have no bytes to keep: they are written in their types (`BatchFiles`, with the features `parquet` and
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

/// To which records a record belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Valid,
    Invalid,
}

#[cfg(test)]
mod tests;
