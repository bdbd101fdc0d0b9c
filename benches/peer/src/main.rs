//! What `benches/compare/` measures besides trueline and the programs in Python: the same checks written by hand over the `csv`
//! crate and over the `simd-csv` crate, and the bare `read` of the file.
//!
//! ```console
//! $ peer read FILE THREADS
//! $ peer csv|simd-csv TABLE FILE THREADS [--unique]
//! $ peer measure SECONDS COMMAND [ARGUMENT…]
//! ```
//!
//! Each prints JSON. The first two say what was read or counted; `measure` runs another program, whose output comes first, and says how
//! long it took and how much memory it had.
//!
//! These are the anchors that trueline is held against, so they are meant to be as fast as such programs sensibly get: records
//! are reused, nothing is allocated per row, checks are comparisons of bytes. The package is one of its own so that it can be built
//! for the very processor it runs on, which some libraries need to be at their best.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

#[cfg(unix)]
mod cell;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod measure;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod range;
#[cfg(unix)]
mod record;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod table;
#[cfg(unix)]
#[cfg(test)]
mod tests;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    program::main()
}

/// Files are read by position and processes measured as Unix has it.
#[cfg(not(unix))]
fn main() {
    println!("skipped: peer: not on this system");
}
