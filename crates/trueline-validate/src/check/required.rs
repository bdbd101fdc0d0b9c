//! # required
//!
//! Every row must have a value in this column.
//!
//! **Why** — a missing value is the most common fault, and most other checks skip it.
//!
//! **Passes** — any value, including an empty string if `null_values` does not list it.
//!
//! **Fails** — a cell that, after unquoting, is one of the column's `null_values` (by default only the empty string).
//!
//! **Options** — none besides those common to all checks.
//!
//! **Codes** — `required.null`.
