//! # enum
//!
//! Values must be in a list.
//!
//! **Why** — statuses, currencies and categories are closed sets; a new spelling is a fault or a change worth knowing.
//!
//! **Passes** — null, and values equal to a listed one (byte for byte for strings, by value for numbers and dates).
//!
//! **Fails** — everything else, including other case and stray white space.
//!
//! **Options** — `enum`: the list.
//!
//! **Codes** — `enum.unlisted`.

use trueline_schema::{DataType, Literal};

use super::{Kernel, membership};

pub(crate) fn compile(values: &[Literal], data_type: &DataType) -> Option<Box<dyn Kernel>> {
    membership::compile(values, false, data_type)
}
