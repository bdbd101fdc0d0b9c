//! The functions for C, called as C does.
#![allow(unsafe_code, reason = "what comes out of a function for C is taken up here as C would")]
#![allow(clippy::unnecessary_box_returns, reason = "functions for C hand out boxes")]

mod allocation;
mod arrow;
mod cases;
mod exports;
mod schemas;
mod states;
mod streams;
mod support;
