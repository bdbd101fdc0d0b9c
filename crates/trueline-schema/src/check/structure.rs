//! # `structure`
//!
//! Records must be well formed: one field per column, correct quoting, valid UTF-8; for JSON Lines one object per line and
//! no duplicate keys. Implied by every schema; declare it only to set a severity, tolerance, id or message.

use super::{CheckKind, Spec, Target, Types};

pub(crate) const SPEC: Spec = Spec {
    name: "structure",
    codes: &[
        "structure.field_count",
        "structure.quote",
        "structure.utf8",
        "structure.json",
        "structure.duplicate_key",
    ],
    keywords: &[],
    parameters: &[],
    needs: &[],
    target: Target::Table,
    types: Types::All,
    takes_tolerance: true,
    read: |_| Some(CheckKind::Structure),
};

pub(crate) const EXPECTED: &str = "well-formed records";
