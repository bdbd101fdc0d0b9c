//! Whether a value is in a list: shared by `enum`, `not_in` and `const`.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use trueline_schema::{DataType, Literal};

use super::{Kernel, is_text};
use crate::mask::Mask;
use crate::values::{Exact, integers};

/// The longest string that is inlined in its view, in bytes.
const INLINE: usize = 12;

/// Up to this many strings are compared one by one; more are looked up in a hash set.
const LINEAR: usize = 8;

/// Compiles a kernel that fails values in the list if `forbidden`, and values outside of it otherwise.
pub(crate) fn compile(values: &[Literal], forbidden: bool, data_type: &DataType) -> Option<Box<dyn Kernel>> {
    let list = List::new(values, data_type)?;
    Some(Box::new(Membership { list, forbidden }))
}

#[derive(Clone)]
struct Membership {
    list: List,
    forbidden: bool,
}

#[derive(Clone)]
enum List {
    Few(Few),
    Texts(Arc<HashSet<Box<str>, foldhash::fast::RandomState>>),
    Exact(Arc<[i128]>),
    Floats(Arc<[f64]>),
    Booleans([bool; 2]),
    Binary(Arc<[Vec<u8>]>),
}

impl List {
    fn new(values: &[Literal], data_type: &DataType) -> Option<Self> {
        if is_text(data_type) {
            let texts: Option<Vec<Box<str>>> = values.iter().map(text).collect();
            let texts = texts?;
            return Some(if texts.len() <= LINEAR {
                Self::Few(Few::new(&texts))
            } else {
                Self::Texts(Arc::new(texts.into_iter().collect()))
            });
        }
        match data_type {
            DataType::Boolean => {
                let holds = |wanted| values.contains(&Literal::Boolean(wanted));
                Some(Self::Booleans([holds(false), holds(true)]))
            }
            DataType::Float32 | DataType::Float64 => {
                let numbers: Option<Vec<f64>> = values.iter().map(super::to_f64).collect();
                Some(Self::Floats(numbers?.into()))
            }
            DataType::Binary => values
                .iter()
                .map(|value| match value {
                    Literal::Binary(bytes) => Some(bytes.clone()),
                    _ => None,
                })
                .collect::<Option<Vec<_>>>()
                .map(|list| Self::Binary(list.into())),
            _ => {
                let exact: Option<Vec<Exact>> =
                    values.iter().map(|value| Exact::new(value, data_type)).collect();
                let mut whole: Vec<i128> = exact?.into_iter().filter_map(Exact::whole).collect();
                whole.sort_unstable();
                Some(Self::Exact(whole.into()))
            }
        }
    }
}

/// A few strings. Those of up to twelve bytes are compared as views, like those in an array.
#[derive(Clone)]
struct Few {
    short: Arc<[u128]>,
    long: Arc<[Box<str>]>,
    /// Whether all have up to four bytes, so that the low half of a view has its length and its whole text.
    are_tiny: bool,
}

impl Few {
    fn new(texts: &[Box<str>]) -> Self {
        let (short, long): (Vec<&str>, Vec<&str>) =
            texts.iter().map(|text| &**text).partition(|text| text.len() <= INLINE);
        let view = |text: &str| {
            let bytes = text.bytes().rev().fold(0, |word: u128, byte| word << 8 | u128::from(byte));
            bytes << 32 | text.len() as u128
        };
        Self {
            are_tiny: texts.iter().all(|text| text.len() <= 4),
            short: short.into_iter().map(view).collect(),
            long: long.into_iter().map(Box::from).collect(),
        }
    }

    /// Returns whether a view is that of a short string. It always compares all of them: a branch after each would mostly be
    /// mispredicted.
    #[expect(clippy::needless_bitwise_bool, reason = "without a branch")]
    fn holds(&self, view: u128) -> bool {
        self.short.iter().fold(false, |found, text| found | (*text == view))
    }

    /// Like [`Few::holds`], if all strings are tiny.
    #[expect(clippy::needless_bitwise_bool, reason = "without a branch")]
    #[expect(clippy::cast_possible_truncation, reason = "the low half of a view")]
    fn holds_tiny(&self, view: u128) -> bool {
        self.short.iter().fold(false, |found, text| found | (*text as u64 == view as u64))
    }

    fn contains<'t>(&self, view: u128, text: impl FnOnce() -> &'t str) -> bool {
        if view & u128::from(u32::MAX) <= INLINE as u128 {
            return self.holds(view);
        }
        let text = text();
        self.long.iter().any(|long| **long == *text)
    }
}

fn text(literal: &Literal) -> Option<Box<str>> {
    match literal {
        Literal::Text(text) => Some(text.as_str().into()),
        _ => None,
    }
}

impl Kernel for Membership {
    fn check(&self, array: &dyn Array, failing: &mut Mask) {
        let forbidden = self.forbidden;
        match &self.list {
            List::Few(texts) => {
                let values = array.as_string_view();
                let views = values.views();
                if texts.are_tiny {
                    failing.fill_from(views, |view| texts.holds_tiny(view) == forbidden);
                } else if texts.long.is_empty() {
                    failing.fill_from(views, |view| texts.holds(view) == forbidden);
                } else {
                    failing.fill(|row| texts.contains(views[row], || values.value(row)) == forbidden);
                }
            }
            List::Texts(texts) => {
                let values = array.as_string_view();
                failing.fill(|row| texts.contains(values.value(row)) == forbidden);
            }
            List::Exact(list) => {
                integers!(array, |get| failing
                    .fill(|row| list.binary_search(&get(row)).is_ok() == forbidden));
            }
            List::Floats(list) => check_floats(array, list, forbidden, failing),
            List::Booleans(listed) => {
                let values = array.as_boolean();
                failing.fill(|row| listed[usize::from(values.value(row))] == forbidden);
            }
            List::Binary(list) => {
                let values = array.as_binary::<i32>();
                failing.fill(|row| list.iter().any(|bytes| bytes == values.value(row)) == forbidden);
            }
        }
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}

#[allow(clippy::float_cmp, reason = "a listed float is equal or it is not")]
#[allow(clippy::cast_possible_truncation, reason = "float32 columns are compared at their own precision")]
fn check_floats(array: &dyn Array, list: &[f64], forbidden: bool, failing: &mut Mask) {
    if let Some(values) = array.as_primitive_opt::<Float64Type>() {
        failing.fill(|row| list.contains(&values.values()[row]) == forbidden);
    } else {
        let values = array.as_primitive::<Float32Type>();
        failing.fill(|row| {
            let value = values.values()[row];
            list.iter().any(|&listed| listed as f32 == value) == forbidden
        });
    }
}
