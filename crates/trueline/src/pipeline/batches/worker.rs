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
use super::input::{Claim, Content, Extent, Parts};
#[cfg(feature = "parquet")]
use super::trust::{Audit, ReadPlan};
use crate::columns::{Columns, Judge, NotTaken};
#[cfg(feature = "parquet")]
use crate::options::Trust;

/// One thread, with its tools.
pub(super) struct Worker<'a> {
    job: &'a Job<'a>,
    input: &'a ArrowSchema,
    columns: &'a Columns,
    judge: Judge<'a>,
    /// The columns of the batches that the judge is prepared for.
    laid_out: Option<SchemaRef>,
    /// Rows of the part that were passed unseen.
    proved: u64,
    audit: StatisticsAudit,
    /// The rows of the part so far, where they are written.
    written: Option<BatchRows>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(job: &'a Job<'a>, columns: &'a Columns, input: &'a ArrowSchema) -> Self {
        Self {
            job,
            input,
            columns,
            judge: Judge::new(job.schema, job.plan, job.pass),
            laid_out: None,
            proved: 0,
            audit: StatisticsAudit::default(),
            written: None,
        }
    }

    /// Validates the rows of a part.
    pub(super) fn run(&mut self, parts: &Parts<'_>, claim: Claim) -> Piece {
        let mut state = State::new(self.job.plan, Some(self.job.quota.clone()));
        let Claim { sequence, content, end_offset } = claim;
        self.written = self.job.rows.is_some().then(BatchRows::new);
        let failure = match content {
            Content::End(failure) => failure,
            content => self.read(parts, &content, &mut state).err(),
        };
        state.seal();
        let failure_row = failure.is_some().then(|| (state.rows(), None));
        let findings = state.take_findings();
        let (proved, audit) = (std::mem::take(&mut self.proved), std::mem::take(&mut self.audit));
        let rows = self.written.take().map(PieceRows::Batches);
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

    fn read(&mut self, parts: &Parts<'_>, content: &Content, state: &mut State) -> Result<(), Failure> {
        #[cfg(feature = "parquet")]
        match (self.job.pass, self.job.trust) {
            // Rows to be written must be read.
            (Pass::First, Trust::Prove) if self.written.is_none() => {
                return self.read_unproven(parts, content, state);
            }
            (Pass::First, Trust::Audit) => return self.read_and_compare(parts, content, state),
            _ => {}
        }
        if self.job.pass == Pass::Candidates && !self.has_candidates(parts, content, state)? {
            return Ok(());
        }
        self.take(parts, content, &Extent::All, state, |_| {})
    }

    /// Takes the batches of a part into a state, and shows them to `look`.
    fn take(
        &mut self,
        parts: &Parts<'_>,
        content: &Content,
        extent: &Extent,
        state: &mut State,
        mut look: impl FnMut(&RecordBatch),
    ) -> Result<(), Failure> {
        let mut taken = Ok(());
        parts.read(content, extent, &mut |batch| {
            self.lay_out(batch.schema());
            look(batch);
            let written = &mut self.written;
            taken = self.judge.observe(batch, state, &mut |batch, state| keep(written, batch, state));
            taken.is_ok()
        })?;
        taken.map_err(not_taken)
    }

    /// Reads the columns of a part that do not follow from its statistics.
    #[cfg(feature = "parquet")]
    fn read_unproven(
        &mut self,
        parts: &Parts<'_>,
        content: &Content,
        state: &mut State,
    ) -> Result<(), Failure> {
        let Some((input, part)) = parts.parquet(content) else {
            return self.take(parts, content, &Extent::All, state, |_| {});
        };
        let ReadPlan { proven, open } = ReadPlan::new(self.job, self.columns, input, part)?;
        let is_there = |field: usize| self.columns.paths[field].is_some() && self.job.plan.needs(field);
        let has_column: Vec<bool> = (0..proven.len()).map(is_there).collect();
        let columns = parts.projection(self.columns, |field| has_column[field] && proven[field].is_none());
        let extent = Extent::Some(columns);
        self.judge.take_for_proven(proven.iter().map(Option::is_some).collect());
        let (mut at, end) = (part.rows.start, part.rows.end);
        for rows in open.into_iter().chain(std::iter::once(end..end)) {
            let unseen = rows.start - at;
            if unseen > 0 {
                state.observe_proven(self.job.plan, unseen, &has_column);
                self.proved += unseen;
            }
            at = rows.end;
            if !rows.is_empty() {
                let content = Content::Parquet(part.within(rows));
                self.take(parts, &content, &extent, state, |_| {})?;
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
        parts: &Parts<'_>,
        content: &Content,
        state: &mut State,
    ) -> Result<(), Failure> {
        let Some((input, part)) = parts.parquet(content) else {
            return self.take(parts, content, &Extent::All, state, |_| {});
        };
        let (schema, mut audit) = (self.input, Audit::new(self.job, self.columns, input, part)?);
        self.take(parts, content, &Extent::All, state, |batch| audit.observe(batch, schema))?;
        self.audit = audit.finish();
        Ok(())
    }

    /// Whether a part has keys that this pass looks for. Other parts are skipped.
    fn has_candidates(
        &mut self,
        parts: &Parts<'_>,
        content: &Content,
        state: &mut State,
    ) -> Result<bool, Failure> {
        let (mut has_some, mut rows) = (Ok(false), 0);
        parts.read(content, &Extent::Keys, &mut |batch| {
            self.lay_out(batch.schema());
            rows += batch.num_rows() as u64;
            has_some = self.judge.has_candidates(batch, state);
            matches!(has_some, Ok(false))
        })?;
        let has_some = has_some.map_err(not_taken)?;
        if !has_some {
            state.pass_over(rows);
        }
        Ok(has_some)
    }

    fn lay_out(&mut self, batch: SchemaRef) {
        if self.laid_out.as_ref() != Some(&batch) {
            self.judge.lay_out(self.columns, self.input, &batch);
            self.laid_out = Some(batch);
        }
    }
}

/// Keeps validated rows if they are to be written.
fn keep(written: &mut Option<BatchRows>, batch: &RecordBatch, state: &State) {
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

fn not_taken(_: NotTaken) -> Failure {
    Failure::new("internal", "a column has more in one batch than can be looked at at once", 0)
}
