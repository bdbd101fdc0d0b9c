//! # column_count
//!
//! The number of columns of each input must be within bounds.
//!
//! **Why** — a changed delimiter results in a single column.
//!
//! **Passes** — a number of columns in the header (without one, in the first record) within the bounds. JSON Lines have no columns,
//! so nothing is evaluated there.
//!
//! **Fails** — any other number; with several inputs, each input outside the bounds is a failure.
//!
//! **Options** — `min`, `max`, `equals`.
//!
//! **Codes** — `column_count.below_minimum`, `column_count.above_maximum`.

use trueline_schema::CountBounds;

use super::TableRule;

pub(crate) fn compile(bounds: CountBounds) -> TableRule {
    TableRule::ColumnCount(bounds)
}
