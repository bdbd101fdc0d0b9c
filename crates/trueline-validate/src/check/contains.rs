//! # contains
//!
//! Strings must contain a given substring.
//!
//! **Why** — a separator or marker must occur somewhere.
//!
//! **Passes** — null, and strings that contain the substring, byte for byte.
//!
//! **Fails** — strings that do not contain it; the comparison is case-sensitive.
//!
//! **Options** — `contains`: the substring.
//!
//! **Codes** — `contains.absent`.

use std::sync::Arc;

use trueline_schema::DataType;

use super::{Kernel, TextKernel, is_text};

pub(crate) fn compile(text: &str, data_type: &DataType) -> Option<Box<dyn Kernel>> {
    let text: Arc<str> = text.into();
    is_text(data_type)
        .then(|| Box::new(TextKernel(move |value: &str| !value.contains(&*text))) as Box<dyn Kernel>)
}
