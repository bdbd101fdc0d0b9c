//! # distinct_count
//!
//! The number of distinct values in a column must be within bounds.
//!
//! **Why** — a file with one branch instead of two hundred is truncated.
//!
//! **Passes** — tables whose number of distinct values, nulls not counted, is within the bounds.
//!
//! **Fails** — tables outside the bounds. The count is exact.
//!
//! **Options** — `column`, `min`, `max`, `equals`.
//!
//! **Codes** — `distinct_count.below_minimum`, `distinct_count.above_maximum`.

use trueline_schema::{CountBounds, KeyNulls};

use super::{KeyPurpose, KeyRule};

pub(crate) fn compile(bounds: CountBounds) -> KeyRule {
    KeyRule { nulls: KeyNulls::Ignore, purpose: KeyPurpose::DistinctCount(bounds) }
}
