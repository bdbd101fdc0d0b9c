//! Advice for inputs that could not be read.

/// Advice for an error code, selected by the words in it.
pub(super) fn for_code(code: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
    if has(&["utf16", "encoding"]) {
        "convert it to UTF-8 first, for example with `iconv -f UTF-16 -t UTF-8`"
    } else if has(&["record", "field"]) {
        "look at that place for a quote that is never closed; if the data is right, raise the limit"
    } else if has(&["limit", "memory", "too_many", "too_large"]) {
        "if the data is right, raise the limit that the message names"
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
