//! The `trueline` command line: arguments in, report and exit code out.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(trueline_cli::run(std::env::args_os()))
}
