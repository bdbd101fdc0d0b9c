//! The schema crate from outside.

mod canonical;
mod checks;
mod document_schema;
mod errors;
mod examples;
mod limits;
mod misspelling;
mod render;
