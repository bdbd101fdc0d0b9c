//! # required
//!
//! Every row must have a value in this column.
//!
//! **Why** — a missing value is the most common fault of all, and most other checks pass over it.
//!
//! **Passes** — any value, also an empty text where `null_values` does not list the empty text.
//!
//! **Fails** — a cell whose text, after unquoting, is one of the column's `null_values` (by default only the empty text).
//!
//! **Options** — none besides those common to all checks.
//!
//! **Codes** — `required.null`.
