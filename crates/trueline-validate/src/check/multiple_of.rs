//! # multiple_of
//!
//! Numbers must be integer multiples of a given number.
//!
//! **Why** — prices come in ticks, quantities in lots.
//!
//! **Passes** — null, and integer multiples, including zero and negative ones. Floats are evaluated in their shortest decimal
//! representation, so 0.3 is a multiple of 0.1.
//!
//! **Fails** — all other numbers; NaN and infinities.
//!
//! **Options** — `multiple_of`: a number above 0 that is a value of the field's type.
//!
//! **Codes** — `multiple_of.remainder`.

use std::fmt::Write;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use trueline_schema::{DataType, Decimal, Literal};

use super::{Kernel, is_float, is_integer};
use crate::mask::Mask;
use crate::values::integers;

pub(crate) fn compile(factor: &Literal, data_type: &DataType) -> Option<Box<dyn Kernel>> {
    let Literal::Number(factor) = *factor else { return None };
    if factor.unscaled <= 0 {
        return None;
    }
    if is_float(data_type) {
        return Some(Box::new(FloatMultiple { factor }));
    }
    let scale = match data_type {
        DataType::Decimal { scale, .. } => i32::from(*scale),
        integer if is_integer(integer) => 0,
        _ => return None,
    };
    Some(Box::new(ExactMultiple { factor, scale }))
}

/// Returns whether `value` is an integer multiple of `factor`, which is above 0; exact.
fn is_multiple(value: Decimal, factor: Decimal) -> bool {
    if value.unscaled == 0 {
        return true;
    }
    // value / factor = (v · 10^-a) / (f · 10^-b) = v · 10^(b-a) / f
    let shift = factor.scale - value.scale;
    let factor = factor.unscaled.unsigned_abs();
    let value = value.unscaled.unsigned_abs();
    if shift >= 0 {
        // Powers of ten are taken modulo the factor, so nothing overflows: both operands stay below 2^127.
        let mut rest = value % factor;
        for _ in 0..shift {
            if rest == 0 {
                return true;
            }
            rest = times_ten_modulo(rest, factor);
        }
        return rest == 0;
    }
    let Some(ten) = 10_u128.checked_pow(shift.unsigned_abs()) else { return false };
    factor.checked_mul(ten).is_some_and(|factor| value.is_multiple_of(factor))
}

/// Computes `rest · 10 mod factor` by doubling, for `rest < factor < 2^127`.
fn times_ten_modulo(rest: u128, factor: u128) -> u128 {
    let add = |a: u128, b: u128| (a + b) % factor;
    let two = add(rest, rest);
    let four = add(two, two);
    add(add(four, four), two)
}

#[derive(Clone)]
struct ExactMultiple {
    factor: Decimal,
    scale: i32,
}

impl Kernel for ExactMultiple {
    fn check(&self, array: &dyn Array, failing: &mut Mask) {
        if self.factor.scale <= self.scale
            && let Some(ten) = 10_i128.checked_pow(self.scale.abs_diff(self.factor.scale))
            && let Some(step) = self.factor.unscaled.checked_mul(ten)
        {
            integers!(array, |get| failing.fill(|row| get(row) % step != 0));
            return;
        }
        integers!(array, |get| failing
            .fill(|row| { !is_multiple(Decimal { unscaled: get(row), scale: self.scale }, self.factor) }));
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct FloatMultiple {
    factor: Decimal,
}

impl FloatMultiple {
    fn fails(&self, shortest: &str) -> bool {
        Decimal::parse(shortest).is_none_or(|value| !is_multiple(value, self.factor))
    }
}

impl Kernel for FloatMultiple {
    fn check(&self, array: &dyn Array, failing: &mut Mask) {
        let mut text = String::new();
        if let Some(values) = array.as_primitive_opt::<Float64Type>() {
            failing.fill(|row| self.fails(shortest(&mut text, values.values()[row])));
        } else {
            let values = array.as_primitive::<Float32Type>();
            failing.fill(|row| self.fails(shortest(&mut text, values.values()[row])));
        }
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}

/// Formats the shortest decimal representation that parses back to `value`.
pub(crate) fn shortest(text: &mut String, value: impl std::fmt::LowerExp) -> &str {
    text.clear();
    // Writing into a String cannot fail.
    let _ = write!(text, "{value:e}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect("a number")
    }

    #[test]
    fn multiples_are_exact() {
        for (value, factor, expected) in [
            ("0.3", "0.1", true),
            ("0.35", "0.1", false),
            ("1e308", "0.123456789", false),
            ("12391239123", "1e-8", true),
            ("0", "7", true),
            ("-21", "7", true),
            ("1e30", "3", false),
            ("3e30", "3", true),
            ("4.5", "1.5", true),
            ("0.0075", "0.0001", true),
            ("0.00751", "0.0001", false),
            ("5", "1e2", false),
            ("500", "1e2", true),
        ] {
            assert_eq!(is_multiple(decimal(value), decimal(factor)), expected, "{value} of {factor}");
        }
    }
}
