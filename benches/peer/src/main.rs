//! The programs that `benches/compare/` measures besides trueline and those in Python.
//!
//! These are the same checks written by hand with the `csv`, `simd-csv`, `simd-json` and `sonic-rs` crates, and the minimum work
//! of any program: the bare `read` of a file, the bare decompression, the bare reading of Parquet into Arrow.
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
//! All print JSON, except `pack`, which creates a file to be measured. Most report what was read or counted; `measure` runs
//! another program, whose output comes first, and reports its time and its memory.
//!
//! These are the references that trueline is compared with, so they are meant to be as fast as such programs can reasonably be:
//! records are reused, nothing is allocated per row, checks are comparisons of bytes. The allocator aligns large allocations:
//! with a buffer sixteen bytes after the start of a page, as glibc returns it, some processors read a file at a fifth of the
//! rate. The package is separate so that it can be built for the processor it runs on, which some of its libraries need for their
//! best performance.
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

/// Reading files at positions and measuring processes are implemented for Unix only.
#[cfg(not(unix))]
fn main() {
    println!("skipped: peer: not on this system");
}
