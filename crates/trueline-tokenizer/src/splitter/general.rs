//! The survey for dialects with escapes or comments: both candidates in one pass, each with a separate carry.

use super::Tail;
use crate::engine::{self, ByteStats, Carry, Classes, QuoteMasks};
use crate::kernel::{Isa, STEP, Task};
use crate::state::{State, StateKind};

/// One of the two candidates for the start state, and what was read for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) carry: Carry,
    pub(super) tail: Tail,
    /// Every opening quote so far is where a quote may open.
    pub(super) has_valid_quotes: bool,
    /// A comment or an escape outside quotes prevents a result.
    pub(super) is_undecided: bool,
}

impl Candidate {
    fn new(start: StateKind) -> Self {
        let carry = Carry::of(State(start)).unwrap_or_default();
        Self { carry, tail: Tail::default(), has_valid_quotes: true, is_undecided: false }
    }

    /// Whether its carry and its tail are correct so far.
    pub(super) fn is_usable(&self) -> bool {
        self.has_valid_quotes && !self.is_undecided
    }

    /// Reads a step; `inside` are the bytes inside quotes.
    #[inline(always)]
    fn step<I: Isa>(&mut self, isa: I, classes: &Classes, step: &Step<I>, inside: u64) {
        let delimiter = step.delimiter & !inside;
        let terminator = step.terminator & !inside;
        let separator = delimiter | terminator;
        let close = step.quote & !inside;
        let after_separator = (separator << 1) | self.carry.field_start;
        let after_close = (close << 1) | self.carry.after_close;
        self.has_valid_quotes &= step.quote & inside & !(after_separator | after_close) == 0;
        self.is_undecided |= step.escapes & !inside != 0;
        if classes.has_comment {
            let record_start = (terminator << 1) | self.carry.record_start;
            self.is_undecided |= classes.comments(isa, step.block) & record_start != 0;
        }
        self.tail.update(step.at, terminator);
        self.carry = Carry {
            in_quote: (inside.cast_signed() >> 63).cast_unsigned(),
            field_start: separator >> 63,
            record_start: terminator >> 63,
            after_close: close >> 63,
            cr: step.cr,
            escaped: step.escapes >> 63,
        };
    }
}

/// What the 64 bytes of a step contain for either candidate.
struct Step<I: Isa> {
    at: usize,
    block: I::Block,
    delimiter: u64,
    terminator: u64,
    /// Quotes that are not escaped.
    quote: u64,
    /// Active escapes.
    escapes: u64,
    /// 1 if the last byte is a CR.
    cr: u64,
}

/// Reads the whole chunk for both candidates.
pub(super) struct SurveyGeneral<'a> {
    pub(super) classes: &'a Classes,
    pub(super) chunk: &'a [u8],
}

/// Both candidates after `at` bytes: all bytes except a remainder of less than 64, or fewer if neither is usable.
pub(super) struct Candidates {
    pub(super) outside: Candidate,
    pub(super) inside: Candidate,
    pub(super) at: usize,
}

impl Task for SurveyGeneral<'_> {
    type Output = Candidates;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Candidates {
        let Self { classes, chunk } = self;
        let mut outside = Candidate::new(StateKind::FieldStart);
        let mut inside = Candidate::new(StateKind::Quoted);
        let mut stats = ByteStats::default();
        let mut at = 0;
        while chunk.len() - at >= STEP && (outside.is_usable() || inside.is_usable()) {
            let steps = ((chunk.len() - at) / STEP).min(engine::GROUP_STEPS);
            let group = engine::chunks(chunk, at, steps);
            let has_special = engine::inspect(isa, classes, at, group, &mut stats);
            if has_special {
                read_quoted(isa, classes, at, group, &mut outside, &mut inside);
            } else if outside.carry.in_quote == 0 {
                read_plain(isa, classes, at, group, &mut outside, &mut inside);
            } else {
                read_plain(isa, classes, at, group, &mut inside, &mut outside);
            }
            at += steps * STEP;
        }
        Candidates { outside, inside, at }
    }
}

/// Reads a group with quotes or escapes for both candidates.
#[inline(always)]
fn read_quoted<I: Isa>(
    isa: I,
    classes: &Classes,
    mut at: usize,
    group: &[[u8; STEP]],
    outside: &mut Candidate,
    inside: &mut Candidate,
) {
    for chunk in group {
        let block = isa.load(chunk);
        let ends = classes.terminators(isa, block, outside.carry.cr);
        // The parity for the outside candidate.
        let quotes = QuoteMasks::read(isa, classes, block, outside.carry);
        let step = Step {
            at,
            block,
            delimiter: classes.delimiters(isa, block),
            terminator: ends.terminator,
            quote: quotes.open | quotes.close,
            escapes: quotes.escapes,
            cr: ends.cr >> 63,
        };
        outside.step(isa, classes, &step, quotes.inside);
        inside.step(isa, classes, &step, !quotes.inside);
        at += STEP;
    }
}

/// Reads a group without quotes and escapes, all of which is outside quotes for `unquoted` and inside quotes for `quoted`.
#[inline(always)]
fn read_plain<I: Isa>(
    isa: I,
    classes: &Classes,
    mut at: usize,
    group: &[[u8; STEP]],
    unquoted: &mut Candidate,
    quoted: &mut Candidate,
) {
    let mut delimiter = 0;
    for chunk in group {
        let block = isa.load(chunk);
        let ends = classes.terminators(isa, block, unquoted.carry.cr);
        delimiter = classes.delimiters(isa, block);
        if classes.has_comment {
            let record_start = (ends.terminator << 1) | unquoted.carry.record_start;
            unquoted.is_undecided |= classes.comments(isa, block) & record_start != 0;
        }
        unquoted.tail.update(at, ends.terminator);
        unquoted.carry.cr = ends.cr >> 63;
        unquoted.carry.record_start = ends.terminator >> 63;
        at += STEP;
    }
    unquoted.carry.field_start = unquoted.carry.record_start | (delimiter >> 63);
    (unquoted.carry.after_close, unquoted.carry.escaped) = (0, 0);
    quoted.carry = Carry { in_quote: u64::MAX, cr: unquoted.carry.cr, ..Carry::default() };
}
