#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod cases;
pub mod corpora;
pub mod fault;
pub mod keys;
pub mod logs;
#[cfg(feature = "pack")]
pub mod pack;
pub mod quoted;
pub mod ticks;
pub mod transactions;
pub mod wide;

mod rng;
mod rows;
mod text;
mod truth;

pub use truth::Truth;
