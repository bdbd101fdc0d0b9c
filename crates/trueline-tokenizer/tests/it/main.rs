//! Compares the tokenizer with its reference implementation and with another crate, and tests it with hand-picked cases.

mod cases;
mod compare;
mod csv_crate;
mod json;
mod limits;
mod properties;
