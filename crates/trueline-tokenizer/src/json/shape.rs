//! Shapes: what records of one make have besides their values, byte by byte.
//!
//! A program that writes records puts the same bytes between the values each time: braces, keys, commas, spaces. A record that has
//! the bytes of one before it there, and strings or scalars in between, has its tokens as well, each as far behind the bytes it
//! belongs to. So nothing is to be found in it but where its values end; its tokens are copied. An array of strings and scalars may have
//! any number of them.
//!
//! `trueline-decode` knows two relatives: a template is held against tokens that were found, and says where columns are; a layout is for one record
//! by itself, and notes no tokens.
//!
//! Why so: in records with much text most bytes are those of strings, and to look for the end of a string takes a fraction of what it
//! takes to tell what each of its bytes is. Where values are short that is no gain, since each has to wait for the one before; so only records
//! with text are learnt. Bench: `examples/json_rate.rs`, "long text".
//!
//! If you change this: a shape may only say of a record what `steps` would say. What is out of the ordinary (a bad escape, a control byte)
//! fits none, so to miss is never wrong, only slow.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

use std::ops::Range;

use super::positions::{SCALAR, STRING};
use super::steps::narrow;
use super::string;
use crate::kernel::{Isa, STEP};

/// Records with fewer bytes to a token are not learnt.
const LEAST_BYTES: usize = 10;
/// How many bytes between two values are compared at a time.
const PIECE_BYTES: usize = 32;
/// How many tokens of them are copied at a time.
const PIECE_TOKENS: usize = 8;
/// The most pieces of a shape.
const MOST_PIECES: usize = 256;
/// Room is made for so many items of arrays in a record. One that has more may fit no shape.
const MOST_ITEMS: usize = 64;
/// The most shapes that are known at a time.
const MOST_SHAPES: usize = 4;
/// When so many are known, so many stretches of records that have none of them are let go by before one makes room for another.
const PATIENCE: u32 = 64;

/// The shapes that were seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Shapes {
    /// Those that records have most go first.
    known: Vec<Shape>,
    misses: u32,
}

/// What records of one make have besides their values.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pieces: Vec<Piece>,
    /// Whether its lines end in CRLF.
    pub(super) has_cr: bool,
    hits: u32,
}

/// Bytes between values with their tokens, and what comes behind them.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    bytes: [u8; PIECE_BYTES],
    /// All ones where `bytes` count.
    mask: [u8; PIECE_BYTES],
    length: usize,
    /// Where the tokens stand, from the first byte on; that of the value behind is the last of them.
    offsets: [u32; PIECE_TOKENS],
    kinds: [u8; PIECE_TOKENS],
    tokens: usize,
    then: Then,
}

/// What comes behind a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// A string or a scalar.
    Value,
    /// Any number of these with commas between them.
    Items,
    /// The next piece.
    More,
    /// Nothing: the line ends with it.
    End,
}

/// Room for tokens.
pub(super) struct Slots<'a> {
    pub(super) offsets: &'a mut [u32],
    pub(super) kinds: &'a mut [u8],
}

/// A record that has a shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shaped {
    /// Where the next line begins.
    pub(super) end: usize,
    /// How many tokens were written.
    pub(super) tokens: usize,
    /// Whether there may be bytes that are not ASCII.
    pub(super) has_high: bool,
    pub(super) has_backslash: bool,
}

/// What was seen in values.
struct Seen<I: Isa> {
    /// The bytes of all of them, and some besides.
    bytes: I::Block,
    has_backslash: bool,
}

