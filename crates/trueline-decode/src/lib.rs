#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod block;
mod broken;
mod cell;
mod column;
mod decoder;
mod value;

pub use block::{Block, Column, Decoded, cell_range};
pub use broken::BrokenRecord;
pub use column::arrow_type;
pub use decoder::{ColumnPlan, Decoder};
