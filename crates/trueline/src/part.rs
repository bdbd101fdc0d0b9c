//! Results of one part of a run, delivered while the run continues.

use std::sync::Arc;

use trueline_report::Violation;
use trueline_schema::Severity;
use trueline_validate::{Findings, Plan};

/// The results of one part of an input: its rows and their violations. See
/// [`ValidatorBuilder::parts`](crate::ValidatorBuilder::parts).
///
/// Parts come in row order. Parts of text have the size of a chunk; parts of Parquet and Arrow follow the structure of the
/// format. All locations are relative to the whole input.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Part {
    /// The number of the part, from 0, across all inputs.
    pub number: u64,
    /// The index of the input that the rows belong to, from 0.
    pub input: u32,
    /// The name of that input.
    pub input_name: String,
    /// The index of the first row, from 0 within the input.
    pub first_row: u64,
    /// The number of rows.
    pub rows: u64,
    /// The number of rows that a check of severity error reports. In the last part, which has no rows: the number of rows that
    /// duplicate keys made invalid after they were counted as valid; so the sum over all parts equals the number in the report.
    pub invalid_rows: u64,
    /// The decompressed bytes of the input up to the end of the part; for Arrow batches in memory, the bytes of the batches so
    /// far.
    pub end_bytes: u64,
    /// The number of violations of severity error, kept or not.
    pub errors: u64,
    /// The number of violations of severity warning, kept or not.
    pub warnings: u64,
    /// The first violations, up to the limit of a report
    /// ([`ValidatorBuilder::max_violations`](crate::ValidatorBuilder::max_violations)). Violations of the header of an input are
    /// in its first part.
    pub violations: Vec<Violation>,
    /// Whether this is the last part. It has no rows, only what is known after all rows: duplicate keys and violations of the
    /// table as a whole. It belongs to no input: `input`, `first_row` and `end_bytes` are 0, and `input_name` is empty.
    pub is_last: bool,
}

impl Part {
    /// Returns whether the part has no violation of severity error. Tolerances apply to the whole table and are ignored here.
    pub fn is_valid(&self) -> bool {
        self.errors == 0
    }

    /// Returns the number of violations that are not in [`Part::violations`].
    pub fn violations_omitted(&self) -> u64 {
        self.errors + self.warnings - self.violations.len() as u64
    }
}

/// The callback for parts.
pub(crate) type PartWatcher = dyn Fn(Part) + Send + Sync;

/// Builds the parts of a run and passes them to the callback.
pub(crate) struct PartSender {
    watcher: Arc<PartWatcher>,
    max_violations: usize,
    /// The next part: it collects violations until its rows are known.
    next: Part,
    /// Invalid rows of the parts sent so far.
    invalid_rows: u64,
}

impl PartSender {
    pub(crate) fn new(watcher: &Arc<PartWatcher>, max_violations: u64) -> Self {
        Self {
            watcher: Arc::clone(watcher),
            max_violations: usize::try_from(max_violations).unwrap_or(usize::MAX),
            next: empty(0),
            invalid_rows: 0,
        }
    }

    /// Adds violations that do not belong to a row to the next part.
    pub(crate) fn add_all(&mut self, violations: &[Violation]) {
        for violation in violations {
            self.add(violation);
        }
    }

    /// Adds a violation to the next part.
    pub(crate) fn add(&mut self, violation: &Violation) {
        let counted = match violation.severity {
            Severity::Error => &mut self.next.errors,
            Severity::Warning => &mut self.next.warnings,
        };
        *counted += 1;
        if self.next.violations.len() < self.max_violations {
            self.next.violations.push(violation.clone());
        }
    }

    /// Completes the next part with the rows of a merged piece and sends it. A piece without rows and violations sends nothing.
    pub(crate) fn send_rows(&mut self, rows: PartRows<'_>, findings: Option<&Findings>, plan: &Plan) {
        if let Some(findings) = findings {
            let visited = findings.visit(plan, rows.input, rows.first_row, rows.lines, &mut |violation| {
                self.add(violation);
                Ok::<(), std::convert::Infallible>(())
            });
            let Ok(()) = visited;
        }
        if rows.rows == 0 && self.next.errors + self.next.warnings == 0 {
            return;
        }
        self.next.input = rows.input;
        rows.input_name.clone_into(&mut self.next.input_name);
        self.next.first_row = rows.first_row;
        self.next.rows = rows.rows;
        self.next.invalid_rows = rows.invalid_rows;
        self.next.end_bytes = rows.end_bytes;
        self.invalid_rows += rows.invalid_rows;
        self.send();
    }

    /// Delivers the last part, given the final number of invalid rows.
    pub(crate) fn finish(mut self, violations: &[Violation], invalid_rows: u64) {
        self.add_all(violations);
        self.next.invalid_rows = invalid_rows.saturating_sub(self.invalid_rows);
        self.next.is_last = true;
        self.send();
    }

    fn send(&mut self) {
        let next = empty(self.next.number + 1);
        (self.watcher)(std::mem::replace(&mut self.next, next));
    }
}

/// The rows of a part, and their location in the input.
#[derive(Clone, Copy)]
pub(crate) struct PartRows<'a> {
    pub(crate) input: u32,
    pub(crate) input_name: &'a str,
    pub(crate) first_row: u64,
    /// Line ends of the input before the first row.
    pub(crate) lines: u64,
    pub(crate) rows: u64,
    pub(crate) invalid_rows: u64,
    pub(crate) end_bytes: u64,
}

fn empty(number: u64) -> Part {
    Part {
        number,
        input: 0,
        input_name: String::new(),
        first_row: 0,
        rows: 0,
        invalid_rows: 0,
        end_bytes: 0,
        errors: 0,
        warnings: 0,
        violations: Vec::new(),
        is_last: false,
    }
}
