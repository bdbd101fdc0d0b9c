//! # const
//!
//! All values must equal one given value.
//!
//! **Why** — a format version, a batch id or a tenant must not change within a file.
//!
//! **Passes** — null, and values equal to the given one.
//!
//! **Fails** — all other values.
//!
//! **Options** — `const`: the value.
//!
//! **Codes** — `const.different`.

use trueline_schema::{DataType, Literal};

use super::{Kernel, membership};

pub(crate) fn compile(value: &Literal, data_type: &DataType) -> Option<Box<dyn Kernel>> {
    membership::compile(std::slice::from_ref(value), false, data_type)
}
