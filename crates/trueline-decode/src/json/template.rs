//! Templates: what records of one kind have in common, learned from the first of them.
//!
//! Most writers write the same keys in the same order each time. The kinds of a record's tokens determine its structure. A
//! record with the same kinds and the same keys at the same tokens as one that is known to be JSON is also JSON if its
//! scalars are valid, has its values at the same tokens, and has no duplicate keys. Spaces make no difference, and neither
//! does whether a value is a string or a scalar.
//!
//! An array of strings and scalars may have any number of items: a template is split into parts at such arrays, and the part
//! after an array begins where the array ends.
//!
//! If you change this: a template may only claim about a record what `walk` would claim. A record that does not fit goes
//! there by way of `scan`, so a miss is never wrong, only slow.

use std::ops::Range;

use trueline_tokenizer::json::{SCALAR, STRING};

use super::scan::BlockTokens;
use crate::proof::lanes::{Bytes, CHUNK_BYTES, Lanes, MaskedBytes, Pairs, SimdLevel, WORD};
use crate::proof::scalar::FindInvalidScalars;

/// The maximum number of tokens of a template.
const MAX_TOKENS: usize = 1024;
/// The maximum length of a key in bytes, including quotes.
const MAX_KEY_BYTES: usize = 64;
/// The bit that distinguishes strings from scalars.
const STRING_BIT: u8 = STRING ^ SCALAR;
/// The kinds of strings alternating with commas, as many as are compared at a time.
const ITEMS: [u8; 32] = {
    let mut items = [STRING; 32];
    let mut at = 1;
    while at < 32 {
        items[at] = b',' | STRING_BIT;
        at += 2;
    }
    items
};

/// The first items as a word, and the bits that turn scalars into strings.
const ITEMS_WORD: u64 = {
    let [a, b, c, d, e, f, g, h, ..] = ITEMS;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
};
const STRING_BITS: u64 = u64::from_le_bytes([STRING_BIT; WORD]);
/// These bits for the items only, without the commas between them.
const ITEM_BITS: u64 = u64::from_le_bytes([STRING_BIT, 0, STRING_BIT, 0, STRING_BIT, 0, STRING_BIT, 0]);

/// What records of one kind have in common.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// The tokens between arrays of any length.
    parts: Vec<Part>,
    /// The positions of scalars.
    scalars: Vec<TokenPosition>,
    /// For each column, the position of its value.
    pub(crate) columns: Vec<Option<TokenPosition>>,
}

/// The tokens of a part.
#[derive(Clone, Debug)]
struct Part {
    /// The kinds of the tokens.
    chunks: Vec<MaskedBytes>,
    count: usize,
    /// The bytes that must be equal: keys, including their quotes, and nulls.
    keys: Vec<Key>,
}

/// A token of a record, counted from the first one of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenPosition {
    pub(crate) part: usize,
    pub(crate) token: u32,
}

/// The result of comparing a record with a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TemplateMatch {
    /// It has a different structure.
    Different,
    /// It has the same structure, with scalars at the same positions and nowhere else.
    Same,
    /// It has the same structure, with scalars at other positions.
    ScalarsElsewhere,
}

/// A chunk of a key: `skipped` bytes after the start of a token, which is counted from the first one of its part.
#[derive(Clone, Debug)]
struct Key {
    token: u32,
    skipped: u32,
    chunk: MaskedBytes,
}

