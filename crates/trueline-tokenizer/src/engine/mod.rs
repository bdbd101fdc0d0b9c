//! The one loop: from masks to separators and record ends, whatever the kernel and whatever is done with them.
//!
//! Eight steps of 64 bytes make a group. A look at the group finds out whether it holds any quote; if not, and no
//! quoted field is open, separators are what they look like. Otherwise the prefix parity of the quotes tells
//! inside from outside. Parity is right as long as every quote that opens by parity stands where a quote may open:
//! at the start of a field, or right behind one that closes (a doubled quote). The first one that does not is a
//! quote inside an unquoted field, which opens nothing. It is *trouble*, and so is a comment line or an escape
//! outside of quotes: from the start of its step to the end of its record the bytes go to `walk`, which visits
//! the marked bytes one after the other with the exact state. Then the fast loop takes over again, at whatever byte
//! that is. So a bad record costs its own length, not its block's.
//!
//! If you change this: `reference` is right. The fast loop may only claim what holds for any input, and its carry
//! at the end of a step must be the state that `reference::step` has there.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

mod classes;
mod walk;

pub(crate) use classes::Classes;

use crate::kernel::{Isa, STEP};
use crate::positions::FaultKind;
use crate::state::{Place, State};
use walk::Walk;

/// How many steps make a group.
pub(crate) const GROUP_STEPS: usize = 8;
const GROUP_BYTES: usize = GROUP_STEPS * STEP;

/// What takes the separators found.
pub(crate) trait Sink {
    /// Room for the separators of some steps, apart from the sink so that its counters can live in registers.
    type Room<'a>: Room
    where
        Self: 'a;

    /// Makes room for `steps` more steps.
    fn room(&mut self, steps: usize) -> Self::Room<'_>;
    /// Takes one delimiter.
    fn field(&mut self, at: usize);
    /// Takes one terminator (its last byte), which ends a record or a comment line.
    fn record(&mut self, at: usize, is_crlf: bool, is_comment: bool);
    /// Takes a quote fault. They come by offset.
    fn fault(&mut self, at: usize, kind: FaultKind);
}

/// Where the separators of a group go.
pub(crate) trait Room {
    /// Takes the marks of the 64 bytes at `at`.
    fn step<I: Isa>(&mut self, isa: I, at: usize, marks: Marks);
    /// Nothing more is coming.
    fn close(self);
}

/// What ends a field in 64 bytes, quoting considered.
#[derive(Clone, Copy, Debug)]
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

/// What there was among the bytes read (at most 63 of them behind the cursor).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Census {
    pub(crate) quotes: bool,
    pub(crate) high: bool,
}

/// The state at the border of two steps, as bits. All but `in_quote` (all ones or none) are 0 or 1.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carry {
    pub(crate) in_quote: u64,
    /// The byte before is a delimiter or a terminator.
    pub(crate) field_start: u64,
    /// It is a terminator.
    pub(crate) record_start: u64,
    /// It is a quote that closes (if no second one follows).
    pub(crate) after_close: u64,
    /// It is a CR.
    pub(crate) cr: u64,
    /// It is an escape in force.
    pub(crate) escaped: u64,
}

impl Carry {
    const START: Self =
        Self { in_quote: 0, field_start: 1, record_start: 1, after_close: 0, cr: 0, escaped: 0 };

    /// The carry of a state; `None` inside a comment, of which the fast loop knows nothing.
    pub(crate) fn of(state: State) -> Option<Self> {
        let mut carry = Self::default();
        match state.0 {
            Place::RecordStart => carry = Self::START,
            Place::FieldStart => carry.field_start = 1,
            Place::Unquoted => {}
            Place::UnquotedCr => carry.cr = 1,
            Place::Quoted => carry.in_quote = u64::MAX,
            Place::QuoteInQuoted => carry.after_close = 1,
            Place::Escaped => (carry.in_quote, carry.escaped) = (u64::MAX, 1),
            Place::Comment | Place::CommentCr => return None,
        }
        Some(carry)
    }

    /// The state of a carry.
    pub(crate) fn state(self, classes: &Classes) -> State {
        State(if self.escaped != 0 {
            Place::Escaped
        } else if self.in_quote != 0 {
            Place::Quoted
        } else if self.after_close != 0 {
            Place::QuoteInQuoted
        } else if self.record_start != 0 {
            Place::RecordStart
        } else if self.field_start != 0 {
            Place::FieldStart
        } else if self.cr != 0 && classes.cr_is_pending {
            Place::UnquotedCr
        } else {
            Place::Unquoted
        })
    }

    /// Whether bytes without quotes are what they look like from here on.
    fn is_plain(self) -> bool {
        self.in_quote | self.after_close | self.escaped == 0
    }
}

