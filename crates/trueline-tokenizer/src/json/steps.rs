//! Turns bytes into tokens, 64 bytes at a time.
//!
//! Consecutive records with a known shape are read differently (see [`shape`](super::shape)). Other lines are read here, in
//! whole groups. Tokens of the line after the last complete one are discarded, because that line may have a known shape.
//!
//! Eight steps make a group. The comparisons of all steps of a group come first, with a test for rare bytes. Then the steps
//! are processed in order, because the quote parity, which tells which bytes are inside strings, depends on the step before.
//! The state between two steps is a [`Carry`].
//!
//! A string cannot continue past a line feed. If a line feed is inside quotes, the parity is inverted there, so that a
//! record with a missing or an extra quote affects only itself. Such records, and those with control bytes or invalid
//! escapes in their strings, are *suspects*: an offset in each of them is recorded, and the parser that reads byte by byte
//! ([`tokens`](super::tokens)) determines the fault. Escapes are only checked in groups with backslashes.
//!
//! After an extra quote, "inside" is the opposite of what that parser determines. But then the parser has already found a
//! fault in the record, so that no suspect is a valid record.
//!
//! If you change this: `json::reference` defines the tokens, and `json::tokens` the faults.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

use std::ops::Range;

use super::positions::{END, Positions};
use super::shape::{Extent, Shapes, Slots};
use super::string;
use crate::kernel::{Isa, STEP, Task, one_by_one};

/// The number of steps in a group.
const GROUP_STEPS: usize = 8;
pub(super) const GROUP_BYTES: usize = GROUP_STEPS * STEP;

type Group = [[u8; STEP]; GROUP_STEPS];
/// One mask for each step of a group.
type StepMasks = [u64; GROUP_STEPS];

/// The bits at even positions.
const EVEN: u64 = 0x5555_5555_5555_5555;

/// What is found besides the tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct ScanFindings {
    /// Ascending offsets in the records that must be checked, at least one for each of them.
    pub(super) suspects: Vec<u32>,
    /// Runs that contain all bytes that are not ASCII, in order; each begins and ends at the end of a group or a line.
    pub(super) high: Vec<Range<u32>>,
    /// Whether the bytes end inside a string.
    pub(super) ends_in_string: bool,
}

/// Reads the tokens of `bytes` up to the group in which a line ends at or after `until`, or up to the end of such a line.
pub(super) struct ReadTokens<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) until: usize,
    pub(super) shapes: &'a mut Shapes,
    pub(super) positions: &'a mut Positions,
    pub(super) findings: &'a mut ScanFindings,
}

/// The state at the boundary between two steps.
#[derive(Clone, Copy, Debug, Default)]
struct Carry {
    /// All ones inside a string.
    in_string: u64,
    /// 1 if the first byte of the next step is escaped.
    escaped: u64,
    /// 1 if the previous byte belongs to a scalar.
    scalar: u64,
    /// The offset of the second half of a surrogate pair whose first half has been read.
    second_half: usize,
}

/// The bytes of each class in a group.
struct GroupMasks {
    quote: StepMasks,
    structural: StepMasks,
    white: StepMasks,
    line_feed: StepMasks,
    has_backslash: bool,
    /// Whether there is a control byte other than line feeds.
    has_control: bool,
    has_high: bool,
}

impl GroupMasks {
    /// Finds the bytes of each class in `group`.
    #[inline(always)]
    fn read<I: Isa>(isa: I, group: &Group) -> Self {
        let none = [0; GROUP_STEPS];
        let (mut quote, mut structural, mut white, mut line_feed) = (none, none, none, none);
        let first = isa.load(&group[0]);
        let (mut all, mut backslashes, mut controls) =
            (first, isa.compare(first, b'\\'), isa.controls(first));
        for (step, bytes) in group.iter().enumerate() {
            let block = isa.load(bytes);
            quote[step] = isa.equal(block, b'"');
            structural[step] = isa.mask(isa.structurals(block));
            white[step] = isa.mask(isa.white_space(block));
            line_feed[step] = isa.equal(block, b'\n');
            backslashes = isa.either(backslashes, isa.compare(block, b'\\'));
            controls = isa.either(controls, isa.controls(block));
            all = isa.or(all, block);
        }
        let has_backslash = isa.mask(backslashes) != 0;
        let (has_control, has_high) = (isa.mask(controls) != 0, isa.high(all) != 0);
        Self { quote, structural, white, line_feed, has_backslash, has_control, has_high }
    }
}