impl Template {
    /// Learns the template of a record, given its tokens, for each column the token of its value or 0, and the tokens of
    /// nulls that must be nulls; `None` if the record is unusual.
    pub(crate) fn learn(
        block: &BlockTokens<'_>,
        tokens: Range<usize>,
        row: &[u32],
        nulls: &[u32],
    ) -> Option<Self> {
        let mut template = Self { parts: Vec::new(), scalars: Vec::new(), columns: Vec::new() };
        let mut token_positions = vec![None; tokens.len()];
        let (mut start, mut token) = (tokens.start, tokens.start);
        let mut keys = Vec::new();
        while token < tokens.end {
            let part = template.parts.len();
            let position = TokenPosition { part, token: u32::try_from(token - start).ok()? };
            token_positions[token - tokens.start] = Some(position);
            match block.kinds[token] {
                STRING if block.kinds[token + 1] == b':' => {
                    add_key(&mut keys, block.bytes.get(block.range(token))?, position.token)?;
                }
                SCALAR => template.scalars.push(position),
                _ => {}
            }
            token += 1;
            let items =
                if block.kinds[token - 1] == b'[' { items(&block.kinds[token..tokens.end]) } else { None };
            if items.is_some() || token == tokens.end {
                template.parts.push(Part::new(&block.kinds[start..token], std::mem::take(&mut keys)));
                token += items.map_or(0, |(length, _)| length);
                start = token;
            }
        }
        let position = |token: &u32| match *token {
            0 => Some(None),
            token => token_positions[token as usize - tokens.start].map(Some),
        };
        for null in nulls {
            let TokenPosition { part, token } = token_positions[*null as usize - tokens.start]?;
            add_key(&mut template.parts[part].keys, b"null", token)?;
        }
        template.columns = row.iter().map(position).collect::<Option<_>>()?;
        let count: usize = template.parts.iter().map(|part| part.count).sum();
        (count <= MAX_TOKENS).then_some(template)
    }

    /// Returns the number of parts.
    pub(crate) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Compares the structure of a record of `count` tokens with the template, given the kinds of its tokens and of all later
    /// ones. If it is the same, `bases` has the first token of each part, counted from the first of the record.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "must be compiled with the instructions of its lanes")]
    pub(crate) fn match_tokens<L: Lanes>(
        &self,
        lanes: L,
        kinds: &[u8],
        count: usize,
        bases: &mut [u32],
    ) -> TemplateMatch {
        let mut at = 0;
        let mut different = lanes.splat(0);
        for (number, (part, base)) in self.parts.iter().zip(bases).enumerate() {
            if number > 0 {
                let Some((length, has_scalars)) = items(&kinds[at..]) else {
                    return TemplateMatch::Different;
                };
                at += length;
                different = lanes.or(different, lanes.splat(if has_scalars { STRING_BITS } else { 0 }));
            }
            if at + part.count > count {
                return TemplateMatch::Different;
            }
            *base = narrow(at);
            for (skipped, chunk) in (0..).step_by(CHUNK_BYTES).zip(&part.chunks) {
                different = lanes.or(different, differences(lanes, kinds, at + skipped, chunk));
            }
            at += part.count;
        }
        if at != count || !is_zero(lanes, lanes.and_not(different, lanes.splat(STRING_BITS))) {
            TemplateMatch::Different
        } else if is_zero(lanes, different) {
            TemplateMatch::Same
        } else {
            TemplateMatch::ScalarsElsewhere
        }
    }

    /// Whether a record has the keys of the template, given its first token and, counted from that, the first one of each
    /// part.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "must be compiled with the instructions of its lanes")]
    pub(crate) fn has_keys<L: Lanes>(
        &self,
        lanes: L,
        block: &BlockTokens<'_>,
        first: usize,
        bases: &[u32],
    ) -> bool {
        let BlockTokens { bytes, offsets, .. } = *block;
        let mut different = lanes.splat(0);
        for (part, base) in self.parts.iter().zip(bases) {
            let offsets = offsets.get(first + *base as usize..).unwrap_or_default();
            for Key { token, skipped, chunk } in &part.keys {
                let Some(offset) = offsets.get(*token as usize) else { return false };
                let place = *offset as usize + *skipped as usize;
                // There are enough bytes after every record that is compared with a template.
                let Some(bytes) = bytes.get(place..place + CHUNK_BYTES).and_then(<[u8]>::first_chunk) else {
                    return false;
                };
                different = lanes.or(different, lanes.differences(bytes, chunk));
            }
        }
        is_zero(lanes, different)
    }

