//! The fast path: two loops that read groups of eight steps.

use super::classes::Classes;
use super::clean::{CleanExit, CleanGroups};
use super::quotes::{Carry, QuoteMasks};
use super::{ByteStats, SeparatorMasks, Sink};
use crate::kernel::{Isa, STEP, Task};
use crate::positions::FaultKind;

/// The number of steps in a group.
pub(crate) const GROUP_STEPS: usize = 8;
pub(super) const GROUP_BYTES: usize = GROUP_STEPS * STEP;

/// Why a loop over groups ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum LoopExit {
    /// This loop cannot read the next group, or fewer than 64 bytes are left.
    Done,
    /// At a record start at or after the requested offset.
    Stopped,
    /// Before a step with an irregular byte, which has this offset: the slow path must read past it.
    Irregular(usize),
}

/// The offset of a boundary between two steps, and the carry there.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepCursor {
    pub(super) at: usize,
    pub(super) carry: Carry,
}

/// Reads the bytes up to `until` and passes what it finds to the sink.
pub(super) struct Reader<'a, S> {
    pub(super) classes: &'a Classes,
    pub(super) bytes: &'a [u8],
    pub(super) until: usize,
    pub(super) cursor: StepCursor,
    pub(super) stats: ByteStats,
    pub(super) sink: &'a mut S,
}

/// The loop for groups without quotes, outside quotes, that end before `until`. Both loops read as many groups as they can.
/// Each is a separate function because there are not enough registers for both.
pub(super) struct PlainGroups<'a, 'b, S>(pub(super) &'a mut Reader<'b, S>);

/// The loop for any group; it ends where [`PlainGroups`] can continue.
pub(super) struct QuotedGroups<'a, 'b, S>(pub(super) &'a mut Reader<'b, S>);

impl<S> Reader<'_, S> {
    /// Whether a whole group is available and ends before `until`.
    #[inline(always)]
    pub(super) fn has_whole_group(&self) -> bool {
        let at = self.cursor.at;
        self.until.saturating_sub(at) > GROUP_BYTES && self.bytes.len() - at >= GROUP_BYTES
    }
}

impl<S: Sink> Task for PlainGroups<'_, '_, S> {
    type Output = LoopExit;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> LoopExit {
        let Self(reader) = self;
        let classes = reader.classes;
        let may_read_lf_groups = classes.is_simple && classes.terminator_is_lf;
        while reader.has_whole_group() {
            if may_read_lf_groups && reader.read_lf_group(isa) {
                continue;
            }
            let StepCursor { at, mut carry } = reader.cursor;
            let chunks = chunks(reader.bytes, at, GROUP_STEPS);
            if inspect(isa, classes, at, chunks, &mut reader.stats) {
                return LoopExit::Done;
            }
            let mut masks = [SeparatorMasks::default(); GROUP_STEPS];
            let mut steps = 0;
            let mut irregular = 0;
            let mut lone_cr = 0;
            for (chunk, masks) in chunks.iter().zip(&mut masks) {
                let block = isa.load(chunk);
                let ends = classes.terminators(isa, block, carry.cr);
                lone_cr |= ends.lone_cr;
                if classes.has_comment {
                    let record_start = (ends.terminator << 1) | carry.record_start;
                    irregular = classes.comments(isa, block) & record_start;
                    if irregular != 0 {
                        break;
                    }
                }
                let separators = classes.delimiters(isa, block) | ends.terminator;
                *masks = SeparatorMasks { separators, terminators: ends.terminator, crlf: ends.crlf };
                steps += 1;
                carry = Carry {
                    cr: ends.cr >> 63,
                    field_start: separators >> 63,
                    record_start: ends.terminator >> 63,
                    ..Carry::default()
                };
            }
            reader.stats.lone_cr |= lone_cr != 0;
            reader.sink.steps(isa, at, &masks[..steps]);
            let from = at + steps * STEP;
            reader.cursor = StepCursor { at: from, carry };
            if irregular != 0 {
                return LoopExit::Irregular(from + irregular.trailing_zeros() as usize);
            }
        }
        LoopExit::Done
    }
}

