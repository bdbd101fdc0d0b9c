//! Data shared by all workers of one input.

use trueline_decode::ColumnPlan;
use trueline_schema::{Field, Schema};
use trueline_tokenizer::Kernel;
use trueline_validate::{Binding, Pass, Plan, Quota};

use super::output::RowPool;
use crate::cache::PieceCache;
use crate::options::{Limits, Trust};

/// The options, plan and shared state with which the rows of one input are validated.
pub(super) struct Job<'a> {
    pub(super) schema: &'a Schema,
    pub(super) plan: &'a Plan,
    pub(super) binding: &'a Binding,
    pub(super) kernel: Kernel,
    pub(super) limits: Limits,
    pub(super) quota: Quota,
    /// Whether rows may be proven from their bytes.
    pub(super) proves: bool,
    pub(super) pass: Pass,
    /// Whether statistics of files are used or verified.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "only Parquet has some"))]
    pub(super) trust: Trust,
    /// Buffers for the records themselves, where rows are written in this pass.
    pub(super) rows: Option<RowPool>,
    /// The cache of results of pieces, if one is used.
    pub(super) cache: Option<PieceCache>,
    /// Whether to record marks, for reading some rows again.
    pub(super) marks: bool,
}

impl Job<'_> {
    /// The columns to decode.
    pub(super) fn columns(&self) -> Vec<ColumnPlan> {
        let sources = (0..).zip(&self.schema.fields).filter_map(|(index, field)| {
            Some((index, field, self.binding.sources[index].filter(|_| self.plan.needs(index))?))
        });
        let plan = |(index, field, source): (usize, &Field, usize)| ColumnPlan {
            field: field.clone(),
            source,
            null_values: self.schema.null_values_for(field),
            checks: self.plan.asked_of(index).cloned().collect(),
        };
        sources.map(plan).collect()
    }

    /// The fields of which no value is needed.
    pub(super) fn unneeded(&self) -> impl Iterator<Item = &Field> {
        let fields = self.schema.fields.iter().enumerate();
        fields.filter(|(index, _)| !self.plan.needs(*index)).map(|(_, field)| field)
    }

    /// Maps fields of the schema to the columns to decode.
    pub(super) fn decoded(&self) -> Vec<Option<usize>> {
        let mut columns = 0..;
        let is_decoded = |index: usize| self.binding.sources[index].is_some() && self.plan.needs(index);
        let column = |index| if is_decoded(index) { columns.next() } else { None };
        (0..self.schema.fields.len()).map(column).collect()
    }
}
