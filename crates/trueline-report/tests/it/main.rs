//! The renderers over made reports.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod json;
mod naughty;
mod sample;
mod text;