impl<S: Sink> Task for QuotedGroups<'_, '_, S> {
    type Output = LoopExit;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> LoopExit {
        let Self(reader) = self;
        loop {
            if reader.has_whole_group() && reader.classes.is_simple {
                let exit = if reader.classes.terminator_is_lf {
                    isa.enter(CleanGroups::<S, true>(reader))
                } else {
                    isa.enter(CleanGroups::<S, false>(reader))
                };
                if exit == CleanExit::NoQuotes || reader.bytes.len() - reader.cursor.at < STEP {
                    return LoopExit::Done;
                }
            }
            let StepCursor { at, carry } = reader.cursor;
            let has_whole_group = reader.has_whole_group();
            let chunks = chunks(reader.bytes, at, if has_whole_group { GROUP_STEPS } else { 1 });
            let has_quotes = inspect(isa, reader.classes, at, chunks, &mut reader.stats);
            if !has_quotes && has_whole_group && carry.is_plain() {
                return LoopExit::Done;
            }
            if !has_quotes && carry.in_quote != 0 {
                // The quoted field does not end here. (If an escape precedes these bytes, the escaped byte has no role.)
                let mut cr = carry.cr;
                for block in chunks.iter().map(|chunk| isa.load(chunk)) {
                    let ends = reader.classes.terminators(isa, block, cr);
                    reader.stats.inner_lfs += u64::from(ends.lf.count_ones());
                    reader.stats.lone_cr |= ends.lone_cr != 0;
                    cr = ends.cr >> 63;
                }
                let carry = Carry { in_quote: u64::MAX, cr, ..Carry::default() };
                reader.cursor = StepCursor { at: at + chunks.len() * STEP, carry };
            } else {
                match reader.read(isa, chunks) {
                    LoopExit::Done => {}
                    exit => return exit,
                }
            }
            if reader.bytes.len() - reader.cursor.at < STEP {
                return LoopExit::Done;
            }
        }
    }
}

/// The bytes of `steps` steps from `at` on.
#[inline(always)]
pub(crate) fn chunks(bytes: &[u8], at: usize, steps: usize) -> &[[u8; STEP]] {
    bytes[at..at + steps * STEP].as_chunks().0
}

