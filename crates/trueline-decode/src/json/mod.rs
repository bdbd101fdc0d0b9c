//! JSON Lines: the values of records as Arrow columns.
//!
//! Three ways lead from a record to the tokens that are the values of its columns, and make no difference to what becomes of them:
//! most records fit a `template` that was learnt from those before them, others are gone through token by token (`scan`), and what is odd
//! byte by byte (`walk`), which is the meaning: what is a record, which value is whose, what is broken. `reader` leads each record to its way.
//! A column is then one loop over its values, or a proof over them (`prove`); nothing is made of values that no one asks for.
//!
//! `value` is what a type takes of JSON; texts are read by the same parsers as cells of CSV.

mod column;
mod decoder;
mod fit;
mod layout;
mod path;
mod prove;
mod reader;
mod record;
mod rows;
mod scan;
mod slot;
mod template;
mod value;
mod walk;

pub use decoder::{JsonBlock, JsonColumn, JsonDecoder, JsonOptions, JsonPart};
pub use record::RecordProver;
pub use rows::JsonRows;
