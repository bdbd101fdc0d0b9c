//! # `not_in`
//!
//! Values must not be in a list, which contains values of the field's type.

use super::{CheckKind, Spec, Target, Types};

pub(crate) const SPEC: Spec = Spec {
    name: "not_in",
    codes: &["not_in.listed"],
    keywords: &["not_in"],
    parameters: &["not_in"],
    needs: &["not_in"],
    target: Target::Column,
    types: Types::Comparable,
    takes_tolerance: true,
    read: |parameters| parameters.literals("not_in").map(CheckKind::NotIn),
};
