//! Rows whose cells were not read, because they are proven to pass without them, for example by statistics.

use crate::check::Runner;
use crate::plan::Plan;
use crate::state::State;

impl State {
    /// Observes rows without their cells.
    ///
    /// Those of the fields in `has_column` pass all checks and are not null; the input lacks the others. No field with a column
    /// may be part of a check over keys.
    pub fn observe_proven(&mut self, plan: &Plan, rows: u64, has_column: &[bool]) {
        for (check, counts) in plan.checks.iter().zip(&mut self.counts) {
            let Some(&field) = check.fields.first() else { continue };
            if check.fields.iter().all(|&field| has_column[field]) {
                counts.evaluated += rows;
            } else {
                counts.not_evaluated += rows;
            }
            debug_assert!(
                !matches!(check.runner, Runner::Keys(_)) || !has_column[field],
                "keys are made of values"
            );
        }
        self.rows += rows;
    }

    /// Turns this many rows of a field, which were observed as proven and not null, into nulls.
    pub fn turn_null(&mut self, plan: &Plan, field: usize, nulls: u64) {
        for (check, counts) in plan.checks.iter().zip(&mut self.counts) {
            if check.fields.first() != Some(&field) {
                continue;
            }
            match check.runner {
                Runner::Cells(_) | Runner::Type => {
                    counts.evaluated -= nulls;
                    counts.null += nulls;
                }
                Runner::Table(_) => counts.null += nulls,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array};
    use trueline_report::{Location, Origin};
    use trueline_schema::Schema;

    use super::*;
    use crate::key::KeyOptions;
    use crate::{Batch, Binding, Column, Tally};

    const SCHEMA: &str = "fields:
  - {name: a, type: int64, minimum: 0, checks: [{check: completeness, min_fraction: 0.5}]}
  - {name: b, type: int64, required: true, maximum: 9}
  - {name: c, type: int64, optional: true, unique: true}
";

    struct Nowhere;

    impl Origin for Nowhere {
        fn row(&self, _row: usize) -> Location {
            Location::default()
        }

        fn cell(&self, _row: usize, _column: usize) -> Location {
            Location::default()
        }

        fn value(&self, _row: usize, _column: usize) -> Option<String> {
            None
        }
    }

    #[test]
    fn rows_unseen_count_as_rows_that_were_looked_at() {
        let schema = Schema::from_yaml(SCHEMA).expect("a schema");
        let plan = Plan::compile(&schema, 20).expect("a plan");
        let a: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3), None, Some(0)]));
        let b: ArrayRef = Arc::new(Int64Array::from(vec![9, 8, 7, 6, 5]));
        let columns = [Some(Column::whole(&a, &[])), Some(Column::whole(&b, &[])), None];
        let mut seen = State::new(&plan, None);
        let batch =
            Batch { rows: 5, columns: &columns, keys: &columns, texts: &[], extras: None, origin: &Nowhere };
        seen.observe(&plan, &batch);
        let mut unseen = State::new(&plan, None);
        unseen.observe_proven(&plan, 5, &[true, true, false]);
        unseen.turn_null(&plan, 0, 2);
        let finish = |state: State| {
            let mut tally = Tally::new(&plan, &KeyOptions::default());
            tally.begin_input(&Binding::by_name(&schema, &["a", "b"]), 0, &|_| Location::default());
            tally.merge(state).expect("merged");
            tally.finish(10, false).expect("an outcome")
        };
        let (seen, unseen) = (finish(seen), finish(unseen));
        assert_eq!((seen.rows, seen.checks), (unseen.rows, unseen.checks));
    }
}
