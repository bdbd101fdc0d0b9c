//! # `pattern`
//!
//! Text must match a regular expression, or must not match it with `negate: true`. The match may be anywhere unless the
//! expression is anchored.

use super::{CheckKind, Spec, Target, Types};
use crate::canonical::Object;
use crate::read::Parameters;

pub(crate) const SPEC: Spec = Spec {
    name: "pattern",
    codes: &["pattern.no_match", "pattern.match"],
    keywords: &["pattern"],
    parameters: &["pattern", "negate"],
    needs: &["pattern"],
    target: Target::Column,
    types: Types::String,
    takes_tolerance: true,
    read,
};

fn read(parameters: &mut Parameters<'_, '_>) -> Option<CheckKind> {
    let negate = parameters.boolean("negate").unwrap_or(false);
    parameters.pattern("pattern").map(|pattern| CheckKind::Pattern { pattern, negate })
}

pub(crate) fn write(pattern: &str, negate: bool, object: &mut Object) {
    object.text("pattern", pattern);
    object.flag("negate", negate);
}

pub(crate) fn expected(pattern: &str, negate: bool) -> String {
    format!("text that {} {pattern}", if negate { "does not match" } else { "matches" })
}