/// Updates `stats` with the steps from `at` on, and returns whether they contain any quote or escape.
#[inline(always)]
pub(crate) fn inspect<I: Isa>(
    isa: I,
    classes: &Classes,
    at: usize,
    chunks: &[[u8; STEP]],
    stats: &mut ByteStats,
) -> bool {
    let (quotes, escapes, high) = match classes.escape() {
        None => find_specials::<false, I>(isa, classes.quote_or_any(), 0, chunks),
        Some(escape) => find_specials::<true, I>(isa, classes.quote_or_any(), escape, chunks),
    };
    let has_quotes = quotes && classes.quote().is_some();
    stats.update(at, has_quotes, high);
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
fn find_specials<const ESCAPE: bool, I: Isa>(
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
    /// Reads a whole group if it contains neither quotes nor CRs and no CR precedes it, so that no byte depends on the byte
    /// before the group. Returns whether it was such a group. Only for simple dialects in which, outside quotes, every LF
    /// ends a record and nothing else does.
    #[inline(always)]
    fn read_lf_group<I: Isa>(&mut self, isa: I) -> bool {
        let StepCursor { at, carry } = self.cursor;
        let Some(chunks) = chunks(self.bytes, at, GROUP_STEPS).first_chunk::<GROUP_STEPS>() else {
            return false;
        };
        let special =
            |block| isa.either(isa.compare(block, self.classes.quote_or_any()), isa.compare(block, b'\r'));
        let mut masks = [SeparatorMasks::default(); GROUP_STEPS];
        let mut all = isa.load(&chunks[0]);
        let mut specials = special(all);
        for (chunk, masks) in chunks.iter().zip(&mut masks) {
            let block = isa.load(chunk);
            let terminators = isa.equal(block, b'\n');
            *masks = SeparatorMasks {
                separators: self.classes.delimiters(isa, block) | terminators,
                terminators,
                crlf: 0,
            };
            specials = isa.either(specials, special(block));
            all = isa.or(all, block);
        }
        if isa.mask(specials) != 0 || carry.cr != 0 {
            return false;
        }
        self.stats.update(at, false, isa.high(all) != 0);
        self.sink.steps(isa, at, &masks);
        let SeparatorMasks { separators, terminators, .. } = masks[GROUP_STEPS - 1];
        let carry =
            Carry { field_start: separators >> 63, record_start: terminators >> 63, ..Carry::default() };
        self.cursor = StepCursor { at: at + GROUP_BYTES, carry };
        true
    }

    /// Passes the separators of `chunks`, which are one group or one step, to the sink.
    #[inline(always)]
    fn read<I: Isa>(&mut self, isa: I, chunks: &[[u8; STEP]]) -> LoopExit {
        let StepCursor { mut at, carry: mut before } = self.cursor;
        let first = at;
        // The bytes at which a terminator ends the reading. Only if `chunks` is a single step can there be any.
        let stop_mask = match self.until.saturating_sub(at) {
            near @ 0..=STEP => u64::MAX << near.saturating_sub(1),
            _ => 0,
        };
        let mut masks = [SeparatorMasks::default(); GROUP_STEPS];
        let mut steps = 0;
        // Text after closing quotes, by step.
        let mut text_after = [0; GROUP_STEPS];
        let mut any_text_after = 0;
        let mut exit = LoopExit::Done;
        for ((chunk, masks), text_after) in chunks.iter().zip(&mut masks).zip(&mut text_after) {
            let step = Step::read(isa, self.classes, chunk, self.bytes.get(at + STEP).copied(), before);
            *masks = step.masks;
            self.stats.lone_cr |= step.has_lone_cr;
            let mut inner_lfs = step.inner_lfs;
            let stop = masks.terminators & stop_mask;
            if step.irregular | stop != 0 {
                // Up to the first stop, if there is one.
                let keep = if stop == 0 { u64::MAX } else { stop ^ (stop - 1) };
                let irregular = step.irregular & keep;
                if irregular != 0 {
                    exit = LoopExit::Irregular(at + irregular.trailing_zeros() as usize);
                    break;
                }
                masks.separators &= keep;
                masks.terminators &= keep;
                masks.crlf &= keep;
                inner_lfs &= keep;
                exit = LoopExit::Stopped;
            }
            steps += 1;
            self.stats.inner_lfs += u64::from(inner_lfs.count_ones());
            *text_after = step.text_after;
            any_text_after |= step.text_after;
            if stop != 0 {
                at += stop.trailing_zeros() as usize + 1;
                break;
            }
            before = step.next;
            at += STEP;
        }
        self.sink.steps(isa, first, &masks[..steps]);
        self.cursor = StepCursor { at, carry: before };
        if self.classes.is_strict && any_text_after != 0 {
            report_text_after(&text_after, first, self.sink);
        }
        exit
    }
}

/// What a step contains, by parity: correct up to the first irregular byte.
struct Step {
    masks: SeparatorMasks,
    /// Bytes that only the slow path can interpret.
    irregular: u64,
    /// Bytes after a closing quote that are not allowed there.
    text_after: u64,
    has_lone_cr: bool,
    /// LFs inside quotes.
    inner_lfs: u64,
    next: Carry,
}

impl Step {
    /// Reads 64 bytes; `next_byte` is the byte after them.
    #[inline(always)]
    fn read<I: Isa>(
        isa: I,
        classes: &Classes,
        chunk: &[u8; STEP],
        next_byte: Option<u8>,
        carry: Carry,
    ) -> Self {
        let block = isa.load(chunk);
        let ends = classes.terminators(isa, block, carry.cr);
        let quotes = QuoteMasks::read(isa, classes, block, carry);
        let terminators = ends.terminator & !quotes.inside;
        let separators = classes.delimiters(isa, block) & !quotes.inside | terminators;
        let after_separator = (separators << 1) | carry.field_start;
        let after_close = (quotes.close << 1) | carry.after_close;
        let mut irregular = quotes.irregular | (quotes.open & !(after_separator | after_close));
        if classes.has_comment {
            let record_start = (terminators << 1) | carry.record_start;
            irregular |= classes.comments(isa, block) & record_start;
        }
        let next_lf = u64::from(next_byte == Some(b'\n')) << 63;
        let begins_crlf = ends.cr & ((ends.lf >> 1) | next_lf) & classes.crlf_on;
        let next = Carry {
            cr: ends.cr >> 63,
            field_start: separators >> 63,
            record_start: terminators >> 63,
            ..quotes.next
        };
        Self {
            masks: SeparatorMasks { separators, terminators, crlf: ends.crlf & terminators },
            irregular,
            text_after: after_close & !(separators | quotes.open | begins_crlf),
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
            let offset = at + index * STEP + rest.trailing_zeros() as usize;
            sink.fault(offset.wrapping_sub(1), FaultKind::TextAfterQuote);
            rest &= rest - 1;
        }
    }
}
