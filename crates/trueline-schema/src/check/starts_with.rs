//! # `starts_with`
//!
//! Text must start with a prefix, byte for byte.

use super::{CheckKind, Spec, Target, Types};

pub(crate) const SPEC: Spec = Spec {
    name: "starts_with",
    codes: &["starts_with.different"],
    keywords: &["starts_with"],
    parameters: &["starts_with"],
    needs: &["starts_with"],
    target: Target::Column,
    types: Types::String,
    takes_tolerance: true,
    read: |parameters| parameters.nonempty_text("starts_with").map(CheckKind::StartsWith),
};
