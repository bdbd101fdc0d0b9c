//! A compiled schema, which can be applied to any number of batches.

use std::fmt;

use arrow_array::Array;
use arrow_buffer::BooleanBuffer;
use trueline_schema::{Check, CheckKind, DataType, Field, Schema, Severity, Tolerance};

use crate::check::{self, CustomCheck, KeyPurpose, Runner};
use crate::error::{Error, ErrorKind};
use crate::key_text;
use crate::mask::Mask;

/// Shown in place of a sensitive value.
pub(crate) const REDACTED: &str = "***";

/// The default number of samples kept per check.
pub const DEFAULT_SAMPLE_LIMIT: u64 = 20;

/// A compiled schema.
///
/// Each thread should have its own clone: clones share read-only data and have separate scratch space.
#[derive(Clone)]
pub struct Plan {
    pub(crate) checks: Vec<PlannedCheck>,
    pub(crate) fields: Vec<PlannedField>,
    /// The indices into `checks` of those that collect keys; the position here is the number of the key set.
    pub(crate) key_checks: Vec<usize>,
    pub(crate) structure: usize,
    pub(crate) columns: usize,
}

#[derive(Clone)]
pub(crate) struct PlannedCheck {
    pub(crate) check: Check,
    /// The schema fields that the check validates.
    pub(crate) fields: Vec<usize>,
    pub(crate) runner: Runner,
    pub(crate) codes: &'static [&'static str],
    pub(crate) expected: String,
    pub(crate) sample_limit: usize,
    pub(crate) is_error: bool,
    pub(crate) is_sensitive: bool,
}

#[derive(Clone)]
pub(crate) struct PlannedField {
    pub(crate) data_type: DataType,
    pub(crate) is_needed: bool,
    /// Whether the input may lack the column.
    pub(crate) is_optional: bool,
}

impl fmt::Debug for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.check_ids().collect();
        formatter.debug_struct("Plan").field("check_ids", &ids).finish_non_exhaustive()
    }
}

impl Plan {
    /// Compiles a schema; `sample_limit` is for checks without their own.
    ///
    /// A schema made in code must satisfy the rules of documents ([`Schema::check`]); otherwise the results mean nothing.
    ///
    /// **Errors**: a check does not suit the type of its column, or names an undeclared column. Schemas read from documents have
    /// neither.
    pub fn compile(schema: &Schema, sample_limit: u64) -> Result<Self, Error> {
        let mut plan = Self {
            checks: Vec::new(),
            fields: schema.fields.iter().map(planned_field).collect(),
            key_checks: Vec::new(),
            structure: 0,
            columns: 0,
        };
        for check in schema.resolved_checks() {
            let planned = plan_check(schema, check, sample_limit)?;
            let index = plan.checks.len();
            match planned.runner {
                Runner::Structure => plan.structure = index,
                Runner::Columns => plan.columns = index,
                Runner::Keys(_) => plan.key_checks.push(index),
                _ => {}
            }
            for &field in &planned.fields {
                plan.fields[field].is_needed = true;
            }
            plan.checks.push(planned);
        }
        Ok(plan)
    }

    /// Adds a check by a function of the program, after all others; `sample_limit` is used if it has none.
    ///
    /// **Errors**: it has the id of another check, names an undeclared column, or tolerates a fraction that is not between 0 and 1.
    pub fn add(&mut self, schema: &Schema, check: CustomCheck, sample_limit: u64) -> Result<(), Error> {
        let CustomCheck { mut check, function } = check;
        if self.check_ids().any(|id| *id == check.id) {
            return Err(Error::new(ErrorKind::RepeatedId { check_id: check.id }));
        }
        let is_fraction = |fraction: f64| fraction > 0.0 && fraction < 1.0;
        if matches!(check.tolerance, Some(Tolerance::Fraction(fraction)) if !is_fraction(fraction)) {
            return Err(Error::new(ErrorKind::Tolerance { check_id: check.id }));
        }
        let is_of_all = check.columns.is_empty();
        if is_of_all {
            check.columns = schema.fields.iter().map(|field| field.name.clone()).collect();
        }
        let fields = fields_of(schema, &check)?;
        for &field in &fields {
            self.fields[field].is_needed = true;
        }
        let runner = Runner::Custom { function, is_of_all };
        self.checks.push(planned(schema, check, fields, &DataType::Any, runner, sample_limit));
        Ok(())
    }

    /// Returns whether any check needs the values of this schema field; the others need not be decoded.
    pub fn needs(&self, field: usize) -> bool {
        self.fields[field].is_needed
    }

    /// Returns the checks over this schema field alone.
    pub fn asked_of(&self, field: usize) -> impl Iterator<Item = &CheckKind> {
        let is_of_it = move |check: &&PlannedCheck| *check.fields == [field];
        self.checks.iter().filter(is_of_it).map(|check| &check.check.kind)
    }

    /// Returns whether this schema field is part of a key, so that all its values are needed, not only those in doubt.
    pub fn is_key(&self, field: usize) -> bool {
        self.key_checks.iter().any(|&check| self.checks[check].fields.contains(&field))
    }

    /// Returns whether all values of this schema field are needed, not only those in doubt: for keys or for a function of the
    /// program.
    pub fn needs_whole(&self, field: usize) -> bool {
        self.is_key(field) || self.is_custom(field)
    }

    /// Returns whether a function of the program gets this schema field.
    pub fn is_custom(&self, field: usize) -> bool {
        let is_custom = |check: &PlannedCheck| {
            matches!(check.runner, Runner::Custom { .. }) && check.fields.contains(&field)
        };
        self.checks.iter().any(is_custom)
    }

