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
    read: |item| item.literals("enum").map(CheckKind::Enum),
};

/// How many values are written out for people.
const SHOWN: usize = 20;

/// The values for people; a long list is cut.
pub(crate) fn listed(values: &[Literal]) -> String {
    let shown = values.iter().take(SHOWN).map(Literal::quoted).collect::<Vec<_>>().join(", ");
    if values.len() > SHOWN { format!("{shown}, … ({} values)", values.len()) } else { shown }
}
