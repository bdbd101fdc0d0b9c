//! Binds columns of Arrow batches to the fields of a schema: found by name, of an accepted type, in a layout that checks read.

mod find;
mod flat;
mod nested;
mod number;
mod origin;
pub(crate) mod show;
mod validate;
mod widen;

#[cfg(test)]
mod tests;

pub(crate) use find::Columns;
#[cfg(feature = "parquet")]
pub(crate) use find::{array_at, in_batch};
#[cfg(feature = "parquet")]
pub(crate) use flat::flat;
pub(crate) use validate::BatchValidator;
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
pub(crate) use validate::CapacityExceeded;
#[cfg(feature = "parquet")]
pub(crate) use widen::widen;