impl Task for ReadTokens<'_> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(mut self, isa: I) {
        self.positions.lines = 0;
        let (mut at, mut min_bytes) = (0, 0);
        loop {
            if self.shapes.is_empty() {
                min_bytes = self.until;
            } else {
                let end = self.read_shaped(isa, at);
                self.shapes.disable_without_text();
                // If no record matches a shape, the next one is tested after twice as many bytes.
                min_bytes = if end > at { GROUP_BYTES } else { (2 * min_bytes).max(GROUP_BYTES) };
                at = end;
            }
            if at >= self.until {
                return;
            }
            let Some(end) = self.read_lines(isa, at, min_bytes) else { return };
            at = end;
        }
    }
}

impl ReadTokens<'_> {
    /// Reads records with known shapes, starting with the line at `at`. Returns the start of the first record without a
    /// known shape.
    #[inline(always)]
    fn read_shaped<I: Isa>(&mut self, isa: I, at: usize) -> usize {
        let Self { bytes, until, shapes, positions, findings } = self;
        let max_tokens = shapes.max_tokens();
        let mut at = at;
        while at < *until {
            positions.reserve(max_tokens);
            let Positions { offsets, kinds, tokens, .. } = &mut **positions;
            let mut slots = Slots { offsets: &mut offsets[*tokens..], kinds: &mut kinds[*tokens..] };
            let Some((matched, shape)) = shapes.match_record(isa, bytes, at, &mut slots) else { break };
            positions.may_have_cr |= shape.has_cr;
            positions.tokens += matched.tokens;
            positions.end_line();
            if matched.has_high {
                push_run(&mut findings.high, narrow(at)..narrow(matched.end));
            }
            if matched.has_backslash {
                push_run(&mut positions.backslashes, narrow(at)..narrow(matched.end));
            }
            at = matched.end;
        }
        at
    }

    /// Reads lines from the line start `at`: at least one line and `min_bytes` bytes. Returns the start of the next line, of
    /// which nothing is kept; `None` if it read to the end of the bytes.
    #[inline(always)]
    fn read_lines<I: Isa>(&mut self, isa: I, at: usize, min_bytes: usize) -> Option<usize> {
        let (first_token, first_line) = (self.positions.tokens, self.positions.lines);
        let until = at.saturating_add(min_bytes).min(self.until);
        let mut carry = Carry::default();
        let mut next = at;
        for group in self.bytes[at..].as_chunks::<STEP>().0.as_chunks::<GROUP_STEPS>().0 {
            self.read(isa, next, group, &mut carry);
            let from = until.saturating_sub(1).saturating_sub(next);
            next += GROUP_BYTES;
            if next >= until && group.as_flattened()[from..].contains(&b'\n') {
                self.positions.find_lines(isa, first_token);
                let end = self.close_lines();
                self.learn(at..end, first_token, first_line);
                return Some(end);
            }
        }
        // The padding is white space.
        let mut padded = [[b' '; STEP]; GROUP_STEPS];
        let rest = &self.bytes[next..];
        padded.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
        self.read(isa, next, &padded, &mut carry);
        self.findings.ends_in_string = carry.in_string != 0;
        self.positions.find_lines(isa, first_token);
        None
    }

    /// Discards everything after the last line, and returns the end of that line.
    fn close_lines(&mut self) -> usize {
        let end = self.positions.discard_incomplete();
        let ScanFindings { suspects, high, .. } = self.findings;
        let line_end = narrow(end);
        suspects.truncate(suspects.partition_point(|suspect| *suspect < line_end));
        for runs in [high, &mut self.positions.backslashes] {
            runs.truncate(runs.partition_point(|run| run.start < line_end));
            if let Some(last) = runs.last_mut() {
                last.end = last.end.min(line_end);
            }
        }
        end
    }

    /// Learns the shape of the first of the lines just read, given the range of the lines, their first token and their first
    /// line.
    fn learn(&mut self, lines: Range<usize>, first_token: usize, first_line: usize) {
        let Positions { offsets, kinds, lasts, .. } = &*self.positions;
        let last = lasts[first_line] as usize;
        let (line, tokens) = (lines.start..offsets[last] as usize + 1, first_token..last + 1);
        let extent = Extent { bytes: lines.len(), tokens: self.positions.tokens - first_token };
        let tokens = (&offsets[tokens.clone()], &kinds[tokens]);
        self.shapes.learn(&self.bytes[line], lines.start, tokens, extent);
    }

    /// Reads the group at `at`.
    #[inline(always)]
    fn read<I: Isa>(&mut self, isa: I, at: usize, group: &Group, carry: &mut Carry) {
        let classes = GroupMasks::read(isa, group);
        let end = (at + GROUP_BYTES).min(self.bytes.len());
        if classes.has_high {
            push_run(&mut self.findings.high, narrow(at)..narrow(end));
        }
        if classes.has_backslash {
            push_run(&mut self.positions.backslashes, narrow(at)..narrow(end));
        }
        // Only a backslash at the very end of a group affects the next one.
        if classes.has_backslash || carry.escaped != 0 {
            self.read_steps::<true, I>(isa, at, group, &classes, carry);
        } else {
            self.read_steps::<false, I>(isa, at, group, &classes, carry);
        }
    }

    /// Reads the steps of the group at `at`; `ESCAPES` if a byte of it may be a backslash or escaped.
    #[inline(always)]
    fn read_steps<const ESCAPES: bool, I: Isa>(
        &mut self,
        isa: I,
        at: usize,
        group: &Group,
        classes: &GroupMasks,
        carry: &mut Carry,
    ) {
        let (mut tokens, mut scalars) = ([0; GROUP_STEPS], [0; GROUP_STEPS]);
        for (step, bytes) in group.iter().enumerate() {
            let at = at + step * STEP;
            let mut quote = classes.quote[step];
            let mut escaped = 0;
            if ESCAPES {
                escaped = escaped_bytes(isa.equal(isa.load(bytes), b'\\'), &mut carry.escaped);
                quote &= !escaped;
            }
            let line_feed = classes.line_feed[step];
            let mut control = line_feed;
            if classes.has_control {
                control |= isa.mask(isa.controls(isa.load(bytes)));
            }
            let mut inside = isa.prefix_xor(quote) ^ carry.in_string;
            let mut invalid = control & inside;
            if invalid != 0 {
                (inside, invalid) = close_strings(inside, line_feed, control);
            }
            if ESCAPES {
                let block = isa.load(bytes);
                let escaped = escaped & inside;
                let unicode = escaped & isa.equal(block, b'u');
                invalid |= escaped & !(simple_escape_bytes(isa, block) | unicode);
                if unicode != 0 {
                    invalid |= invalid_unicode_escapes(self.bytes, at, unicode, &mut carry.second_half);
                }
            }
            if invalid != 0 {
                push_suspects(&mut self.findings.suspects, at, invalid, line_feed);
            }
            carry.in_string = (inside.cast_signed() >> 63).cast_unsigned();
            let scalar = !(classes.white[step] | classes.structural[step] | quote | inside);
            let scalar_start = scalar & !((scalar << 1) | carry.scalar);
            carry.scalar = scalar >> 63;
            tokens[step] = (classes.structural[step] & !inside) | (quote & inside) | scalar_start | line_feed;
            scalars[step] = scalar_start;
        }
        self.positions.may_have_cr |= classes.has_control;
        self.positions.write(isa, at, group, &tokens, &scalars);
    }
}

