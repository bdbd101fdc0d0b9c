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

use crate::kernel::{Isa, STEP, Task};
use crate::positions::FaultKind;
use crate::state::{Place, State};
use walk::Walk;

/// How many steps make a group.
pub(crate) const GROUP_STEPS: usize = 8;
const GROUP_BYTES: usize = GROUP_STEPS * STEP;

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

/// How a run of groups ended.
#[derive(Clone, Copy, Debug)]
enum End {
    /// Its kind of loop can do no more.
    Through,
    /// At a record start that is at or behind the wanted one.
    Stopped,
    /// In trouble: the walk must reach beyond this place.
    Trouble(usize),
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
    // Where the walk must reach beyond, if it is its turn.
    let mut floor = None;
    let mut state = cursor.state;
    let carry = Carry::of(state).unwrap_or_else(|| {
        floor = Some(cursor.at);
        Carry { cr: u64::from(state.0 == Place::CommentCr), ..Carry::default() }
    });
    let mut place = Border { at: cursor.at, carry };
    // Where the last walk ended, and how far beyond the trouble the next one goes if it comes soon.
    let (mut walked, mut patience) = (0, 0);
    loop {
        if floor.is_none() && bytes.len() - place.at >= STEP {
            let groups = Groups { classes, bytes, until, place: &mut place, census: &mut census, sink };
            let end = if groups.is_far() && groups.place.carry.is_plain() {
                isa.enter(PlainGroups(groups))
            } else {
                End::Through
            };
            let end = match end {
                End::Through if bytes.len() - place.at >= STEP => {
                    let groups =
                        Groups { classes, bytes, until, place: &mut place, census: &mut census, sink };
                    isa.enter(QuotedGroups(groups))
                }
                end => end,
            };
            match end {
                End::Through => continue,
                End::Stopped => {
                    *cursor = Cursor { at: place.at, state: State::START };
                    return census;
                }
                End::Trouble(at) => {
                    let is_soon = walked > 0 && at - walked < 2 * STEP;
                    patience = if is_soon { (2 * patience).clamp(STEP, MOST_PATIENCE) } else { 0 };
                    floor = Some(at + patience);
                }
            }
            state = place.carry.state(classes);
        } else if floor.is_none() {
            // Fewer than 64 bytes are left: the walk goes to the end.
            state = place.carry.state(classes);
            floor = Some(usize::MAX);
        }
        let mut at = place.at;
        let mut cr = place.carry.cr;
        let mut walk = Walk::enter(state, at, floor.unwrap_or(at), until);
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
            sink.reserve();
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
        place = Border { at, carry: Carry::START };
        walked = at;
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

/// A place between two steps.
#[derive(Clone, Copy, Debug)]
struct Border {
    at: usize,
    carry: Carry,
}

/// The two fast loops, over as many groups as they can. Each has its own function, since the registers do not
/// suffice for both.
struct Groups<'a, S> {
    classes: &'a Classes,
    bytes: &'a [u8],
    until: usize,
    place: &'a mut Border,
    census: &'a mut Census,
    sink: &'a mut S,
}

/// The loop for groups without quotes, outside of quotes, that end before `until`.
struct PlainGroups<'a, S>(Groups<'a, S>);

/// The loop for any group; it ends where the plain loop can go on.
struct QuotedGroups<'a, S>(Groups<'a, S>);

impl<S> Groups<'_, S> {
    /// Whether a whole group is there and ends before `until`.
    #[inline(always)]
    fn is_far(&self) -> bool {
        let at = self.place.at;
        self.until.saturating_sub(at) > GROUP_BYTES && self.bytes.len() - at >= GROUP_BYTES
    }
}

