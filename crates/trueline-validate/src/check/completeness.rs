//! # completeness
//!
//! The number or share of a column's cells that are not null must reach a minimum.
//!
//! **Why** — an optional column that is suddenly empty everywhere is a fault that `required` cannot state.
//!
//! **Passes** — a column whose share (or number) of cells that are not null reaches the minimum. A table without rows passes.
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
