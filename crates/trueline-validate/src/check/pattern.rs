//! # pattern
//!
//! Strings must match a regular expression.
//!
//! **Why** — codes, account numbers and references have a fixed shape.
//!
//! **Passes** — null, and strings in which the pattern matches anywhere; anchor it with `^` and `$` to match the whole string.
//!
//! **Fails** — strings in which it does not match (with `negate: true`: strings in which it does).
//!
//! **Options** — `pattern`; in a check also `negate` (default false). The syntax is that of the Rust `regex` crate, matched in
//! linear time; `\d`, `\w`, `\s` and `\b` are ASCII unless `(?u)` is given; `$` is only the end of the string. The size of a
//! compiled pattern is limited.
//!
//! **Codes** — `pattern.no_match`, `pattern.match`.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use regex_automata::meta::Regex;
use trueline_schema::DataType;

use super::shape::FixedShape;
use super::{Kernel, is_text};
use crate::error::{Error, ErrorKind};
use crate::mask::Mask;

pub(crate) fn compile(
    pattern: &str,
    negate: bool,
    data_type: &DataType,
) -> Result<Option<Box<dyn Kernel>>, Error> {
    if !is_text(data_type) {
        return Ok(None);
    }
    let regex = trueline_schema::pattern::compile(pattern)
        .map_err(|source| Error::new(ErrorKind::Pattern { pattern: pattern.to_owned(), source }))?;
    // With `negate`, most values do not have the shape, so that it would not save time.
    let shape = if negate { None } else { FixedShape::of(pattern) };
    Ok(Some(Box::new(Pattern { regex, negate, shape })))
}

struct Pattern {
    regex: Regex,
    negate: bool,
    /// The shape of values that are certain to match.
    shape: Option<FixedShape>,
}

impl Kernel for Pattern {
    fn check(&self, array: &dyn Array, failing: &mut Mask) {
        let values = array.as_string_view();
        let Some(shape) = &self.shape else {
            failing.fill(|row| self.regex.is_match(values.value(row)) == self.negate);
            return;
        };
        shape.mark_mismatches(values, failing);
        let others: Vec<usize> = failing.rows().filter(|&row| values.is_valid(row)).collect();
        for row in others {
            if self.regex.is_match(values.value(row)) {
                failing.clear(row);
            }
        }
    }

    fn code(&self, _array: &dyn Array, _row: usize) -> usize {
        usize::from(self.negate)
    }

    fn fork(&self) -> Box<dyn Kernel> {
        // A clone has its own pool of scratch space, so that threads do not contend for one.
        Box::new(Self { regex: self.regex.clone(), negate: self.negate, shape: self.shape.clone() })
    }
}
