//! The checks, one file each. A new check is a new file, one `mod` line and one arm in [`runner`].
//!
//! A check over cells is compiled once into a [`Kernel`] for the type of its column. The kernel evaluates a whole Arrow array and
//! returns the failing rows; the code is determined only for rows that fail.

#![allow(
    clippy::doc_markdown,
    reason = "the pages are titled by the checks' names, which are plain text there"
)]

pub(crate) mod column_count;
pub(crate) mod columns;
pub(crate) mod completeness;
pub(crate) mod r#const;
pub(crate) mod contains;
pub(crate) mod custom;
pub(crate) mod distinct_count;
pub(crate) mod ends_with;
pub(crate) mod r#enum;
pub(crate) mod finite;
pub(crate) mod format;
pub(crate) mod length;
pub(crate) mod multiple_of;
pub(crate) mod not_in;
pub(crate) mod pattern;
pub(crate) mod precision;
pub(crate) mod primary_key;
pub(crate) mod range;
pub(crate) mod required;
pub(crate) mod row_count;
pub(crate) mod starts_with;
pub(crate) mod structure;
pub(crate) mod r#type;
pub(crate) mod unique;

mod membership;
mod shape;

use std::sync::Arc;

use arrow_array::Array;
use trueline_schema::{CheckKind, CountBounds, DataType, KeyNulls, KeyReport, Literal};

pub use self::custom::{Custom, CustomCheck};
use crate::error::{Error, ErrorKind};
use crate::mask::Mask;

/// One compiled check over the cells of one column.
pub(crate) trait Kernel: Send + Sync {
    /// Puts the failing rows of `array` into `failing`. The result for null slots does not matter.
    fn check(&self, array: &dyn Array, failing: &mut Mask);

    /// Returns whether every value between two passing values passes too. NaN is between no values.
    fn is_convex(&self) -> bool {
        false
    }

    /// Returns the code of a failing row, as an index into `CheckKind::codes`.
    fn code(&self, _array: &dyn Array, _row: usize) -> usize {
        0
    }

    /// Counts the failing rows by code.
    fn count_codes(&self, array: &dyn Array, failing: &Mask, counts: &mut [u64]) {
        for row in failing.rows() {
            counts[self.code(array, row)] += 1;
        }
    }

    /// Creates a copy for another thread, without shared mutable scratch space.
    fn fork(&self) -> Box<dyn Kernel>;
}

impl Clone for Box<dyn Kernel> {
    fn clone(&self) -> Self {
        self.fork()
    }
}

/// How a check is evaluated.
#[derive(Clone)]
pub(crate) enum Runner {
    /// A kernel over the cells of one column.
    Cells(Box<dyn Kernel>),
    /// The nulls of one column.
    Required,
    /// The cells of one column that did not parse.
    Type,
    /// The rows that could not be split into fields.
    Structure,
    /// The columns of each input.
    Columns,
    /// A set of keys over one or more columns, evaluated at the end.
    Keys(KeyRule),
    /// Counters, evaluated at the end.
    Table(TableRule),
    /// A function of the program.
    Custom {
        function: Arc<dyn Custom>,
        /// Whether the check was declared without columns and so has all of them.
        is_of_all: bool,
    },
}

/// The rule of a check over a set of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyRule {
    pub(crate) nulls: KeyNulls,
    pub(crate) purpose: KeyPurpose,
}

/// Why keys are collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyPurpose {
    /// Every key is unique; the value says which occurrences are reported.
    Unique(KeyReport),
    /// The number of distinct keys is within bounds.
    DistinctCount(CountBounds),
}

/// The rule of a check over counters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TableRule {
    RowCount(CountBounds),
    ColumnCount(CountBounds),
    Completeness { min_fraction: Option<f64>, min_count: Option<u64> },
}

