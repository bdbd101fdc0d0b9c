//! The two fast loops, which read groups of eight steps.

use super::classes::Classes;
use super::clean::{Clean, CleanGroups};
use super::quotes::{Carry, Quotes};
use super::{Census, Marks, Sink};
use crate::kernel::{Isa, STEP, Task};
use crate::positions::FaultKind;

/// The number of steps in a group.
pub(crate) const GROUP_STEPS: usize = 8;
pub(super) const GROUP_BYTES: usize = GROUP_STEPS * STEP;

/// How a series of groups ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// This kind of loop cannot continue.
    Through,
    /// At a record start at or after the requested offset.
    Stopped,
    /// At trouble: the walk must pass this offset.
    Trouble(usize),
}

/// A boundary between two steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Border {
    pub(super) at: usize,
    pub(super) carry: Carry,
}

/// Reads through the bytes.
pub(super) struct Reader<'a, S> {
    pub(super) classes: &'a Classes,
    pub(super) bytes: &'a [u8],
    pub(super) until: usize,
    pub(super) place: Border,
    pub(super) census: Census,
    pub(super) sink: &'a mut S,
}

/// The loop for groups without quotes, outside quotes, that end before `until`. Both loops read as many groups as they can.
/// Each is a separate function because there are not enough registers for both.
pub(super) struct PlainGroups<'a, 'b, S>(pub(super) &'a mut Reader<'b, S>);

/// The loop for any group; it ends where the plain loop can continue.
pub(super) struct QuotedGroups<'a, 'b, S>(pub(super) &'a mut Reader<'b, S>);

impl<S> Reader<'_, S> {
    /// Whether a whole group is available and ends before `until`.
    #[inline(always)]
    pub(super) fn is_far(&self) -> bool {
        let at = self.place.at;
        self.until.saturating_sub(at) > GROUP_BYTES && self.bytes.len() - at >= GROUP_BYTES
    }
}

impl<S: Sink> Task for PlainGroups<'_, '_, S> {
    type Output = End;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> End {
        let Self(reader) = self;
        let classes = reader.classes;
        let may_be_bare = classes.is_simple && classes.ends_are_lfs;
        while reader.is_far() {
            if may_be_bare && reader.read_bare(isa) {
                continue;
            }
            let Border { at, mut carry } = reader.place;
            let chunks = chunks(reader.bytes, at, GROUP_STEPS);
            if look(isa, classes, at, chunks, &mut reader.census) {
                return End::Through;
            }
            let mut marks = [Marks::default(); GROUP_STEPS];
            let mut steps = 0;
            let mut trouble = 0;
            let mut lone_cr = 0;
            for (chunk, marks) in chunks.iter().zip(&mut marks) {
                let block = isa.load(chunk);
                let ends = classes.terminators(isa, block, carry.cr);
                lone_cr |= ends.lone_cr;
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
            reader.census.lone_cr |= lone_cr != 0;
            reader.sink.steps(isa, at, &marks[..steps]);
            let from = at + steps * STEP;
            reader.place = Border { at: from, carry };
            if trouble != 0 {
                return End::Trouble(from + trouble.trailing_zeros() as usize);
            }
        }
        End::Through
    }
}

impl<S: Sink> Task for QuotedGroups<'_, '_, S> {
    type Output = End;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> End {
        let Self(reader) = self;
        loop {
            if reader.is_far() && reader.classes.is_simple {
                let end = if reader.classes.ends_are_lfs {
                    isa.enter(CleanGroups::<S, true>(reader))
                } else {
                    isa.enter(CleanGroups::<S, false>(reader))
                };
                if end == Clean::Plain || reader.bytes.len() - reader.place.at < STEP {
                    return End::Through;
                }
            }
            let Border { at, carry } = reader.place;
            let is_far = reader.is_far();
            let chunks = chunks(reader.bytes, at, if is_far { GROUP_STEPS } else { 1 });
            let has_quotes = look(isa, reader.classes, at, chunks, &mut reader.census);
            if !has_quotes && is_far && carry.is_plain() {
                return End::Through;
            }
            if !has_quotes && carry.in_quote != 0 {
                // Nothing ends the quoted field here (an escape before these bytes escapes nothing with a meaning).
                let mut cr = carry.cr;
                for block in chunks.iter().map(|chunk| isa.load(chunk)) {
                    let ends = reader.classes.terminators(isa, block, cr);
                    reader.census.inner_lfs += u64::from(ends.lf.count_ones());
                    reader.census.lone_cr |= ends.lone_cr != 0;
                    cr = ends.cr >> 63;
                }
                let carry = Carry { in_quote: u64::MAX, cr, ..Carry::default() };
                reader.place = Border { at: at + chunks.len() * STEP, carry };
            } else {
                match reader.read(isa, chunks) {
                    End::Through => {}
                    end => return end,
                }
            }
            if reader.bytes.len() - reader.place.at < STEP {
                return End::Through;
            }
        }
    }
}

/// `steps` steps of `bytes`.
#[inline(always)]
pub(crate) fn chunks(bytes: &[u8], at: usize, steps: usize) -> &[[u8; STEP]] {
    bytes[at..at + steps * STEP].as_chunks().0
}

/// Records what occurs in the steps from `at` on, and returns whether they contain any quote or escape.
#[inline(always)]
pub(crate) fn look<I: Isa>(
    isa: I,
    classes: &Classes,
    at: usize,
    chunks: &[[u8; STEP]],
    census: &mut Census,
) -> bool {
    let (quotes, escapes, high) = match classes.escape() {
        None => look_for::<false, I>(isa, classes.quote_or_any(), 0, chunks),
        Some(escape) => look_for::<true, I>(isa, classes.quote_or_any(), escape, chunks),
    };
    let has_quotes = quotes && classes.quote().is_some();
    census.note(at, has_quotes, high);
    has_quotes || escapes
}

/// Whether the steps contain any quote or escape.
#[inline(always)]
pub(crate) fn has_quotes<I: Isa>(isa: I, classes: &Classes, chunks: &[[u8; STEP]]) -> bool {
    let Some((first, others)) = chunks.split_first() else { return false };
    let (quote, escape) = (classes.quote_or_any(), classes.escape());
    let marked = |block| {
        let quotes = isa.compare(block, quote);
        escape.map_or(quotes, |escape| isa.either(quotes, isa.compare(block, escape)))
    };
    let mut any = marked(isa.load(first));
    for chunk in others {
        any = isa.either(any, marked(isa.load(chunk)));
    }
    isa.mask(any) != 0
}

/// Whether there is any `quote`, any `escape` (if `ESCAPE`), and any high bit.
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

impl<S: Sink> Reader<'_, S> {
    /// Reads a whole group without quotes and CRs and without a CR before it, so that no byte depends on the byte before the
    /// group. Returns whether it was such a group. For simple dialects in which, outside quotes, every LF ends a record and
    /// nothing else does.
    #[inline(always)]
    fn read_bare<I: Isa>(&mut self, isa: I) -> bool {
        let Border { at, carry } = self.place;
        let Some(chunks) = chunks(self.bytes, at, GROUP_STEPS).first_chunk::<GROUP_STEPS>() else {
            return false;
        };
        let special =
            |block| isa.either(isa.compare(block, self.classes.quote_or_any()), isa.compare(block, b'\r'));
        let mut marks = [Marks::default(); GROUP_STEPS];
        let mut all = isa.load(&chunks[0]);
        let mut specials = special(all);
        for (chunk, marks) in chunks.iter().zip(&mut marks) {
            let block = isa.load(chunk);
            let terminators = isa.equal(block, b'\n');
            *marks =
                Marks { separators: self.classes.delimiters(isa, block) | terminators, terminators, crlf: 0 };
            specials = isa.either(specials, special(block));
            all = isa.or(all, block);
        }
        if isa.mask(specials) != 0 || carry.cr != 0 {
            return false;
        }
        self.census.note(at, false, isa.high(all) != 0);
        self.sink.steps(isa, at, &marks);
        let Marks { separators, terminators, .. } = marks[GROUP_STEPS - 1];
        let carry =
            Carry { field_start: separators >> 63, record_start: terminators >> 63, ..Carry::default() };
        self.place = Border { at: at + GROUP_BYTES, carry };
        true
    }

