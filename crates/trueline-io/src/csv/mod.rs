//! CSV inputs: the header, then chunks of whole records that several threads can take.

mod chunks;
mod dialect;
mod failure;
mod input;

pub use chunks::{Chunks, Claim, Span};
pub use dialect::dialect;
pub use failure::Failure;
pub use input::{CsvInput, CsvOptions, Header};
