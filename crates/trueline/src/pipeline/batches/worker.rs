//! The work of one thread: turns parts into partial states.

use arrow_array::RecordBatch;
use arrow_schema::{Schema as ArrowSchema, SchemaRef};
use trueline_io::rows::BatchRows;
use trueline_io::text::Failure;
use trueline_report::StatisticsAudit;
use trueline_validate::{Pass, State};

use super::super::job::Job;
use super::super::merge::Piece;
use super::super::output::PieceRows;
use super::input::{Claim, ColumnSelection, PartContent, PartQueue};
#[cfg(feature = "parquet")]
use super::trust::{Audit, ReadPlan};
use crate::columns::{BatchValidator, CapacityExceeded, Columns};
#[cfg(feature = "parquet")]
use crate::options::Trust;

/// The worker of one thread.
pub(super) struct Worker<'a> {
    job: &'a Job<'a>,
    input: &'a ArrowSchema,
    columns: &'a Columns,
    validator: BatchValidator<'a>,
    /// The columns of the batches that the judge is prepared for.
    layout: Option<SchemaRef>,
    /// Rows of the part that were proven from statistics and not read.
    proved: u64,
    audit: StatisticsAudit,
    /// The rows of the part so far, if rows are written to files.
    output_rows: Option<BatchRows>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(job: &'a Job<'a>, columns: &'a Columns, input: &'a ArrowSchema) -> Self {
        Self {
            job,
            input,
            columns,
            validator: BatchValidator::new(job.schema, job.plan, job.pass),
            layout: None,
            proved: 0,
            audit: StatisticsAudit::default(),
            output_rows: None,
        }
    }

    /// Validates the rows of a part.
    pub(super) fn run(&mut self, parts: &PartQueue<'_>, claim: Claim) -> Piece {
        let mut state = State::new(self.job.plan, Some(self.job.quota.clone()));
        let Claim { sequence, content, end_offset } = claim;
        self.output_rows = self.job.rows.is_some().then(BatchRows::new);
        let failure = match content {
            PartContent::End(failure) => failure,
            content => self.read(parts, &content, &mut state).err(),
        };
        state.seal();
        let failure_row = failure.is_some().then(|| (state.rows(), None));
        let findings = state.take_findings();
        let (proved, audit) = (std::mem::take(&mut self.proved), std::mem::take(&mut self.audit));
        let rows = self.output_rows.take().map(PieceRows::Batches);
        Piece {
            rows,
            findings,
            proved,
            audit,
            failure,
            failure_row,
            ..Piece::new(sequence, state, end_offset)
        }
    }

    fn read(
        &mut self,
        parts: &PartQueue<'_>,
        content: &PartContent,
        state: &mut State,
    ) -> Result<(), Failure> {
        #[cfg(feature = "parquet")]
        match (self.job.pass, self.job.trust) {
            // Rows to be written must be read.
            (Pass::First, Trust::Prove) if self.output_rows.is_none() => {
                return self.read_unproven(parts, content, state);
            }
            (Pass::First, Trust::Audit) => return self.read_and_compare(parts, content, state),
            _ => {}
        }
        if self.job.pass == Pass::Candidates && !self.has_candidates(parts, content, state)? {
            return Ok(());
        }
        self.observe(parts, content, &ColumnSelection::All, state, |_| {})
    }

    /// Validates the batches of a part into a state, and passes each to `inspect`.
    fn observe(
        &mut self,
        parts: &PartQueue<'_>,
        content: &PartContent,
        selection: &ColumnSelection,
        state: &mut State,
        mut inspect: impl FnMut(&RecordBatch),
    ) -> Result<(), Failure> {
        let mut taken = Ok(());
        parts.read(content, selection, &mut |batch| {
            self.set_layout(batch.schema());
            inspect(batch);
            let written = &mut self.output_rows;
            taken = self
                .validator
                .observe(batch, state, &mut |batch, state| add_output_rows(written, batch, state));
            taken.is_ok()
        })?;
        taken.map_err(capacity_failure)
    }

    /// Reads only the columns and rows of a part that are not proven by its statistics.
    #[cfg(feature = "parquet")]
    fn read_unproven(
        &mut self,
        parts: &PartQueue<'_>,
        content: &PartContent,
        state: &mut State,
    ) -> Result<(), Failure> {
        let Some((input, part)) = parts.parquet(content) else {
            return self.observe(parts, content, &ColumnSelection::All, state, |_| {});
        };
        let ReadPlan { proven, open } = ReadPlan::new(self.job, self.columns, input, part)?;
        let is_there = |field: usize| self.columns.paths[field].is_some() && self.job.plan.needs(field);
        let has_column: Vec<bool> = (0..proven.len()).map(is_there).collect();
        let columns = parts.projection(self.columns, |field| has_column[field] && proven[field].is_none());
        let selection = ColumnSelection::Some(columns);
        self.validator.set_proven(proven.iter().map(Option::is_some).collect());
        let (mut at, end) = (part.rows.start, part.rows.end);
        for rows in open.into_iter().chain(std::iter::once(end..end)) {
            let skipped = rows.start - at;
            if skipped > 0 {
                state.observe_proven(self.job.plan, skipped, &has_column);
                self.proved += skipped;
            }
            at = rows.end;
            if !rows.is_empty() {
                let content = PartContent::Parquet(part.within(rows));
                self.observe(parts, &content, &selection, state, |_| {})?;
            }
        }
        for (field, nulls) in proven.iter().enumerate() {
            if let Some(nulls) = nulls {
                state.turn_null(self.job.plan, field, *nulls);
            }
        }
        Ok(())
    }

    /// Reads a part and compares its statistics with its values.
    #[cfg(feature = "parquet")]
    fn read_and_compare(
        &mut self,
        parts: &PartQueue<'_>,
        content: &PartContent,
        state: &mut State,
    ) -> Result<(), Failure> {
        let Some((input, part)) = parts.parquet(content) else {
            return self.observe(parts, content, &ColumnSelection::All, state, |_| {});
        };
        let (schema, mut audit) = (self.input, Audit::new(self.job, self.columns, input, part)?);
        self.observe(parts, content, &ColumnSelection::All, state, |batch| audit.observe(batch, schema))?;
        self.audit = audit.finish();
        Ok(())
    }

    /// Whether a part has keys that this pass looks for. Other parts are skipped.
    fn has_candidates(
        &mut self,
        parts: &PartQueue<'_>,
        content: &PartContent,
        state: &mut State,
    ) -> Result<bool, Failure> {
        let (mut has_some, mut rows) = (Ok(false), 0);
        parts.read(content, &ColumnSelection::Keys, &mut |batch| {
            self.set_layout(batch.schema());
            rows += batch.num_rows() as u64;
            has_some = self.validator.has_candidates(batch, state);
            matches!(has_some, Ok(false))
        })?;
        let has_some = has_some.map_err(capacity_failure)?;
        if !has_some {
            state.pass_over(rows);
        }
        Ok(has_some)
    }

    fn set_layout(&mut self, batch: SchemaRef) {
        if self.layout.as_ref() != Some(&batch) {
            self.validator.set_layout(self.columns, self.input, &batch);
            self.layout = Some(batch);
        }
    }
}

/// Keeps validated rows if they are to be written.
fn add_output_rows(written: &mut Option<BatchRows>, batch: &RecordBatch, state: &State) {
    let Some(written) = written else { return };
    let before = written.len();
    written.push(batch.clone());
    for (first, word) in (before..).step_by(64).zip(state.invalid_of_batch()) {
        let mut rest = *word;
        while rest != 0 {
            written.mark(first + rest.trailing_zeros() as usize);
            rest &= rest - 1;
        }
    }
}

fn capacity_failure(_: CapacityExceeded) -> Failure {
    Failure::new("internal", "a column has more in one batch than can be looked at at once", 0)
}
