//! CSV inputs: the header, then chunks of whole records.

mod dialect;
mod input;

pub use dialect::dialect;
pub use input::{CsvInput, CsvOptions, Header};
