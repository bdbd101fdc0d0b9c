//! Small programs that use trueline; see `rust/`.
#![forbid(unsafe_code)]
