//! The checks. Each has a file, and a line in every list below.
//!
//! A file contains the check's [`Spec`] (its names and what it applies to), reads its parameters from a document,
//! describes what it expects in words, and writes its canonical form.

pub(crate) mod column_count;
pub(crate) mod columns;
pub(crate) mod completeness;
pub(crate) mod r#const;
pub(crate) mod contains;
pub(crate) mod count;
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
pub(crate) mod spec;
pub(crate) mod starts_with;
pub(crate) mod structure;
pub(crate) mod r#type;
pub(crate) mod unique;

use std::fmt;

use crate::canonical::Object;
use crate::data_type::DataType;
use crate::literal::Literal;

pub use count::CountBounds;
pub use format::Format;
pub use length::LengthUnit;
pub use range::Range;
pub(crate) use spec::{Spec, Target, Types};
pub use unique::{KeyNulls, KeyReport};

/// One requirement on the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The id of the check in reports. In a [`Field`](crate::Field) or [`Schema`](crate::Schema) an empty id means
    /// the default id; [`Schema::resolved_checks`](crate::Schema::resolved_checks) fills it in.
    pub id: String,
    /// The kind of the check and its parameters.
    pub kind: CheckKind,
    /// The columns that the check applies to; empty for the whole table.
    pub columns: Vec<String>,
    /// The severity of a violation; default [`Severity::Error`].
    pub severity: Severity,
    /// How many failures are tolerated; default none.
    pub tolerance: Option<Tolerance>,
    /// The message of violations, replacing the default one.
    pub message: Option<String>,
    /// How many violations are kept as samples; the default is set for the run.
    pub sample_limit: Option<u64>,
}

impl Check {
    /// Creates a check with severity error and the default id.
    pub fn new(kind: CheckKind, columns: Vec<String>) -> Self {
        Self {
            id: String::new(),
            kind,
            columns,
            severity: Severity::Error,
            tolerance: None,
            message: None,
            sample_limit: None,
        }
    }
}

/// The severity of a violation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look, but the data is valid.
    Warning,
    /// The data is invalid.
    #[default]
    Error,
}

impl Severity {
    /// Returns `error` or `warning`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How many failures of a check are tolerated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// At most this number.
    Count(u64),
    /// At most this fraction of the evaluated values, above 0 and below 1.
    Fraction(f64),
}

/// The kind of a check and its parameters. The order of the variants is the order of checks in reports.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CheckKind {
    /// Records are well formed.
    Structure,
    /// The columns are the declared ones.
    Columns,
    /// Values have the column's type.
    Type,
    /// Floats are finite.
    Finite {
        /// Whether NaN is valid.
        allow_nan: bool,
        /// Whether infinities are valid.
        allow_infinite: bool,
    },
    /// Values are not null.
    Required,
    /// Keys are unique.
    Unique {
        /// How nulls in keys are handled.
        nulls: KeyNulls,
        /// Which occurrences are violations.
        report: KeyReport,
    },
    /// Keys are unique and not null.
    PrimaryKey,
    /// Values are within bounds.
    Range(Range),
    /// Numbers are multiples of this number.
    MultipleOf(Literal),
    /// Values are in the list.
    Enum(Vec<Literal>),
    /// Values are not in the list.
    NotIn(Vec<Literal>),
    /// Values are equal to this value.
    Const(Literal),
    /// Text matches a regular expression, or does not match it.
    Pattern {
        /// The expression; it may match anywhere unless it is anchored.
        pattern: String,
        /// Whether text must not match.
        negate: bool,
    },
    /// Text, bytes or lists have a length within inclusive bounds.
    Length {
        /// The smallest length.
        min: Option<u64>,
        /// The largest length.
        max: Option<u64>,
        /// The unit; for lists always items.
        unit: LengthUnit,
    },
    /// Text starts with this prefix.
    StartsWith(String),
    /// Text ends with this suffix.
    EndsWith(String),
    /// Text contains this substring.
    Contains(String),
    /// Text has a known format.
    Format(Format),
    /// Numbers have at most this many digits.
    Precision {
        /// The maximum number of significant digits.
        digits: Option<u32>,
        /// The maximum number of digits after the decimal point.
        scale: Option<u32>,
    },
    /// The number of distinct values is within bounds.
    DistinctCount(CountBounds),
    /// Enough values are not null.
    Completeness {
        /// The minimum fraction of rows with a value, 0 to 1.
        min_fraction: Option<f64>,
        /// The minimum number of values that are not null.
        min_count: Option<u64>,
    },
    /// The number of rows is within bounds.
    RowCount(CountBounds),
    /// The number of columns is within bounds.
    ColumnCount(CountBounds),
    /// A function of the program. Documents cannot contain it, so no schema has it: it is added to a plan.
    Custom {
        /// A description for people of what the function expects.
        expected: String,
    },
}

