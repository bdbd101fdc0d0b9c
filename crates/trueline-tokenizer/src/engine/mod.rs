//! The engine: turns masks into separators and record ends. The indexer and the splitter run the same code, with every
//! kernel.
//!
//! A step processes 64 bytes; eight steps make a group. The fast path (`groups`, `clean`) processes a group at a time. It
//! first tests whether the group contains a quote. If not, and no quoted field is open, every delimiter and terminator is a
//! separator. Otherwise the parity of the number of quotes so far tells which bytes are inside quotes.
//!
//! Parity is correct as long as every quote that opens by parity is where a quote may open: at the start of a field, or
//! right after a closing quote (a doubled quote). The first quote that violates this is inside an unquoted field and opens
//! nothing. Such a quote is *irregular*; so are a comment line and an escape outside quotes. From the start of the step of
//! an irregular byte to the end of its record, `slow_path` processes the bytes with a role one by one with the exact state.
//! Then the fast path resumes at the next byte. So a malformed record costs its own length, not that of its block. Groups in
//! which all quotes are regular, the usual case, have a separate loop without a branch per step (`clean`).
//!
//! If you change this: `reference` is the definition. The fast path may only use what holds for any input, and its carry at
//! the end of a step must be the state that `reference::step` has there.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

mod classes;
mod clean;
mod groups;
mod quotes;
mod slow_path;
mod utf8;

pub(crate) use classes::Classes;
pub(crate) use groups::{GROUP_STEPS, chunks, has_quotes, inspect};
pub(crate) use quotes::{Carry, QuoteMasks};
pub(crate) use utf8::FindInvalidUtf8;

use crate::kernel::{Isa, STEP};
use crate::positions::FaultKind;
use crate::state::{State, StateKind};
use groups::{LoopExit, PlainGroups, QuotedGroups, Reader, StepCursor};
use slow_path::SlowPath;

/// The maximum number of bytes that the slow path reads beyond an irregular byte if irregular bytes follow each other
/// closely.
const MAX_BACKOFF: usize = 4 << 10;

/// Receives the separators found.
pub(crate) trait Sink {
    /// Receives the separators of consecutive steps, the first of which starts at `at`.
    fn steps<I: Isa>(&mut self, isa: I, at: usize, masks: &[SeparatorMasks]);
    /// Reserves space for all separators of one step, which arrive one by one.
    fn reserve(&mut self);
    /// Receives one delimiter.
    fn field(&mut self, at: usize);
    /// Receives one terminator (its last byte), which ends a record or a comment line.
    fn record(&mut self, at: usize, is_crlf: bool, is_comment: bool);
    /// Receives a quote fault. Faults arrive by offset.
    fn fault(&mut self, at: usize, kind: FaultKind);
}

/// The separators among the 64 bytes of a step: those outside quotes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SeparatorMasks {
    /// Delimiters and terminators.
    pub(crate) separators: u64,
    /// The last byte of each terminator.
    pub(crate) terminators: u64,
    /// The terminators that are CRLF.
    pub(crate) crlf: u64,
}

/// An offset and the state before the byte at this offset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    pub(crate) at: usize,
    pub(crate) state: State,
}

/// What occurs in the bytes read. A few of these bytes may be after the cursor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByteStats {
    /// The start of the first group or step with a quote: no quote precedes it, and one follows soon after.
    pub(crate) quotes_from: usize,
    /// The same for bytes that are not ASCII.
    pub(crate) high_from: usize,
    /// Whether there was a CR that is not, or may not be, followed by an LF with which it forms a CRLF.
    pub(crate) lone_cr: bool,
    /// The number of LFs before the cursor that do not end a record. Only meaningful if every LF outside quotes ends a
    /// record and nothing else does.
    pub(crate) inner_lfs: u64,
}

impl Default for ByteStats {
    fn default() -> Self {
        Self { quotes_from: usize::MAX, high_from: usize::MAX, lone_cr: false, inner_lfs: 0 }
    }
}

impl ByteStats {
    /// Adds the bytes of a group or step at `at`: whether they contain quotes, and bytes that are not ASCII.
    #[inline(always)]
    fn update(&mut self, at: usize, quotes: bool, high: bool) {
        self.quotes_from = self.quotes_from.min(if quotes { at } else { usize::MAX });
        self.high_from = self.high_from.min(if high { at } else { usize::MAX });
    }
}

