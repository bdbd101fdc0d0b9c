//! # `contains`
//!
//! Text must contain a substring, byte for byte.

use super::{CheckKind, Spec, Target, Types};

pub(crate) const SPEC: Spec = Spec {
    name: "contains",
    codes: &["contains.absent"],
    keywords: &["contains"],
    parameters: &["contains"],
    needs: &["contains"],
    target: Target::Column,
    types: Types::String,
    takes_tolerance: true,
    read: |parameters| parameters.nonempty_text("contains").map(CheckKind::Contains),
};
