//! Learns the shape of a record that was read.

use std::ops::Range;

use super::super::positions::{SCALAR, STRING};
use super::{Extent, MAX_SEGMENTS, Next, SEGMENT_BYTES, SEGMENT_TOKENS, Segment, Shape};

impl Shape {
    /// Derives the shape of a record from its bytes with the line feed, their offset and its tokens; `None` if the record is
    /// unusual.
    pub(super) fn learn(line: &[u8], start: usize, offsets: &[u32], kinds: &[u8]) -> Option<Self> {
        let extent = Extent { bytes: line.len(), tokens: offsets.len() };
        if line.first() != Some(&b'{') || !extent.has_text() {
            return None;
        }
        let has_cr = line.ends_with(b"\r\n");
        let mut shape =
            Self { segments: Vec::new(), has_cr, hits: 0, since_test: Extent::default(), disabled_for: 0 };
        // The end of the last value, the tokens since then, and the next token.
        let (mut from, mut gap, mut token) = (0, Vec::new(), 0);
        while token < offsets.len() {
            let (offset, kind) = (offsets[token] as usize - start, kinds[token]);
            let is_key = kind == STRING && kinds.get(token + 1) == Some(&b':');
            gap.push((offset, kind));
            token += 1;
            if matches!(kind, STRING | SCALAR) && !is_key {
                shape.add(line, from..offset, &gap, Next::Value)?;
                from = value_end(line, offset, kind)?;
                gap.clear();
            } else if kind == b'['
                && let Some(items) = flat_array_tokens(&kinds[token..])
            {
                shape.add(line, from..offset + 1, &gap, Next::Items)?;
                let array_offsets =
                    offsets[token..=token + items].iter().map(|offset| *offset as usize - start);
                from = flat_array_end(line, offset + 1, array_offsets)?;
                token += items;
                gap.clear();
            }
        }
        shape.add(line, from..line.len(), &gap, Next::End)?;
        Some(shape)
    }

    /// Adds the bytes between two values as one or more segments.
    fn add(&mut self, line: &[u8], range: Range<usize>, tokens: &[(usize, u8)], next: Next) -> Option<()> {
        let Range { start: mut at, end } = range;
        let mut tokens = tokens;
        loop {
            let is_last = end - at <= SEGMENT_BYTES && tokens.len() <= SEGMENT_TOKENS;
            let cut = if is_last {
                end
            } else {
                tokens.get(SEGMENT_TOKENS).map_or(end, |(offset, _)| *offset).min(at + SEGMENT_BYTES)
            };
            let count =
                if is_last { tokens.len() } else { tokens.partition_point(|(offset, _)| *offset < cut) };
            let next = if is_last { next } else { Next::Segment };
            self.segments.push(Segment::new(line.get(at..cut)?, at, &tokens[..count], next)?);
            if self.segments.len() > MAX_SEGMENTS {
                return None;
            }
            if is_last {
                return Some(());
            }
            (at, tokens) = (cut, &tokens[count..]);
        }
    }
}

impl Segment {
    /// Creates a segment from bytes, which are at offset `at` of their line, and their tokens; `None` if the bytes are
    /// unusual.
    fn new(bytes: &[u8], at: usize, tokens: &[(usize, u8)], next: Next) -> Option<Self> {
        // Only the end of the line may contain control bytes.
        let text = if next == Next::End { bytes.strip_suffix(b"\n")? } else { bytes };
        let text = if next == Next::End { text.strip_suffix(b"\r").unwrap_or(text) } else { text };
        if !text.iter().all(|byte| (b' '..0x7F).contains(byte) && *byte != b'\\') {
            return None;
        }
        let mut segment = Self {
            bytes: [0; SEGMENT_BYTES],
            mask: [0; SEGMENT_BYTES],
            length: bytes.len(),
            offsets: [0; SEGMENT_TOKENS],
            kinds: [0; SEGMENT_TOKENS],
            tokens: tokens.len(),
            next,
        };
        segment.bytes[..bytes.len()].copy_from_slice(bytes);
        segment.mask[..bytes.len()].fill(u8::MAX);
        let slots = segment.offsets.iter_mut().zip(&mut segment.kinds);
        for ((offset_slot, kind_slot), (offset, kind)) in slots.zip(tokens) {
            *offset_slot = u32::try_from(offset - at).ok()?;
            // A value may be a string or a scalar; most are strings.
            *kind_slot = if *kind == SCALAR { STRING } else { *kind };
        }
        Some(segment)
    }
}

/// Returns the end of a string or scalar, given its start in the line.
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

/// Returns the offset of the closing bracket of an array without nested arrays and objects, given the offsets of its tokens
/// after the opening bracket; `start` is the offset after that bracket. `None` if there is other white space than an
/// optional space after each comma.
fn flat_array_end(line: &[u8], start: usize, offsets: impl ExactSizeIterator<Item = usize>) -> Option<usize> {
    let is_blank = |offset: usize| matches!(line[offset], b' ' | b'\t');
    let last = offsets.len() - 1;
    let mut before = start;
    for (token, offset) in offsets.enumerate() {
        let is_item = token % 2 == 0 && token < last;
        let is_regular = match token {
            0 => offset == start,
            _ if is_item => offset == before + 1 || offset == before + 2 && line[before + 1] == b' ',
            _ => !is_blank(offset - 1),
        };
        if !is_regular {
            return None;
        }
        before = offset;
    }
    Some(before)
}

/// The number of tokens before the closing bracket of an array, if it only contains strings and scalars.
fn flat_array_tokens(kinds: &[u8]) -> Option<usize> {
    let end = kinds.iter().position(|kind| *kind == b']')?;
    let is_item = |(index, kind): (usize, &u8)| match index % 2 {
        0 => matches!(*kind, STRING | SCALAR),
        _ => *kind == b',',
    };
    let is_whole = end == 0 || end % 2 == 1;
    (is_whole && kinds[..end].iter().enumerate().all(is_item)).then_some(end)
}
