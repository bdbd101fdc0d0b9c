//! The report: the whole answer to "is this data what it claims to be?".

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize, Serializer};
use trueline_schema::Severity;

use crate::{Violation, escape};

/// The version of the report's layout, `report_version`.
pub const REPORT_VERSION: u32 = 1;

/// Everything found in one run.
///
/// The fields stand in the order in which they are written. All but `run` are the same for any number of threads,
/// chunk size and instruction set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this layout: [`REPORT_VERSION`].
    pub report_version: u32,
    /// The answer.
    pub verdict: Verdict,
    /// Why there is no answer; present exactly when the verdict is `unreadable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RunError>,
    /// Who answered.
    pub engine: Engine,
    /// What the data was held against.
    pub schema: SchemaInfo,
    /// What was read, in the order given.
    pub inputs: Vec<Input>,
    /// How many rows there are.
    pub rows: Rows,
    /// Every declared check, in the schema's order.
    pub checks: Vec<CheckResult>,
    /// Samples of what was found, ordered by input, row, column and check.
    pub violations: Vec<Violation>,
    /// How many violations were found and not kept.
    pub violations_omitted: u64,
    /// Everything that may differ between two runs over the same data.
    pub run: Run,
}

impl Report {
    /// The exit code of a program that ends with this report: 0 valid, 1 invalid, 3 unreadable.
    ///
    /// With `fail_on` at [`Severity::Warning`], a check that warned counts as a failure too.
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

    /// The report as indented JSON, without a line end at its end.
    ///
    /// Characters that could act in a terminal are written as `\u` escapes; parsed back, every string is the same.
    pub fn to_json(&self) -> String {
        escape::to_json_pretty(self)
    }
}

/// The answer of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every byte was read and no check of error severity failed.
    Valid,
    /// Every byte was read and a check of error severity failed.
    Invalid,
    /// Not every byte could be read and checked: nothing is said about the data.
    Unreadable,
}

impl Verdict {
    /// The name as it stands in a report.
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

/// Why a run came to no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunError {
    /// The stable code, such as `encoding.utf16` or `limit.record_bytes`.
    pub code: String,
    /// What happened, in one sentence, for people.
    pub message: String,
    /// The name of the input, when it is about one.
    pub input: Option<String>,
    /// The record, from 0, header excluded.
    pub row_index: Option<u64>,
    /// The physical line, from 1.
    pub line: Option<u64>,
    /// The byte, from 0, in the decompressed stream.
    pub byte_offset: Option<u64>,
}

/// The program that made a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Engine {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The schema that data was held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaInfo {
    /// Its name, when it has one.
    pub name: Option<String>,
    /// The fingerprint of its canonical form: `blake3:` and 64 hexadecimal digits.
    pub fingerprint: String,
}

/// One input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Its name: a path, `-`, or what the caller named it.
    pub name: String,
    /// Its format, such as `csv`.
    pub format: String,
    /// How many bytes were read from it, after decompression.
    pub bytes: u64,
    /// How many records were read from it, header excluded.
    pub rows: u64,
}

/// Counts of rows: `valid + invalid = total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// All records.
    pub total: u64,
    /// Records that no violation of error severity names.
    pub valid: u64,
    /// Records that at least one violation of error severity names.
    pub invalid: u64,
}

/// What became of one check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Its id, such as `amount.range`; unique in a report.
    pub id: String,
    /// Its kind, such as `range`.
    pub check: String,
    /// The columns it reads; none for a check of the table.
    pub columns: Vec<String>,
    /// How much a failure matters.
    #[serde(with = "crate::severity")]
    pub severity: Severity,
    /// The outcome.
    pub status: Status,
    /// Why it was not evaluated, or another remark on the status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many values (rows, for a check of rows) were judged.
    pub evaluated: u64,
    /// How many of those failed. Exact, however many samples were kept.
    pub failed: u64,
    /// How many values were null and therefore not judged.
    pub null: u64,
    /// How many values could not be judged because an earlier fault stands in the way.
    pub not_evaluated: u64,
    /// How many failures there are of each code.
    pub codes: BTreeMap<String, u64>,
    /// The first row that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_row_index: Option<u64>,
    /// What a check of the whole table or column saw, such as a number of rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<serde_json::Value>,
    /// What it expects, for people.
    pub expected: String,
}

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing failed, or no more than its tolerance allows.
    Passed,
    /// It failed, at error severity.
    Failed,
    /// It failed, at warning severity.
    Warned,
    /// It could not be evaluated; the result's `reason` says why.
    NotEvaluated,
    /// Its own code failed, which only that of a `custom` check can; the result's `reason` says how. At error severity nothing is
    /// valid that was not checked, so the verdict is as if it had failed.
    Error,
}

impl Status {
    /// The name as it stands in a report.
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

/// What may differ between two runs over the same data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Wall-clock time.
    #[serde(serialize_with = "finite")]
    pub elapsed_seconds: f64,
    /// Threads that checked data.
    pub threads: u32,
    /// The instruction set of the tokenizer, such as `avx2`.
    pub simd: String,
    /// Bytes of all inputs, after decompression, per second of wall-clock time.
    pub bytes_per_second: u64,
    /// How the evaluations came about.
    pub decided: Decided,
    /// The largest resident size of the process in bytes, where the system tells.
    pub peak_memory: Option<u64>,
    /// What came of comparing files' statistics with their values, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistics: Option<StatisticsAudit>,
}

/// What came of comparing the statistics that files have of themselves with their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatisticsAudit {
    /// How many statistics were compared: up to three for each column of each row group and of each page.
    pub compared: u64,
    /// How many of them are wrong.
    pub wrong: u64,
    /// The first of those.
    pub samples: Vec<WrongStatistic>,
}

/// One statistic that is not true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongStatistic {
    /// The input, from 0.
    pub input: u32,
    /// The column, as the schema calls it.
    pub column: String,
    /// The row group, from 0.
    pub row_group: u64,
    /// The page of the column in the row group, from 0; none where the statistic is of the whole row group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// Which statistic: `null_count`, `minimum` or `maximum`.
    pub statistic: String,
    /// What the file says.
    pub claimed: String,
    /// What contradicts it.
    pub found: String,
}

/// How many evaluations of checks came about in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// By the exact check over the decoded value.
    pub scanned: u64,
    /// By a proof that needed no decoded value.
    pub proved: u64,
    /// By an earlier run over the same bytes.
    pub cached: u64,
}

/// JSON has no word for infinities and not-a-number: they are written as 0.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn finite<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(if number.is_finite() { *number } else { 0.0 })
}
