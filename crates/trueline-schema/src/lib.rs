#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod canonical;
mod check;
pub mod compose;
mod csv;
mod data_type;
mod document;
mod error;
mod field;
pub mod grammar;
mod json;
mod literal;
pub mod pattern;
mod read;
mod resolve;
mod rule;
mod schema;

pub use crate::check::{
    Check, CheckKind, CountBounds, Format, KeyNulls, KeyReport, LengthUnit, Range, Severity, Tolerance,
};
pub use crate::csv::{CsvFormat, Terminator};
pub use crate::data_type::{DataType, TimeUnit};
pub use crate::error::{Error, ErrorKind, Location, Noun, Problem};
pub use crate::field::Field;
pub use crate::grammar::Decimal;
pub use crate::json::{DuplicateKeys, JsonFormat};
pub use crate::literal::Literal;
pub use crate::pattern::PatternError;
pub use crate::read::nearest;
pub use crate::schema::{ColumnOrder, ExtraColumns, Language, Schema};
