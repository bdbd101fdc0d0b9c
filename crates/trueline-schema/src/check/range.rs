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
use crate::read::Parameters;

pub(crate) const SPEC: Spec = Spec {
    name: "range",
    codes: &["range.below_minimum", "range.above_maximum"],
    keywords: &KEYS,
    parameters: &KEYS,
    needs: &KEYS,
    target: Target::Column,
    types: Types::Ordered,
    takes_tolerance: true,
    read: |parameters| Some(read(parameters)),
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
    /// The same range with only the stricter bound on each side.
    pub(crate) fn normalized(mut self) -> Self {
        keep_stricter(&mut self.minimum, &mut self.exclusive_minimum, Ordering::Greater);
        keep_stricter(&mut self.maximum, &mut self.exclusive_maximum, Ordering::Less);
        self
    }

    /// The reason why no value of the type is in the range, if so.
    fn contradiction(&self, data_type: Option<&DataType>) -> Option<String> {
        self.crossed_bounds().or_else(|| self.no_discrete_value(data_type?))
    }

    /// The reason why the range is empty for every ordered type, if so: the lower bound is above the upper one, or equal to it
    /// and one of them is exclusive.
    fn crossed_bounds(&self) -> Option<String> {
        let low = self.minimum.as_ref().map(|bound| ("minimum", bound, false));
        let low = low.or(self.exclusive_minimum.as_ref().map(|bound| ("exclusive_minimum", bound, true)))?;
        let high = self.maximum.as_ref().map(|bound| ("maximum", bound, false));
        let high =
            high.or(self.exclusive_maximum.as_ref().map(|bound| ("exclusive_maximum", bound, true)))?;
        let ((low_key, low, low_exclusive), (high_key, high, high_exclusive)) = (low, high);
        match compare(low, high)? {
            Ordering::Less => None,
            Ordering::Equal if !low_exclusive && !high_exclusive => None,
            Ordering::Equal => Some(format!(
                "no value lies between `{low_key}` {low} and `{high_key}` {high}, as a bound is excluded"
            )),
            Ordering::Greater => Some(format!("`{low_key}` {low} is above `{high_key}` {high}")),
        }
    }

    /// The reason why no integer or date is in the range, if so: no value lies between the bounds, or an exclusive bound excludes
    /// the last value of the type.
    fn no_discrete_value(&self, data_type: &DataType) -> Option<String> {
        let (type_min, type_max) = match data_type {
            DataType::Date => (i128::MIN, i128::MAX),
            _ => data_type.integer_bounds()?,
        };
        let discrete = |bound: &Option<Literal>| match bound.as_ref()? {
            Literal::Number(number) => number.to_integer(),
            Literal::Date(days) => Some(i128::from(*days)),
            _ => None,
        };
        let low = discrete(&self.exclusive_minimum)
            .map(|bound| bound.saturating_add(1))
            .or(discrete(&self.minimum));
        let high = discrete(&self.exclusive_maximum)
            .map(|bound| bound.saturating_sub(1))
            .or(discrete(&self.maximum));
        if low.unwrap_or(type_min) <= high.unwrap_or(type_max) {
            return None;
        }
        Some(format!("no {data_type} is {}", expected(self)))
    }
}

/// Keeps the stricter of two bounds on one side. `stricter` is the order of a stricter bound relative to a weaker one. The
/// exclusive bound is the stricter one of two equal bounds.
fn keep_stricter(inclusive: &mut Option<Literal>, exclusive: &mut Option<Literal>, stricter: Ordering) {
    if let (Some(bound), Some(exclusive_bound)) = (inclusive.as_ref(), exclusive.as_ref()) {
        match compare(bound, exclusive_bound) {
            Some(order) if order == stricter => *exclusive = None,
            Some(_) => *inclusive = None,
            None => {}
        }
    }
}

/// Compares two literals of the same ordered type.
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

fn read(parameters: &mut Parameters<'_, '_>) -> CheckKind {
    let range = Range {
        minimum: parameters.literal("minimum"),
        maximum: parameters.literal("maximum"),
        exclusive_minimum: parameters.literal("exclusive_minimum"),
        exclusive_maximum: parameters.literal("exclusive_maximum"),
    }
    .normalized();
    if let Some((key, kind)) = problem(&range, parameters.data_type()) {
        parameters.record_error(key, kind);
    }
    CheckKind::Range(range)
}

/// Why no value is in a normalized range, if so, and the bound to blame.
pub(crate) fn problem(range: &Range, data_type: Option<&DataType>) -> Option<(&'static str, ErrorKind)> {
    range.contradiction(data_type).map(|reason| {
        let bounds = [&range.maximum, &range.exclusive_maximum, &range.exclusive_minimum];
        let keys = ["maximum", "exclusive_maximum", "exclusive_minimum"];
        let key =
            keys.into_iter().zip(bounds).find(|(_, bound)| bound.is_some()).map_or("minimum", |(key, _)| key);
        (key, ErrorKind::Impossible { reason })
    })
}

pub(crate) fn write(range: &Range, object: &mut Object) {
    let range = range.clone().normalized();
    let bounds = [range.minimum, range.maximum, range.exclusive_minimum, range.exclusive_maximum];
    for (key, bound) in KEYS.into_iter().zip(&bounds) {
        if let Some(bound) = bound {
            object.literal(key, bound);
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
