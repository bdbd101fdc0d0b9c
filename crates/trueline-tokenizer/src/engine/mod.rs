//! The engine: a single loop from masks to separators and record ends, for every kernel and every use of the results.
//!
//! Eight steps of 64 bytes make a group. A first test tells whether the group contains a quote; if not, and no quoted field
//! is open, every separator counts as it appears. Otherwise the prefix parity of the quotes separates inside from outside.
//! Parity is correct as long as every quote that opens by parity is at a position where a quote may open: at the start of a
//! field, or right after a closing quote (a doubled quote). The first quote that violates this is inside an unquoted field
//! and opens nothing. It is *trouble*, and so is a comment line or an escape outside quotes: from the start of its step to
//! the end of its record, `walk` reads the marked bytes one by one with the exact state. Then the fast loop resumes, at
//! whatever byte that is. So a bad record costs its own length, not that of its block. Groups in which all quotes are well
//! placed, the usual case, have a separate loop without a branch per step (`clean`).
//!
//! If you change this: `reference` is right. The fast loop may only claim what holds for any input, and its carry at the end
//! of a step must be the state that `reference::step` has there.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

mod classes;
mod clean;
mod groups;
mod quotes;
mod utf8;
mod walk;

pub(crate) use classes::Classes;
pub(crate) use groups::{GROUP_STEPS, chunks, has_quotes, look};
pub(crate) use quotes::{Carry, Quotes};
pub(crate) use utf8::FirstNotUtf8;

use crate::kernel::{Isa, STEP};
use crate::positions::FaultKind;
use crate::state::{Place, State};
use groups::{Border, End, PlainGroups, QuotedGroups, Reader};
use walk::Walk;

/// The maximum number of bytes that the walk reads beyond trouble if troubles follow each other closely.
const MOST_PATIENCE: usize = 4 << 10;

/// Receives the separators found.
pub(crate) trait Sink {
    /// Receives the marks of the steps from `at` on.
    fn steps<I: Isa>(&mut self, isa: I, at: usize, marks: &[Marks]);
    /// Reserves space for all separators of one step, which arrive one by one.
    fn reserve(&mut self);
    /// Receives one delimiter.
    fn field(&mut self, at: usize);
    /// Receives one terminator (its last byte), which ends a record or a comment line.
    fn record(&mut self, at: usize, is_crlf: bool, is_comment: bool);
    /// Receives a quote fault. Faults arrive by offset.
    fn fault(&mut self, at: usize, kind: FaultKind);
}

/// The field ends in 64 bytes, with quoting considered.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    /// Delimiters and terminators.
    pub(crate) separators: u64,
    /// The last byte of each terminator.
    pub(crate) terminators: u64,
    /// The terminators that are CRLF.
    pub(crate) crlf: u64,
}

/// An offset in the bytes and the state there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    pub(crate) at: usize,
    pub(crate) state: State,
}

/// Facts about the bytes read, a few of which may lie after the cursor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Census {
    /// The start of the first group or step with a quote: no quote precedes it, and one follows soon after.
    pub(crate) quotes_from: usize,
    /// The same for bytes that are not ASCII.
    pub(crate) high_from: usize,
    /// There was a CR that does not, or may not, belong to an LF after it.
    pub(crate) lone_cr: bool,
    /// The number of LFs before the cursor that end no record; only meaningful if every LF outside quotes ends a record and
    /// nothing else does.
    pub(crate) inner_lfs: u64,
}

impl Default for Census {
    fn default() -> Self {
        Self { quotes_from: usize::MAX, high_from: usize::MAX, lone_cr: false, inner_lfs: 0 }
    }
}

impl Census {
    /// Records what occurs in the bytes from `at` on.
    #[inline(always)]
    fn note(&mut self, at: usize, quotes: bool, high: bool) {
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
) -> Census {
    let mut state = cursor.state;
    let known = Carry::of(state);
    let carry = known.unwrap_or(Carry { cr: u64::from(state.0 == Place::CommentCr), ..Carry::default() });
    let place = Border { at: cursor.at, carry };
    let mut reader = Reader { classes, bytes, until, place, census: Census::default(), sink };
    let mut is_walking = known.is_none();
    let mut floor = cursor.at;
    // Where the last walk ended, and how far past the trouble the next one continues if it follows soon.
    let (mut walked, mut patience) = (0, 0);
    let end = loop {
        if !is_walking {
            match reader.read_fast(isa) {
                End::Stopped => break State::START,
                // Fewer than 64 bytes are left: the walk goes to the end.
                End::Through => floor = usize::MAX,
                End::Trouble(at) => {
                    let is_soon = walked > 0 && at - walked < 2 * STEP;
                    patience = if is_soon { (2 * patience).clamp(STEP, MOST_PATIENCE) } else { 0 };
                    floor = at + patience;
                }
            }
            state = reader.place.carry.state(classes);
        }
        if let Some(end) = reader.walk(isa, state, floor) {
            break end;
        }
        walked = reader.place.at;
        is_walking = false;
    };
    *cursor = Cursor { at: reader.place.at, state: end };
    reader.census
}

impl<S: Sink> Reader<'_, S> {
    /// Reads with the two fast loops alternately while at least 64 bytes are left.
    #[inline(always)]
    fn read_fast<I: Isa>(&mut self, isa: I) -> End {
        while self.bytes.len() - self.place.at >= STEP {
            // The plain loop ends before a group with quotes, which the other loop reads.
            let mut end = End::Through;
            if self.is_far() && self.place.carry.is_plain() {
                end = isa.enter(PlainGroups(self));
            }
            if matches!(end, End::Through) && self.bytes.len() - self.place.at >= STEP {
                end = isa.enter(QuotedGroups(self));
            }
            if !matches!(end, End::Through) {
                return end;
            }
        }
        End::Through
    }

    /// Walks to the first record start after `floor`. Returns the state if reading ends there or before.
    #[inline(always)]
    fn walk<I: Isa>(&mut self, isa: I, state: State, floor: usize) -> Option<State> {
        let Border { mut at, carry: Carry { mut cr, .. } } = self.place;
        let mut lfs = 0;
        let mut walk = Walk::enter(state, at, floor, self.until);
        while at < self.bytes.len() {
            let (block, count) = load(isa, &self.bytes[at..]);
            let roles = self.classes.roles(isa, block, cr);
            let valid = u64::MAX >> (STEP - count);
            self.census.note(at, roles.quote & valid != 0, isa.high(block) != 0);
            self.census.lone_cr |= roles.lone_cr & valid != 0;
            self.sink.reserve();
            let stop = walk.step(&roles, valid, at, self.classes, self.sink);
            let walked = stop.map_or(count, |stop| stop - at);
            lfs += u64::from((isa.equal(block, b'\n') & u64::MAX >> (STEP - walked)).count_ones());
            if let Some(at) = stop {
                self.place = Border { at, carry: Carry::START };
                self.census.inner_lfs += lfs.saturating_sub(walk.records);
                return (at >= self.until).then_some(State::START);
            }
            cr = (roles.cr >> (count - 1)) & 1;
            at += count;
        }
        self.place.at = at;
        self.census.inner_lfs += lfs.saturating_sub(walk.records);
        Some(walk.leave(at, cr, self.classes, self.sink))
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
