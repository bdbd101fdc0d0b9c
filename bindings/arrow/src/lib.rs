#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod error;
mod import;
mod shape;
mod structs;

pub use error::{Error, ErrorKind};
pub use import::{Importer, Stream, array, batch};
