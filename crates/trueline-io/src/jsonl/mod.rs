//! JSON Lines inputs: chunks of whole lines.

mod input;

pub use input::{JsonLinesInput, JsonLinesOptions};
