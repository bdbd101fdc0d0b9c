//! Reads the `csv` section.

use super::mapping::{Mapping, NodeRef};
use super::{Reader, keyword, suggest};
use crate::csv::CsvFormat;
use crate::error::{ErrorKind, Noun};
use crate::rule;

impl<'d> Reader<'d> {
    pub(super) fn csv(&mut self, node: &NodeRef<'d>) -> CsvFormat {
        let mut csv = CsvFormat::default();
        let Some(map) = self.mapping(node, "the section `csv`", &[&keyword::CSV], &[]) else {
            return csv;
        };
        let mut delimiter = Some(csv.delimiter);
        self.byte(&map, "delimiter", false, &mut delimiter);
        csv.delimiter = delimiter.unwrap_or(csv.delimiter);
        self.byte(&map, "quote", true, &mut csv.quote);
        self.byte(&map, "escape", true, &mut csv.escape);
        self.byte(&map, "comment", true, &mut csv.comment);
        csv.terminator = self.word(&map, "terminator", &keyword::TERMINATOR).unwrap_or(csv.terminator);
        csv.header = self.boolean(&map, "header").unwrap_or(csv.header);
        csv.skip_lines = self.count(&map, "skip_lines").unwrap_or(csv.skip_lines);
        csv.lenient = self.word(&map, "quoting", &keyword::QUOTING).unwrap_or(csv.lenient);
        csv.blank_lines_are_records =
            self.word(&map, "blank_lines", &keyword::BLANK_LINES).unwrap_or(csv.blank_lines_are_records);
        self.check_encoding(&map);
        self.check_distinct(&map, &csv);
        csv
    }

    /// Stores one ASCII character other than a line ending in `slot`, or with `may_be_none` nothing for the word `none`.
    fn byte(&mut self, map: &Mapping<'d>, key: &str, may_be_none: bool, slot: &mut Option<u8>) {
        let Some(node) = map.get(key) else { return };
        let Some(text) = self.text_at(&node) else { return };
        let reason = match text.as_bytes() {
            b"none" if may_be_none => {
                *slot = None;
                return;
            }
            [byte] => {
                let Some(reason) = rule::byte(*byte) else {
                    *slot = Some(*byte);
                    return;
                };
                reason
            }
            [b'\\', ..] | b"tab" => "must be one character; a tab is written \"\\t\" in double quotes",
            _ if text.chars().count() == 1 => "must be an ASCII character",
            _ if may_be_none => "must be one character or `none`",
            _ => "must be one character",
        };
        self.invalid(&node, reason);
    }

    fn check_encoding(&mut self, map: &Mapping<'d>) {
        let Some(node) = map.get("encoding") else { return };
        let Some(name) = self.text_at(&node) else { return };
        let lower = name.to_ascii_lowercase();
        if matches!(lower.as_str(), "utf-8" | "utf8") {
            return;
        }
        let known = ["ascii", "latin1", "latin-1", "cp1252", "utf-16", "utf16", "utf-32"];
        let is_known = known.contains(&lower.as_str())
            || ["iso-8859", "iso8859", "windows-", "utf-16", "utf-32", "shift", "euc-", "gb"]
                .iter()
                .any(|prefix| lower.starts_with(prefix));
        let kind = if is_known {
            ErrorKind::NotSupported { what: format!("encoding: {name}") }
        } else {
            ErrorKind::UnknownName { noun: Noun::Encoding, nearest: suggest(&name, ["utf-8"]), name }
        };
        self.record_error_at(&node, kind);
    }

    /// Records two bytes of the dialect that are equal.
    fn check_distinct(&mut self, map: &Mapping<'d>, csv: &CsvFormat) {
        for (key, other_key, kind) in rule::same_bytes(csv) {
            // At least one of the two is in the document, because the defaults differ.
            let written = if map.has(key) { key } else { other_key };
            if let Some(node) = map.get(written) {
                self.record_error_at(&node, kind);
            }
        }
    }
}
