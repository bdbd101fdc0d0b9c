#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod block;
mod cell;
mod column;
mod decoder;
pub mod json;
mod proof;
mod records;
mod texts;
mod value;

pub use block::{Block, Column, Decoded, cell_range};
pub use column::arrow_type;
pub use decoder::{ColumnPlan, Decoder};
pub use proof::{Proven, Prover};
pub use records::{BrokenRecord, Records};
pub use texts::Texts;