/// Compiles one check for a column of type `data_type` (`Any` for checks without a column).
pub(crate) fn runner(kind: &CheckKind, data_type: &DataType) -> Result<Runner, Error> {
    let cells = |kernel: Option<Box<dyn Kernel>>| {
        kernel.map(Runner::Cells).ok_or_else(|| {
            Error::new(ErrorKind::Unsuitable { check: kind.name(), data_type: data_type.to_string() })
        })
    };
    match kind {
        CheckKind::Structure => Ok(Runner::Structure),
        CheckKind::Columns => Ok(Runner::Columns),
        CheckKind::Type => Ok(Runner::Type),
        CheckKind::Required => Ok(Runner::Required),
        CheckKind::Finite { allow_nan, allow_infinite } => {
            cells(finite::compile(*allow_nan, *allow_infinite, data_type))
        }
        CheckKind::Range(range) => cells(range::compile(range, data_type)),
        CheckKind::MultipleOf(factor) => cells(multiple_of::compile(factor, data_type)),
        CheckKind::Enum(values) => cells(r#enum::compile(values, data_type)),
        CheckKind::NotIn(values) => cells(not_in::compile(values, data_type)),
        CheckKind::Const(value) => cells(r#const::compile(value, data_type)),
        CheckKind::Pattern { pattern, negate } => {
            pattern::compile(pattern, *negate, data_type).and_then(cells)
        }
        CheckKind::Length { min, max, unit } => cells(length::compile(*min, *max, *unit, data_type)),
        CheckKind::StartsWith(text) => cells(starts_with::compile(text, data_type)),
        CheckKind::EndsWith(text) => cells(ends_with::compile(text, data_type)),
        CheckKind::Contains(text) => cells(contains::compile(text, data_type)),
        CheckKind::Format(format) => cells(format::compile(*format, data_type)),
        CheckKind::Precision { digits, scale } => cells(precision::compile(*digits, *scale, data_type)),
        CheckKind::Unique { nulls, report } => Ok(Runner::Keys(unique::compile(*nulls, *report))),
        CheckKind::PrimaryKey => Ok(Runner::Keys(primary_key::compile())),
        CheckKind::DistinctCount(bounds) => Ok(Runner::Keys(distinct_count::compile(*bounds))),
        CheckKind::RowCount(bounds) => Ok(Runner::Table(row_count::compile(*bounds))),
        CheckKind::ColumnCount(bounds) => Ok(Runner::Table(column_count::compile(*bounds))),
        CheckKind::Completeness { min_fraction, min_count } => {
            Ok(Runner::Table(completeness::compile(*min_fraction, *min_count)))
        }
        // A function is added to a plan together with its check.
        CheckKind::Custom { .. } => Err(Error::new(ErrorKind::NoFunction)),
        _ => Err(Error::new(ErrorKind::Unsuitable { check: kind.name(), data_type: data_type.to_string() })),
    }
}

/// Returns whether values of the type are text.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::String | DataType::Any)
}

/// Returns whether values of the type are integers.
pub(crate) fn is_integer(data_type: &DataType) -> bool {
    use DataType::{Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64};
    matches!(data_type, Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64)
}

/// Returns whether values of the type are floats.
pub(crate) fn is_float(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Float32 | DataType::Float64)
}

/// Converts the number of a literal to the nearest double.
pub(crate) fn to_f64(literal: &Literal) -> Option<f64> {
    match literal {
        Literal::Number(number) => Some(number.to_f64()),
        _ => None,
    }
}

/// Returns the code of a count outside `bounds`, as an index into the two codes of a counting check.
pub(crate) fn outside(bounds: &CountBounds, count: u64) -> Option<usize> {
    let min = bounds.equals.or(bounds.min);
    let max = bounds.equals.or(bounds.max);
    if min.is_some_and(|min| count < min) {
        Some(0)
    } else if max.is_some_and(|max| count > max) {
        Some(1)
    } else {
        None
    }
}

/// A kernel over text: the predicate returns whether a value fails.
#[derive(Clone)]
pub(crate) struct TextKernel<F>(pub(crate) F);

impl<F: Fn(&str) -> bool + Clone + Send + Sync + 'static> Kernel for TextKernel<F> {
    fn check(&self, array: &dyn Array, failing: &mut Mask) {
        use arrow_array::cast::AsArray;
        let values = array.as_string_view();
        failing.fill(|row| (self.0)(values.value(row)));
    }

    fn fork(&self) -> Box<dyn Kernel> {
        Box::new(self.clone())
    }
}