    /// Passes the separators of `chunks`, one group or one step, to the sink.
    #[inline(always)]
    fn read<I: Isa>(&mut self, isa: I, chunks: &[[u8; STEP]]) -> End {
        let Border { mut at, carry: mut before } = self.place;
        let first = at;
        // The terminators at which to stop: only a group of one step has any.
        let cut = match self.until.saturating_sub(at) {
            near @ 0..=STEP => u64::MAX << near.saturating_sub(1),
            _ => 0,
        };
        let mut marks = [Marks::default(); GROUP_STEPS];
        let mut steps = 0;
        // Text after closing quotes, by step.
        let mut text_after = [0; GROUP_STEPS];
        let mut any_text_after = 0;
        let mut end = End::Through;
        for ((chunk, marks), text_after) in chunks.iter().zip(&mut marks).zip(&mut text_after) {
            let step = Step::read(isa, self.classes, chunk, self.bytes.get(at + STEP).copied(), before);
            *marks = step.marks;
            self.census.lone_cr |= step.has_lone_cr;
            let mut inner_lfs = step.inner_lfs;
            let stop = marks.terminators & cut;
            if step.trouble | stop != 0 {
                // Up to the first stop, if there is one.
                let keep = if stop == 0 { u64::MAX } else { stop ^ (stop - 1) };
                let trouble = step.trouble & keep;
                if trouble != 0 {
                    end = End::Trouble(at + trouble.trailing_zeros() as usize);
                    break;
                }
                marks.separators &= keep;
                marks.terminators &= keep;
                marks.crlf &= keep;
                inner_lfs &= keep;
                end = End::Stopped;
            }
            steps += 1;
            self.census.inner_lfs += u64::from(inner_lfs.count_ones());
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
        self.place = Border { at, carry: before };
        if self.classes.is_strict && any_text_after != 0 {
            report_text_after(&text_after, first, self.sink);
        }
        end
    }
}

/// The contents of a step if there is no trouble in it.
struct Step {
    marks: Marks,
    /// Bytes that only the walk can interpret.
    trouble: u64,
    /// Bytes after a closing quote that are not allowed there.
    text_after: u64,
    has_lone_cr: bool,
    /// LFs inside quotes.
    inner_lfs: u64,
    next: Carry,
}

impl Step {
    /// Reads 64 bytes; `behind` is the byte after them.
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
            has_lone_cr: ends.lone_cr != 0,
            inner_lfs: ends.lf & quotes.inside,
            next,
        }
    }
}

/// Reports text after closing quotes in the steps from `at` on.
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