impl<S: Sink> Task for PlainGroups<'_, S> {
    type Output = End;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> End {
        let Self(groups) = self;
        let classes = groups.classes;
        while groups.is_far() {
            let Border { at, mut carry } = *groups.place;
            let chunks = chunks(groups.bytes, at, GROUP_STEPS);
            if look(isa, classes, chunks, groups.census) {
                return End::Through;
            }
            let mut marks = [Marks::default(); GROUP_STEPS];
            let mut steps = 0;
            let mut trouble = 0;
            for (chunk, marks) in chunks.iter().zip(&mut marks) {
                let block = isa.load(chunk);
                let ends = classes.terminators(isa, block, carry.cr);
                if classes.has_comment {
                    let record_start = (ends.terminator << 1) | carry.record_start;
                    trouble = classes.comments(isa, block) & record_start;
                    if trouble != 0 {
                        break;
                    }
                }
                let separators = classes.delimiters(isa, block) | ends.terminator;
                *marks = Marks { separators, terminators: ends.terminator, crlf: ends.crlf };
                steps += 1;
                carry = Carry {
                    cr: ends.cr >> 63,
                    field_start: separators >> 63,
                    record_start: ends.terminator >> 63,
                    ..Carry::default()
                };
            }
            groups.sink.steps(isa, at, &marks[..steps]);
            let from = at + steps * STEP;
            *groups.place = Border { at: from, carry };
            if trouble != 0 {
                return End::Trouble(from + trouble.trailing_zeros() as usize);
            }
        }
        End::Through
    }
}

impl<S: Sink> Task for QuotedGroups<'_, S> {
    type Output = End;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> End {
        let Self(mut groups) = self;
        loop {
            let Border { at, carry } = *groups.place;
            let is_far = groups.is_far();
            let chunks = chunks(groups.bytes, at, if is_far { GROUP_STEPS } else { 1 });
            let has_quotes = look(isa, groups.classes, chunks, groups.census);
            if !has_quotes && is_far && carry.is_plain() {
                return End::Through;
            }
            if !has_quotes && carry.in_quote != 0 && carry.escaped == 0 {
                let carry = Carry { in_quote: u64::MAX, ..Carry::default() };
                *groups.place = Border { at: at + chunks.len() * STEP, carry };
            } else {
                match groups.read(isa, chunks) {
                    End::Through => {}
                    end => return end,
                }
            }
            if groups.bytes.len() - groups.place.at < STEP {
                return End::Through;
            }
        }
    }
}

/// Some steps of `bytes`.
#[inline(always)]
pub(crate) fn chunks(bytes: &[u8], at: usize, steps: usize) -> &[[u8; STEP]] {
    bytes[at..at + steps * STEP].as_chunks().0
}

/// Notes what there is, and says whether there is any quote or escape.
#[inline(always)]
pub(crate) fn look<I: Isa>(isa: I, classes: &Classes, chunks: &[[u8; STEP]], census: &mut Census) -> bool {
    let (quotes, escapes, high) = match classes.escape() {
        None => look_for::<false, I>(isa, classes.quote_or_any(), 0, chunks),
        Some(escape) => look_for::<true, I>(isa, classes.quote_or_any(), escape, chunks),
    };
    let has_quotes = quotes && classes.quote().is_some();
    census.quotes |= has_quotes;
    census.high |= high;
    has_quotes || escapes
}

/// Whether there is any `quote`, any `escape` (if `ESCAPE`), any high bit.
#[inline(always)]
fn look_for<const ESCAPE: bool, I: Isa>(
    isa: I,
    quote: u8,
    escape: u8,
    chunks: &[[u8; STEP]],
) -> (bool, bool, bool) {
    let Some((first, others)) = chunks.split_first() else { return (false, false, false) };
    let mut all = isa.load(first);
    let mut quotes = isa.compare(all, quote);
    let mut escapes = isa.compare(all, escape);
    for chunk in others {
        let block = isa.load(chunk);
        quotes = isa.either(quotes, isa.compare(block, quote));
        if ESCAPE {
            escapes = isa.either(escapes, isa.compare(block, escape));
        }
        all = isa.or(all, block);
    }
    (isa.mask(quotes) != 0, ESCAPE && isa.mask(escapes) != 0, isa.high(all) != 0)
}

