//! # range
//!
//! Values must be within bounds.
//!
//! **Why** — a price of -5, an age of 430 or a date in the year 2107 parses but is wrong.
//!
//! **Passes** — null, and values from `minimum` to `maximum`, both inclusive.
//!
//! **Fails** — values outside. Integers, decimals, dates and times are compared exactly; floats as IEEE values. NaN always fails:
//! as `below_minimum` if there is a lower bound, else as `above_maximum`.
//!
//! **Options** — `minimum`, `maximum`, `exclusive_minimum`, `exclusive_maximum`: numbers, or dates and times in ISO 8601, whatever
//! `format` the field has.
//!
//! **Codes** — `range.below_minimum`, `range.above_maximum`.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use trueline_schema::{DataType, Literal, Range};

use super::{Kernel, is_float, to_f64};
use crate::mask::Mask;
use crate::values::{Exact, integers};

pub(crate) fn compile(range: &Range, data_type: &DataType) -> Option<Box<dyn Kernel>> {
    if is_float(data_type) {
        return Some(Box::new(FloatRange::new(range, *data_type == DataType::Float32)));
    }
    let exact = |literal: &Option<Literal>| match literal {
        Some(literal) => Exact::new(literal, data_type).map(Some),
        None => Some(None),
    };
    let (minimum, above) = (exact(&range.minimum)?, exact(&range.exclusive_minimum)?);
    let (maximum, below) = (exact(&range.maximum)?, exact(&range.exclusive_maximum)?);
    let least = [
        minimum.map(|bound| bound.floor.saturating_add(i128::from(bound.has_rest))),
        above.map(|bound| bound.floor.saturating_add(1)),
    ];
    let most = [
        maximum.map(|bound| bound.floor),
        below.map(|bound| bound.floor.saturating_sub(i128::from(!bound.has_rest))),
    ];
    Some(Box::new(ExactRange {
        least: least.into_iter().flatten().max().unwrap_or(i128::MIN),
        most: most.into_iter().flatten().min().unwrap_or(i128::MAX),
    }))
}

/// Inclusive bounds, in the unit of [`integers!`].
#[derive(Clone)]
struct ExactRange {
    least: i128,
    most: i128,
}

impl Kernel for ExactRange {
    fn is_convex(&self) -> bool {
        true
    }

    fn check(&self, array: &dyn Array, failing: &mut Mask) {
        integers!(array, |get| failing.fill(|row| {
            let value = get(row);
            value < self.least || value > self.most
        }));
    }

    fn code(&self, array: &dyn Array, row: usize) -> usize {
        usize::from(integers!(array, |get| get(row) >= self.least).unwrap_or_default())
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}

/// Inclusive bounds; an exclusive bound becomes the next float inside it.
#[derive(Clone)]
struct FloatRange {
    least: f64,
    most: f64,
}

impl FloatRange {
    fn new(range: &Range, single: bool) -> Self {
        // A float32 column is compared at its own precision, so that a bound and a cell with the same text are equal.
        #[allow(clippy::cast_possible_truncation, reason = "rounding to float32 is the purpose")]
        let bound = |literal: &Option<Literal>| {
            let value = literal.as_ref().and_then(to_f64);
            if single { value.map(|value| f64::from(value as f32)) } else { value }
        };
        let inner = |included: Option<f64>, next: Option<f64>, edge: f64| {
            let (included, next) = (included.unwrap_or(edge), next.unwrap_or(edge));
            if edge < 0.0 { included.max(next) } else { included.min(next) }
        };
        Self {
            least: inner(
                bound(&range.minimum),
                bound(&range.exclusive_minimum).map(f64::next_up),
                f64::NEG_INFINITY,
            ),
            most: inner(
                bound(&range.maximum),
                bound(&range.exclusive_maximum).map(f64::next_down),
                f64::INFINITY,
            ),
        }
    }

    /// Returns whether a value is below the bounds; NaN counts as below if there is a lower bound.
    #[expect(clippy::needless_bitwise_bool, reason = "without a branch")]
    fn is_below(&self, value: f64) -> bool {
        (value < self.least) | (value.is_nan() & (self.least > f64::NEG_INFINITY))
    }

    fn fails(&self, value: f64) -> bool {
        !(value >= self.least && value <= self.most)
    }
}

impl Kernel for FloatRange {
    fn is_convex(&self) -> bool {
        true
    }

    fn check(&self, array: &dyn Array, failing: &mut Mask) {
        if let Some(values) = array.as_primitive_opt::<Float64Type>() {
            failing.fill_from(values.values(), |value| self.fails(value));
        } else {
            let values = array.as_primitive::<Float32Type>();
            failing.fill_from(values.values(), |value| self.fails(f64::from(value)));
        }
    }

    fn code(&self, array: &dyn Array, row: usize) -> usize {
        let value = match array.as_primitive_opt::<Float64Type>() {
            Some(values) => values.value(row),
            None => f64::from(array.as_primitive::<Float32Type>().value(row)),
        };
        usize::from(!self.is_below(value))
    }

    fn count_codes(&self, array: &dyn Array, failing: &Mask, counts: &mut [u64]) {
        let Some(values) = array.as_primitive_opt::<Float64Type>() else {
            return failing.rows().for_each(|row| counts[self.code(array, row)] += 1);
        };
        let below = failing.filter(values.values(), |value| self.is_below(value)).count();
        counts[0] += below;
        counts[1] += failing.count() - below;
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}