/// How a group ended.
enum End {
    /// At its end.
    Through,
    /// At the record start `at`, which is at or behind the wanted one.
    Stopped { at: usize },
    /// In trouble: the walk must begin at `from` and reach beyond `at`.
    Trouble { from: usize, at: usize },
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
    let mut census = Census::default();
    let mut at = cursor.at;
    let (mut carry, mut floor) = match Carry::of(cursor.state) {
        Some(carry) => (carry, None),
        None => (Carry { cr: u64::from(cursor.state.0 == Place::CommentCr), ..Carry::default() }, Some(at)),
    };
    let mut state = cursor.state;
    loop {
        let left = bytes.len() - at;
        if floor.is_none() && left >= STEP {
            let is_far = until.saturating_sub(at) > GROUP_BYTES && left >= GROUP_BYTES;
            let steps = if is_far { GROUP_STEPS } else { 1 };
            // The terminators of this group at which to stop.
            let cut = match until.saturating_sub(at) {
                _ if is_far => 0,
                near @ 0..=STEP => u64::MAX << near.saturating_sub(1),
                _ => 0,
            };
            let group = Group { bytes, at, steps, cut };
            let special = group.look(isa, classes, &mut census);
            let end = if !special && carry.is_plain() {
                group.read::<false, I, S>(isa, classes, &mut carry, sink)
            } else if !special && carry.in_quote != 0 && carry.escaped == 0 {
                carry = Carry { in_quote: u64::MAX, ..Carry::default() };
                End::Through
            } else {
                group.read::<true, I, S>(isa, classes, &mut carry, sink)
            };
            match end {
                End::Through => {
                    at += steps * STEP;
                    continue;
                }
                End::Stopped { at } => {
                    *cursor = Cursor { at, state: State::START };
                    return census;
                }
                End::Trouble { from, at: trouble } => {
                    at = from;
                    state = carry.state(classes);
                    floor = Some(trouble);
                }
            }
        } else if floor.is_none() {
            // Fewer than 64 bytes are left: the walk goes to the end.
            state = carry.state(classes);
            floor = Some(usize::MAX);
        }
        let mut walk = Walk::enter(state, at, floor.unwrap_or(at), until);
        let mut cr = carry.cr;
        loop {
            if at == bytes.len() {
                *cursor = Cursor { at, state: walk.leave(at, cr, classes, sink) };
                return census;
            }
            let (block, count) = load(isa, &bytes[at..]);
            let roles = classes.roles(isa, block, cr);
            let valid = u64::MAX >> (STEP - count);
            census.quotes |= roles.quote & valid != 0;
            census.high |= isa.high(block) != 0;
            sink.room(1).close();
            if let Some(end) = walk.step(&roles, valid, at, classes, sink) {
                if end >= until {
                    *cursor = Cursor { at: end, state: State::START };
                    return census;
                }
                at = end;
                break;
            }
            cr = (roles.cr >> (count - 1)) & 1;
            at += count;
        }
        carry = Carry::START;
        floor = None;
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

/// Some steps of `bytes` in a row.
pub(crate) struct Group<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
    pub(crate) steps: usize,
    /// The terminators at which to stop, if it is a group of one step.
    pub(crate) cut: u64,
}

impl<'a> Group<'a> {
    #[inline(always)]
    pub(crate) fn chunks(&self) -> &'a [[u8; STEP]] {
        self.bytes[self.at..self.at + self.steps * STEP].as_chunks().0
    }

    /// Notes what there is, and says whether there is any quote or escape.
    #[inline(always)]
    pub(crate) fn look<I: Isa>(&self, isa: I, classes: &Classes, census: &mut Census) -> bool {
        let Some((first, others)) = self.chunks().split_first() else { return false };
        let mut all = isa.load(first);
        let mut quotes = classes.quotes(isa, all);
        let mut escapes = classes.escapes(isa, all);
        for chunk in others {
            let block = isa.load(chunk);
            quotes |= classes.quotes(isa, block);
            escapes |= classes.escapes(isa, block);
            all = isa.or(all, block);
        }
        census.quotes |= quotes != 0;
        census.high |= isa.high(all) != 0;
        quotes | escapes != 0
    }

    /// Hands the separators to `sink`.
    #[inline(always)]
    fn read<const QUOTED: bool, I: Isa, S: Sink>(
        &self,
        isa: I,
        classes: &Classes,
        carry: &mut Carry,
        sink: &mut S,
    ) -> End {
        let mut room = sink.room(self.steps);
        let mut at = self.at;
        let mut before = *carry;
        // Text behind closing quotes, by step.
        let mut text_after = [0; GROUP_STEPS];
        let mut any_text_after = 0;
        let mut end = End::Through;
        for (chunk, text_after) in self.chunks().iter().zip(&mut text_after) {
            let step = self.step::<QUOTED, I>(isa, classes, chunk, at, before);
            let mut marks = step.marks;
            let stop = marks.terminators & self.cut;
            if step.trouble | stop != 0 {
                // Up to the first place to stop at, if there is one.
                let keep = if stop == 0 { u64::MAX } else { stop ^ (stop - 1) };
                let trouble = step.trouble & keep;
                if trouble != 0 {
                    end = End::Trouble { from: at, at: at + trouble.trailing_zeros() as usize };
                    break;
                }
                marks.separators &= keep;
                marks.terminators &= keep;
                marks.crlf &= keep;
                end = End::Stopped { at: at + stop.trailing_zeros() as usize + 1 };
            }
            room.step(isa, at, marks);
            if QUOTED {
                *text_after = step.text_after;
                any_text_after |= step.text_after;
            }
            if stop != 0 {
                break;
            }
            before = step.next;
            at += STEP;
        }
        room.close();
        *carry = before;
        if QUOTED && classes.is_strict && any_text_after != 0 {
            report_text_after(&text_after, self.at, sink);
        }
        end
    }

