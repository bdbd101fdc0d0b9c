//! The survey for the usual dialects, without escapes and comments: both candidates in one pass, with masks.
//!
//! Before the first quote, only the last line end and the bytes after it matter. From the first quote on, each step is read
//! for both candidates: what is inside quotes for one is outside for the other, so that one parity serves both. An opening
//! quote must follow a separator or a closing quote; violations of this rule are collected per candidate and tested after
//! each group. In real files one of the candidates violates it within a record or two, or neither does.

use super::Tail;
use crate::engine::{self, Carry, Classes, Cursor};
use crate::kernel::{Isa, STEP, Task};
use crate::state::State;

const GROUP_STEPS: usize = engine::GROUP_STEPS;

/// Returns the start of the first group with a quote or an escape, or the length of the chunk if there is none.
pub(super) struct FindQuotes<'a> {
    pub(super) classes: &'a Classes,
    pub(super) chunk: &'a [u8],
}

impl Task for FindQuotes<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> usize {
        let Self { classes, chunk } = self;
        if classes.quote().is_none() {
            return chunk.len();
        }
        let mut at = 0;
        while at < chunk.len() {
            let steps = ((chunk.len() - at) / STEP).min(GROUP_STEPS);
            let has_quotes = if steps == 0 {
                let (block, count) = engine::load(isa, &chunk[at..]);
                let found = classes.quotes(isa, block) | classes.escapes(isa, block);
                found & (u64::MAX >> (STEP - count)) != 0
            } else {
                engine::has_quotes(isa, classes, engine::chunks(chunk, at, steps))
            };
            if has_quotes {
                return at;
            }
            at += steps.max(1) * STEP;
        }
        chunk.len()
    }
}

/// Finds the end of the last terminator in bytes without quotes.
pub(super) struct FindTail<'a> {
    pub(super) classes: &'a Classes,
    pub(super) chunk: &'a [u8],
}

impl Task for FindTail<'_> {
    type Output = Tail;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Tail {
        let Self { classes, chunk } = self;
        let mut tail = Tail::default();
        let mut end = chunk.len();
        while end > 0 && tail.0.is_none() {
            let at = end.saturating_sub(STEP);
            // The padding after fewer than 64 bytes contains no line end.
            let (block, _) = engine::load(isa, &chunk[at..end]);
            let before_cr = u64::from(at > 0 && chunk[at - 1] == b'\r');
            tail.update(at, classes.terminators(isa, block, before_cr).terminator);
            end = at;
        }
        tail
    }
}

/// One of the two candidates for the start state, and what was read for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) cursor: Cursor,
    pub(super) tail: Tail,
    /// Every opening quote so far is where a quote may open.
    pub(super) has_valid_quotes: bool,
}

/// Reads the chunk for both candidates. There are no quotes before `at`. Ends before a remainder of less than 64 bytes, or
/// when neither candidate has valid quotes.
pub(super) struct SurveySimple<'a> {
    pub(super) classes: &'a Classes,
    pub(super) chunk: &'a [u8],
    pub(super) at: usize,
}

/// The group with the last terminator of a candidate: its offset, and the quote parity at its start.
#[derive(Clone, Copy)]
struct Group {
    at: usize,
    in_quote: u64,
}

/// The last step that was read.
#[derive(Clone, Copy, Default)]
struct LastStep {
    delimiter: u64,
    terminator: u64,
    quote: u64,
    /// The bytes inside quotes for the outside candidate.
    inside: u64,
}

