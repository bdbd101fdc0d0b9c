//! Calls functions of the program with the rows of a batch.

use crate::batch::Batch;
use crate::check::{Runner, custom};
use crate::coding::Coding;
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
            let judged = {
                // A function of all columns gets nulls for missing optional columns.
                let may_lack = |field: usize| *is_of_all && plan.fields[field].is_optional;
                custom::judge(&**function, check, batch, &may_lack, failing)
            };
            let counts = &mut self.counts[index];
            match judged {
                None => counts.not_evaluated += batch.rows as u64,
                Some(Err(reason)) => {
                    counts.not_evaluated += batch.rows as u64;
                    counts.error.get_or_insert(reason);
                }
                Some(Ok(judged)) => {
                    counts.evaluated += judged.evaluated;
                    counts.null += judged.null;
                    counts.not_evaluated += judged.not_evaluated;
                    let failing = Failing { slots: failing, rows: None };
                    self.record(plan, index, batch, failing, Coding::Fixed(custom::FAILED), invalid);
                }
            }
        }
    }
}
