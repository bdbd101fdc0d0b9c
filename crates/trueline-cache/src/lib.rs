#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod disk;
mod error;
mod key;
mod location;
mod memory;
mod store;

pub use crate::disk::{DiskOptions, DiskStore};
pub use crate::error::{Error, ErrorKind};
pub use crate::key::{Key, KeyBuilder};
pub use crate::location::default_folder;
pub use crate::memory::MemoryStore;
pub use crate::store::{Pruned, Stats, Store};
