//! JSON Lines: the values of records as Arrow columns.
//!
//! Three paths lead from a record to the tokens of its columns' values, with the same results: most records fit a `template`
//! learned from earlier ones, others are scanned token by token (`scan`), and unusual ones byte by byte (`walk`), which is
//! the definition: what a record is, which column a value belongs to, what is broken. `reader` chooses the path of each
//! record. A column is then one loop over its values, or a proof over them (`prove`); values that nobody requests are not
//! converted.
//!
//! `value` defines what each type accepts from JSON; strings are parsed like cells of CSV.

mod column;
mod decoder;
mod layout;
mod matching;
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