    /// Returns whether a null of this schema field is a violation by itself.
    pub fn forbids_null(&self, field: usize) -> bool {
        let forbids =
            |check: &PlannedCheck| matches!(check.runner, Runner::Required) && *check.fields == [field];
        self.checks.iter().any(forbids)
    }

    /// Returns which values of this schema field, such as the entries of a dictionary, fail a check over cells.
    ///
    /// The result for nulls does not matter.
    pub fn failing(&self, field: usize, values: &dyn Array) -> BooleanBuffer {
        let (mut failing, mut all) = (Mask::default(), Mask::new(values.len()));
        for check in &self.checks {
            let Runner::Cells(kernel) = &check.runner else { continue };
            if check.fields.first() == Some(&field) && !values.is_empty() {
                failing.reset(values.len());
                kernel.check(values, &mut failing);
                all.union(&failing);
            }
        }
        BooleanBuffer::collect_bool(values.len(), |row| all.get(row))
    }

    /// Returns whether all values of this schema field that are within `ends`, two arrays of one slot each, pass the checks over
    /// cells.
    ///
    /// `are_values` says that both ends are among the values, so that there is only one value if they are equal.
    pub fn passes_between(&self, field: usize, ends: [&dyn Array; 2], are_values: bool) -> bool {
        let [least, greatest] = ends;
        let is_one = are_values && {
            let (mut one, mut other) = (Vec::new(), Vec::new());
            key_text::append(&mut one, least, 0);
            key_text::append(&mut other, greatest, 0);
            one == other
        };
        self.checks.iter().filter(|check| check.fields.first() == Some(&field)).all(|check| {
            let Runner::Cells(kernel) = &check.runner else { return true };
            let passes = |end: &dyn Array| {
                let mut failing = Mask::new(1);
                kernel.check(end, &mut failing);
                !failing.get(0)
            };
            (kernel.is_convex() || is_one) && passes(least) && passes(greatest)
        })
    }

    /// Returns whether any check needs the values of this schema field, beyond nulls and types.
    pub fn judges_values(&self, field: usize) -> bool {
        let needs_values = |check: &PlannedCheck| {
            let reads_values =
                matches!(check.runner, Runner::Cells(_) | Runner::Keys(_) | Runner::Custom { .. });
            reads_values && check.fields.contains(&field)
        };
        self.checks.iter().any(needs_values)
    }

    /// Returns the ids of the checks, by number.
    pub fn check_ids(&self) -> impl Iterator<Item = &str> {
        self.checks.iter().map(|check| check.check.id.as_str())
    }

    /// Returns whether rows may turn out to be invalid only at the end, because they repeat keys.
    pub fn names_rows_late(&self) -> bool {
        self.error_key_checks() > 0
    }

    /// Returns whether a record that cannot be read as a row is invalid.
    pub fn rejects_broken(&self) -> bool {
        self.checks[self.structure].is_error
    }

    /// Returns the number of checks that find rows only at the end: duplicates at severity error.
    pub(crate) fn error_key_checks(&self) -> usize {
        let is_unique_error = |index: &&usize| {
            let check = &self.checks[**index];
            let Runner::Keys(rule) = &check.runner else { return false };
            check.is_error && matches!(rule.purpose, KeyPurpose::Unique(_))
        };
        self.key_checks.iter().filter(is_unique_error).count()
    }
}

fn planned_field(field: &Field) -> PlannedField {
    PlannedField { data_type: field.data_type.clone(), is_needed: false, is_optional: field.optional }
}

fn plan_check(schema: &Schema, check: Check, sample_limit: u64) -> Result<PlannedCheck, Error> {
    let fields = fields_of(schema, &check)?;
    let data_type = match fields.as_slice() {
        [field] => schema.fields[*field].data_type.clone(),
        _ => DataType::Any,
    };
    let runner = check::runner(&check.kind, &data_type)?;
    let nested = fields.iter().map(|field| &schema.fields[*field].data_type).find(|field| field.is_nested());
    if let (Runner::Keys(_), Some(nested)) = (&runner, nested) {
        let (check, data_type) = (check.kind.name(), nested.to_string());
        return Err(Error::new(ErrorKind::Unsuitable { check, data_type }));
    }
    Ok(planned(schema, check, fields, &data_type, runner, sample_limit))
}

/// Returns the columns of a check as indices of schema fields.
fn fields_of(schema: &Schema, check: &Check) -> Result<Vec<usize>, Error> {
    let place = |column: &String| {
        let place = schema.fields.iter().position(|field| field.name == *column);
        place.ok_or_else(|| {
            Error::new(ErrorKind::UnknownColumn { check_id: check.id.clone(), column: column.clone() })
        })
    };
    check.columns.iter().map(place).collect()
}

fn planned(
    schema: &Schema,
    check: Check,
    fields: Vec<usize>,
    data_type: &DataType,
    runner: Runner,
    sample_limit: u64,
) -> PlannedCheck {
    let limit = check.sample_limit.unwrap_or(sample_limit);
    PlannedCheck {
        runner,
        codes: check.kind.codes(),
        expected: check.kind.expected(data_type),
        sample_limit: usize::try_from(limit).unwrap_or(usize::MAX),
        is_error: check.severity == Severity::Error,
        is_sensitive: fields.iter().any(|&field| schema.fields[field].sensitive),
        fields,
        check,
    }
}

impl PlannedCheck {
    /// Returns the column that a violation of this check names: that of the check, if it has exactly one.
    pub(crate) fn column(&self) -> Option<&str> {
        match self.check.columns.as_slice() {
            [column] => Some(column),
            _ => None,
        }
    }
}
