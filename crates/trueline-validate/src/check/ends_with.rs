//! # ends_with
//!
//! Strings must end with a given suffix.
//!
//! **Why** — file names and domains are recognised by their suffixes.
//!
//! **Passes** — null, and strings that end with the suffix, byte for byte.
//!
//! **Fails** — strings that do not end with it; the comparison is case-sensitive.
//!
//! **Options** — `ends_with`: the suffix.
//!
//! **Codes** — `ends_with.different`.

use std::sync::Arc;

use trueline_schema::DataType;

use super::{Kernel, TextKernel, is_text};

pub(crate) fn compile(text: &str, data_type: &DataType) -> Option<Box<dyn Kernel>> {
    let text: Arc<str> = text.into();
    is_text(data_type)
        .then(|| Box::new(TextKernel(move |value: &str| !value.ends_with(&*text))) as Box<dyn Kernel>)
}
