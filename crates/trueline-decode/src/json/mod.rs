//! JSON Lines: the values of records as Arrow columns.
//!
//! A record is gone through once, which finds where the value of each column stands ([`JsonRows`]); a column is then one loop over these
//! places. So nothing is made of values that no one asks for, and how the places were found makes no difference to what becomes of them.
//!
//! `walk` is the meaning: what is a record, which value is whose, what is broken. `value` is what a type takes of JSON; texts are read by the
//! same parsers as cells of CSV.

mod column;
mod decoder;
mod path;
mod rows;
mod slot;
mod value;
mod walk;

pub use decoder::{JsonBlock, JsonColumn, JsonDecoder, JsonOptions, JsonPart};
pub use rows::JsonRows;
