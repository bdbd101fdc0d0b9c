//! The outputs of a run besides its report.

mod errors;
mod files;
mod rows;

use trueline_io::Source;
use trueline_report::{Report, Violation};
use trueline_validate::key::KeyOptions;
use trueline_validate::{LateFindings, Pass, Plan, Tally, Wanted};

pub(super) use self::errors::ErrorsOutput;
pub(super) use self::files::PieceRows;
pub(super) use self::rows::{RowOutput, RowPool};
use crate::error::{Error, ErrorKind};
use crate::part::PartSender;
use crate::validator::Validator;

/// The outputs of one run.
#[derive(Default)]
pub(super) struct RunOutputs {
    pub(super) rows: Option<RowOutput>,
    pub(super) errors: Option<ErrorsOutput>,
    /// Delivers parts to the callback.
    pub(super) parts: Option<PartSender>,
}

impl RunOutputs {
    /// Creates the files that a run writes.
    pub(super) fn open(validator: &Validator, sources: &[&dyn Source]) -> Result<Self, Error> {
        if let Some(path) = validator.outputs.replacing(sources) {
            let name = path.to_string_lossy().into_owned();
            let expected = "another file than the inputs, which it would replace".to_owned();
            return Err(Error::new(ErrorKind::OutputName { name, expected }));
        }
        Ok(Self {
            rows: RowOutput::open(validator, sources)?,
            errors: ErrorsOutput::open(validator, sources)?,
            parts: validator.parts.as_ref().map(|parts| PartSender::new(parts, validator.max_violations)),
        })
    }

    /// Whether rows are written in a separate pass after all others.
    pub(super) fn has_late_rows(&self) -> bool {
        self.rows.as_ref().is_some_and(RowOutput::is_late)
    }

    /// Whether all violations must be collected in the first pass: for a file, for parts, or for the reasons of rows.
    pub(super) fn collects(&self) -> bool {
        let rows = self.rows.as_ref();
        let delivers = self.errors.is_some() || self.parts.is_some();
        delivers || rows.is_some_and(|rows| rows.has_reasons() && rows.writes_in(Pass::First))
    }

    /// Sets the plan that validates the rows.
    pub(super) fn set_plan(&mut self, plan: &Plan) {
        if let Some(rows) = &mut self.rows {
            rows.set_plan(plan);
        }
    }

    /// Settles the keys, if the output of rows or violations depends on them.
    pub(super) fn settle(&mut self, tally: &mut Tally, plan: &Plan, keys: &KeyOptions) -> Result<(), Error> {
        let wanted = Wanted {
            rows: self.has_late_rows(),
            findings: self.errors.is_some() || self.parts.is_some(),
            reasons: self.has_late_rows() && self.rows.as_ref().is_some_and(RowOutput::has_reasons),
        };
        if wanted == Wanted::default() {
            return Ok(());
        }
        let settled = tally.settle(wanted, keys);
        let settled = settled.map_err(|source| Error::new(ErrorKind::Keys { source }))?;
        if let (Some(output), Some(rows)) = (&mut self.rows, settled.rows) {
            output.set_late(rows);
        }
        settled.findings.map_or(Ok(()), |findings| self.write_late(findings, plan))
    }

    /// Writes and delivers duplicate keys.
    fn write_late(&mut self, findings: LateFindings, plan: &Plan) -> Result<(), Error> {
        let mut findings = findings;
        loop {
            let next = findings.next(plan).map_err(|source| Error::new(ErrorKind::Keys { source }))?;
            let Some(violation) = next else { return Ok(()) };
            self.write_all(std::slice::from_ref(&violation))?;
        }
    }

    /// Writes and delivers violations that do not belong to rows, or are only known at the end.
    pub(super) fn write_all(&mut self, violations: &[Violation]) -> Result<(), Error> {
        if let Some(parts) = &mut self.parts {
            parts.add_all(violations);
        }
        self.errors.as_mut().map_or(Ok(()), |errors| errors.write_all(violations))
    }

    /// Renames all files into place, after all of them have been written and their contents agree with the report.
    pub(super) fn commit(self, report: &Report) -> Result<(), Error> {
        let rows = self.rows.map(|rows| rows.finish(report)).transpose()?;
        let errors = self.errors.map(|errors| errors.finish(report)).transpose()?;
        rows.map_or(Ok(()), self::files::Files::commit).map_err(Error::output)?;
        errors.map_or(Ok(()), trueline_io::OutputFile::commit).map_err(Error::output)
    }
}