/// Returns the escaped bytes: in a run of backslashes, the first, third and so on each escape the byte after them.
#[inline(always)]
fn escaped_bytes(backslash: u64, carry: &mut u64) -> u64 {
    let free = backslash & !*carry;
    let even_starts = free & !(free << 1) & EVEN;
    // The addition clears the runs that start at an even position, and keeps the others.
    let even_runs = free & !free.wrapping_add(even_starts);
    let escapes = (even_runs & EVEN) | (free & !even_runs & !EVEN);
    let escaped = (escapes << 1) | *carry;
    *carry = escapes >> 63;
    escaped
}

/// The bytes that may follow the backslash in an escape of two bytes.
#[inline(always)]
fn simple_escape_bytes<I: Isa>(isa: I, block: I::Block) -> u64 {
    let mut all = isa.compare(block, b'"');
    for byte in *b"\\/bfnrt" {
        all = isa.either(all, isa.compare(block, byte));
    }
    isa.mask(all)
}

/// Ends strings at line feeds. Returns the bytes that are inside strings then, and the bytes of suspects: control bytes
/// inside strings, and the line feeds that end a string.
#[cold]
#[inline(never)]
fn close_strings(mut inside: u64, line_feed: u64, control: u64) -> (u64, u64) {
    let mut ends = 0;
    loop {
        let in_string = line_feed & inside;
        if in_string == 0 {
            return (inside, (control & inside) | ends);
        }
        let bit = in_string & in_string.wrapping_neg();
        ends |= bit;
        // The line feed and everything after it.
        inside ^= !(bit - 1);
    }
}

