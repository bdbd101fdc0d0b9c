//! The one loop: from masks to separators and record ends, whatever the kernel and whatever is done with them.
//!
//! Eight steps of 64 bytes make a group. A look at the group finds out whether it holds any quote; if not, and no
//! quoted field is open, separators are what they look like. Otherwise the prefix parity of the quotes tells
//! inside from outside. Parity is right as long as every quote that opens by parity stands where a quote may open:
//! at the start of a field, or right behind one that closes (a doubled quote). The first one that does not is a
//! quote inside an unquoted field, which opens nothing. It is *trouble*, and so is a comment line or an escape
//! outside of quotes: from the start of its step to the end of its record the bytes go to `walk`, which visits
//! the marked bytes one after the other with the exact state. Then the fast loop takes over again, at whatever byte
//! that is. So a bad record costs its own length, not its block's. Groups in which all quotes are in order, which is what
//! files are made of, have a loop of their own without a branch per step (`clean`).
//!
//! If you change this: `reference` is right. The fast loop may only claim what holds for any input, and its carry
//! at the end of a step must be the state that `reference::step` has there.

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

/// How many bytes the walk reads beyond the trouble at most, where there is one trouble after the other.
const MOST_PATIENCE: usize = 4 << 10;

/// What takes the separators found.
pub(crate) trait Sink {
    /// Takes the marks of the steps from `at` on.
    fn steps<I: Isa>(&mut self, isa: I, at: usize, marks: &[Marks]);
    /// Makes room for all separators of one step, which come one by one.
    fn reserve(&mut self);
    /// Takes one delimiter.
    fn field(&mut self, at: usize);
    /// Takes one terminator (its last byte), which ends a record or a comment line.
    fn record(&mut self, at: usize, is_crlf: bool, is_comment: bool);
    /// Takes a quote fault. They come by offset.
    fn fault(&mut self, at: usize, kind: FaultKind);
}

/// What ends a field in 64 bytes, quoting considered.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    /// Delimiters and terminators.
    pub(crate) separators: u64,
    /// The last byte of each terminator.
    pub(crate) terminators: u64,
    /// Those that are CRLF.
    pub(crate) crlf: u64,
}

/// A place in the bytes and the state there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    pub(crate) at: usize,
    pub(crate) state: State,
}

/// What there was among the bytes read, of which a few may stand behind the cursor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Census {
    /// Where the first group or step with a quote begins: there is none before, and one soon behind.
    pub(crate) quotes_from: usize,
    /// As much for bytes that are not ASCII.
    pub(crate) high_from: usize,
    /// There was a CR that does not belong to the LF behind it, or that might not.
    pub(crate) lone_cr: bool,
    /// How many LFs before the cursor end no record; means something only where every LF outside of quotes ends one, and nothing else does.
    pub(crate) inner_lfs: u64,
}

impl Default for Census {
    fn default() -> Self {
        Self { quotes_from: usize::MAX, high_from: usize::MAX, lone_cr: false, inner_lfs: 0 }
    }
}

impl Census {
    /// Notes what there is in the bytes from `at` on.
    #[inline(always)]
    fn note(&mut self, at: usize, quotes: bool, high: bool) {
        self.quotes_from = self.quotes_from.min(if quotes { at } else { usize::MAX });
        self.high_from = self.high_from.min(if high { at } else { usize::MAX });
    }
}

/// Reads from `cursor` until the first record start at or behind `until`, or the end of `bytes`.
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
    // Where the last walk ended, and how far beyond the trouble the next one goes if it comes soon.
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
    /// Reads with the two fast loops in turns, while there are 64 bytes.
    #[inline(always)]
    fn read_fast<I: Isa>(&mut self, isa: I) -> End {
        while self.bytes.len() - self.place.at >= STEP {
            // The plain loop ends before a group with quotes, which is the other one's.
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

    /// Walks to the first record start behind `floor`. Returns the state if everything ends before, or there.
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

/// The next 64 bytes, or as many as there are, and their number.
#[inline(always)]
pub(crate) fn load<I: Isa>(isa: I, bytes: &[u8]) -> (I::Block, usize) {
    if let Some(whole) = bytes.first_chunk() {
        return (isa.load(whole), STEP);
    }
    let mut padded = [0; STEP];
    padded[..bytes.len()].copy_from_slice(bytes);
    (isa.load(&padded), bytes.len())
}
