//! Arrow data, in and out.

mod export;
mod import;
mod shape;
mod structs;

pub(crate) use export::{checks, violations};
pub(crate) use import::{Stream, batch};
