//! # contains
//!
//! Text must contain a given text.
//!
//! **Why** — a separator or marker must be somewhere.
//!
//! **Passes** — null, and text that contains the given text, byte for byte.
//!
//! **Fails** — text that does not contain it; case counts.
//!
//! **Options** — `contains`: the text.
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