impl Task for SurveySimple<'_> {
    type Output = [Candidate; 2];

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> [Candidate; 2] {
        let Self { classes, chunk, mut at } = self;
        let first_tail = FindTail { classes, chunk: &chunk[..at] }.run(isa);
        let mut last = LastStep::before(classes, chunk, at, first_tail);
        let (mut in_quote, mut cr) = (0, u64::from(at > 0 && chunk[at - 1] == b'\r'));
        // Bytes after which a quote may open.
        let (mut outside_opens, mut inside_opens) = (last.delimiter | last.terminator, 0);
        let (mut outside_invalid, mut inside_invalid) = (0, 0);
        let (mut outside_tail, mut inside_tail): (Option<Group>, Option<Group>) = (None, None);
        while chunk.len() - at >= STEP && (outside_invalid == 0 || inside_invalid == 0) {
            let steps = ((chunk.len() - at) / STEP).min(GROUP_STEPS);
            let group = Group { at, in_quote };
            let (mut outside_ends, mut inside_ends) = (0, 0);
            for bytes in engine::chunks(chunk, at, steps) {
                let block = isa.load(bytes);
                let delimiter = classes.delimiters(isa, block);
                let terminator = if classes.terminator_is_lf {
                    isa.equal(block, b'\n')
                } else {
                    let ends = classes.terminators(isa, block, cr);
                    cr = ends.cr >> 63;
                    ends.terminator
                };
                let quote = isa.equal(block, classes.quote_or_any());
                let inside = isa.prefix_xor(quote) ^ in_quote;
                let opens = delimiter | terminator | quote;
                let (outside, within) = (opens & !inside, opens & inside);
                outside_invalid |= quote & inside & !((outside << 1) | (outside_opens >> 63));
                inside_invalid |= quote & !inside & !((within << 1) | (inside_opens >> 63));
                (outside_opens, inside_opens) = (outside, within);
                outside_ends |= terminator & !inside;
                inside_ends |= terminator & inside;
                in_quote = (inside.cast_signed() >> 63).cast_unsigned();
                last = LastStep { delimiter, terminator, quote, inside };
            }
            outside_tail = if outside_ends == 0 { outside_tail } else { Some(group) };
            inside_tail = if inside_ends == 0 { inside_tail } else { Some(group) };
            at += steps * STEP;
        }
        [
            Candidate {
                cursor: Cursor { at, state: last.state(classes, last.inside, chunk, at) },
                tail: outside_tail.map_or(first_tail, |group| self.tail(isa, group, 0)),
                has_valid_quotes: outside_invalid == 0,
            },
            Candidate {
                cursor: Cursor { at, state: last.state(classes, !last.inside, chunk, at) },
                tail: inside_tail.map_or(Tail::default(), |group| self.tail(isa, group, u64::MAX)),
                has_valid_quotes: inside_invalid == 0,
            },
        ]
    }
}

impl LastStep {
    /// A step that stands for the bytes before `at`, which are outside quotes; `tail` is the end of their last record.
    fn before(classes: &Classes, chunk: &[u8], at: usize, tail: Tail) -> Self {
        // The outside candidate starts just after a delimiter.
        let is_delimiter = at.checked_sub(1).is_none_or(|before| classes.is_delimiter(chunk[before]));
        let is_end = at > 0 && tail.0 == Some(at);
        Self {
            delimiter: u64::from(is_delimiter) << 63,
            terminator: u64::from(is_end) << 63,
            ..Self::default()
        }
    }

    /// The state at `at`, the end of the step, for a candidate whose bytes inside quotes are `inside`.
    fn state(self, classes: &Classes, inside: u64, chunk: &[u8], at: usize) -> State {
        let terminator = self.terminator & !inside;
        let carry = Carry {
            in_quote: (inside.cast_signed() >> 63).cast_unsigned(),
            field_start: (self.delimiter & !inside | terminator) >> 63,
            record_start: terminator >> 63,
            after_close: (self.quote & !inside) >> 63,
            cr: u64::from(at > 0 && chunk[at - 1] == b'\r'),
            escaped: 0,
        };
        carry.state(classes)
    }
}

impl SurveySimple<'_> {
    /// Finds the last terminator of a group that has one. `flip` is all ones for the inside candidate, else zero.
    #[inline(always)]
    fn tail<I: Isa>(&self, isa: I, group: Group, flip: u64) -> Tail {
        let Self { classes, chunk, .. } = *self;
        let mut tail = Tail::default();
        let Group { mut at, mut in_quote } = group;
        let mut cr = u64::from(at > 0 && chunk[at - 1] == b'\r');
        let steps = ((chunk.len() - at) / STEP).min(GROUP_STEPS);
        for bytes in engine::chunks(chunk, at, steps) {
            let block = isa.load(bytes);
            let ends = classes.terminators(isa, block, cr);
            let inside = isa.prefix_xor(isa.equal(block, classes.quote_or_any())) ^ in_quote;
            tail.update(at, ends.terminator & !(inside ^ flip));
            in_quote = (inside.cast_signed() >> 63).cast_unsigned();
            cr = ends.cr >> 63;
            at += STEP;
        }
        tail
    }
}
