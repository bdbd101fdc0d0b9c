//! # `custom`
//!
//! A function of the program, evaluated on the values of columns. It cannot be written in documents: the program that runs a
//! schema adds it.

use super::{Spec, Target, Types};

pub(crate) const SPEC: Spec = Spec {
    name: "custom",
    codes: &["custom.failed", "custom.error"],
    keywords: &[],
    parameters: &[],
    needs: &[],
    target: Target::Columns,
    types: Types::All,
    takes_tolerance: true,
    // Not reachable from documents: the name is not in `SPECS`.
    read: |_| None,
};
