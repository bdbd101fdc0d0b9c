//! What all workers of one input share.

use trueline_decode::ColumnPlan;
use trueline_schema::Schema;
use trueline_tokenizer::Kernel;
use trueline_validate::{Binding, Pass, Plan, Quota};

use super::outlet::RowPool;
use crate::options::{Limits, Trust};

/// What is to be done with the rows of one input.
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
    /// How far statistics of files are believed.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "only Parquet has some"))]
    pub(super) trust: Trust,
    /// Buffers for the records themselves, where rows are written in this pass.
    pub(super) rows: Option<RowPool>,
}

impl Job<'_> {
    /// The columns to decode, and for each field of the schema which of them it is.
    pub(super) fn columns(&self) -> (Vec<ColumnPlan>, Vec<Option<usize>>) {
        let mut columns: Vec<ColumnPlan> = Vec::new();
        let mut decoded = Vec::with_capacity(self.schema.fields.len());
        let checks = self.schema.resolved_checks();
        for (index, field) in self.schema.fields.iter().enumerate() {
            let source = self.binding.sources[index].filter(|_| self.plan.needs(index));
            decoded.push(source.map(|_| columns.len()));
            if let Some(source) = source {
                let null_values = self.schema.null_values_for(field);
                let asked = checks.iter().filter(|check| *check.columns == [&*field.name]);
                let checks = asked.map(|check| check.kind.clone()).collect();
                columns.push(ColumnPlan { field: field.clone(), source, null_values, checks });
            }
        }
        (columns, decoded)
    }
}
