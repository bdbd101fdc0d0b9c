//! # `ends_with`
//!
//! Text must end with a suffix, byte for byte.

use super::{CheckKind, Spec, Target, Types};

pub(crate) const SPEC: Spec = Spec {
    name: "ends_with",
    codes: &["ends_with.different"],
    keywords: &["ends_with"],
    parameters: &["ends_with"],
    needs: &["ends_with"],
    target: Target::Column,
    types: Types::String,
    takes_tolerance: true,
    read: |parameters| parameters.nonempty_text("ends_with").map(CheckKind::EndsWith),
};
