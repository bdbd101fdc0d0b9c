//! Tests of the renderers with sample reports.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod github;
mod html;
mod json;
mod junit;
mod markdown;
mod naughty;
mod sample;
mod sarif;
mod text;
