//! # `required`
//!
//! Values must not be null. As a field keyword: `required: true`.

use super::{CheckKind, Spec, Target, Types};

pub(crate) const SPEC: Spec = Spec {
    name: "required",
    codes: &["required.null"],
    keywords: &["required"],
    parameters: &[],
    needs: &[],
    target: Target::Column,
    types: Types::All,
    takes_tolerance: true,
    read: |_| Some(CheckKind::Required),
};

pub(crate) const EXPECTED: &str = "a value that is not null";
