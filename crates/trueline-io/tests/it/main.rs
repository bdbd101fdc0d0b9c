//! The crate as others see it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod arguments;
mod faults;
mod sources;
mod spans;
