//! Object stores that fail, lie and change, and how trueline handles them.
//!
//! [`Model`] is an S3 store in memory, without a network; [`Faulty`] wraps it, or a real one, and does one thing wrong. Both
//! replace the connection in `object_store`, so that everything above it is unchanged. The tests also start a real server with
//! signatures, in the same process.
#![forbid(unsafe_code)]

mod fault;
mod model;

pub use fault::{Calls, Fault, Faulty};
pub use model::Model;
