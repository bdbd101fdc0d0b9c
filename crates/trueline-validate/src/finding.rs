//! What is wrong with one row: a sample for the report, or a compact entry among all violations.

use std::borrow::Cow;

use trueline_report::escape::truncate_value;
use trueline_report::{Inside, Location, Violation};

use crate::batch::Batch;
use crate::check::Runner;
use crate::phrase::phrase;
use crate::plan::{PlannedCheck, REDACTED};

/// The code of an undeclared key.
pub(crate) const EXTRA_CODE: &str = "columns.extra";

/// The parts of a violation that are not the same for all violations of its check.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) code: &'static str,
    pub(crate) location: Location,
    /// The column, if it is not that of the check.
    pub(crate) column: Option<String>,
    pub(crate) path: Option<String>,
    /// The value, not truncated.
    pub(crate) value: Option<Cow<'static, str>>,
    /// The message, if the check has none and that of the code is not enough.
    pub(crate) message: Option<String>,
}

impl Finding {
    /// Creates a finding with only a location.
    pub(crate) fn at(code: &'static str, location: Location) -> Self {
        Self { code, location, column: None, path: None, value: None, message: None }
    }

    /// Creates a finding for a record that cannot be read as a row; `found` describes its content.
    pub(crate) fn broken(code: &'static str, location: Location, found: String) -> Self {
        let what = phrase(code);
        let text = if found.starts_with(what) { found } else { format!("{what}: {found}") };
        Self { message: Some(text), ..Self::at(code, location) }
    }

    /// Creates the finding for a row of a batch.
    pub(crate) fn of(check: &PlannedCheck, batch: &Batch<'_>, row: usize, code: &'static str) -> Self {
        let mut finding = Self::at(code, place(check, batch, row));
        if let Some((location, name)) = batch.origin.extra(row).filter(|_| code == EXTRA_CODE) {
            finding.location = location;
            finding.column = Some(truncate_value(&name).0);
        }
        let single = check.single();
        if check.is_sensitive {
            finding.value = single.map(|_| Cow::Borrowed(REDACTED));
        } else {
            finding.value = single.and_then(|field| batch.origin.value(row, field)).map(Cow::Owned);
        }
        if matches!(check.runner, Runner::Type)
            && let Some(Inside { path, location, value }) =
                single.and_then(|field| batch.origin.inside(row, field))
        {
            finding.location = location;
            finding.path = Some(path);
            if let Some(value) = value.filter(|_| !check.is_sensitive) {
                finding.value = Some(Cow::Owned(value));
            }
        }
        finding
    }

    pub(crate) fn into_violation(self, check: &PlannedCheck) -> Violation {
        let mut violation = check.violation(self.code, self.location);
        if self.column.is_some() {
            violation.column = self.column;
        }
        violation.path = self.path;
        if let Some(value) = self.value {
            violation.set_value(&value);
        }
        if let Some(message) = self.message {
            violation.message = check.message(&message);
        }
        violation
    }
}

impl PlannedCheck {
    /// Returns the field of the check, if it has exactly one.
    pub(crate) fn single(&self) -> Option<usize> {
        match self.fields.as_slice() {
            [field] => Some(*field),
            _ => None,
        }
    }

    /// Returns the position of the check in the order of a row's violations.
    pub(crate) fn column_order(&self) -> usize {
        self.fields.first().map_or(0, |field| field + 1)
    }

    pub(crate) fn violation(&self, code: &'static str, location: Location) -> Violation {
        Violation {
            check_id: self.check.id.clone(),
            code: code.to_owned(),
            severity: self.check.severity,
            input: 0,
            location,
            column: self.column().map(str::to_owned),
            path: None,
            value: None,
            value_truncated: false,
            expected: self.expected.clone(),
            message: self.message(phrase(code)),
            related: None,
            excerpt: None,
        }
    }

    pub(crate) fn message(&self, default: &str) -> String {
        self.check.message.clone().unwrap_or_else(|| default.to_owned())
    }
}

/// Returns the location of a row's violation.
pub(crate) fn place(check: &PlannedCheck, batch: &Batch<'_>, row: usize) -> Location {
    match check.single() {
        Some(field) => batch.origin.cell(row, field),
        None => batch.origin.row(row),
    }
}
