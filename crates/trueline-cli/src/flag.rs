//! Translates names of options in messages of the engine to the options of this command line.
//!
//! A message of the engine ends with a hint about what to do. File names and data come before it and may contain anything, so
//! they are never searched: the name of an option is only replaced at the end of messages of kinds that have such a hint.

use std::error::Error;

use trueline::{ErrorKind, RunError, SourceError, SourceErrorKind};

/// The names of options that messages of the engine suggest to change.
const OPTIONS: [&str; 14] = [
    "max_batch_bytes",
    "max_batch_values",
    "max_columns",
    "max_decompressed_bytes",
    "max_depth",
    "max_field_bytes",
    "max_metadata_bytes",
    "max_page_bytes",
    "max_pages",
    "max_ratio",
    "max_record_bytes",
    "max_row_groups",
    "max_spool_bytes",
    "key_memory_bytes",
];

/// The endings of messages that name an option: the parts before and after the name.
const OPTION_ENDINGS: [(&str, &str); 5] = [
    ("raise the limit (", ")"),
    ("raise the limit (", ") if its content is to be trusted"),
    ("unless the limit on records (", ") is raised"),
    ("; raise ", " if that is as it should be"),
    ("; raise ", ""),
];

/// The endings of messages about the format, and their replacements.
const FORMAT_ENDINGS: [(&str, &str); 2] = [
    (
        ": leave the format out, or give the right one (csv, jsonl, parquet or arrow)",
        ": leave --format out, or give the right one (csv, jsonl, parquet or arrow)",
    ),
    (
        ": if its name is wrong, give the format (csv, jsonl, parquet or arrow); else get the file again",
        ": if its name is wrong, give --format (csv, jsonl, parquet or arrow); else get the file again",
    ),
];

/// The message about keys of a state that need more memory: the parts before and after the number of bytes.
const KEYS_OF_STATE: (&str, &str) =
    ("they take more than the ", " bytes that keys may take; allow them more");

/// Returns the command line option for an option of the engine.
pub(crate) fn long_option(name: &str) -> String {
    match name {
        "chunk_bytes" => "--chunk-size".to_owned(),
        "key_memory_bytes" => "--key-memory".to_owned(),
        name => format!("--{}", name.replace('_', "-")),
    }
}

/// Returns the message why an input could not be read, with the option translated.
pub(crate) fn translate_run_error(error: &RunError) -> String {
    let message = &*error.message;
    match &*error.code {
        "read" | "structure.record_size" | "structure.columns" | "parquet.limit" | "arrow.limit" => {
            translate_option(message)
        }
        code if code.starts_with("limit.") => translate_option(message),
        // The message contains nothing from the input, and names the format twice.
        "format" => message.replace("give the format ", "give --format "),
        "parquet.damaged" | "arrow.damaged" => translate_format(message),
        _ => message.to_owned(),
    }
}

/// Formats an error without its causes, with the option translated.
pub(crate) fn translate_error(error: &(dyn Error + 'static)) -> String {
    let text = error.to_string();
    if let Some(error) = error.downcast_ref::<trueline::Error>() {
        return match error.kind() {
            ErrorKind::Option { option, expected } => format!("{} must be {expected}", long_option(option)),
            _ => text,
        };
    }
    match error.downcast_ref::<SourceError>().map(SourceError::kind) {
        Some(
            SourceErrorKind::SpoolLimit { .. }
            | SourceErrorKind::Ratio { .. }
            | SourceErrorKind::DecompressedSize { .. }
            | SourceErrorKind::Gap { .. },
        ) => translate_option(&text),
        _ if is_about_keys_of_state(&text) => format!("{text} (--key-memory)"),
        _ => text,
    }
}

/// Whether this is the whole message about keys of a state; such a message contains only a number.
fn is_about_keys_of_state(text: &str) -> bool {
    let number = text.strip_prefix(KEYS_OF_STATE.0).and_then(|rest| rest.strip_suffix(KEYS_OF_STATE.1));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Translates a message that ends with a hint about an option.
fn translate_option(message: &str) -> String {
    for (before, after) in OPTION_ENDINGS {
        let Some(rest) = message.strip_suffix(after) else { continue };
        let translated = OPTIONS.iter().find_map(|name| {
            let start = rest.strip_suffix(name)?;
            start.ends_with(before).then(|| format!("{start}{}{after}", long_option(name)))
        });
        if let Some(translated) = translated {
            return translated;
        }
    }
    // Input in another format than the given one may exceed a limit with its first bytes.
    translate_format(message)
}

/// Translates a message that ends with a hint about the format.
fn translate_format(message: &str) -> String {
    let found = FORMAT_ENDINGS
        .iter()
        .find_map(|(engine, here)| message.strip_suffix(engine).map(|start| format!("{start}{here}")));
    found.unwrap_or_else(|| message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_error(code: &str, message: &str) -> RunError {
        let (code, message) = (code.to_owned(), message.to_owned());
        RunError { code, message, input: None, row_index: None, line: None, byte_offset: None }
    }

    #[test]
    fn messages_name_command_line_options() {
        for (code, engine, here) in [
            (
                "structure.record_size",
                "otherwise raise the limit (max_record_bytes)",
                "otherwise raise the limit (--max-record-bytes)",
            ),
            ("structure.columns", "more than 7; raise max_columns", "more than 7; raise --max-columns"),
            (
                "parquet.limit",
                "more than 7; raise max_pages if that is as it should be",
                "more than 7; raise --max-pages if that is as it should be",
            ),
            (
                "limit.ratio",
                "in gzip member 1; raise the limit (max_ratio) if its content is to be trusted",
                "in gzip member 1; raise the limit (--max-ratio) if its content is to be trusted",
            ),
            (
                "format",
                "begins as parquet does: give the format parquet, or give the format csv if it is text all the same",
                "begins as parquet does: give --format parquet, or give --format csv if it is text all the same",
            ),
        ] {
            assert_eq!(translate_run_error(&run_error(code, engine)), here);
        }
        assert_eq!(long_option("chunk_bytes"), "--chunk-size");
    }

    #[test]
    fn the_memory_of_keys_is_named_as_an_option() {
        let message = |bytes: &str| {
            let text = format!("they take more than the {bytes} bytes that keys may take; allow them more");
            translate_error(&std::io::Error::other(text))
        };
        assert!(message("65536").ends_with("allow them more (--key-memory)"));
        assert!(message("`many`").ends_with("allow them more"));
    }

    #[test]
    fn data_and_file_names_are_not_translated() {
        for (code, engine) in [
            ("read", "`raise the limit (max_ratio); raise max_pages if.csv` does not exist"),
            ("arrow.unsupported", "column `a; raise max_columns"),
            ("read", "more; raise max_columns_x"),
            ("parquet.damaged", "`give the format csv; leave the format out`; get the file again"),
        ] {
            assert_eq!(translate_run_error(&run_error(code, engine)), engine);
        }
        let name = "`(max_ratio) becomes; raise max_pages if`";
        let message = |option: &str| {
            format!("{name} is large; raise the limit ({option}) if its content is to be trusted")
        };
        assert_eq!(
            translate_run_error(&run_error("limit.ratio", &message("max_ratio"))),
            message("--max-ratio")
        );
    }
}
