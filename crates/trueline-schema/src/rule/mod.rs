//! The rules that every schema must satisfy, whether it was read from a document or made in code.
//!
//! A rule is a function of values; it knows nothing of documents. The parser of documents applies the rules while it reads, because
//! it knows the locations, and [`Schema::check`](crate::Schema::check) applies them to a whole schema. Rules about the parameters of
//! a check are with the check.

mod check;
mod csv;
mod data_type;
mod field;
mod literal;
mod schema;

pub(crate) use check::{
    bad_tolerance, column_twice, columns_in_field, columns_of_table, declared_twice, is_fraction, no_column,
    no_tolerance, several_columns, table_check_in_field,
};
pub(crate) use csv::{byte, same_bytes};
pub(crate) use data_type::{
    MAX_TYPE_DEPTH, decimal, decimal_digits, invalid_type, no_members, no_zone, too_deep, two_members,
};
pub(crate) use field::{
    KEYWORD_TYPES, character, inapplicable, lists_nothing, pattern_twice, same_chars, strptime,
    true_and_false, value_twice,
};
pub(crate) use literal::{
    OUT_OF_RANGE, TOO_MANY_DIGITS, expected as expected_literal, is_number, number, timestamp,
};
pub(crate) use schema::check as check_schema;

use crate::error::ErrorKind;

fn invalid(key: &str, reason: impl Into<String>) -> ErrorKind {
    ErrorKind::InvalidValue { key: key.to_owned(), reason: reason.into() }
}

fn impossible(reason: impl Into<String>) -> ErrorKind {
    ErrorKind::Impossible { reason: reason.into() }
}
