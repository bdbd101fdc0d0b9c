//! # precision
//!
//! Numbers must not have more digits than specified.
//!
//! **Why** — amounts with a third decimal, or figures with a pretended precision of twelve digits, come from a calculation and not
//! from a ledger.
//!
//! **Passes** — null, and numbers with at most `digits` digits in total and `scale` digits after the point. Floats are evaluated in
//! their shortest decimal representation; trailing zeros of a fraction do not count.
//!
//! **Fails** — numbers with more; NaN and infinities, which have too many digits, or too many after the point if only `scale` is
//! given.
//!
//! **Options** — `precision` (as a keyword: `{digits, scale}`) or `digits` and `scale` (in a check).
//!
//! **Codes** — `precision.digits`, `precision.scale`.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use trueline_schema::{DataType, Decimal};

use super::multiple_of::shortest;
use super::{Kernel, is_float, is_integer};
use crate::mask::Mask;
use crate::values::integers;

pub(crate) fn compile(
    digits: Option<u32>,
    scale: Option<u32>,
    data_type: &DataType,
) -> Option<Box<dyn Kernel>> {
    let own_scale = match data_type {
        DataType::Decimal { scale, .. } => i32::from(*scale),
        number if is_integer(number) || is_float(number) => 0,
        _ => return None,
    };
    Some(Box::new(Precision {
        digits: digits.unwrap_or(u32::MAX),
        scale: scale.unwrap_or(u32::MAX),
        own_scale,
    }))
}

#[derive(Clone)]
struct Precision {
    digits: u32,
    scale: u32,
    own_scale: i32,
}

impl Precision {
    /// Returns the code of a number that has too many digits.
    fn fault(&self, mut unscaled: u128, mut scale: i32) -> Option<usize> {
        while scale > 0 && unscaled != 0 && unscaled.is_multiple_of(10) {
            unscaled /= 10;
            scale -= 1;
        }
        if unscaled == 0 {
            return None;
        }
        let significant = unscaled.ilog10() + 1;
        // 0.05 has one digit and a scale of two; 500 written as 5e2 has three.
        let digits = if scale < 0 { significant.saturating_add(scale.unsigned_abs()) } else { significant };
        if digits > self.digits {
            Some(0)
        } else {
            (scale > 0 && scale.unsigned_abs() > self.scale).then_some(1)
        }
    }

    fn text_fault(&self, shortest: &str) -> Option<usize> {
        match Decimal::parse(shortest) {
            Some(number) => self.fault(number.unscaled.unsigned_abs(), number.scale),
            // An infinity has too many digits, or too many after the point if only those are limited.
            None => Some(usize::from(self.digits == u32::MAX)),
        }
    }

    fn row_fault(&self, array: &dyn Array, row: usize, text: &mut String) -> Option<usize> {
        if let Some(values) = array.as_primitive_opt::<Float64Type>() {
            self.text_fault(shortest(text, values.value(row)))
        } else if let Some(values) = array.as_primitive_opt::<Float32Type>() {
            self.text_fault(shortest(text, values.value(row)))
        } else {
            integers!(array, |get| self.fault(get(row).unsigned_abs(), self.own_scale)).flatten()
        }
    }
}

impl Kernel for Precision {
    fn check(&self, array: &dyn Array, failing: &mut Mask) {
        let mut text = String::new();
        failing.fill(|row| self.row_fault(array, row, &mut text).is_some());
    }

    fn code(&self, array: &dyn Array, row: usize) -> usize {
        self.row_fault(array, row, &mut String::new()).unwrap_or_default()
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}
