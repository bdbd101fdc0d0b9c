//! A schema compiled once, run over any number of batches.

use trueline_schema::{Check, DataType, Field, Schema, Severity};

use crate::check::{self, KeyPurpose, Runner};
use crate::error::{Error, ErrorKind};

/// Shown in place of a sensitive value.
pub(crate) const MASK: &str = "***";

/// How many samples are kept per check unless it says otherwise.
pub const DEFAULT_SAMPLE_LIMIT: u64 = 20;

/// A compiled schema.
///
/// Threads should each have a clone: clones share what is read and have scratch space of their own.
#[derive(Clone)]
pub struct Plan {
    pub(crate) checks: Vec<PlannedCheck>,
    pub(crate) fields: Vec<PlannedField>,
    /// Indices into `checks` of those that collect keys; the position here is the number of the key set.
    pub(crate) key_checks: Vec<usize>,
    pub(crate) structure: usize,
    pub(crate) columns: usize,
}

#[derive(Clone)]
pub(crate) struct PlannedCheck {
    pub(crate) check: Check,
    /// Schema fields the check looks at.
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
}

impl Plan {
    /// Compiles a schema; `sample_limit` holds for checks that state none of their own.
    ///
    /// **Errors**: a check that does not suit its column's type, or names a column that is not declared. Schemas read from
    /// documents have neither.
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

    /// Whether any check looks at the values of this schema field; the others need not be decoded.
    pub fn needs(&self, field: usize) -> bool {
        self.fields[field].is_needed
    }

    /// Whether keys are made of this schema field, so that all of its values are needed, not only those in doubt.
    pub fn is_key(&self, field: usize) -> bool {
        self.key_checks.iter().any(|&check| self.checks[check].fields.contains(&field))
    }

    /// How many checks can name rows only at the end: duplicates at severity error.
    pub(crate) fn error_key_checks(&self) -> usize {
        let judges_rows = |index: &&usize| {
            let check = &self.checks[**index];
            let Runner::Keys(rule) = &check.runner else { return false };
            check.is_error && matches!(rule.purpose, KeyPurpose::Unique(_))
        };
        self.key_checks.iter().filter(judges_rows).count()
    }
}

fn planned_field(field: &Field) -> PlannedField {
    PlannedField { data_type: field.data_type.clone(), is_needed: false }
}

fn plan_check(schema: &Schema, check: Check, sample_limit: u64) -> Result<PlannedCheck, Error> {
    let mut fields = Vec::with_capacity(check.columns.len());
    for column in &check.columns {
        let place = schema.fields.iter().position(|field| field.name == *column);
        fields.push(place.ok_or_else(|| {
            Error::new(ErrorKind::UnknownColumn { check_id: check.id.clone(), column: column.clone() })
        })?);
    }
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
    let limit = check.sample_limit.unwrap_or(sample_limit);
    Ok(PlannedCheck {
        runner,
        codes: check.kind.codes(),
        expected: check.kind.expected(&data_type),
        sample_limit: usize::try_from(limit).unwrap_or(usize::MAX),
        is_error: check.severity == Severity::Error,
        is_sensitive: fields.iter().any(|&field| schema.fields[field].sensitive),
        fields,
        check,
    })
}

impl PlannedCheck {
    /// The column a violation of this check names: the one it looks at, if it is one.
    pub(crate) fn column(&self) -> Option<&str> {
        match self.check.columns.as_slice() {
            [column] => Some(column),
            _ => None,
        }
    }
}
