//! # `columns`
//!
//! The columns must be the declared ones. Implied by every schema; declare it only to set a severity, tolerance, id or message.
//! `optional`, `extra_columns` and `column_order` define the requirements.

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
