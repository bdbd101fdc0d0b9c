//! Evaluates the checks by functions of the program over the rows of a batch.

use crate::batch::Batch;
use crate::check::{Runner, custom};
use crate::code_source::CodeSource;
use crate::mask::Mask;
use crate::plan::Plan;
use crate::state::{Failing, State};

impl State {
    /// Calls every function of the plan.
    pub(crate) fn observe_custom(
        &mut self,
        plan: &Plan,
        batch: &Batch<'_>,
        failing: &mut Mask,
        invalid: &mut Mask,
    ) {
        for (index, check) in plan.checks.iter().enumerate() {
            let Runner::Custom { function, is_of_all } = &check.runner else { continue };
            if batch.rows == 0 {
                continue;
            }
            let counted = {
                // A function of all columns gets nulls for missing optional columns.
                let may_lack = |field: usize| *is_of_all && plan.fields[field].is_optional;
                custom::evaluate(&**function, check, batch, &may_lack, failing)
            };
            let counts = &mut self.counts[index];
            match counted {
                None => counts.not_evaluated += batch.rows as u64,
                Some(Err(reason)) => {
                    counts.not_evaluated += batch.rows as u64;
                    counts.error.get_or_insert(reason);
                }
                Some(Ok(counted)) => {
                    counts.evaluated += counted.evaluated;
                    counts.null += counted.null;
                    counts.not_evaluated += counted.not_evaluated;
                    let failing = Failing { slots: failing, rows: None };
                    self.record(plan, index, batch, failing, CodeSource::Fixed(custom::FAILED), invalid);
                }
            }
        }
    }
}
