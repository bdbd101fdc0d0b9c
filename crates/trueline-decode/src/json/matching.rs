//! Finds the records of a block that match a template.

use trueline_tokenizer::json::Positions;

use super::scan::BlockTokens;
use super::template::{Template, TemplateMatch};
use crate::proof::cell::ROWS_PER_WORD;
use crate::proof::lanes::{Lanes, SimdTask};

/// Selects the records that have the structure and the keys of a template.
pub(crate) struct MatchRecords<'a> {
    pub(crate) template: &'a Template,
    pub(crate) block: &'a BlockTokens<'a>,
    pub(crate) positions: &'a Positions,
    pub(crate) pending: &'a [u32],
    pub(crate) output: MatchOutput<'a>,
}

/// The results for the records that match.
pub(crate) struct MatchOutput<'a> {
    pub(crate) records: &'a mut Vec<u32>,
    /// For each part, its first token in each of these records; whole words of rows.
    pub(crate) bases: &'a mut [Vec<u32>],
    /// The first token of each part in one record, counted from the record's first token; a buffer.
    pub(crate) parts: &'a mut [u32],
    /// One bit per record, set if it has scalars at other positions, which must be verified one by one.
    pub(crate) unverified: &'a mut Vec<u64>,
}

impl SimdTask for MatchRecords<'_> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { template, block, positions, pending, output } = self;
        let MatchOutput { records, bases, parts, unverified } = output;
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
            let fit = template.match_tokens(lanes, &block.kinds[tokens.start..], tokens.len(), parts);
            if fit == TemplateMatch::Different || !template.has_keys(lanes, block, tokens.start, parts) {
                continue;
            }
            unverified[count / ROWS_PER_WORD] |=
                u64::from(fit == TemplateMatch::ScalarsElsewhere) << (count % ROWS_PER_WORD);
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
