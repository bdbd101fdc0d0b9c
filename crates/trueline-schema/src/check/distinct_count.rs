//! # `distinct_count`
//!
//! A column must have a number of distinct values, not counting null, within bounds: `min`, `max` or both, or `equals`.

use super::{CheckKind, Spec, Target, Types, count};

pub(crate) const SPEC: Spec = Spec {
    name: "distinct_count",
    codes: &["distinct_count.below_minimum", "distinct_count.above_maximum"],
    keywords: &[],
    parameters: count::PARAMETERS,
    needs: count::PARAMETERS,
    target: Target::Column,
    types: Types::NonNested,
    takes_tolerance: false,
    read: |parameters| Some(count::read(parameters, CheckKind::DistinctCount)),
};
