//! # completeness
//!
//! The number or fraction of non-null cells of a column must reach a minimum.
//!
//! **Why** — an optional column that is suddenly empty everywhere is a fault that `required` cannot express.
//!
//! **Passes** — a column whose fraction (or number) of non-null cells reaches the minimum. A table without rows passes.
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
