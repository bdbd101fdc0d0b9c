//! # `unique`
//!
//! Keys of one or more columns must be unique. As a field keyword: `unique: true`. `nulls` defines how a key with a null is
//! handled: it is ignored (`ignore`, the default), compared as a value (`equal`) or a violation (`fail`). `report` defines which
//! occurrences are violations: those after the first (`after_first`, the default) or `all`.

use super::{CheckKind, Spec, Target, Types};
use crate::canonical::Object;
use crate::read::Parameters;

pub(crate) const SPEC: Spec = Spec {
    name: "unique",
    codes: &["unique.duplicate", "unique.null"],
    keywords: &["unique"],
    parameters: &["nulls", "report"],
    needs: &[],
    target: Target::Columns,
    types: Types::NonNested,
    takes_tolerance: true,
    read: |parameters| Some(read(parameters)),
};

/// How nulls in keys are handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyNulls {
    /// Keys with a null are ignored.
    #[default]
    Ignore,
    /// Nulls are equal to each other.
    Equal,
    /// Keys with a null are violations.
    Fail,
}

/// Which occurrences of a duplicate key are violations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyReport {
    /// All except the first.
    #[default]
    AfterFirst,
    /// All.
    All,
}

pub(crate) const NULLS: [(&str, KeyNulls); 3] =
    [("ignore", KeyNulls::Ignore), ("equal", KeyNulls::Equal), ("fail", KeyNulls::Fail)];
pub(crate) const REPORT: [(&str, KeyReport); 2] =
    [("after_first", KeyReport::AfterFirst), ("all", KeyReport::All)];

fn read(parameters: &mut Parameters<'_, '_>) -> CheckKind {
    CheckKind::Unique {
        nulls: parameters.word("nulls", &NULLS).unwrap_or_default(),
        report: parameters.word("report", &REPORT).unwrap_or_default(),
    }
}

pub(crate) fn write(nulls: KeyNulls, report: KeyReport, object: &mut Object) {
    object.word("nulls", nulls, &NULLS);
    object.word("report", report, &REPORT);
}

pub(crate) fn expected(nulls: KeyNulls) -> &'static str {
    match nulls {
        KeyNulls::Ignore | KeyNulls::Equal => "a value that occurs once",
        KeyNulls::Fail => "a value that is not null and occurs once",
    }
}
