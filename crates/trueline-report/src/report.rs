//! The report of a run.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use trueline_schema::Severity;

use crate::{Violation, escape};

/// The version of the report's layout, `report_version`.
pub const REPORT_VERSION: u32 = 1;

/// The results of one run.
///
/// The fields have the order in which they are written. All except `run` are independent of the number of threads,
/// the chunk size and the instruction set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this layout: [`REPORT_VERSION`]. A report of another version is not deserialized.
    #[serde(deserialize_with = "known_version")]
    pub report_version: u32,
    /// The verdict.
    pub verdict: Verdict,
    /// Why there is no result; present exactly if the verdict is `unreadable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RunError>,
    /// The program that made the report.
    pub engine: Engine,
    /// The schema that the data was checked against.
    pub schema: SchemaInfo,
    /// The inputs, in the order given.
    pub inputs: Vec<Input>,
    /// The numbers of rows.
    pub rows: Rows,
    /// All checks, in the order of the schema.
    pub checks: Vec<CheckResult>,
    /// Samples of the violations, ordered by input, row, column and check.
    pub violations: Vec<Violation>,
    /// The number of violations found but not kept.
    pub violations_omitted: u64,
    /// Everything that may differ between two runs on the same data.
    pub run: Run,
}

impl Report {
    /// Returns the exit code of a program that ends with this report: 0 valid, 1 invalid, 3 unreadable.
    ///
    /// If `fail_on` is [`Severity::Warning`], a check that warned counts as failed too.
    pub fn exit_code(&self, fail_on: Severity) -> u8 {
        let has = |status| self.checks.iter().any(|check| check.status == status);
        let warnings_count = matches!(fail_on, Severity::Warning);
        match self.verdict {
            Verdict::Unreadable => 3,
            Verdict::Invalid => 1,
            Verdict::Valid if has(Status::Failed) || (warnings_count && has(Status::Warned)) => 1,
            Verdict::Valid => 0,
        }
    }

    /// Returns the report as indented JSON, without a final line ending.
    ///
    /// Characters that could control a terminal are written as `\u` escapes; parsing restores every string.
    pub fn to_json(&self) -> String {
        escape::to_json_pretty(self)
    }
}

fn known_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let version = u32::deserialize(deserializer)?;
    if version == REPORT_VERSION {
        return Ok(version);
    }
    Err(de::Error::custom(format_args!(
        "the report has the layout of version {version}, and only version {REPORT_VERSION} is read here"
    )))
}

/// The verdict of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All input was read and no check of severity error failed.
    Valid,
    /// All input was read and a check of severity error failed.
    Invalid,
    /// Some input could not be read or checked: the report makes no statement about the data.
    Unreadable,
}

impl Verdict {
    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The reason why a run has no result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunError {
    /// The stable code, such as `encoding.utf16` or `limit.record_bytes`.
    pub code: String,
    /// What happened, in one sentence, for people.
    pub message: String,
    /// The name of the input, if the error concerns one.
    pub input: Option<String>,
    /// The record, from 0, without the header.
    pub row_index: Option<u64>,
    /// The physical line, from 1.
    pub line: Option<u64>,
    /// The byte offset, from 0, in the decompressed stream.
    pub byte_offset: Option<u64>,
}

/// The program that made a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// The name of the program.
    pub name: String,
    /// The version of the program.
    pub version: String,
}

/// The schema that data was checked against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaInfo {
    /// The name of the schema, if it has one.
    pub name: Option<String>,
    /// The fingerprint of the canonical schema: `blake3:` and 64 hexadecimal digits.
    pub fingerprint: String,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The name: a path, an address, `<stdin>` for standard input, or a name given by the caller.
    pub name: String,
    /// The format, such as `csv`.
    pub format: String,
    /// The number of bytes read, after decompression.
    pub bytes: u64,
    /// The number of records read, without the header.
    pub rows: u64,
}

/// Counts of rows: `valid + invalid = total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// The number of all records.
    pub total: u64,
    /// The number of records without a violation of severity error.
    pub valid: u64,
    /// The number of records with at least one violation of severity error.
    pub invalid: u64,
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The id, such as `amount.range`; unique in a report.
    pub id: String,
    /// The kind, such as `range`.
    pub check: String,
    /// The columns that the check reads; empty for a check of the table.
    pub columns: Vec<String>,
    /// The severity of a failure.
    #[serde(with = "crate::severity")]
    pub severity: Severity,
    /// The status.
    pub status: Status,
    /// Why the check was not evaluated, or another remark on the status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The number of values (rows, for a check of rows) that were evaluated.
    pub evaluated: u64,
    /// The number of them that failed. Exact, however many samples were kept.
    pub failed: u64,
    /// The number of values that were null and therefore not evaluated.
    pub null: u64,
    /// The number of values that could not be evaluated because of an earlier error.
    pub not_evaluated: u64,
    /// The number of failures per code.
    pub codes: BTreeMap<String, u64>,
    /// The first row that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_row_index: Option<u64>,
    /// The value observed by a check of the whole table or column, such as a number of rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<serde_json::Value>,
    /// What the check expects, for people.
    pub expected: String,
}

/// The status of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing failed, or the failures are within the tolerance.
    Passed,
    /// The check failed, at severity error.
    Failed,
    /// The check failed, at severity warning.
    Warned,
    /// The check could not be evaluated; `reason` of the result says why.
    NotEvaluated,
    /// The code of the check failed, which is only possible for a `custom` check; `reason` of the result says how. At severity
    /// error the verdict is the same as for a failed check, because data that was not checked is not valid.
    Error,
}

impl Status {
    /// Returns the name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Warned => "warned",
            Self::NotEvaluated => "not_evaluated",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What may differ between two runs on the same data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The wall-clock time.
    #[serde(serialize_with = "finite_or_zero")]
    pub elapsed_seconds: f64,
    /// The number of threads that checked data.
    pub threads: u32,
    /// The instruction set of the tokenizer, such as `avx2`.
    pub simd: String,
    /// The decompressed bytes of all inputs per second of wall-clock time.
    pub bytes_per_second: u64,
    /// How the checks were evaluated.
    pub decided: Decided,
    /// The peak resident memory of the process in bytes, if the system provides it.
    pub peak_memory: Option<u64>,
    /// The result of comparing statistics in files with their values, if requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<StatisticsAudit>,
}

/// The result of comparing statistics that files store with their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatisticsAudit {
    /// The number of statistics compared: up to three per column of each row group and of each page.
    pub compared: u64,
    /// The number of wrong statistics.
    pub wrong: u64,
    /// The first wrong statistics.
    pub samples: Vec<WrongStatistic>,
}

/// A wrong statistic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongStatistic {
    /// The index of the input, from 0.
    pub input: u32,
    /// The name of the column in the schema.
    pub column: String,
    /// The row group, from 0.
    pub row_group: u64,
    /// The page of the column in the row group, from 0; `None` for a statistic of the whole row group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// The statistic: `null_count`, `minimum` or `maximum`.
    pub statistic: String,
    /// The value stored in the file.
    pub claimed: String,
    /// The value that contradicts it.
    pub found: String,
}

/// The number of check evaluations by method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// By the exact check on the decoded value.
    pub scanned: u64,
    /// By a proof that needed no decoded value.
    pub proved: u64,
    /// By an earlier run on the same bytes.
    pub cached: u64,
}

/// Writes infinities and NaN as 0, because JSON cannot represent them.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn finite_or_zero<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(if number.is_finite() { *number } else { 0.0 })
}
