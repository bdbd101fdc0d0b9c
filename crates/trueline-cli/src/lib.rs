//! The `trueline` command line as a function, for the program of that name and for other packages with a command, such as the
//! Python package.
//!
//! All work is done by the `trueline` crate.
#![forbid(unsafe_code)]

mod arguments;
mod cache;
mod exit;
mod flag;
mod input;
mod limits;
mod merge;
mod outputs;
mod progress;
mod report;
mod schema;
mod signal;
mod state;
mod validate;
mod variable;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches};

use crate::arguments::{Arguments, Command};

/// Runs the command line and returns its exit code. The first argument is the name of the program.
///
/// It writes to standard output and standard error. From then on it handles SIGINT and SIGTERM, and ends the process on a signal
/// if the run does not end by itself: the process should have nothing else to do.
pub fn run<I>(arguments: I) -> u8
where
    I: IntoIterator,
    I::Item: Into<OsString> + Clone,
{
    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    trueline::silence_caught_panics();
    let command = variable::without_empty(Arguments::command());
    let matches = command.clone().try_get_matches_from(arguments);
    let arguments = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = exit::usage(&error);
            if let Some(text) = variable::with_variable(&error, &command) {
                exit::print_note(&text);
            }
            return code;
        }
    };
    match arguments.command {
        Command::Validate(options) => validate::run(&options),
        Command::Merge(options) => merge::run(&options),
        Command::Cache { command } => cache::run(&command),
        Command::Schema(schema) => schema::run(&schema),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "trueline", &mut script);
            exit::print(&script, exit::SUCCESS)
        }
    }
}
