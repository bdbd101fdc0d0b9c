//! Tests of the public API of the schema crate.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "tests fail by panic, say what they skip, and build their documents as text"
)]

mod canonical;
mod checks;
mod code;
mod document_schema;
mod errors;
mod examples;
mod limits;
mod misspelling;
mod render;
