//! Views of a report.

use crate::fault::{self, Fault};
use crate::text::{NONE, Text};

/// The result of validating data against a schema. Free it with `trueline_report_free`.
pub struct Report {
    pub(crate) report: trueline::Report,
}

/// The verdict of a run.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every byte was read and no check of error severity failed.
    Valid = 0,
    /// Every byte was read and a check of error severity failed.
    Invalid = 1,
    /// Not every byte could be read and checked, so the data is neither valid nor invalid.
    Unreadable = 2,
}

/// The severity of a failure.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The row is invalid.
    Error = 0,
    /// The failure is only reported.
    Warning = 1,
}

/// The status of a check.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckStatus {
    /// Nothing failed, or no more than the tolerance allows.
    Passed = 0,
    /// Failed, at error severity.
    Failed = 1,
    /// Failed, at warning severity.
    Warned = 2,
    /// Not evaluated; `reason` explains why.
    NotEvaluated = 3,
    /// The code of the check itself failed, which is possible only for a custom check; `reason` explains why.
    Error = 4,
}

/// The format of a rendered report.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendering {
    /// Text for people, in a terminal or a log.
    Text = 0,
    /// One JSON document.
    Json = 1,
    /// One JSON document per line: the report, then each violation.
    JsonLines = 2,
    /// `JUnit` XML.
    Junit = 3,
    /// SARIF 2.1.0.
    Sarif = 4,
    /// Annotations in the log of a GitHub workflow.
    Github = 5,
    /// Markdown for a comment on a pull request.
    Markdown = 6,
    /// A self-contained HTML page.
    Html = 7,
}

/// The totals of a report. `valid_rows + invalid_rows = total_rows`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    /// The verdict.
    pub verdict: Verdict,
    /// The number of records.
    pub total_rows: u64,
    /// The number of records without a violation of error severity.
    pub valid_rows: u64,
    /// The number of records with at least one violation of error severity.
    pub invalid_rows: u64,
    /// The number of violations that the report keeps.
    pub violation_count: usize,
    /// The number of violations found but not kept.
    pub violations_omitted: u64,
    /// The number of checks.
    pub check_count: usize,
    /// The number of inputs read.
    pub input_count: usize,
}

/// A violation: the check, the location, the value found and the expectation. Unknown numbers are
/// `TRUELINE_NONE`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Violation {
    /// The id of the check, such as `amount.range`.
    pub check_id: Text,
    /// The stable code, such as `range.above_maximum`.
    pub code: Text,
    /// Whether the violation makes its row invalid.
    pub severity: Severity,
    /// The index of the input, from 0.
    pub input: u32,
    /// The index of the record, from 0, header excluded.
    pub row_index: u64,
    /// The physical line of the first byte, from 1.
    pub line: u64,
    /// The offset of the first byte, from 0, in the decompressed input.
    pub byte_offset: u64,
    /// The number of bytes, quotes included.
    pub byte_length: u64,
    /// The name of the column, if the violation concerns one.
    pub column: Text,
    /// The location inside a nested value, as a JSON Pointer, or none.
    pub path: Text,
    /// The value found, as a string, truncated if long; or none.
    pub value: Text,
    /// 1 if `value` is truncated, otherwise 0.
    pub value_truncated: u8,
    /// What the check expects, for people.
    pub expected: Text,
    /// What is wrong, in one sentence, for people.
    pub message: Text,
    /// The index of the input of the related location, such as the first occurrence of a duplicate key.
    pub related_input: u64,
    /// The index of the record at the related location.
    pub related_row_index: u64,
    /// The line of the related location.
    pub related_line: u64,
}

/// The result of one check.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CheckResult {
    /// The id, such as `amount.range`.
    pub id: Text,
    /// The kind, such as `range`.
    pub check: Text,
    /// The column that it reads; none for a check of the table, or of several columns, which its id names.
    pub column: Text,
    /// The severity of a failure.
    pub severity: Severity,
    /// The status.
    pub status: CheckStatus,
    /// Why it was not evaluated, or another remark; or none.
    pub reason: Text,
    /// The number of values (for a check of rows, rows) evaluated.
    pub evaluated: u64,
    /// The exact number of these that failed, regardless of the samples kept.
    pub failed: u64,
    /// The number of values that were null and therefore not evaluated.
    pub null: u64,
    /// The number of values not evaluated because of an earlier violation.
    pub not_evaluated: u64,
    /// The first row that failed, or `TRUELINE_NONE`.
    pub first_row_index: u64,
    /// What it expects, for people.
    pub expected: Text,
}

/// One input.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// The name.
    pub name: Text,
    /// The format, such as `csv`.
    pub format: Text,
    /// The number of bytes read, after decompression.
    pub bytes: u64,
    /// The number of records read, header excluded.
    pub rows: u64,
}

