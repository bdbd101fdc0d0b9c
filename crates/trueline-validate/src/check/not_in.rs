//! # not_in
//!
//! Values must not be in a list.
//!
//! **Why** — placeholders such as `N/A`, `-1` or `1900-01-01` appear in place of a value.
//!
//! **Passes** — null, and values that are not listed.
//!
//! **Fails** — values equal to a listed one (byte for byte for strings, by value for numbers and dates).
//!
//! **Options** — `not_in`: the list.
//!
//! **Codes** — `not_in.listed`.

use trueline_schema::{DataType, Literal};

use super::{Kernel, membership};

pub(crate) fn compile(values: &[Literal], data_type: &DataType) -> Option<Box<dyn Kernel>> {
    membership::compile(values, true, data_type)
}
