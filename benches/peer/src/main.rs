//! What `benches/compare/` measures besides trueline and the programs in Python: the same checks written by hand over the
//! `csv`, `simd-csv`, `simd-json` and `sonic-rs` crates, and what is the least that anybody must do: the bare `read` of a
//! file, the bare unpacking, the bare reading of Parquet into Arrow.
//!
//! ```console
//! $ peer read FILE THREADS
//! $ peer parquet FILE THREADS COLUMN,…
//! $ peer unpack gzip|zstd FILE
//! $ peer csv|simd-csv TABLE FILE THREADS [--unique]
//! $ peer simd-json|sonic-rs FILE THREADS
//! $ peer pack gzip|zstd FILE OUT
//! $ peer measure SECONDS COMMAND [ARGUMENT…]
//! ```
//!
//! Each prints JSON, but for `pack`, which makes a file to be measured. The others say what was read or counted; `measure` runs another
//! program, whose output comes first, and says how long it took and how much memory it had.
//!
//! These are the anchors that trueline is held against, so they are meant to be as fast as such programs sensibly get: records
//! are reused, nothing is allocated per row, checks are comparisons of bytes. The allocator is one that aligns what is large: sixteen bytes
//! behind the start of a page, where that of glibc puts it, some processors read a file at a fifth of the rate. The package is one of its own so that it can be built
//! for the very processor it runs on, which some of its libraries need to be at their best.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

#[cfg(unix)]
mod cell;
#[cfg(unix)]
mod columns;
#[cfg(unix)]
mod json;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod measure;
#[cfg(unix)]
mod packed;
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

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    program::main()
}

/// Files are read by position and processes measured as Unix has it.
#[cfg(not(unix))]
fn main() {
    println!("skipped: peer: not on this system");
}
