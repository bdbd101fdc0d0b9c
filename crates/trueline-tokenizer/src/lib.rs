#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

mod dialect;
mod engine;
mod indexer;
pub mod json;
#[allow(unsafe_code, reason = "vector instructions; the only place for it, each block says why it is sound")]
mod kernel;
mod lines;
mod positions;
mod preamble;
#[doc(hidden)]
pub mod reference;
mod splitter;
mod state;
mod unquote;

pub use dialect::{BlankLines, Dialect, DialectError, Quoting, Terminator};
pub use indexer::Indexer;
pub use kernel::Kernel;
pub use lines::count_line_ends;
pub use positions::{Dense, Fault, FaultKind, Grid, Positions};
pub use preamble::{Preamble, preamble};
pub use splitter::{Split, Splitter, Survey};
pub use state::State;
pub use unquote::unquote;
