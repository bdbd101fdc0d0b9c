//! # completeness
//!
//! The number or fraction of non-null cells of a column must reach a minimum.
//!
//! **Why** — an optional column that is suddenly empty everywhere is a fault that `required` cannot express.
//!
//! **Passes** — a column whose fraction (or number) of non-null cells reaches the minimum. A table without rows passes. Rows of inputs
//! that lack the column, where it is `optional`, are not evaluated, so a table without the column does not fail; leave `optional` out
//! if the column must exist.
//!
//! **Fails** — a column below it.
//!
//! **Options** — `column`, `min_fraction` (0 to 1), `min_count`.
//!
//! **Codes** — `completeness.below_fraction`, `completeness.below_count`.

use super::TableRule;

pub(crate) fn compile(min_fraction: Option<f64>, min_count: Option<u64>) -> TableRule {
    TableRule::Completeness { min_fraction, min_count }
}