/// `unicode` marks the `u` of each `\u` escape in a string. Returns those without four hexadecimal digits after them, and
/// those of half a surrogate pair without the other half. `at` is the offset of bit 0.
#[inline(never)]
fn invalid_unicode_escapes(bytes: &[u8], at: usize, unicode: u64, second_half: &mut usize) -> u64 {
    let mut invalid = 0;
    let mut rest = unicode;
    while rest != 0 {
        let bit = rest & rest.wrapping_neg();
        let backslash = at + bit.trailing_zeros() as usize - 1;
        match string::unicode_escape(&bytes[backslash..]) {
            Some(string::UnicodeEscape::SurrogatePair) => *second_half = backslash + 6,
            Some(string::UnicodeEscape::Character) => {}
            // A second half is valid if the first half precedes it.
            Some(string::UnicodeEscape::Surrogate) if *second_half == backslash => {}
            _ => invalid |= bit,
        }
        rest &= rest - 1;
    }
    invalid
}

/// Appends the offset of the first `invalid` byte of each line; `at` is the offset of bit 0, `line_feed` marks the line ends.
#[cold]
#[inline(never)]
pub(super) fn push_suspects(suspects: &mut Vec<u32>, at: usize, invalid: u64, line_feed: u64) {
    let mut rest = invalid;
    while rest != 0 {
        let bit = rest & rest.wrapping_neg();
        suspects.push(narrow(at + bit.trailing_zeros() as usize));
        let ends = line_feed & !(bit - 1);
        // Continue after the end of the line, if it is here.
        rest &= if ends == 0 { 0 } else { !(ends ^ (ends - 1)) };
    }
}

/// Appends a run of bytes, or extends the last run if it is adjacent.
#[inline(always)]
fn push_run(runs: &mut Vec<Range<u32>>, run: Range<u32>) {
    match runs.last_mut() {
        Some(last) if last.end == run.start => last.end = run.end,
        _ => runs.push(run),
    }
}

