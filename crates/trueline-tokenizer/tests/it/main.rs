//! The tokenizer against its slow twin, against another crate, and on hand-picked cases.

mod cases;
mod csv_crate;
mod json;
mod limits;
mod twin;
mod way;
