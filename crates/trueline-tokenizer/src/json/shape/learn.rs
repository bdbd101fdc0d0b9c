//! Learns the shape of a record that was read.

use std::ops::Range;

use super::super::positions::{SCALAR, STRING};
use super::{Extent, MOST_PIECES, PIECE_BYTES, PIECE_TOKENS, Piece, Shape, Then};

impl Shape {
    /// Learns the shape of a record, given its bytes with the line feed, their offset and its tokens; `None` if the record
    /// is unusual.
    pub(super) fn learn(line: &[u8], start: usize, offsets: &[u32], kinds: &[u8]) -> Option<Self> {
        let extent = Extent { bytes: line.len(), tokens: offsets.len() };
        if line.first() != Some(&b'{') || !extent.has_text() {
            return None;
        }
        let has_cr = line.ends_with(b"\r\n");
        let mut shape = Self { pieces: Vec::new(), has_cr, hits: 0, trial: Extent::default(), sleeps: 0 };
        // The tokens of the bytes since the last value.
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
}

impl Piece {
    /// Creates a piece from bytes at offset `at` of their line and their tokens; `None` if the bytes are unusual.
    fn new(own: &[u8], at: usize, tokens: &[(usize, u8)], then: Then) -> Option<Self> {
        // Only the end of the line may contain control bytes.
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
            // A value may be a string or a scalar; most are strings.
            *kind = if *own == SCALAR { STRING } else { *own };
        }
        Some(piece)
    }
}

/// Returns the end of a value of a line.
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

/// Returns the end of an array whose first item, or end, is expected at `start`, given the offsets of its tokens; `None` if
/// the items are separated by anything but commas, each with an optional space after it.
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

/// The number of tokens up to the end of an array, if it only contains strings and scalars.
fn items(kinds: &[u8]) -> Option<usize> {
    let end = kinds.iter().position(|kind| *kind == b']')?;
    let is_item = |(index, kind): (usize, &u8)| match index % 2 {
        0 => matches!(*kind, STRING | SCALAR),
        _ => *kind == b',',
    };
    let is_whole = end == 0 || end % 2 == 1;
    (is_whole && kinds[..end].iter().enumerate().all(is_item)).then_some(end)
}
