//! The crate as others see it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod arguments;
#[cfg(feature = "arrow-ipc")]
mod arrow_ipc;
mod faults;
mod own;
#[cfg(feature = "parquet")]
mod parquet;
mod sources;
mod spans;
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
mod table;