    /// Sets a bit in `unverified` for each row in which a scalar of the template is not, or may not be, a valid scalar. For
    /// each part, `bases` has its first token in each row, in whole words of rows.
    pub(crate) fn check_scalars(
        &self,
        lanes: SimdLevel,
        bytes: Bytes<'_>,
        offsets: Pairs<'_>,
        bases: &[Vec<u32>],
        unverified: &mut [u64],
    ) {
        for TokenPosition { part, token } in &self.scalars {
            lanes.run(FindInvalidScalars { bytes, offsets, bases: &bases[*part], token: *token, unverified });
        }
    }
}

impl Part {
    fn new(kinds: &[u8], keys: Vec<Key>) -> Self {
        Self { chunks: MaskedBytes::all(kinds).collect(), count: kinds.len(), keys }
    }
}

/// Adds bytes that must be at a token; `None` if they are too long or have an escape.
fn add_key(keys: &mut Vec<Key>, key: &[u8], token: u32) -> Option<()> {
    if key.len() > MAX_KEY_BYTES || key.contains(&b'\\') {
        return None;
    }
    let chunks = (0..).step_by(CHUNK_BYTES).zip(MaskedBytes::all(key));
    keys.extend(chunks.map(|(skipped, chunk)| Key { token, skipped, chunk }));
    Some(())
}

/// The differences of a chunk from the bytes at `at`; bytes past the end are zero.
#[inline(always)]
#[allow(clippy::inline_always, reason = "must be compiled with the instructions of its lanes")]
fn differences<L: Lanes>(lanes: L, bytes: &[u8], at: usize, chunk: &MaskedBytes) -> L::Words {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(bytes) => lanes.differences(bytes, chunk),
        None => lanes.differences(&padded(bytes, at), chunk),
    }
}

#[cold]
fn padded(bytes: &[u8], at: usize) -> [u8; CHUNK_BYTES] {
    let mut padded = [0; CHUNK_BYTES];
    let rest = bytes.get(at..).unwrap_or_default();
    padded[..rest.len()].copy_from_slice(rest);
    padded
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "must be compiled with the instructions of its lanes")]
fn is_zero<L: Lanes>(lanes: L, differences: L::Words) -> bool {
    lanes.bits(lanes.mask_not(lanes.is_zero(differences))) == 0
}

/// The number of tokens up to the end of an array, if it only contains strings and scalars, and whether there are scalars.
#[inline]
fn items(kinds: &[u8]) -> Option<(usize, bool)> {
    let Some(first) = kinds.first_chunk() else { return many_items(kinds) };
    let word = u64::from_le_bytes(*first);
    let other = (word | STRING_BITS) ^ ITEMS_WORD;
    if other == 0 {
        return many_items(kinds);
    }
    let end = other.trailing_zeros() / 8;
    let before = (1 << (8 * end)) - 1;
    let has_scalars = !word & ITEM_BITS & before != 0;
    let end = end as usize;
    is_end(kinds, end).then_some((end, has_scalars))
}

/// Does the same as [`items`], for any number of items.
fn many_items(kinds: &[u8]) -> Option<(usize, bool)> {
    let mut at = 0;
    let mut has_scalars = false;
    loop {
        let rest = &kinds[at..];
        let count = rest.len().min(ITEMS.len());
        let same = rest.iter().zip(ITEMS).position(|(kind, item)| kind | STRING_BIT != item).unwrap_or(count);
        has_scalars |= rest[..same].contains(&SCALAR);
        let end = at + same;
        if same < count {
            return is_end(kinds, end).then_some((end, has_scalars));
        }
        if count < ITEMS.len() {
            return None;
        }
        at = end;
    }
}

/// Whether an array ends at a token: a comma must be followed by another item.
fn is_end(kinds: &[u8], token: usize) -> bool {
    kinds[token] == b']' && (token == 0 || token % 2 == 1)
}

#[expect(clippy::cast_possible_truncation, reason = "there are fewer tokens than bytes in a block")]
fn narrow(token: usize) -> u32 {
    token as u32
}
