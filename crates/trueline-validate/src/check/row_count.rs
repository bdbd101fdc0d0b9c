//! # row_count
//!
//! The number of rows must be within bounds.
//!
//! **Why** — an empty or half-written file is valid row by row.
//!
//! **Passes** — a number of rows, over all inputs and without headers, within the bounds.
//!
//! **Fails** — any other number.
//!
//! **Options** — `min`, `max`, `equals`.
//!
//! **Codes** — `row_count.below_minimum`, `row_count.above_maximum`.

use trueline_schema::CountBounds;

use super::TableRule;

pub(crate) fn compile(bounds: CountBounds) -> TableRule {
    TableRule::RowCount(bounds)
}
