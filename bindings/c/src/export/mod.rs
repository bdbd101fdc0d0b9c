//! The functions of the header, a file per object, in the header's order.
//!
//! Each body is one call of `guard`, `guard_value` or `free`, which a test verifies. The bodies contain only:
//! conversion of arguments to references, one call, and writing the result.
//!
//! In a signature, `Option<&T>` is `const T *`, `Option<&mut T>` is `T *`, and `Option<&mut
//! MaybeUninit<Box<T>>>` is the `T **` of an output, which is written and never read.
#![allow(unsafe_code, reason = "functions for C need `#[unsafe(no_mangle)]`")]

// The order is that of the header; the blank lines keep it.
pub mod library;

pub mod error;

pub mod buffer;

pub mod schema;

pub mod options;

pub mod validator;

pub mod stream;

pub mod state;

pub mod record;

pub mod report;

pub mod csv;
