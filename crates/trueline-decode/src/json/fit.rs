//! Finds the records of a block that fit a template.

use trueline_tokenizer::json::Positions;

use super::scan::Record;
use super::template::{Fit, Template};
use crate::proof::cell::ROWS_PER_WORD;
use crate::proof::lanes::{Lanes, SimdTask};

/// Selects the records that have the structure and the keys of a template.
pub(crate) struct FitRecords<'a> {
    pub(crate) template: &'a Template,
    pub(crate) block: &'a Record<'a>,
    pub(crate) positions: &'a Positions,
    pub(crate) pending: &'a [u32],
    pub(crate) into: Fitting<'a>,
}

/// The results for the records that fit.
pub(crate) struct Fitting<'a> {
    pub(crate) records: &'a mut Vec<u32>,
    /// For each part, its first token in each of these records; whole words of rows.
    pub(crate) bases: &'a mut [Vec<u32>],
    /// The same for one record, counted from its first token.
    pub(crate) parts: &'a mut [u32],
    /// One bit per record, set if it has scalars at other positions.
    pub(crate) unverified: &'a mut Vec<u64>,
}

impl SimdTask for FitRecords<'_> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { template, block, positions, pending, into } = self;
        let Fitting { records, bases, parts, unverified } = into;
        let most = pending.len();
        records.resize(most, 0);
        for bases in bases.iter_mut() {
            bases.resize(most.next_multiple_of(ROWS_PER_WORD), 0);
        }
        unverified.clear();
        unverified.resize(most.div_ceil(ROWS_PER_WORD), 0);
        let mut count = 0;
        for record in pending {
            let tokens = positions.tokens(*record as usize);
            let fit = template.fits(lanes, &block.kinds[tokens.start..], tokens.len(), parts);
            if fit == Fit::None || !template.has_keys(lanes, block, tokens.start, parts) {
                continue;
            }
            unverified[count / ROWS_PER_WORD] |= u64::from(fit == Fit::Loose) << (count % ROWS_PER_WORD);
            records[count] = *record;
            let first = narrow(tokens.start);
            bases.iter_mut().zip(&*parts).for_each(|(bases, part)| bases[count] = first + part);
            count += 1;
        }
        let whole = count.next_multiple_of(ROWS_PER_WORD);
        records.truncate(count);
        unverified.truncate(whole / ROWS_PER_WORD);
        for bases in bases {
            bases[count..whole].fill(0);
            bases.truncate(whole);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "there are fewer tokens than bytes in a block")]
fn narrow(number: usize) -> u32 {
    number as u32
}
