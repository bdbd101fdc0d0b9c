//! # `const`
//!
//! Values must be equal to one value, which is written as a value of the field's type.

use super::{CheckKind, Spec, Target, Types};

pub(crate) const SPEC: Spec = Spec {
    name: "const",
    codes: &["const.different"],
    keywords: &["const"],
    parameters: &["const"],
    needs: &["const"],
    target: Target::Column,
    types: Types::Comparable,
    takes_tolerance: true,
    read: |parameters| parameters.literal("const").map(CheckKind::Const),
};