impl Shapes {
    /// The room that the tokens of one record may take.
    pub(super) fn most_tokens(&self) -> usize {
        let most = self.known.iter().map(|shape| shape.pieces.len()).max().unwrap_or(0);
        (most + 1) * PIECE_TOKENS + 2 * MOST_ITEMS
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The first known shape that the record at `at` has; writes down its tokens.
    #[inline(always)]
    pub(super) fn fit<I: Isa>(
        &mut self,
        isa: I,
        bytes: &[u8],
        at: usize,
        slots: &mut Slots<'_>,
    ) -> Option<(Shaped, &Shape)> {
        for number in 0..self.known.len() {
            if let Some(shaped) = self.known[number].fit(isa, bytes, at, slots) {
                self.known[number].hits = self.known[number].hits.saturating_add(1);
                let hits = |number: usize| self.known[number].hits;
                let number = match number.checked_sub(1).filter(|before| hits(*before) < hits(number)) {
                    Some(before) => {
                        self.known.swap(before, number);
                        before
                    }
                    None => number,
                };
                return Some((shaped, &self.known[number]));
            }
        }
        None
    }

    /// Learns the shape of a record that fitted none, given its bytes with the line feed, where they stand, and its tokens. It may be known all the
    /// same, where only a value is out of the ordinary.
    pub(super) fn learn(&mut self, line: &[u8], start: usize, offsets: &[u32], kinds: &[u8]) {
        if self.known.len() == MOST_SHAPES {
            self.misses += 1;
            if self.misses < PATIENCE {
                return;
            }
        }
        self.misses = 0;
        let Some(shape) = Shape::learn(line, start, offsets, kinds) else { return };
        if self.known.iter().any(|known| known.pieces == shape.pieces) {
            return;
        }
        if self.known.len() == MOST_SHAPES {
            self.known.pop();
            self.known.iter_mut().for_each(|shape| shape.hits /= 2);
        }
        self.known.push(shape);
    }
}

impl Shape {
    /// The shape of a record, given its bytes with the line feed, where they stand and its tokens; `None` where it is out of the ordinary.
    fn learn(line: &[u8], start: usize, offsets: &[u32], kinds: &[u8]) -> Option<Self> {
        if line.first() != Some(&b'{') || line.len() < LEAST_BYTES * offsets.len() {
            return None;
        }
        let mut shape = Self { pieces: Vec::new(), has_cr: line.ends_with(b"\r\n"), hits: 0 };
        // Those of the bytes since the last value.
        let (mut from, mut gap, mut token) = (0, Vec::new(), 0);
        while token < offsets.len() {
            let (place, kind) = (offsets[token] as usize - start, kinds[token]);
            let is_key = kind == STRING && kinds.get(token + 1) == Some(&b':');
            gap.push((place, kind));
            token += 1;
            if matches!(kind, STRING | SCALAR) && !is_key {
                shape.add(line, from..place, &gap, Then::Value)?;
                from = value_end(line, place, kind)?;
                gap.clear();
            } else if kind == b'['
                && let Some(items) = items(&kinds[token..])
            {
                shape.add(line, from..place + 1, &gap, Then::Items)?;
                let places = offsets[token..=token + items].iter().map(|offset| *offset as usize - start);
                from = usual_end(line, place + 1, places)?;
                token += items;
                gap.clear();
            }
        }
        shape.add(line, from..line.len(), &gap, Then::End)?;
        Some(shape)
    }

    /// Adds the bytes between two values.
    fn add(&mut self, line: &[u8], range: Range<usize>, tokens: &[(usize, u8)], then: Then) -> Option<()> {
        let Range { start: mut at, end } = range;
        let mut tokens = tokens;
        loop {
            let is_last = end - at <= PIECE_BYTES && tokens.len() <= PIECE_TOKENS;
            let cut = if is_last {
                end
            } else {
                tokens.get(PIECE_TOKENS).map_or(end, |(place, _)| *place).min(at + PIECE_BYTES)
            };
            let own = if is_last { tokens.len() } else { tokens.partition_point(|(place, _)| *place < cut) };
            let then = if is_last { then } else { Then::More };
            self.pieces.push(Piece::new(line.get(at..cut)?, at, &tokens[..own], then)?);
            if self.pieces.len() > MOST_PIECES {
                return None;
            }
            if is_last {
                return Some(());
            }
            (at, tokens) = (cut, &tokens[own..]);
        }
    }

