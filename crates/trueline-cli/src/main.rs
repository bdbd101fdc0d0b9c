//! The `trueline` command line: arguments in, report and exit code out. All work is done by the `trueline` crate.
#![forbid(unsafe_code)]

mod arguments;
mod exit;
mod outputs;
mod progress;
mod report;
mod schema;
mod signal;
mod validate;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit::usage(&error),
    };
    match arguments.command {
        Command::Validate(options) => validate::run(&options),
        Command::Schema(schema) => schema::run(&schema),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "trueline", &mut script);
            exit::print(&script, ExitCode::SUCCESS)
        }
    }
}