/// All checks, in the order of reports.
pub(crate) const SPECS: [&Spec; 23] = [
    &structure::SPEC,
    &columns::SPEC,
    &r#type::SPEC,
    &finite::SPEC,
    &required::SPEC,
    &unique::SPEC,
    &primary_key::SPEC,
    &range::SPEC,
    &multiple_of::SPEC,
    &r#enum::SPEC,
    &not_in::SPEC,
    &r#const::SPEC,
    &pattern::SPEC,
    &length::SPEC,
    &starts_with::SPEC,
    &ends_with::SPEC,
    &contains::SPEC,
    &format::SPEC,
    &precision::SPEC,
    &distinct_count::SPEC,
    &completeness::SPEC,
    &row_count::SPEC,
    &column_count::SPEC,
];

/// Reserved names of checks that this version does not support.
pub(crate) const RESERVED: [&str; 10] = [
    "expression",
    "compare",
    "conditional",
    "foreign_key",
    "monotonic",
    "statistic",
    "values_set",
    "freshness",
    "no_gaps",
    "drift",
];

impl CheckKind {
    /// Returns the name of the check in schema documents and reports.
    pub fn name(&self) -> &'static str {
        self.spec().name
    }

    /// Returns the codes of the check's violations, in the order of the documentation.
    pub fn codes(&self) -> &'static [&'static str] {
        match self {
            Self::Format(format) => format.codes(),
            _ => self.spec().codes,
        }
    }

    /// Returns whether the check applies to the table as a whole and not to single rows.
    pub fn is_of_table(&self) -> bool {
        matches!(
            self,
            Self::DistinctCount(_) | Self::Completeness { .. } | Self::RowCount(_) | Self::ColumnCount(_)
        )
    }

    /// Describes for people what the check expects of a value of a column of type `data_type` (`Any` for checks without a single
    /// column): `at least 0.01 and at most 1000000`.
    pub fn expected(&self, data_type: &DataType) -> String {
        match self {
            Self::Structure => structure::EXPECTED.to_owned(),
            Self::Columns => columns::EXPECTED.to_owned(),
            Self::Type => r#type::expected(data_type),
            Self::Finite { allow_nan, allow_infinite } => {
                finite::expected(*allow_nan, *allow_infinite).to_owned()
            }
            Self::Required => required::EXPECTED.to_owned(),
            Self::Unique { nulls, .. } => unique::expected(*nulls).to_owned(),
            Self::PrimaryKey => primary_key::EXPECTED.to_owned(),
            Self::Range(range) => range::expected(range),
            Self::MultipleOf(factor) => format!("a multiple of {factor}"),
            Self::Enum(values) => format!("one of {}", r#enum::listed(values)),
            Self::NotIn(values) => format!("none of {}", r#enum::listed(values)),
            Self::Const(value) => value.quoted(),
            Self::Pattern { pattern, negate } => pattern::expected(pattern, *negate),
            Self::Length { min, max, unit } => length::expected(*min, *max, *unit, data_type),
            Self::StartsWith(text) => format!("text that starts with {}", crate::literal::quote(text)),
            Self::EndsWith(text) => format!("text that ends with {}", crate::literal::quote(text)),
            Self::Contains(text) => format!("text that contains {}", crate::literal::quote(text)),
            Self::Format(format) => format.expected().to_owned(),
            Self::Precision { digits, scale } => precision::expected(*digits, *scale),
            Self::DistinctCount(bounds) => count::expected(bounds, "distinct value"),
            Self::Completeness { min_fraction, min_count } => {
                completeness::expected(*min_fraction, *min_count)
            }
            Self::RowCount(bounds) => count::expected(bounds, "row"),
            Self::ColumnCount(bounds) => count::expected(bounds, "column"),
            Self::Custom { expected } => expected.clone(),
        }
    }

    pub(crate) fn spec(&self) -> &'static Spec {
        match self {
            Self::Structure => &structure::SPEC,
            Self::Columns => &columns::SPEC,
            Self::Type => &r#type::SPEC,
            Self::Finite { .. } => &finite::SPEC,
            Self::Required => &required::SPEC,
            Self::Unique { .. } => &unique::SPEC,
            Self::PrimaryKey => &primary_key::SPEC,
            Self::Range(_) => &range::SPEC,
            Self::MultipleOf(_) => &multiple_of::SPEC,
            Self::Enum(_) => &r#enum::SPEC,
            Self::NotIn(_) => &not_in::SPEC,
            Self::Const(_) => &r#const::SPEC,
            Self::Pattern { .. } => &pattern::SPEC,
            Self::Length { .. } => &length::SPEC,
            Self::StartsWith(_) => &starts_with::SPEC,
            Self::EndsWith(_) => &ends_with::SPEC,
            Self::Contains(_) => &contains::SPEC,
            Self::Format(_) => &format::SPEC,
            Self::Precision { .. } => &precision::SPEC,
            Self::DistinctCount(_) => &distinct_count::SPEC,
            Self::Completeness { .. } => &completeness::SPEC,
            Self::RowCount(_) => &row_count::SPEC,
            Self::ColumnCount(_) => &column_count::SPEC,
            Self::Custom { .. } => &custom::SPEC,
        }
    }

    /// The position of this kind in report order.
    pub(crate) fn rank(&self) -> usize {
        SPECS.iter().position(|spec| spec.name == self.name()).unwrap_or(SPECS.len())
    }

    /// Writes the parameters into an item of `checks`.
    pub(crate) fn write(&self, object: &mut Object) {
        match self {
            Self::Structure
            | Self::Columns
            | Self::Type
            | Self::Finite { .. }
            | Self::Required
            | Self::Custom { .. }
            | Self::PrimaryKey => {}
            Self::Unique { nulls, report } => unique::write(*nulls, *report, object),
            Self::Range(range) => range::write(range, object),
            Self::MultipleOf(factor) => object.literal("multiple_of", factor),
            Self::Enum(values) => object.literals("enum", values),
            Self::NotIn(values) => object.literals("not_in", values),
            Self::Const(value) => object.literal("const", value),
            Self::Pattern { pattern, negate } => pattern::write(pattern, *negate, object),
            Self::Length { min, max, unit } => length::write(*min, *max, *unit, object),
            Self::StartsWith(text) => object.text("starts_with", text),
            Self::EndsWith(text) => object.text("ends_with", text),
            Self::Contains(text) => object.text("contains", text),
            Self::Format(format) => object.text("format", format.name()),
            Self::Precision { digits, scale } => precision::write(*digits, *scale, object),
            Self::Completeness { min_fraction, min_count } => {
                completeness::write(*min_fraction, *min_count, object);
            }
            Self::DistinctCount(bounds) | Self::RowCount(bounds) | Self::ColumnCount(bounds) => {
                count::write(bounds, object);
            }
        }
    }
}