impl Positions {
    /// Writes the tokens of a group, given masks of their first bytes and of those that are scalars; `at` is the offset of
    /// the group.
    #[inline(always)]
    fn write<I: Isa>(&mut self, isa: I, at: usize, group: &Group, tokens: &StepMasks, scalars: &StepMasks) {
        // Whole vectors are written past the tokens.
        self.reserve(GROUP_BYTES + STEP);
        let Self { offsets, kinds, tokens: count, .. } = self;
        let (Some(offsets), Some(kinds)) = (
            offsets[*count..].first_chunk_mut::<{ GROUP_BYTES + STEP }>(),
            kinds[*count..].first_chunk_mut::<{ GROUP_BYTES + STEP }>(),
        ) else {
            return;
        };
        let is_sparse = I::ONE_BY_ONE_LIMIT > 0
            && tokens.iter().map(|tokens| tokens.count_ones()).sum::<u32>() <= I::ONE_BY_ONE_LIMIT;
        let mut written = 0;
        for (step, bytes) in group.iter().enumerate() {
            // `written` is not more than the number of bytes, which the compiler cannot know.
            let slots = written.min(GROUP_BYTES)..;
            let (Some(offset_slots), Some(kind_slots)) =
                (offsets[slots.clone()].first_chunk_mut(), kinds[slots].first_chunk_mut())
            else {
                break;
            };
            let (token, at) = (tokens[step], narrow(at + step * STEP));
            if is_sparse {
                one_by_one::positions(token, at, offset_slots);
                one_by_one::kinds(bytes, token, (at, offset_slots), kind_slots);
            } else {
                let tokens = (token, scalars[step]);
                isa.tokens((bytes, isa.load(bytes)), tokens, at, offset_slots, kind_slots);
            }
            written += token.count_ones() as usize;
        }
        *count += written;
    }

    /// Reserves space for `more` more tokens.
    #[inline(always)]
    fn reserve(&mut self, more: usize) {
        if self.offsets.len() < self.tokens + more {
            self.grow(more);
        }
    }

    /// Ends a line: makes a line of the tokens after the last one.
    #[inline(always)]
    fn end_line(&mut self) {
        if self.lasts.len() == self.lines {
            self.grow_lines(1);
        }
        self.lasts[self.lines] = narrow(self.tokens - 1);
        self.lines += 1;
    }

    /// Makes a line of the tokens up to each line feed, from token `first` on.
    #[inline(always)]
    fn find_lines<I: Isa>(&mut self, isa: I, first: usize) {
        for at in (first..self.tokens).step_by(STEP) {
            // There is space for whole vectors after the tokens.
            let Some(kinds) = self.kinds[at..].first_chunk() else { return };
            let valid = u64::MAX >> STEP.saturating_sub(self.tokens - at);
            let ends = isa.equal(isa.load(kinds), END) & valid;
            if self.lasts.len() < self.lines + STEP {
                self.grow_lines(STEP);
            }
            let Some(slots) = self.lasts[self.lines..].first_chunk_mut() else { return };
            // Usually, one or two of 64 tokens end a line.
            if I::ONE_BY_ONE_LIMIT > 0 {
                one_by_one::positions(ends, narrow(at), slots);
            } else {
                isa.positions(ends, narrow(at), slots);
            }
            self.lines += ends.count_ones() as usize;
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) {
        let length = (self.tokens + more).max(2 * self.offsets.len());
        self.offsets.resize(length, 0);
        self.kinds.resize(length, 0);
    }

    #[cold]
    #[inline(never)]
    fn grow_lines(&mut self, more: usize) {
        let length = (self.lines + more).max(2 * self.lasts.len());
        self.lasts.resize(length, 0);
    }
}

/// Converts an offset or a number of tokens within one call.
#[expect(clippy::cast_possible_truncation, reason = "a call examines less than 4 GiB")]
pub(super) fn narrow(number: usize) -> u32 {
    number as u32
}
