//! # structure
//!
//! Every record must be readable as a row: right quoting, UTF-8, and as many fields as the header.
//!
//! **Why** — where a row's fields cannot be told apart, nothing said about its cells would mean anything.
//!
//! **Passes** — records that follow the dialect and have the header's number of fields.
//!
//! **Fails** — a field too few or too many, a quote inside an unquoted field, text after a closing quote, a quote that is
//! never closed, bytes that are not UTF-8. Each is one violation for its record; the cells of that record are not evaluated
//! and its neighbours are unharmed.
//!
//! **Options** — the document's `csv` section; `quoting: lenient` takes stray quotes as data.
//!
//! **Codes** — `structure.field_count`, `structure.quote`, `structure.utf8`, `structure.record_size`.