    /// Finds the marks of one step and the carry behind it.
    #[inline(always)]
    fn step<const QUOTED: bool, I: Isa>(
        &self,
        isa: I,
        classes: &Classes,
        chunk: &[u8; STEP],
        at: usize,
        carry: Carry,
    ) -> Step {
        let block = isa.load(chunk);
        let ends = classes.terminators(isa, block, carry.cr);
        let mut delimiter = classes.delimiters(isa, block);
        let mut terminator = ends.terminator;
        let mut trouble = 0;
        let mut text_after = 0;
        let mut next = Carry::default();
        if QUOTED {
            let quotes = Quotes::read(isa, classes, block, carry);
            delimiter &= !quotes.inside;
            terminator &= !quotes.inside;
            let separator = delimiter | terminator;
            let behind_separator = (separator << 1) | carry.field_start;
            let behind_close = (quotes.close << 1) | carry.after_close;
            trouble = quotes.trouble | (quotes.open & !(behind_separator | behind_close));
            let next_lf = u64::from(self.bytes.get(at + STEP) == Some(&b'\n')) << 63;
            let begins_crlf = ends.cr & ((ends.lf >> 1) | next_lf) & classes.crlf_on;
            text_after = behind_close & !(separator | quotes.open | begins_crlf);
            next = quotes.next;
        }
        if classes.has_comment {
            let record_start = (terminator << 1) | carry.record_start;
            trouble |= classes.comments(isa, block) & record_start;
        }
        let separators = delimiter | terminator;
        next.cr = ends.cr >> 63;
        next.field_start = separators >> 63;
        next.record_start = terminator >> 63;
        let marks = Marks { separators, terminators: terminator, crlf: ends.crlf & terminator };
        Step { marks, trouble, text_after, next }
    }
}

/// What a step holds, if there is no trouble in it.
struct Step {
    marks: Marks,
    trouble: u64,
    /// Bytes behind a closing quote that should not be there.
    text_after: u64,
    next: Carry,
}

/// Reports the text behind closing quotes of the steps from `at` on.
#[cold]
#[inline(never)]
fn report_text_after<S: Sink>(steps: &[u64], at: usize, sink: &mut S) {
    for (index, &text_after) in steps.iter().enumerate() {
        let mut rest = text_after;
        while rest != 0 {
            let place = at + index * STEP + rest.trailing_zeros() as usize;
            sink.fault(place.wrapping_sub(1), FaultKind::TextAfterQuote);
            rest &= rest - 1;
        }
    }
}

/// The quotes of 64 bytes by parity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quotes {
    /// From each opening quote up to, without, its closing one.
    pub(crate) inside: u64,
    pub(crate) open: u64,
    pub(crate) close: u64,
    /// Escapes outside of quotes.
    pub(crate) trouble: u64,
    /// Escapes in force, wherever they are.
    pub(crate) escapes: u64,
    /// What is known of the carry behind them.
    pub(crate) next: Carry,
}

impl Quotes {
    #[inline(always)]
    pub(crate) fn read<I: Isa>(isa: I, classes: &Classes, block: I::Block, carry: Carry) -> Self {
        let mut quote = classes.quotes(isa, block);
        let mut escapes = 0;
        if classes.has_escape {
            let escape = classes.escapes(isa, block);
            let (in_force, escaped) = resolve_escapes(escape, carry.escaped);
            quote &= !escaped;
            escapes = in_force;
        }
        let inside = isa.prefix_xor(quote) ^ carry.in_quote;
        let close = quote & !inside;
        let next = Carry {
            in_quote: (inside.cast_signed() >> 63).cast_unsigned(),
            after_close: close >> 63,
            escaped: escapes >> 63,
            ..Carry::default()
        };
        Self { inside, open: quote & inside, close, trouble: escapes & !inside, escapes, next }
    }
}

/// Which escapes are in force, and which bytes they escape. One by one: they are rare, and each one decides about
/// the next.
#[inline(always)]
fn resolve_escapes(escape: u64, carry: u64) -> (u64, u64) {
    let mut in_force = 0;
    let mut escaped = carry;
    let mut rest = escape & !carry;
    while rest != 0 {
        let bit = rest & rest.wrapping_neg();
        in_force |= bit;
        escaped |= bit << 1;
        rest &= !(bit | bit << 1);
    }
    (in_force, escaped)
}
