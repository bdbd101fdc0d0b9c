//! Validation of single records.
//!
//! Nearly every record is valid, which can be proven directly from its bytes. Any other record is validated like all inputs, as a
//! table of one row, so that the result is the same. There a line feed ends a record, so those of a record are replaced first, and
//! what the report says of them is restored.

use std::sync::OnceLock;

use trueline_decode::json::{JsonColumn, JsonOptions, RecordProver};
use trueline_io::{Format, MemorySource};
use trueline_report::{Excerpt, Report, Violation};
use trueline_schema::{CheckKind, KeyNulls, Schema};
use trueline_tokenizer::json::FaultKind;
use trueline_tokenizer::{Kernel, count_line_ends};

use crate::error::{Error, ErrorKind};
use crate::options::Limits;
use crate::validator::Validator;

/// The name of the input in reports.
const INPUT_NAME: &str = "record";
/// Records are small.
const CHUNK_BYTES: usize = 16 << 10;
/// Takes the place of a line feed: between values it is white space too; inside a string neither is allowed.
const REPLACEMENT: u8 = b'\t';

/// Validates single JSON records against a schema.
///
/// Each record is validated as a table of one row. Checks of the table as a whole, such as `row_count`, are left out. Keys
/// are unique within a record, and no state is kept between records.
///
/// **Cost**: a valid record is read once without allocation if its checks can be evaluated on bytes. Most can: types,
/// ranges, lengths, lists, common patterns. Any other record costs a separate run.
///
/// ```
/// use trueline::{RecordValidator, Schema};
/// let schema = Schema::from_yaml("fields: [{name: id, type: int64, required: true, minimum: 1}]")?;
/// let mut validator = RecordValidator::new(&schema)?;
/// assert!(validator.check(br#"{"id": 7}"#)?.is_none());
/// let report = validator.check(br#"{"id": 0}"#)?.expect("something is wrong");
/// assert_eq!(report.violations[0].code, "range.below_minimum");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RecordValidator {
    /// The exact way, under the schema without the checks of tables.
    pub(crate) validator: Validator,
    prover: Option<RecordProver>,
    /// A record with more bytes is not proven: a limit may forbid it.
    most_bytes: usize,
    /// The record as one line.
    line: Vec<u8>,
}

impl RecordValidator {
    /// Creates a validator with the default limits.
    ///
    /// **Errors**: the schema cannot be compiled.
    pub fn new(schema: &Schema) -> Result<Self, Error> {
        Self::with_limits(schema, Limits::default())
    }

    /// Creates a validator with the given limits. A record beyond them is unreadable.
    ///
    /// **Errors**: the schema cannot be compiled; a limit is outside its range.
    pub fn with_limits(schema: &Schema, limits: Limits) -> Result<Self, Error> {
        let fingerprint = schema.fingerprint();
        let builder = Validator::builder(schema.of_records()).format(Format::JsonLines);
        let mut validator = builder.limits(limits).threads(1).chunk_bytes(CHUNK_BYTES).build()?;
        // Reports speak of the schema as it was given.
        validator.fingerprint = OnceLock::from(fingerprint);
        let prover = prover(&validator)?;
        let most_bytes = limits.max_record_bytes.min(limits.max_field_bytes).try_into().unwrap_or(usize::MAX);
        Ok(Self { validator, prover, most_bytes, line: Vec::new() })
    }

    /// Returns the schema, without the checks of the table as a whole.
    pub fn schema(&self) -> &Schema {
        self.validator.schema()
    }

    /// Validates one record. Returns `None` if nothing failed, otherwise the report, which may be valid and contain only
    /// warnings.
    ///
    /// The record is one JSON document; line endings between its values are white space. Locations in the report, bytes and
    /// lines, count from its first byte, and the row is always 0. A record beyond the limits gives a report with the verdict
    /// `unreadable`.
    ///
    /// **Errors**: the record contains only white space; the engine has a bug.
    pub fn check(&mut self, record: &[u8]) -> Result<Option<Report>, Error> {
        let prover = self.prover.as_mut().filter(|_| record.len() <= self.most_bytes);
        if prover.is_some_and(|prover| prover.proves(record)) {
            return Ok(None);
        }
        self.judge(record)
    }

