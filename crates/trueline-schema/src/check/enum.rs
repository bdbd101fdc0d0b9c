//! # `enum`
//!
//! Values must be in a list, which contains values of the field's type.

use super::{CheckKind, Spec, Target, Types};
use crate::literal::Literal;

pub(crate) const SPEC: Spec = Spec {
    name: "enum",
    codes: &["enum.unlisted"],
    keywords: &["enum"],
    parameters: &["enum"],
    needs: &["enum"],
    target: Target::Column,
    types: Types::Comparable,
    takes_tolerance: true,
    read: |parameters| parameters.literals("enum").map(CheckKind::Enum),
};

/// The maximum number of values listed for people.
const MAX_LISTED: usize = 20;

/// The values for people; a long list is truncated.
pub(crate) fn listed(values: &[Literal]) -> String {
    let shown = values.iter().take(MAX_LISTED).map(Literal::quoted).collect::<Vec<_>>().join(", ");
    if values.len() > MAX_LISTED { format!("{shown}, … ({} values)", values.len()) } else { shown }
}
