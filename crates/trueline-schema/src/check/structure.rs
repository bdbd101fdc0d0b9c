//! # `structure`
//!
//! Records must be well formed: as many fields as there are columns, sound quoting, valid UTF-8; in JSON Lines an object on each line, and
//! no key twice. Implied by every schema; declared only to give it a severity, tolerance, id or message of its own.

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