impl<S: Sink> Groups<'_, S> {
    /// Hands the separators of `chunks`, one group or one step, to the sink.
    #[inline(always)]
    fn read<I: Isa>(&mut self, isa: I, chunks: &[[u8; STEP]]) -> End {
        let Border { mut at, carry: mut before } = *self.place;
        let first = at;
        // The terminators at which to stop: there are some only in a group of one step.
        let cut = match self.until.saturating_sub(at) {
            near @ 0..=STEP => u64::MAX << near.saturating_sub(1),
            _ => 0,
        };
        let mut marks = [Marks::default(); GROUP_STEPS];
        let mut steps = 0;
        // Text behind closing quotes, by step.
        let mut text_after = [0; GROUP_STEPS];
        let mut any_text_after = 0;
        let mut end = End::Through;
        for ((chunk, marks), text_after) in chunks.iter().zip(&mut marks).zip(&mut text_after) {
            let step = Step::read(isa, self.classes, chunk, self.bytes.get(at + STEP).copied(), before);
            *marks = step.marks;
            let stop = marks.terminators & cut;
            if step.trouble | stop != 0 {
                // Up to the first place to stop at, if there is one.
                let keep = if stop == 0 { u64::MAX } else { stop ^ (stop - 1) };
                let trouble = step.trouble & keep;
                if trouble != 0 {
                    end = End::Trouble(at + trouble.trailing_zeros() as usize);
                    break;
                }
                marks.separators &= keep;
                marks.terminators &= keep;
                marks.crlf &= keep;
                end = End::Stopped;
            }
            steps += 1;
            *text_after = step.text_after;
            any_text_after |= step.text_after;
            if stop != 0 {
                at += stop.trailing_zeros() as usize + 1;
                break;
            }
            before = step.next;
            at += STEP;
        }
        self.sink.steps(isa, first, &marks[..steps]);
        *self.place = Border { at, carry: before };
        if self.classes.is_strict && any_text_after != 0 {
            report_text_after(&text_after, first, self.sink);
        }
        end
    }
}

/// What a step holds, if there is no trouble in it.
struct Step {
    marks: Marks,
    /// Bytes that only the walk understands.
    trouble: u64,
    /// Bytes behind a closing quote that should not be there.
    text_after: u64,
    next: Carry,
}

impl Step {
    /// Reads 64 bytes; `behind` is the byte behind them.
    #[inline(always)]
    fn read<I: Isa>(isa: I, classes: &Classes, chunk: &[u8; STEP], behind: Option<u8>, carry: Carry) -> Self {
        let block = isa.load(chunk);
        let ends = classes.terminators(isa, block, carry.cr);
        let quotes = Quotes::read(isa, classes, block, carry);
        let terminators = ends.terminator & !quotes.inside;
        let separators = classes.delimiters(isa, block) & !quotes.inside | terminators;
        let behind_separator = (separators << 1) | carry.field_start;
        let behind_close = (quotes.close << 1) | carry.after_close;
        let mut trouble = quotes.trouble | (quotes.open & !(behind_separator | behind_close));
        if classes.has_comment {
            let record_start = (terminators << 1) | carry.record_start;
            trouble |= classes.comments(isa, block) & record_start;
        }
        let next_lf = u64::from(behind == Some(b'\n')) << 63;
        let begins_crlf = ends.cr & ((ends.lf >> 1) | next_lf) & classes.crlf_on;
        let next = Carry {
            cr: ends.cr >> 63,
            field_start: separators >> 63,
            record_start: terminators >> 63,
            ..quotes.next
        };
        Self {
            marks: Marks { separators, terminators, crlf: ends.crlf & terminators },
            trouble,
            text_after: behind_close & !(separators | quotes.open | begins_crlf),
            next,
        }
    }
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
