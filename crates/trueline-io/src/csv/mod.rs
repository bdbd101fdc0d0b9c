//! CSV inputs: the header, then chunks of whole records that several threads can take.

mod chunks;
mod dialect;
mod failure;
mod feed;
mod input;
mod sequence;

pub use chunks::{Chunks, Claim, Span};
pub use dialect::dialect;
pub use failure::Failure;
pub use input::{CsvInput, CsvOptions, Header};
pub use sequence::{Sequence, Spent};
