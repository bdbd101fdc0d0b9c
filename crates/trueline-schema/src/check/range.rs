//! # `range`
//!
//! Values must be within bounds: `minimum` and `maximum` are inclusive, `exclusive_minimum` and `exclusive_maximum` are not.
//! Bounds are written as values of the field's type; of two bounds on the same side the stricter one applies.

use std::cmp::Ordering;

use super::{CheckKind, Spec, Target, Types};
use crate::canonical::Object;
use crate::data_type::DataType;
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

/// Bounds, at least one of which is set. A range from a document has at most one bound per side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Range {
    /// Values must be greater than or equal to this.
    pub minimum: Option<Literal>,
    /// Values must be less than or equal to this.
    pub maximum: Option<Literal>,
    /// Values must be greater than this.
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

    /// Why no value of the type can lie in the range.
    fn contradiction(&self, data_type: Option<&DataType>) -> Option<String> {
        self.crossing().or_else(|| self.nothing_whole(data_type?))
    }

    /// Why no value at all can lie in the range.
    fn crossing(&self) -> Option<String> {
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

    /// The reason why no integer or date is in the range: it is between neighbors, or beyond the end of the type.
    fn nothing_whole(&self, data_type: &DataType) -> Option<String> {
        let (least, most) = match data_type {
            DataType::Date => (i128::MIN, i128::MAX),
            _ => data_type.integer_bounds()?,
        };
        let whole = |bound: &Option<Literal>| match bound.as_ref()? {
            Literal::Number(number) => number.to_integer(),
            Literal::Date(days) => Some(i128::from(*days)),
            _ => None,
        };
        let low =
            whole(&self.exclusive_minimum).map(|bound| bound.saturating_add(1)).or(whole(&self.minimum));
        let high =
            whole(&self.exclusive_maximum).map(|bound| bound.saturating_sub(1)).or(whole(&self.maximum));
        if low.unwrap_or(least) <= high.unwrap_or(most) {
            return None;
        }
        Some(format!("no {data_type} is {}", expected(self)))
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
    if let Some(reason) = range.contradiction(item.data_type()) {
        let bounds = [&range.maximum, &range.exclusive_maximum, &range.exclusive_minimum];
        let keys = ["maximum", "exclusive_maximum", "exclusive_minimum"];
        let key =
            keys.into_iter().zip(bounds).find(|(_, bound)| bound.is_some()).map_or("minimum", |(key, _)| key);
        item.fault(key, ErrorKind::Impossible { reason });
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