    /// The exact way.
    fn judge(&mut self, record: &[u8]) -> Result<Option<Report>, Error> {
        let Some(last) = record.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) else {
            return Err(Error::new(ErrorKind::NoRecord));
        };
        // A line end after the record is not part of it.
        let end = record[last..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let record = &record[..end.map_or(record.len(), |end| last + end)];
        self.line.clear();
        self.line.extend(record.iter().map(|byte| if *byte == b'\n' { REPLACEMENT } else { *byte }));
        let source = MemorySource::new(INPUT_NAME, &*self.line);
        let mut report = self.validator.validate(&source)?;
        if self.line != record {
            restore(&mut report, &self.line, record);
        }
        let is_clean = report.error.is_none() && report.checks.iter().all(|check| check.failed == 0);
        Ok((!is_clean).then_some(report))
    }
}

/// Makes a report on a record as one line a report on the record as it is.
fn restore(report: &mut Report, line: &[u8], record: &[u8]) {
    for violation in &mut report.violations {
        restore_violation(violation, line, record);
    }
    if let Some(error) = &mut report.error {
        error.line = error.byte_offset.filter(|_| error.line.is_some()).map(|offset| line_at(record, offset));
    }
}

fn restore_violation(violation: &mut Violation, line: &[u8], record: &[u8]) {
    let location = &mut violation.location;
    let (Some(offset), Some(length)) = (location.byte_offset, location.byte_length) else { return };
    location.line = location.line.map(|_| line_at(record, offset));
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(record.len());
    let end = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(record.len());
    if record.get(start) == Some(&b'\n') {
        let control = |found| FaultKind::ControlInString { found }.to_string();
        violation.message = violation.message.replace(&control(REPLACEMENT), &control(b'\n'));
    }
    // What is not shown as it is in the record, such as the value of a sensitive field, stays as it is.
    if let Some(value) = &mut violation.value
        && String::from_utf8_lossy(&line[start..end]).starts_with(&**value)
    {
        String::from_utf8_lossy(&record[start..end])[..value.len()].clone_into(value);
    }
    if let Some(excerpt) = &mut violation.excerpt {
        let of = |bytes| Excerpt::new(bytes, start..end, Some(1));
        if of(line).text == excerpt.text {
            *excerpt = of(record);
        }
    }
}

/// The line of a record that has the byte at an offset, from 1.
fn line_at(record: &[u8], offset: u64) -> u64 {
    let end = usize::try_from(offset).unwrap_or(usize::MAX).min(record.len());
    1 + count_line_ends(&record[..end], None)
}

/// The prover of a validator's plan, if all of it can be proven.
///
/// **Errors**: none, of a schema that was compiled before.
fn prover(validator: &Validator) -> Result<Option<RecordProver>, Error> {
    let (schema, plan) = validator.schema_and_plan(true)?;
    let checks = schema.resolved_checks();
    let columns: Vec<JsonColumn> = (0..)
        .zip(&schema.fields)
        .filter_map(|(index, field)| {
            if !plan.needs(index) {
                return JsonColumn::of_names(field);
            }
            let asked = checks.iter().filter(|check| check.columns.contains(&field.name));
            let kinds = asked.filter_map(|check| match &check.kind {
                // One record has no key twice.
                CheckKind::PrimaryKey | CheckKind::Unique { nulls: KeyNulls::Fail, .. } => {
                    Some(CheckKind::Required)
                }
                CheckKind::Unique { .. } => None,
                kind => Some(kind.clone()),
            });
            Some(JsonColumn { field: field.clone(), checks: kinds.collect() })
        })
        .collect();
    let options = JsonOptions::of(schema).max_depth(validator.limits.max_depth);
    Ok(RecordProver::new(&columns, &options, Kernel::detect()))
}
