//! # columns
//!
//! Each input must have the columns that the schema declares.
//!
//! **Why** — a renamed or missing column must never make a check silently not run.
//!
//! **Passes** — every declared field is there (or `optional`), under its name or one of its `aliases`.
//!
//! **Fails** — a missing field; with `extra_columns: forbid` a column that is not declared; with `column_order: exact` a
//! column out of order; two columns of one name; a column without a name.
//!
//! JSON Lines have no columns of their own: there a key that is not there is null, and with `extra_columns: forbid` each row with a
//! key that no field declares is a failure, which names the first such key of the row; keys within objects are not looked at.
//!
//! **Options** — the document's `extra_columns` and `column_order`, a field's `optional` and `aliases`.
//!
//! **Codes** — `columns.missing`, `columns.extra`, `columns.order`, `columns.duplicate`, `columns.empty`,
//! `columns.unreadable` (a header with broken quoting, bytes that are not UTF-8, or a CR outside of quotes that ends no line).
