//! Common parts of the record batch formats, whose parts several threads read, each at its own offsets.

mod codec;
mod guard;
mod problem;
mod projection;
mod range_reader;
mod spool;

pub(crate) use codec::{Codec, Method};
pub(crate) use guard::guard;
pub use guard::{catches_panics, silence_caught_panics};
pub(crate) use problem::Problem;
pub use projection::Projection;
#[cfg(feature = "parquet")]
pub(crate) use projection::Root;
pub(crate) use range_reader::RangeReader;
pub use spool::{DEFAULT_SPOOL_BYTES, spool};
