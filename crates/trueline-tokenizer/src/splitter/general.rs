//! The survey for dialects with escapes or comments: both starts in one pass, each with a separate carry.

use super::Tail;
use crate::engine::{self, Carry, Census, Classes, Quotes};
use crate::kernel::{Isa, STEP, Task};
use crate::state::{Place, State};

/// One of the two starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) carry: Carry,
    pub(super) tail: Tail,
    /// Every quote so far is at a position that parity allows.
    pub(super) is_legal: bool,
    /// Something other than a quote prevents a result.
    pub(super) is_troubled: bool,
}

impl Reading {
    fn new(place: Place) -> Self {
        let carry = Carry::of(State(place)).unwrap_or_default();
        Self { carry, tail: Tail::default(), is_legal: true, is_troubled: false }
    }

    pub(super) fn is_sound(&self) -> bool {
        self.is_legal && !self.is_troubled
    }

    /// Reads a step in which everything not `inside` is outside quotes.
    #[inline(always)]
    fn step<I: Isa>(&mut self, isa: I, classes: &Classes, step: &Step<I>, inside: u64) {
        let delimiter = step.delimiter & !inside;
        let terminator = step.terminator & !inside;
        let separator = delimiter | terminator;
        let close = step.quote & !inside;
        let behind_separator = (separator << 1) | self.carry.field_start;
        let behind_close = (close << 1) | self.carry.after_close;
        self.is_legal &= step.quote & inside & !(behind_separator | behind_close) == 0;
        self.is_troubled |= step.escapes & !inside != 0;
        if classes.has_comment {
            let record_start = (terminator << 1) | self.carry.record_start;
            self.is_troubled |= classes.comments(isa, step.block) & record_start != 0;
        }
        self.tail.note(step.at, terminator);
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

/// 64 bytes, read without knowing which start is correct.
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

/// Reads the whole chunk for both starts.
pub(super) struct ReadBoth<'a> {
    pub(super) classes: &'a Classes,
    pub(super) chunk: &'a [u8],
}

/// Both starts after `at` bytes: all except a remainder of less than 64, unless neither is sound.
pub(super) struct Readings {
    pub(super) outside: Reading,
    pub(super) inside: Reading,
    pub(super) at: usize,
}

impl Task for ReadBoth<'_> {
    type Output = Readings;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Readings {
        let Self { classes, chunk } = self;
        let mut outside = Reading::new(Place::FieldStart);
        let mut inside = Reading::new(Place::Quoted);
        let mut census = Census::default();
        let mut at = 0;
        while chunk.len() - at >= STEP && (outside.is_sound() || inside.is_sound()) {
            let steps = ((chunk.len() - at) / STEP).min(engine::GROUP_STEPS);
            let group = engine::chunks(chunk, at, steps);
            let special = engine::look(isa, classes, at, group, &mut census);
            if special {
                read_quoted(isa, classes, at, group, &mut outside, &mut inside);
            } else if outside.carry.in_quote == 0 {
                read_plain(isa, classes, at, group, &mut outside, &mut inside);
            } else {
                read_plain(isa, classes, at, group, &mut inside, &mut outside);
            }
            at += steps * STEP;
        }
        Readings { outside, inside, at }
    }
}

/// Reads a group with quotes or escapes for both starts.
#[inline(always)]
fn read_quoted<I: Isa>(
    isa: I,
    classes: &Classes,
    mut at: usize,
    group: &[[u8; STEP]],
    outside: &mut Reading,
    inside: &mut Reading,
) {
    for chunk in group {
        let block = isa.load(chunk);
        let ends = classes.terminators(isa, block, outside.carry.cr);
        // The parity of the outside start.
        let quotes = Quotes::read(isa, classes, block, outside.carry);
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

/// Reads a group without quotes and escapes: `free` is outside quotes throughout, `quoted` is inside.
#[inline(always)]
fn read_plain<I: Isa>(
    isa: I,
    classes: &Classes,
    mut at: usize,
    group: &[[u8; STEP]],
    free: &mut Reading,
    quoted: &mut Reading,
) {
    let mut delimiter = 0;
    for chunk in group {
        let block = isa.load(chunk);
        let ends = classes.terminators(isa, block, free.carry.cr);
        delimiter = classes.delimiters(isa, block);
        if classes.has_comment {
            let record_start = (ends.terminator << 1) | free.carry.record_start;
            free.is_troubled |= classes.comments(isa, block) & record_start != 0;
        }
        free.tail.note(at, ends.terminator);
        free.carry.cr = ends.cr >> 63;
        free.carry.record_start = ends.terminator >> 63;
        at += STEP;
    }
    free.carry.field_start = free.carry.record_start | (delimiter >> 63);
    (free.carry.after_close, free.carry.escaped) = (0, 0);
    quoted.carry = Carry { in_quote: u64::MAX, cr: free.carry.cr, ..Carry::default() };
}