/// Reads from `cursor` to the first record start at or after `until`, or to the end of `bytes`.
#[inline(always)]
pub(crate) fn run<I: Isa, S: Sink>(
    isa: I,
    classes: &Classes,
    bytes: &[u8],
    cursor: &mut Cursor,
    until: usize,
    sink: &mut S,
) -> ByteStats {
    let mut state = cursor.state;
    let known = Carry::of(state);
    let carry = known.unwrap_or(Carry { cr: u64::from(state.0 == StateKind::CommentCr), ..Carry::default() });
    let start = StepCursor { at: cursor.at, carry };
    let mut reader = Reader { classes, bytes, until, cursor: start, stats: ByteStats::default(), sink };
    // Only the slow path can start inside a comment.
    let mut needs_slow_path = known.is_none();
    let mut min_end = cursor.at;
    // Where the slow path last ended, and how far it continues past the next irregular byte if that follows soon.
    let (mut slow_end, mut backoff) = (0, 0);
    let end = loop {
        if !needs_slow_path {
            match reader.read_fast(isa) {
                LoopExit::Stopped => break State::START,
                // Fewer than 64 bytes are left: the slow path reads them to the end.
                LoopExit::Done => min_end = usize::MAX,
                LoopExit::Irregular(at) => {
                    let is_soon = slow_end > 0 && at - slow_end < 2 * STEP;
                    backoff = if is_soon { (2 * backoff).clamp(STEP, MAX_BACKOFF) } else { 0 };
                    min_end = at + backoff;
                }
            }
            state = reader.cursor.carry.state(classes);
        }
        if let Some(end) = reader.read_slow(isa, state, min_end) {
            break end;
        }
        slow_end = reader.cursor.at;
        needs_slow_path = false;
    };
    *cursor = Cursor { at: reader.cursor.at, state: end };
    reader.stats
}

impl<S: Sink> Reader<'_, S> {
    /// Reads with the two loops of the fast path alternately while at least 64 bytes are left.
    #[inline(always)]
    fn read_fast<I: Isa>(&mut self, isa: I) -> LoopExit {
        while self.bytes.len() - self.cursor.at >= STEP {
            // The plain loop ends before a group with quotes, which the other loop reads.
            let mut exit = LoopExit::Done;
            if self.has_whole_group() && self.cursor.carry.is_plain() {
                exit = isa.enter(PlainGroups(self));
            }
            if matches!(exit, LoopExit::Done) && self.bytes.len() - self.cursor.at >= STEP {
                exit = isa.enter(QuotedGroups(self));
            }
            if !matches!(exit, LoopExit::Done) {
                return exit;
            }
        }
        LoopExit::Done
    }

    /// Reads with the slow path to the first record start after `min_end`. Returns the state if it reaches `until` or the
    /// end of the bytes there or before.
    #[inline(always)]
    fn read_slow<I: Isa>(&mut self, isa: I, state: State, min_end: usize) -> Option<State> {
        let StepCursor { mut at, carry: Carry { mut cr, .. } } = self.cursor;
        let mut lfs = 0;
        let mut slow_path = SlowPath::new(state, at, min_end, self.until);
        while at < self.bytes.len() {
            let (block, count) = load(isa, &self.bytes[at..]);
            let roles = self.classes.roles(isa, block, cr);
            let valid = u64::MAX >> (STEP - count);
            self.stats.update(at, roles.quote & valid != 0, isa.high(block) != 0);
            self.stats.lone_cr |= roles.lone_cr & valid != 0;
            self.sink.reserve();
            let stop = slow_path.step(&roles, valid, at, self.classes, self.sink);
            let passed = stop.map_or(count, |stop| stop - at);
            lfs += u64::from((isa.equal(block, b'\n') & u64::MAX >> (STEP - passed)).count_ones());
            if let Some(at) = stop {
                self.cursor = StepCursor { at, carry: Carry::START };
                self.stats.inner_lfs += lfs.saturating_sub(slow_path.records);
                return (at >= self.until).then_some(State::START);
            }
            cr = (roles.cr >> (count - 1)) & 1;
            at += count;
        }
        self.cursor.at = at;
        self.stats.inner_lfs += lfs.saturating_sub(slow_path.records);
        Some(slow_path.finish(at, cr, self.classes, self.sink))
    }
}

/// Returns the next 64 bytes, or as many as there are, and their number.
#[inline(always)]
pub(crate) fn load<I: Isa>(isa: I, bytes: &[u8]) -> (I::Block, usize) {
    if let Some(whole) = bytes.first_chunk() {
        return (isa.load(whole), STEP);
    }
    let mut padded = [0; STEP];
    padded[..bytes.len()].copy_from_slice(bytes);
    (isa.load(&padded), bytes.len())
}
