//! # `primary_key`
//!
//! Keys of one or more columns must be unique and must not contain null.

use super::{CheckKind, Spec, Target, Types};

pub(crate) const SPEC: Spec = Spec {
    name: "primary_key",
    codes: &["primary_key.duplicate", "primary_key.null"],
    keywords: &[],
    parameters: &[],
    needs: &[],
    target: Target::Columns,
    types: Types::NonNested,
    takes_tolerance: true,
    read: |_| Some(CheckKind::PrimaryKey),
};

pub(crate) const EXPECTED: &str = "a key that is not null and occurs once";
