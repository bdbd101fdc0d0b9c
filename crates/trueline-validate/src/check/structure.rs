//! # structure
//!
//! Every record must be readable as a row: UTF-8; in CSV correct quoting and as many fields as the header; in JSON Lines one
//! object.
//!
//! **Why** — if the fields of a row cannot be separated, no statement about its cells is meaningful.
//!
//! **Passes** — records that follow the dialect and have the header's number of fields; lines that are one JSON object (RFC 8259).
//!
//! **Fails** — a field too few or too many, a quote inside an unquoted field, text after a closing quote, a quote that is never
//! closed, bytes that are not UTF-8; a line that is not JSON or not an object, arrays and objects nested too deep, an object
//! anywhere in the line with duplicate keys, a column with two values (under its name and an alias, or under a path and the whole
//! name). Each is one violation for its record; the cells of that record are not evaluated and adjacent records are not affected. A
//! record larger than the limit is no violation: the input is unreadable from there on.
//!
//! **Options** — the document's `csv` section, where `quoting: lenient` treats stray quotes as data, and its `json` section, where
//! `duplicate_keys: first` or `last` selects one of several values.
//!
//! **Codes** — `structure.field_count`, `structure.quote`, `structure.utf8`, `structure.json`, `structure.duplicate_key`.
