//! # `range`
//!
//! Values must lie between bounds: `minimum` and `maximum` are included, `exclusive_minimum` and `exclusive_maximum` are not. Bounds
//! are written as values of the field's type; of two bounds on one side the stricter counts.

use std::cmp::Ordering;

use super::{CheckKind, Spec, Target, Types};
use crate::canonical::Object;
use crate::error::ErrorKind;
use crate::literal::Literal;
use crate::read::Item;

pub(crate) const SPEC: Spec = Spec {
    name: "range",
    codes: &["range.below_minimum", "range.above_maximum"],
    keywords: &KEYS,
    parameters: &KEYS,
    needs: &KEYS,
    target: Target::Column,
    types: Types::Ordered,
    takes_tolerance: true,
    read: |item| Some(read(item)),
};

const KEYS: [&str; 4] = ["minimum", "maximum", "exclusive_minimum", "exclusive_maximum"];

/// Bounds, of which at least one is given. Read from a document, a side has one bound at most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Range {
    /// Values must be at least this.
    pub minimum: Option<Literal>,
    /// Values must be at most this.
    pub maximum: Option<Literal>,
    /// Values must be more than this.
    pub exclusive_minimum: Option<Literal>,
    /// Values must be less than this.
    pub exclusive_maximum: Option<Literal>,
}

impl Range {
    /// The same range with at most one bound on each side: the stricter.
    pub(crate) fn folded(mut self) -> Self {
        fold(&mut self.minimum, &mut self.exclusive_minimum, Ordering::Greater);
        fold(&mut self.maximum, &mut self.exclusive_maximum, Ordering::Less);
        self
    }

    /// Why no value can lie in the range.
    fn contradiction(&self) -> Option<String> {
        let low = self.minimum.as_ref().map(|bound| ("minimum", bound, false));
        let low = low.or(self.exclusive_minimum.as_ref().map(|bound| ("exclusive_minimum", bound, true)))?;
        let high = self.maximum.as_ref().map(|bound| ("maximum", bound, false));
        let high =
            high.or(self.exclusive_maximum.as_ref().map(|bound| ("exclusive_maximum", bound, true)))?;
        let ((low_key, low, low_open), (high_key, high, high_open)) = (low, high);
        match compare(low, high)? {
            Ordering::Less => None,
            Ordering::Equal if !low_open && !high_open => None,
            Ordering::Equal => Some(format!(
                "no value lies between `{low_key}` {low} and `{high_key}` {high}, as a bound is excluded"
            )),
            Ordering::Greater => Some(format!("`{low_key}` {low} is above `{high_key}` {high}")),
        }
    }
}

/// Keeps the stricter of two bounds of one side; `stricter` is how a stricter bound compares with the other.
fn fold(inclusive: &mut Option<Literal>, exclusive: &mut Option<Literal>, stricter: Ordering) {
    if let (Some(bound), Some(open)) = (inclusive.as_ref(), exclusive.as_ref()) {
        match compare(bound, open) {
            Some(order) if order == stricter => *exclusive = None,
            Some(_) => *inclusive = None,
            None => {}
        }
    }
}

/// Compares two literals of one ordered type.
pub(crate) fn compare(left: &Literal, right: &Literal) -> Option<Ordering> {
    match (left, right) {
        (Literal::Number(left), Literal::Number(right)) => Some(left.cmp(right)),
        (Literal::Date(left), Literal::Date(right)) => Some(left.cmp(right)),
        (Literal::Time(left), Literal::Time(right)) => Some(left.cmp(right)),
        (Literal::Timestamp { nanos: left, .. }, Literal::Timestamp { nanos: right, .. })
        | (Literal::Duration(left), Literal::Duration(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn read(item: &mut Item<'_, '_>) -> CheckKind {
    let range = Range {
        minimum: item.literal("minimum"),
        maximum: item.literal("maximum"),
        exclusive_minimum: item.literal("exclusive_minimum"),
        exclusive_maximum: item.literal("exclusive_maximum"),
    }
    .folded();
    if let Some(reason) = range.contradiction() {
        let high = if range.maximum.is_some() { "maximum" } else { "exclusive_maximum" };
        item.fault(high, ErrorKind::Impossible { reason });
    }
    CheckKind::Range(range)
}

pub(crate) fn write(range: &Range, item: &mut Object) {
    let range = range.clone().folded();
    let bounds = [range.minimum, range.maximum, range.exclusive_minimum, range.exclusive_maximum];
    for (key, bound) in KEYS.into_iter().zip(&bounds) {
        if let Some(bound) = bound {
            item.literal(key, bound);
        }
    }
}

pub(crate) fn expected(range: &Range) -> String {
    let part = |words: &str, bound: &Option<Literal>| bound.as_ref().map(|bound| format!("{words} {bound}"));
    let parts = [
        part("at least", &range.minimum),
        part("more than", &range.exclusive_minimum),
        part("at most", &range.maximum),
        part("less than", &range.exclusive_maximum),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
}
