//! Output of the process: messages on standard error, results on standard output, and exit codes.

use std::error::Error;
use std::io::{self, ErrorKind, Write};

use trueline::escape::escape_text;

use crate::flag;

pub(crate) const SUCCESS: u8 = 0;
pub(crate) const USAGE: u8 = 2;
pub(crate) const UNREADABLE: u8 = 3;
pub(crate) const INTERNAL: u8 = 4;

/// Prints help and version as results; everything else is a usage error.
pub(crate) fn usage(error: &clap::Error) -> u8 {
    // If standard error cannot be written, there is nowhere to report it.
    let _ = error.print();
    if error.use_stderr() { USAGE } else { SUCCESS }
}

/// Prints an error with all its causes, with options as on this command line, escaped, and returns `code`.
pub(crate) fn fail(error: &(dyn Error + 'static), code: u8) -> u8 {
    print_error(&error_text(error), code)
}

/// Formats an error with all its causes, with options as on this command line.
pub(crate) fn error_text(error: &(dyn Error + 'static)) -> String {
    let mut text = flag::translate_error(error);
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&flag::translate_error(cause));
        source = cause.source();
    }
    text
}

/// Prints an error message, escaped, and returns `code`.
pub(crate) fn print_error(text: &str, code: u8) -> u8 {
    let _ = writeln!(io::stderr(), "error: {}", escape_text(text));
    code
}

/// Prints a message that does not affect the exit code.
pub(crate) fn print_note(text: &str) {
    let _ = writeln!(io::stderr(), "note: {}", escape_text(text));
}

/// Writes bytes to standard output; returns `code` on success, or if the pipe was closed by its reader.
pub(crate) fn print(bytes: &[u8], code: u8) -> u8 {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => code,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => code,
        Err(error) => print_error(&format!("standard output could not be written: {error}"), UNREADABLE),
    }
}
