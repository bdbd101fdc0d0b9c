//! # columns
//!
//! Each input must have the columns that the schema declares.
//!
//! **Why** — a renamed or missing column must never silently disable a check.
//!
//! **Passes** — every declared field exists (or is `optional`), under its name or one of its `aliases`.
//!
//! **Fails** — a missing field; with `extra_columns: forbid` an undeclared column; with `column_order: exact` a column out of
//! order; two columns of the same name; a column without a name.
//!
//! JSON Lines have no columns: a missing key is null, and with `extra_columns: forbid` each row with an undeclared key is a
//! failure, which names the first such key of the row; keys within objects are not checked.
//!
//! **Options** — the document's `extra_columns` and `column_order`, a field's `optional` and `aliases`.
//!
//! **Codes** — `columns.missing`, `columns.extra`, `columns.order`, `columns.duplicate`, `columns.empty`, `columns.unreadable` (a
//! header with broken quoting, bytes that are not UTF-8, or a CR outside quotes that ends no line).
