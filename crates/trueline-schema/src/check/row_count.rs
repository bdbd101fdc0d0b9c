//! # `row_count`
//!
//! The table must have a number of rows within bounds: `min`, `max` or both, or `equals`.

use super::{CheckKind, Spec, Target, Types, count};

pub(crate) const SPEC: Spec = Spec {
    name: "row_count",
    codes: &["row_count.below_minimum", "row_count.above_maximum"],
    keywords: &[],
    parameters: count::PARAMETERS,
    needs: count::PARAMETERS,
    target: Target::Table,
    types: Types::All,
    takes_tolerance: false,
    read: |parameters| Some(count::read(parameters, CheckKind::RowCount)),
};
