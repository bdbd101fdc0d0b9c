//! # `columns`
//!
//! The columns must be those declared. Implied by every schema; declared only to give it a severity, tolerance, id or message of
//! its own. What it asks is said by `optional`, `extra_columns` and `column_order`.

use super::{CheckKind, Spec, Target, Types};

pub(crate) const SPEC: Spec = Spec {
    name: "columns",
    codes: &[
        "columns.missing",
        "columns.extra",
        "columns.order",
        "columns.duplicate",
        "columns.empty",
        "columns.unreadable",
    ],
    keywords: &[],
    parameters: &[],
    needs: &[],
    target: Target::Table,
    types: Types::All,
    takes_tolerance: true,
    read: |_| Some(CheckKind::Columns),
};

pub(crate) const EXPECTED: &str = "the declared columns";
