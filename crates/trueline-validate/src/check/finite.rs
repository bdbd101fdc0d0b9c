//! # finite
//!
//! Floats must be finite: neither NaN nor infinite.
//!
//! **Why** — `nan` and `inf` are valid floats and spoil every sum that includes them.
//!
//! **Passes** — every finite value.
//!
//! **Fails** — `nan`, `inf`, `infinity` in any case and with any sign.
//!
//! **Options** — the field's `allow_nan` and `allow_infinite`; with both there is nothing left to check.
//!
//! **Codes** — `finite.nan`, `finite.infinite`.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use trueline_schema::DataType;

use super::{Kernel, is_float};
use crate::mask::Mask;

pub(crate) fn compile(
    allow_nan: bool,
    allow_infinite: bool,
    data_type: &DataType,
) -> Option<Box<dyn Kernel>> {
    is_float(data_type).then(|| Box::new(Finite { allow_nan, allow_infinite }) as Box<dyn Kernel>)
}

#[derive(Clone)]
struct Finite {
    allow_nan: bool,
    allow_infinite: bool,
}

impl Finite {
    fn fails(&self, value: f64) -> bool {
        (value.is_nan() && !self.allow_nan) || (value.is_infinite() && !self.allow_infinite)
    }
}

impl Kernel for Finite {
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
        let is_nan = match array.as_primitive_opt::<Float64Type>() {
            Some(values) => values.value(row).is_nan(),
            None => array.as_primitive::<Float32Type>().value(row).is_nan(),
        };
        usize::from(!is_nan)
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}
