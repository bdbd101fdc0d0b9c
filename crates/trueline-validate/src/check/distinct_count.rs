//! # distinct_count
//!
//! The number of different values in a column must be within bounds.
//!
//! **Why** — a file with one branch instead of two hundred is a cut file.
//!
//! **Passes** — tables whose number of different values, null not counted, lies within the bounds.
//!
//! **Fails** — tables outside of them. The count is exact.
//!
//! **Options** — `column`, `min`, `max`, `equals`.
//!
//! **Codes** — `distinct_count.below_minimum`, `distinct_count.above_maximum`.

use trueline_schema::{CountBounds, KeyNulls};

use super::{KeyPurpose, KeyRule};

pub(crate) fn compile(bounds: CountBounds) -> KeyRule {
    KeyRule { nulls: KeyNulls::Ignore, purpose: KeyPurpose::DistinctCount(bounds) }
}
