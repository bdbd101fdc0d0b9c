//! Advice for inputs that could not be read.

use crate::{Report, RunError};

/// The advice if a limit was exceeded.
const RAISE_LIMIT: &str = "if the data is right, raise the limit that the message names";

/// Advice for the error of a report. Only CSV has quotes that may be left open.
pub(super) fn for_error(report: &Report, error: &RunError) -> &'static str {
    let failed = report.inputs.iter().rfind(|input| error.input.as_ref() == Some(&input.name));
    for_code(&error.code, failed.is_none_or(|input| input.format == "csv"))
}

/// Advice for an error code, selected by the words in it.
fn for_code(code: &str, is_csv: bool) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
    if has(&["utf16", "encoding"]) {
        "convert it to UTF-8 first, for example with `iconv -f UTF-16 -t UTF-8`"
    } else if is_csv && has(&["record", "field"]) {
        "look at that place for a quote that is never closed; if the data is right, raise the limit"
    } else if has(&["record", "field", "limit", "memory", "too_many", "too_large"]) {
        RAISE_LIMIT
    } else if has(&["truncated", "cut", "end_of", "eof"]) {
        "it ends too early: get it again, and compare its size or checksum with the original's"
    } else if has(&["corrupt", "checksum", "decompress", "gzip", "zstd"]) {
        "it is damaged: get it again, and test it with the tool that compressed it"
    } else if has(&["changed"]) {
        "run again on a copy that nobody writes to"
    } else if has(&["not_found", "open", "permission", "directory"]) {
        "check the path, and that this user may read it"
    } else if has(&["cancel", "interrupt", "stopped"]) {
        "run again and let it come to its end"
    } else if has(&["internal", "panic"]) {
        "this is a fault of the program, not of the data: please report it with the message above"
    } else {
        "make all of it readable and run again; a part is never judged as if it were the whole"
    }
}
