//! Rules for the CSV dialect.

use super::impossible;
use crate::csv::CsvFormat;
use crate::error::ErrorKind;

/// Why a byte cannot be one of the dialect's, if so.
pub(crate) fn byte(byte: u8) -> Option<&'static str> {
    match byte {
        b'\n' | b'\r' => Some("cannot be a line end"),
        byte if !byte.is_ascii() => Some("must be an ASCII character"),
        _ => None,
    }
}

/// The bytes of a dialect with their keys.
pub(super) fn bytes(csv: &CsvFormat) -> [(&'static str, Option<u8>); 4] {
    [
        ("delimiter", Some(csv.delimiter)),
        ("quote", csv.quote),
        ("escape", csv.escape),
        ("comment", csv.comment),
    ]
}

/// Every two keys of a dialect with the same byte.
pub(crate) fn same_bytes(csv: &CsvFormat) -> Vec<(&'static str, &'static str, ErrorKind)> {
    let bytes = bytes(csv);
    let mut same = Vec::new();
    for (index, (key, byte)) in bytes.into_iter().enumerate() {
        for (other_key, other) in bytes.into_iter().take(index) {
            if byte.is_none() || byte != other {
                continue;
            }
            let doubling = if key == "escape" && other_key == "quote" {
                "; a doubled quote is understood without it"
            } else {
                ""
            };
            let reason = format!("`{key}` and `{other_key}` are the same character{doubling}");
            same.push((key, other_key, impossible(reason)));
        }
    }
    same
}
