//! # `column_count`
//!
//! The table must have a number of columns within bounds: `min`, `max` or both, or `equals`.

use super::{CheckKind, Spec, Target, Types, count};

pub(crate) const SPEC: Spec = Spec {
    name: "column_count",
    codes: &["column_count.below_minimum", "column_count.above_maximum"],
    keywords: &[],
    parameters: count::PARAMETERS,
    needs: count::PARAMETERS,
    target: Target::Table,
    types: Types::All,
    takes_tolerance: false,
    read: |parameters| Some(count::read(parameters, CheckKind::ColumnCount)),
};