/// Why the verdict of a run is `TRUELINE_VERDICT_UNREADABLE`. Unknown numbers are `TRUELINE_NONE`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct RunError {
    /// The stable code, such as `encoding.utf16`.
    pub code: Text,
    /// What happened, in one sentence, for people.
    pub message: Text,
    /// The name of the input, if the error concerns one.
    pub input: Text,
    /// The index of the record, from 0, header excluded.
    pub row_index: u64,
    /// The physical line, from 1.
    pub line: u64,
    /// The byte offset, from 0, in the decompressed input.
    pub byte_offset: u64,
}

/// The rendering of a number.
pub(crate) fn rendering(number: u32) -> Result<trueline::render::Format, Fault> {
    use trueline::render::Format;
    Ok(match number {
        0 => Format::Text,
        1 => Format::Json,
        2 => Format::JsonLines,
        3 => Format::Junit,
        4 => Format::Sarif,
        5 => Format::Github,
        6 => Format::Markdown,
        7 => Format::Html,
        _ => return Err(fault::not_a_member("rendering", number, "TruelineRendering")),
    })
}

fn severity(severity: trueline::Severity) -> Severity {
    match severity {
        trueline::Severity::Error => Severity::Error,
        trueline::Severity::Warning => Severity::Warning,
    }
}

impl Violation {
    pub(crate) fn of(found: &trueline::Violation) -> Self {
        let (related_input, related_row_index, related_line) = match &found.related {
            Some(place) => (
                place.input.into(),
                place.location.row_index.unwrap_or(NONE),
                place.location.line.unwrap_or(NONE),
            ),
            None => (NONE, NONE, NONE),
        };
        Self {
            check_id: Text::of(&found.check_id),
            code: Text::of(&found.code),
            severity: severity(found.severity),
            input: found.input,
            row_index: found.location.row_index.unwrap_or(NONE),
            line: found.location.line.unwrap_or(NONE),
            byte_offset: found.location.byte_offset.unwrap_or(NONE),
            byte_length: found.location.byte_length.unwrap_or(NONE),
            column: Text::of_option(found.column.as_deref()),
            path: Text::of_option(found.path.as_deref()),
            value: Text::of_option(found.value.as_deref()),
            value_truncated: found.value_truncated.into(),
            expected: Text::of(&found.expected),
            message: Text::of(&found.message),
            related_input,
            related_row_index,
            related_line,
        }
    }
}

impl Report {
    pub(crate) fn summary(&self) -> Summary {
        let report = &self.report;
        Summary {
            verdict: match report.verdict {
                trueline::Verdict::Valid => Verdict::Valid,
                trueline::Verdict::Invalid => Verdict::Invalid,
                trueline::Verdict::Unreadable => Verdict::Unreadable,
            },
            total_rows: report.rows.total,
            valid_rows: report.rows.valid,
            invalid_rows: report.rows.invalid,
            violation_count: report.violations.len(),
            violations_omitted: report.violations_omitted,
            check_count: report.checks.len(),
            input_count: report.inputs.len(),
        }
    }

    pub(crate) fn violation(&self, index: usize) -> Result<Violation, Fault> {
        let all = &self.report.violations;
        let found = all.get(index).ok_or_else(|| fault::out_of_range("violation", index, all.len()))?;
        Ok(Violation::of(found))
    }

    pub(crate) fn check(&self, index: usize) -> Result<CheckResult, Fault> {
        let all = &self.report.checks;
        let check = all.get(index).ok_or_else(|| fault::out_of_range("check", index, all.len()))?;
        let column = match &*check.columns {
            [column] => Some(&**column),
            _ => None,
        };
        Ok(CheckResult {
            id: Text::of(&check.id),
            check: Text::of(&check.check),
            column: Text::of_option(column),
            severity: severity(check.severity),
            status: match check.status {
                trueline::Status::Passed => CheckStatus::Passed,
                trueline::Status::Failed => CheckStatus::Failed,
                trueline::Status::Warned => CheckStatus::Warned,
                trueline::Status::NotEvaluated => CheckStatus::NotEvaluated,
                trueline::Status::Error => CheckStatus::Error,
            },
            reason: Text::of_option(check.reason.as_deref()),
            evaluated: check.evaluated,
            failed: check.failed,
            null: check.null,
            not_evaluated: check.not_evaluated,
            first_row_index: check.first_row_index.unwrap_or(NONE),
            expected: Text::of(&check.expected),
        })
    }

    pub(crate) fn input(&self, index: usize) -> Result<Input, Fault> {
        let all = &self.report.inputs;
        let input = all.get(index).ok_or_else(|| fault::out_of_range("input", index, all.len()))?;
        Ok(Input {
            name: Text::of(&input.name),
            format: Text::of(&input.format),
            bytes: input.bytes,
            rows: input.rows,
        })
    }

    /// `None` unless the verdict is unreadable.
    pub(crate) fn error(&self) -> Option<RunError> {
        let error = self.report.error.as_ref()?;
        Some(RunError {
            code: Text::of(&error.code),
            message: Text::of(&error.message),
            input: Text::of_option(error.input.as_deref()),
            row_index: error.row_index.unwrap_or(NONE),
            line: error.line.unwrap_or(NONE),
            byte_offset: error.byte_offset.unwrap_or(NONE),
        })
    }
}
