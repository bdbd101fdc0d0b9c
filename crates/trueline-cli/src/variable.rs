//! Environment variables that set options.

use std::ffi::OsStr;
use std::fmt::Write as _;

use clap::Command;
use clap::error::{ContextKind, ContextValue};

/// Returns the command without variables that are set to the empty string, which count as unset.
pub(crate) fn without_empty(command: Command) -> Command {
    let is_empty = |name: &OsStr| std::env::var_os(name).is_some_and(|value| value.is_empty());
    let command = command.mut_args(|argument| {
        if argument.get_env().is_some_and(is_empty) { argument.env(None::<&str>) } else { argument }
    });
    command.mut_subcommands(without_empty)
}

/// Returns a message with the name of the environment variable, if the invalid value of an error comes from one and not from an
/// argument.
pub(crate) fn with_variable(error: &clap::Error, command: &Command) -> Option<String> {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let (argument, value) = (context(ContextKind::InvalidArg)?, context(ContextKind::InvalidValue)?);
    let long = argument.split([' ', '=', '[']).next()?.strip_prefix("--")?;
    let is_given = |given: String| given == format!("--{long}") || given.starts_with(&format!("--{long}="));
    let subcommands = command.get_subcommands();
    let mut arguments =
        subcommands.flat_map(Command::get_arguments).filter(|known| known.get_long() == Some(long));
    let variable = arguments.find_map(|known| known.get_env())?.to_string_lossy().into_owned();
    let is_from_variable = std::env::var(&variable).is_ok_and(|set| set == value);
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ =
        write!(text, "the value is that of the variable {variable}; set it to another one, or give --{long}");
    (is_from_variable && !std::env::args().any(is_given)).then_some(text)
}
