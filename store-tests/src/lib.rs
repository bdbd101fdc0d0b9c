//! Object stores that fail, lie and change, and what trueline makes of them.
//!
//! [`Model`] is a store of S3 in memory, without a network; [`Faulty`] stands before it, or before a real one, and does one
//! thing wrong. Both take the place of the connection in `object_store`, so that all above it is as it always is. The tests
//! also start a real server with signatures, in the same process.
#![forbid(unsafe_code)]

mod fault;
mod model;

pub use fault::{Calls, Fault, Faulty};
pub use model::Model;
