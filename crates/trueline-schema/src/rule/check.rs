//! Rules for checks.

use std::collections::HashSet;

use super::{impossible, invalid, literal};
use crate::check::{
    Check, CheckKind, Range, Spec, Target, Tolerance, completeness, count, finite, length, multiple_of,
    precision, range,
};
use crate::data_type::DataType;
use crate::error::{ErrorKind, backticked};
use crate::literal::Literal;

/// An implied check may be declared once.
pub(crate) fn declared_twice<'c>(
    kind: &CheckKind,
    siblings: impl IntoIterator<Item = &'c Check>,
) -> Option<ErrorKind> {
    let is_implied = matches!(
        kind,
        CheckKind::Structure | CheckKind::Columns | CheckKind::Type | CheckKind::Finite { .. }
    );
    let is_twice = is_implied && siblings.into_iter().any(|check| check.kind.name() == kind.name());
    is_twice.then(|| impossible(format!("the check `{}` is declared twice", kind.name())))
}

pub(crate) fn table_check_in_field(spec: &Spec) -> ErrorKind {
    impossible(format!("`{}` is a check of the table: it stands in the schema's `checks`", spec.name))
}

pub(crate) fn columns_in_field(key: &str) -> ErrorKind {
    invalid(key, "is implied in a field's own checks; checks of other columns stand in the schema's `checks`")
}

pub(crate) fn columns_of_table(key: &str, spec: &Spec) -> ErrorKind {
    invalid(key, format!("means nothing for `{}`, which is a check of the whole table", spec.name))
}

pub(crate) fn no_column(spec: &Spec) -> ErrorKind {
    let keys: &[&str] = if spec.target == Target::Column { &["column"] } else { &["column", "columns"] };
    ErrorKind::MissingKey { owner: format!("check `{}`", spec.name), keys: keys.to_vec() }
}

pub(crate) fn several_columns(key: &str, spec: &Spec) -> ErrorKind {
    invalid(key, format!("names several columns, and `{}` takes one: write one check for each", spec.name))
}

pub(crate) fn column_twice(key: &str, column: &str) -> ErrorKind {
    invalid(key, format!("names {} twice", backticked(column)))
}

pub(crate) fn no_tolerance(spec: &Spec) -> ErrorKind {
    invalid("tolerance", format!("does not apply to `{}`, which counts no failures", spec.name))
}

pub(crate) fn is_fraction(fraction: f64) -> bool {
    (0.0..1.0).contains(&fraction)
}

pub(crate) fn bad_tolerance(text: &str) -> ErrorKind {
    let text = backticked(text);
    impossible(format!("`tolerance` {text} is neither a whole number of failures nor a fraction below 1"))
}

/// All rules that a check does not satisfy, apart from its columns and its id. `data_type` is the type of its column, if it has
/// exactly one.
pub(super) fn problems(check: &Check, data_type: Option<&DataType>) -> Vec<ErrorKind> {
    let spec = check.kind.spec();
    let mut problems = Vec::new();
    if lacks_parameters(&check.kind) {
        problems.push(ErrorKind::MissingKey {
            owner: format!("check `{}`", spec.name),
            keys: spec.needs.to_vec(),
        });
    }
    parameters(&check.kind, data_type, &mut problems);
    match check.tolerance {
        Some(_) if !spec.takes_tolerance => problems.push(no_tolerance(spec)),
        // A document may write 0, which is read as no tolerance.
        Some(Tolerance::Fraction(fraction)) if !is_fraction(fraction) || fraction <= 0.0 => {
            problems.push(bad_tolerance(&fraction.to_string()));
        }
        _ => {}
    }
    problems
}

/// Whether a check has none of the parameters of which it needs one.
fn lacks_parameters(kind: &CheckKind) -> bool {
    match kind {
        CheckKind::Range(range) => *range == Range::default(),
        CheckKind::Length { min, max, .. } => min.is_none() && max.is_none(),
        CheckKind::Precision { digits, scale } => digits.is_none() && scale.is_none(),
        CheckKind::Completeness { min_fraction, min_count } => min_fraction.is_none() && min_count.is_none(),
        CheckKind::DistinctCount(bounds) | CheckKind::RowCount(bounds) | CheckKind::ColumnCount(bounds) => {
            *bounds == crate::check::CountBounds::default()
        }
        _ => false,
    }
}

fn parameters(kind: &CheckKind, data_type: Option<&DataType>, problems: &mut Vec<ErrorKind>) {
    let kinds = |found: Vec<(&'static str, ErrorKind)>| found.into_iter().map(|(_, kind)| kind);
    match kind {
        CheckKind::Finite { allow_nan, allow_infinite } => {
            problems.extend(finite::problem(*allow_nan, *allow_infinite).map(|(_, kind)| kind));
        }
        CheckKind::Range(range) => bounds(range, data_type, problems),
        CheckKind::MultipleOf(factor) => {
            let kind = data_type.and_then(|data_type| literal::problem("multiple_of", factor, data_type));
            problems.extend(kind.or_else(|| multiple_of::problem(factor).map(|(_, kind)| kind)));
        }
        CheckKind::Enum(values) => set("enum", values, data_type, problems),
        CheckKind::NotIn(values) => set("not_in", values, data_type, problems),
        CheckKind::Const(value) => {
            problems.extend(data_type.and_then(|data_type| literal::problem("const", value, data_type)));
        }
        CheckKind::Pattern { pattern: text, .. }
        | CheckKind::StartsWith(text)
        | CheckKind::EndsWith(text)
        | CheckKind::Contains(text)
            if text.is_empty() =>
        {
            problems.push(invalid(kind.name(), "is empty"));
        }
        CheckKind::Length { min, max, .. } => {
            problems.extend(length::problem(*min, *max).map(|(_, kind)| kind));
        }
        CheckKind::Precision { digits, scale } => {
            problems.extend(kinds(precision::problems(*digits, *scale)));
        }
        CheckKind::Completeness { min_fraction, .. } => {
            problems.extend(completeness::problem(*min_fraction).map(|(_, kind)| kind));
        }
        CheckKind::DistinctCount(bounds) | CheckKind::RowCount(bounds) | CheckKind::ColumnCount(bounds) => {
            problems.extend(kinds(count::problems(*bounds)));
        }
        _ => {}
    }
}

fn bounds(range: &Range, data_type: Option<&DataType>, problems: &mut Vec<ErrorKind>) {
    let Some(data_type) = data_type else { return };
    let before = problems.len();
    for (key, bound) in [
        ("minimum", &range.minimum),
        ("maximum", &range.maximum),
        ("exclusive_minimum", &range.exclusive_minimum),
        ("exclusive_maximum", &range.exclusive_maximum),
    ] {
        problems.extend(bound.as_ref().and_then(|bound| literal::problem(key, bound, data_type)));
    }
    if problems.len() == before {
        let contradiction = range::problem(&range.clone().normalized(), Some(data_type));
        problems.extend(contradiction.map(|(_, kind)| kind));
    }
}

fn set(key: &str, values: &[Literal], data_type: Option<&DataType>, problems: &mut Vec<ErrorKind>) {
    if values.is_empty() {
        problems.push(super::lists_nothing(key, "values"));
    }
    let mut seen = HashSet::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        let key = || format!("{key}[{index}]");
        let kind = data_type.and_then(|data_type| literal::problem(&key(), value, data_type));
        if let Some(kind) = kind {
            problems.push(kind);
        } else if !seen.insert(value) {
            problems.push(super::value_twice(&key()));
        }
    }
}
