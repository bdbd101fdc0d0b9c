//! # starts_with
//!
//! Text must start with a given text.
//!
//! **Why** — prefixes such as `TX` or `https:` say what an identifier is.
//!
//! **Passes** — null, and text that starts with the given text, byte for byte.
//!
//! **Fails** — text that does not start with it; case counts.
//!
//! **Options** — `starts_with`: the text.
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
