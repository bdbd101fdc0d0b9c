//! Text inputs as chunks of whole records for several threads, independent of the record format.

mod body;
mod chunks;
mod cut;
mod digest;
mod failure;
mod head;
mod read_again;
mod sequence;

pub use chunks::{Basis, Chunks, Claim, Span};
pub use cut::Cut;
pub use digest::{Digest, digest_block_bytes};
pub use failure::Failure;
pub(crate) use head::Head;
pub use sequence::{Sequence, Spent};