    /// Whether the record at `at` has this shape; writes down its tokens.
    #[inline(always)]
    fn fit<I: Isa>(&self, isa: I, bytes: &[u8], at: usize, slots: &mut Slots<'_>) -> Option<Shaped> {
        let mut at = at;
        let mut written = 0;
        let mut different = [0; PIECE_BYTES];
        let mut seen = Seen::<I> { bytes: isa.load(&[0; STEP]), has_backslash: false };
        for (number, piece) in self.pieces.iter().enumerate() {
            let there: &[u8; PIECE_BYTES] = bytes.get(at..)?.first_chunk()?;
            for (different, ((byte, own), mask)) in
                different.iter_mut().zip(there.iter().zip(&piece.bytes).zip(&piece.mask))
            {
                *different |= (byte ^ own) & mask;
            }
            let base = narrow(at);
            let offsets = piece.offsets.map(|offset| base.wrapping_add(offset));
            *slots.offsets.get_mut(written..)?.first_chunk_mut()? = offsets;
            *slots.kinds.get_mut(written..)?.first_chunk_mut()? = piece.kinds;
            written += piece.tokens;
            at += piece.length;
            // Most records of another make begin otherwise.
            if number == 0 && different != [0; PIECE_BYTES] {
                return None;
            }
            match piece.then {
                Then::Value => {
                    let (end, kind) = read_value(isa, bytes, at, &mut seen)?;
                    if kind == SCALAR {
                        *slots.kinds.get_mut(written - 1)? = SCALAR;
                    }
                    at = end;
                }
                Then::Items => at = read_items(isa, bytes, at, slots, &mut written, &mut seen)?,
                Then::More | Then::End => {}
            }
        }
        let (has_high, has_backslash) = (isa.high(seen.bytes) != 0, seen.has_backslash);
        let shaped = Shaped { end: at, tokens: written, has_high, has_backslash };
        (different == [0; PIECE_BYTES]).then_some(shaped)
    }
}

impl Piece {
    /// Bytes that stand at `at` of their line, and their tokens; `None` where something in them is out of the ordinary.
    fn new(own: &[u8], at: usize, tokens: &[(usize, u8)], then: Then) -> Option<Self> {
        // Only the end of the line may have control bytes.
        let text = if then == Then::End { own.strip_suffix(b"\n")? } else { own };
        let text = if then == Then::End { text.strip_suffix(b"\r").unwrap_or(text) } else { text };
        if !text.iter().all(|byte| (b' '..0x7F).contains(byte) && *byte != b'\\') {
            return None;
        }
        let mut piece = Self {
            bytes: [0; PIECE_BYTES],
            mask: [0; PIECE_BYTES],
            length: own.len(),
            offsets: [0; PIECE_TOKENS],
            kinds: [0; PIECE_TOKENS],
            tokens: tokens.len(),
            then,
        };
        piece.bytes[..own.len()].copy_from_slice(own);
        piece.mask[..own.len()].fill(u8::MAX);
        for ((offset, kind), (place, own)) in piece.offsets.iter_mut().zip(&mut piece.kinds).zip(tokens) {
            *offset = u32::try_from(place - at).ok()?;
            // A value may be either; most are strings.
            *kind = if *own == SCALAR { STRING } else { *own };
        }
        Some(piece)
    }
}

/// Where a value of a line ends.
fn value_end(line: &[u8], start: usize, kind: u8) -> Option<usize> {
    let mut at = start + 1;
    if kind == STRING {
        while *line.get(at)? != b'"' {
            at += if line[at] == b'\\' { 2 } else { 1 };
        }
        return Some(at + 1);
    }
    while !b"{}[]:,\" \t\r\n\\".contains(line.get(at)?) {
        at += 1;
    }
    Some(at)
}

/// Where an array ends whose first item, or end, is to stand at `start`, given the places of its tokens; `None` where anything but commas, each with
/// a space behind it or none, stands between the items.
fn usual_end(line: &[u8], start: usize, places: impl ExactSizeIterator<Item = usize>) -> Option<usize> {
    let is_blank = |place: usize| matches!(line[place], b' ' | b'\t');
    let last = places.len() - 1;
    let mut before = start;
    for (token, place) in places.enumerate() {
        let is_item = token % 2 == 0 && token < last;
        let is_usual = match token {
            0 => place == start,
            _ if is_item => place == before + 1 || place == before + 2 && line[before + 1] == b' ',
            _ => !is_blank(place - 1),
        };
        if !is_usual {
            return None;
        }
        before = place;
    }
    Some(before)
}

/// How many tokens there are up to the end of an array, if it holds nothing but strings and scalars.
fn items(kinds: &[u8]) -> Option<usize> {
    let end = kinds.iter().position(|kind| *kind == b']')?;
    let is_item = |(index, kind): (usize, &u8)| match index % 2 {
        0 => matches!(*kind, STRING | SCALAR),
        _ => *kind == b',',
    };
    let is_whole = end == 0 || end % 2 == 1;
    (is_whole && kinds[..end].iter().enumerate().all(is_item)).then_some(end)
}

/// Reads the string or scalar at `at`: where it ends, and its kind.
#[inline(always)]
fn read_value<I: Isa>(isa: I, bytes: &[u8], at: usize, seen: &mut Seen<I>) -> Option<(usize, u8)> {
    if bytes.get(at) == Some(&b'"') {
        return Some((read_string(isa, bytes, at + 1, seen)?, STRING));
    }
    let block = isa.load(bytes.get(at..)?.first_chunk()?);
    seen.bytes = isa.or(seen.bytes, block);
    let quotes = isa.either(isa.compare(block, b'"'), isa.compare(block, b'\\'));
    let ends = isa.mask(isa.either(quotes, isa.either(isa.structurals(block), isa.whites(block))));
    (ends & 1 == 0 && ends != 0).then_some((at + ends.trailing_zeros() as usize, SCALAR))
}

/// Where a string ends, given the place behind its first quote.
#[inline(always)]
fn read_string<I: Isa>(isa: I, bytes: &[u8], at: usize, seen: &mut Seen<I>) -> Option<usize> {
    let mut at = at;
    loop {
        let block = isa.load(bytes.get(at..)?.first_chunk()?);
        seen.bytes = isa.or(seen.bytes, block);
        let marks = isa.either(isa.compare(block, b'"'), isa.compare(block, b'\\'));
        let ends = isa.either(marks, isa.either(isa.controls(block), isa.compare(block, b'\n')));
        let mut ends = isa.mask(ends);
        let mut next = STEP;
        while ends != 0 {
            let place = ends.trailing_zeros() as usize;
            match bytes.get(at + place)? {
                b'"' => return Some(at + place + 1),
                b'\\' => seen.has_backslash = true,
                _ => return None,
            }
            let behind = place + escape_length(&bytes[at + place..])?;
            ends &= u64::MAX.checked_shl(narrow(behind)).unwrap_or(0);
            next = next.max(behind);
        }
        at += next;
    }
}

/// How many bytes the escape at the front has, if it is one.
#[inline(always)]
fn escape_length(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => match string::unicode_escape(bytes)? {
            string::Unicode::Character => Some(6),
            string::Unicode::Pair => Some(12),
            string::Unicode::Half => None,
        },
        _ => None,
    }
}

