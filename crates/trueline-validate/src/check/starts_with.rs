//! # starts_with
//!
//! Strings must start with a given prefix.
//!
//! **Why** — prefixes such as `TX` or `https:` say what an identifier is.
//!
//! **Passes** — null, and strings that start with the prefix, byte for byte.
//!
//! **Fails** — strings that do not start with it; the comparison is case-sensitive.
//!
//! **Options** — `starts_with`: the prefix.
//!
//! **Codes** — `starts_with.different`.

use std::sync::Arc;

use trueline_schema::DataType;

use super::{Kernel, TextKernel, is_text};

pub(crate) fn compile(text: &str, data_type: &DataType) -> Option<Box<dyn Kernel>> {
    let text: Arc<str> = text.into();
    is_text(data_type)
        .then(|| Box::new(TextKernel(move |value: &str| !value.starts_with(&*text))) as Box<dyn Kernel>)
}
