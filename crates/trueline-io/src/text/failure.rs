//! Reasons why an input could not be read to its end.

use std::fmt;

use crate::error::{Error, ErrorKind};

/// A failure that ends an input early, with its location.
///
/// [`Display`](fmt::Display) writes the offset and the message: `at byte 12: …`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// The stable code: `read`, `limit.ratio`, `encoding.utf16`, `structure.record_size`, ….
    pub code: &'static str,
    /// What happened, and what to do about it, for people.
    pub message: String,
    /// The offset in decompressed bytes from the start of the input.
    pub byte_offset: u64,
}

impl Failure {
    /// Creates a failure with a message.
    pub fn new(code: &'static str, message: impl Into<String>, byte_offset: u64) -> Self {
        Self { code, message: message.into(), byte_offset }
    }

    /// Creates a failure to read: `read`, or `limit.…` if a limit on decompressed bytes was exceeded.
    pub fn read(error: &Error, byte_offset: u64) -> Self {
        let mut message = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        let code = match error.kind() {
            ErrorKind::Ratio { .. } => "limit.ratio",
            ErrorKind::DecompressedSize { .. } => "limit.decompressed_bytes",
            _ => "read",
        };
        Self::new(code, message, byte_offset)
    }

    /// Creates a failure for a record that exceeds the limit in bytes. If `has_quotes`, as in CSV, a quote that is never closed
    /// may be the cause, and the message says so.
    pub fn record_size(limit: u64, byte_offset: u64, has_quotes: bool) -> Self {
        let advice = size_advice(has_quotes);
        let message = format!(
            "the record that begins here is larger than {limit} bytes; {advice}raise the limit (max_record_bytes)"
        );
        Self::new("structure.record_size", message, byte_offset)
    }

    /// Creates a failure for a field that exceeds the limit; as [`Failure::record_size`].
    pub fn field_size(limit: u64, byte_offset: u64, has_quotes: bool) -> Self {
        let advice = size_advice(has_quotes);
        let message = format!(
            "the field that begins here is larger than {limit} bytes; {advice}raise the limit (max_field_bytes)"
        );
        Self::new("structure.record_size", message, byte_offset)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {}", self.byte_offset, self.message)
    }
}

impl std::error::Error for Failure {}

fn size_advice(has_quotes: bool) -> &'static str {
    if has_quotes { "a quote that is never closed may be the cause, otherwise " } else { "" }
}

/// The minimum size of a record that begins with these bytes. A CR at the end does not count: it may belong to the line ending.
pub(super) fn min_record_bytes(beginning: &[u8]) -> u64 {
    beginning.strip_suffix(b"\r").unwrap_or(beginning).len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_where_and_what_to_do() {
        let csv = Failure::record_size(100, 12, true);
        let text = "at byte 12: the record that begins here is larger than 100 bytes; a quote that is never closed may be the \
                    cause, otherwise raise the limit (max_record_bytes)";
        assert_eq!(csv.to_string(), text);
        let json = Failure::field_size(100, 12, false);
        let text = "at byte 12: the field that begins here is larger than 100 bytes; raise the limit (max_field_bytes)";
        assert_eq!((json.to_string().as_str(), json.code), (text, "structure.record_size"));
        let error: &dyn std::error::Error = &json;
        assert!(error.source().is_none());
    }
}