/// Reads the items of an array up to its end, each behind a comma and a space or none.
#[inline(always)]
fn read_items<I: Isa>(
    isa: I,
    bytes: &[u8],
    at: usize,
    slots: &mut Slots<'_>,
    written: &mut usize,
    seen: &mut Seen<I>,
) -> Option<usize> {
    let mut at = at;
    if bytes.get(at) == Some(&b']') {
        return Some(at);
    }
    let mut note = |place: usize, kind: u8| {
        *slots.offsets.get_mut(*written)? = narrow(place);
        *slots.kinds.get_mut(*written)? = kind;
        *written += 1;
        Some(())
    };
    loop {
        let (end, kind) = read_value(isa, bytes, at, seen)?;
        note(at, kind)?;
        match bytes.get(end)? {
            b']' => return Some(end),
            b',' => note(end, b',')?,
            _ => return None,
        }
        at = end + 1 + usize::from(bytes.get(end + 1) == Some(&b' '));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Indexer, Positions};
    use crate::kernel::{Kernel, Task};

    struct Fit<'a> {
        shapes: &'a mut Shapes,
        bytes: &'a [u8],
    }

    impl Task for Fit<'_> {
        type Output = Option<usize>;

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> Option<usize> {
            let (mut offsets, mut kinds) = ([0; 256], [0; 256]);
            let mut slots = Slots { offsets: &mut offsets, kinds: &mut kinds };
            self.shapes.fit(isa, self.bytes, 0, &mut slots).map(|(shaped, _)| shaped.end)
        }
    }

    fn learn(line: &str) -> Shapes {
        let (mut positions, mut shapes) = (Positions::new(), Shapes::default());
        Indexer::new().index(line.as_bytes(), true, &mut positions);
        shapes.learn(line.as_bytes(), 0, positions.offsets(), positions.kinds());
        shapes
    }

    /// The short way must be gone, or the tests would compare the other one with itself.
    #[test]
    fn records_of_one_make_have_a_shape() {
        let long = "words of a text ".repeat(20);
        let mut shapes = learn(&format!("{{\"id\": 1, \"tags\": [\"a\"], \"text\": \"{long}\"}}\n"));
        for (record, fits) in [
            (format!("{{\"id\": 25, \"tags\": [], \"text\": \"{long}{long}\"}}\n"), true),
            ("{\"id\": \"a\", \"tags\": [1, null, \"\"], \"text\": \"\\n\\\"\\u00e9\"}\n".to_owned(), true),
            ("{\"id\": true, \"tags\": [\"\"], \"text\": null}\n".to_owned(), true),
            ("{\"id\": 1, \"tags\": [], \"text\":\"\"}\n".to_owned(), false),
            ("{\"id\": 1, \"tags\": [], \"text\": \"\\x\"}\n".to_owned(), false),
            ("{\"id\": 1, \"tags\": [], \"text\": \"\t\"}\n".to_owned(), false),
            ("{\"id\": 1, \"tags\": [1,], \"text\": \"\"}\n".to_owned(), false),
            ("{\"id\": 1, \"tags\": [], \"text\": \"\"}\r\n".to_owned(), false),
            ("{\"id\": {}, \"tags\": [], \"text\": \"\"}\n".to_owned(), false),
            ("{\"id\": 1, \"tags\": [], \"text\": \"\"\n".to_owned(), false),
        ] {
            // A record is not read from the very end of the bytes.
            let bytes = [record.as_bytes(), &[b'\n'; 2 * STEP]].concat();
            for kernel in Kernel::available() {
                let end = kernel.run(Fit { shapes: &mut shapes, bytes: &bytes });
                assert_eq!(end, fits.then_some(record.len()), "{kernel}, {record}");
            }
        }
    }

    #[test]
    fn records_with_short_values_have_none() {
        assert!(learn("{\"id\":1,\"name\":\"Ada\",\"tags\":[\"a\",\"b\"]}\n").is_empty());
    }
}
