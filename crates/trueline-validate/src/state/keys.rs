//! Collects the keys of a chunk, batch by batch.

use trueline_schema::KeyNulls;

use super::{CodeSource, Failing, State, has_bad_cell, mark_nulls};
use crate::batch::Batch;
use crate::check::{KeyRule, Runner};
use crate::key_rows::{ChunkKeys, KeyRows};
use crate::mask::Mask;
use crate::plan::Plan;

impl State {
    /// Records a violation for each row with a null in a key that must not have one.
    pub(super) fn observe_key_nulls(
        &mut self,
        plan: &Plan,
        index: usize,
        batch: &Batch<'_>,
        failing: &mut Mask,
        invalid: &mut Mask,
    ) {
        let check = &plan.checks[index];
        let Runner::Keys(KeyRule { nulls: KeyNulls::Fail, .. }) = check.runner else { return };
        let mut with_null = false;
        failing.reset(batch.rows);
        for &field in &check.fields {
            let Some(column) = batch.keys[field] else { return };
            if column.null_count() > 0 {
                with_null = true;
                let mut nulls = Mask::default();
                mark_nulls(&mut nulls, &column);
                failing.union(&nulls);
            }
        }
        if with_null {
            // A row with a cell that did not parse is not evaluated, whatever its other cells are.
            let mut evaluated = Mask::new(batch.rows);
            evaluated.fill(|row| failing.get(row) && !has_bad_cell(check, batch, row));
            let failing = Failing { slots: &evaluated, rows: None };
            self.record(plan, index, batch, failing, CodeSource::Fixed(1), invalid);
        }
    }

    /// Collects the keys of a batch: those of the rows in `some`, or of all rows.
    ///
    /// `invalid` has a bit for each row that is invalid because of another check, least significant bit first.
    pub(super) fn collect_keys(
        &mut self,
        plan: &Plan,
        set: usize,
        index: usize,
        batch: &Batch<'_>,
        some: Option<&[u32]>,
        invalid: &[u64],
    ) {
        let check = &plan.checks[index];
        let Runner::Keys(rule) = check.runner else { return };
        let counts = &mut self.counts[index];
        let texts = batch.texts.iter().find(|texts| *check.fields == [texts.field]);
        if let (Some(texts), ChunkKeys::Prints(prints)) = (texts, &mut self.keys[set]) {
            let before = prints.len();
            prints.extend(texts.iter());
            prints.skip(before, texts.nulls.iter().map(|row| *row as usize));
            counts.evaluated += texts.places.len() as u64;
            counts.null += texts.nulls.len() as u64;
            return;
        }
        let Some(rows) = KeyRows::new(check, rule, batch) else {
            counts.not_evaluated += batch.rows as u64;
            return;
        };
        let found = self.keys[set].collect(&rows.restrict_to(some), |row| is_set(invalid, row));
        counts.not_evaluated += found.bad;
        counts.evaluated += found.keys;
        let nulls = if rule.nulls == KeyNulls::Fail { &mut counts.evaluated } else { &mut counts.null };
        *nulls += found.null;
    }

    /// Returns whether this state needs a schema field only as texts, because its bytes are the keys and are only fingerprinted.
    pub fn takes_texts(&self, plan: &Plan, field: usize) -> bool {
        let mut of_field = plan.key_checks.iter().zip(&self.keys).filter_map(|(&index, keys)| {
            let check = &plan.checks[index];
            check.fields.contains(&field).then_some((check, keys))
        });
        plan.is_key(field)
            && of_field.all(|(check, keys)| {
                let is_plain = matches!(check.runner, Runner::Keys(KeyRule { nulls: KeyNulls::Ignore, .. }));
                is_plain && check.fields.len() == 1 && matches!(keys, ChunkKeys::Prints(_))
            })
    }

    /// Collects only the keys of a batch, whose rows an earlier pass validated.
    ///
    /// `invalid` has a bit for each row that it found invalid, least significant bit first. `broken` records count as rows too.
    pub fn observe_keys(&mut self, plan: &Plan, batch: &Batch<'_>, broken: u64, invalid: &[u64]) {
        for (set, &index) in plan.key_checks.iter().enumerate() {
            self.collect_keys(plan, set, index, batch, None, invalid);
        }
        self.pass_over(batch.rows as u64 + broken);
    }

    /// Returns whether a batch has keys that this pass collects.
    pub fn has_candidates(&self, plan: &Plan, batch: &Batch<'_>) -> bool {
        plan.key_checks.iter().zip(&self.keys).any(|(&index, keys)| {
            let check = &plan.checks[index];
            let Runner::Keys(rule) = check.runner else { return false };
            KeyRows::new(check, rule, batch).is_some_and(|rows| keys.has_candidate(&rows))
        })
    }

    /// Returns the rows of a batch that have keys that this pass collects, in ascending order.
    pub fn candidates(&self, plan: &Plan, batch: &Batch<'_>) -> Vec<u32> {
        let mut found = Vec::new();
        for (&index, keys) in plan.key_checks.iter().zip(&self.keys) {
            let check = &plan.checks[index];
            let Runner::Keys(rule) = check.runner else { continue };
            if let Some(rows) = KeyRows::new(check, rule, batch) {
                keys.candidates(&rows, &mut found);
            }
        }
        if self.keys.len() > 1 {
            found.sort_unstable();
            found.dedup();
        }
        found
    }
}

/// Returns whether the bit of a row is set.
fn is_set(words: &[u64], row: usize) -> bool {
    words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
}
