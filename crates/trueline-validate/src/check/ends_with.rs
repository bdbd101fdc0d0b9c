//! # ends_with
//!
//! Text must end with a given text.
//!
//! **Why** — file names and domains are told by their ends.
//!
//! **Passes** — null, and text that ends with the given text, byte for byte.
//!
//! **Fails** — text that does not end with it; case counts.
//!
//! **Options** — `ends_with`: the text.
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
