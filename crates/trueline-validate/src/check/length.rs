//! # length
//!
//! The length of strings, binary values or lists must be within bounds.
//!
//! **Why** — identifiers have a fixed length, and a database column a maximum.
//!
//! **Passes** — null, and strings of `min_length` to `max_length` Unicode scalar values, both inclusive.
//!
//! **Fails** — shorter and longer strings. Binary values are counted in bytes, lists in items of whatever type.
//!
//! **Options** — `min_length`, `max_length`; in a check also `unit` (`char`, the default, or `byte`).
//!
//! **Codes** — `length.too_short`, `length.too_long`.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use trueline_schema::{DataType, LengthUnit};

use super::{Kernel, is_text};
use crate::mask::Mask;

pub(crate) fn compile(
    min: Option<u64>,
    max: Option<u64>,
    unit: LengthUnit,
    data_type: &DataType,
) -> Option<Box<dyn Kernel>> {
    let bound = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let (least, most) = (min.map_or(0, bound), max.map_or(usize::MAX, bound));
    if is_text(data_type) {
        Some(Box::new(TextLength { least, most, bytes: unit == LengthUnit::Byte }))
    } else if *data_type == DataType::Binary {
        Some(Box::new(BinaryLength { least, most }))
    } else if matches!(data_type, DataType::List(_)) {
        Some(Box::new(ListLength { least, most }))
    } else {
        None
    }
}

#[derive(Clone)]
struct TextLength {
    least: usize,
    most: usize,
    bytes: bool,
}

impl TextLength {
    /// Returns whether a string has at least this many characters.
    ///
    /// It mostly compares a fixed number of bytes, because loops over strings of varying length are mispredicted.
    fn has(&self, value: &str, characters: usize) -> bool {
        // A string has at most as many characters as bytes, and at least a quarter of them.
        value.as_bytes().get(..characters).is_some_and(|start| {
            self.bytes
                || start.is_ascii()
                || value.len() / 4 >= characters
                || value.chars().count() >= characters
        })
    }

    fn is_long(&self, value: &str) -> bool {
        self.most.checked_add(1).is_some_and(|characters| self.has(value, characters))
    }

    /// Returns whether any string of this many bytes has a valid length: it has at most as many characters as bytes, and at least
    /// a quarter of them.
    #[expect(clippy::needless_bitwise_bool, reason = "without a branch")]
    fn clears(&self, bytes: usize) -> bool {
        (bytes <= self.most) & (bytes / 4 >= self.least)
    }

    /// Returns whether a string is inlined in its view, is ASCII (so that it has as many characters as bytes) and has a valid
    /// length.
    #[expect(clippy::needless_bitwise_bool, reason = "without a branch")]
    fn holds_in(&self, view: u128) -> bool {
        /// The highest bits of the bytes of an inlined string; the bytes after its end are 0.
        const NOT_ASCII: u128 = 0x8080_8080_8080_8080_8080_8080_0000_0000;
        let bytes = length(view);
        (bytes <= 12) & (view & NOT_ASCII == 0) & (bytes >= self.least) & (bytes <= self.most)
    }
}

/// Returns the number of bytes of a string, from its view.
#[allow(clippy::cast_possible_truncation, reason = "a view's length is its low half-word")]
fn length(view: u128) -> usize {
    view as u32 as usize
}

impl Kernel for TextLength {
    fn check(&self, array: &dyn Array, failing: &mut Mask) {
        let values = array.as_string_view();
        // The strings not cleared by their bytes are either few or most of the column: in both cases separate loops over those with
        // few and those with many bytes are faster than branches in this one.
        failing.fill_from(values.views(), |view| !(self.clears(length(view)) | self.holds_in(view)));
        let few = failing.filter(values.views(), |view| (self.least..=self.most).contains(&length(view)));
        for row in few.rows() {
            if self.has(values.value(row), self.least) {
                failing.clear(row);
            }
        }
        let many = failing.filter(values.views(), |view| length(view) > self.most);
        for row in many.rows() {
            let value = values.value(row);
            if !self.is_long(value) && self.has(value, self.least) {
                failing.clear(row);
            }
        }
    }

    fn code(&self, array: &dyn Array, row: usize) -> usize {
        usize::from(self.has(array.as_string_view().value(row), self.least))
    }

    fn count_codes(&self, array: &dyn Array, failing: &Mask, counts: &mut [u64]) {
        let values = array.as_string_view();
        let many = failing.filter(values.views(), |view| length(view) > self.most);
        // If a string has many bytes, its characters must be counted, unless even a quarter of the bytes is enough.
        let unsure = many.filter(values.views(), |view| length(view) / 4 < self.least);
        let is_short = |row: &usize| !self.has(values.value(*row), self.least);
        let long = many.count() - unsure.rows().filter(is_short).map(|_| 1).sum::<u64>();
        counts[0] += failing.count() - long;
        counts[1] += long;
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct BinaryLength {
    least: usize,
    most: usize,
}

impl Kernel for BinaryLength {
    fn check(&self, array: &dyn Array, failing: &mut Mask) {
        let values = array.as_binary::<i32>();
        failing.fill(|row| !(self.least..=self.most).contains(&values.value(row).len()));
    }

    fn code(&self, array: &dyn Array, row: usize) -> usize {
        usize::from(array.as_binary::<i32>().value(row).len() >= self.least)
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}

#[derive(Clone)]
struct ListLength {
    least: usize,
    most: usize,
}

impl Kernel for ListLength {
    fn check(&self, array: &dyn Array, failing: &mut Mask) {
        let values = array.as_list::<i32>();
        failing.fill(|row| {
            let items = usize::try_from(values.value_length(row)).unwrap_or_default();
            !(self.least..=self.most).contains(&items)
        });
    }

    fn code(&self, array: &dyn Array, row: usize) -> usize {
        let items = usize::try_from(array.as_list::<i32>().value_length(row)).unwrap_or_default();
        usize::from(items >= self.least)
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::ListArray;
    use arrow_array::types::Int64Type;

    #[test]
    fn a_list_is_as_long_as_it_has_items() {
        let list = DataType::List(Box::new(DataType::Int64));
        let kernel = compile(Some(1), Some(2), LengthUnit::Char, &list).expect("lists have a length");
        let rows: [Option<Vec<Option<i64>>>; 5] =
            [Some(vec![]), Some(vec![None]), Some(vec![Some(1), Some(2)]), None, Some(vec![None; 3])];
        let array = ListArray::from_iter_primitive::<Int64Type, _, _>(rows).slice(0, 5);
        let mut failing = Mask::new(5);
        kernel.check(&array, &mut failing);
        failing.keep_valid(array.nulls());
        assert_eq!(failing.rows().collect::<Vec<_>>(), [0, 4]);
        assert_eq!([kernel.code(&array, 0), kernel.code(&array, 4)], [0, 1]);
        let object = DataType::Struct(vec![("a".to_owned(), DataType::Int64)]);
        assert!(compile(Some(1), None, LengthUnit::Char, &object).is_none());
    }
}
