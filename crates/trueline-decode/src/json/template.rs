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

use super::scan::Record;
use crate::proof::lanes::{Bytes, CHUNK_BYTES, Lanes, MaskedBytes, Pairs, SimdLevel, WORD};
use crate::proof::scalar::FindInvalidScalars;

/// The maximum number of tokens of a template.
const MOST_TOKENS: usize = 1024;
/// The maximum length of a key in bytes, including quotes.
const LONGEST_KEY: usize = 64;
/// The bit that distinguishes strings from scalars.
const STRING_BIT: u8 = STRING ^ SCALAR;
/// The kinds of strings or scalars alternating with commas, as many as are compared at a time.
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
    scalars: Vec<Spot>,
    /// For each column, the position of its value.
    pub(crate) columns: Vec<Option<Spot>>,
}

/// The tokens of a part.
#[derive(Clone, Debug)]
struct Part {
    /// Their kinds.
    chunks: Vec<MaskedBytes>,
    count: usize,
    /// What must match byte by byte: keys, including their quotes, and nulls.
    keys: Vec<Key>,
}

/// A token of a record, counted from the first one of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) part: usize,
    pub(crate) token: u32,
}

/// How a record fits a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    /// It has a different structure.
    None,
    /// It has scalars at the same positions, and nowhere else.
    Alike,
    /// It has scalars at other positions.
    Loose,
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
        block: &Record<'_>,
        tokens: Range<usize>,
        row: &[u32],
        nulls: &[u32],
    ) -> Option<Self> {
        let mut template = Self { parts: Vec::new(), scalars: Vec::new(), columns: Vec::new() };
        let mut spots = vec![None; tokens.len()];
        let (mut start, mut token) = (tokens.start, tokens.start);
        let mut keys = Vec::new();
        while token < tokens.end {
            let part = template.parts.len();
            let spot = Spot { part, token: u32::try_from(token - start).ok()? };
            spots[token - tokens.start] = Some(spot);
            match block.kinds[token] {
                STRING if block.kinds[token + 1] == b':' => {
                    add_key(&mut keys, block.bytes.get(block.range(token))?, spot.token)?;
                }
                SCALAR => template.scalars.push(spot),
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
        let spot = |token: &u32| match *token {
            0 => Some(None),
            token => spots[token as usize - tokens.start].map(Some),
        };
        for null in nulls {
            let Spot { part, token } = spots[*null as usize - tokens.start]?;
            add_key(&mut template.parts[part].keys, b"null", token)?;
        }
        template.columns = row.iter().map(spot).collect::<Option<_>>()?;
        let count: usize = template.parts.iter().map(|part| part.count).sum();
        (count <= MOST_TOKENS).then_some(template)
    }

    /// Returns the number of parts.
    pub(crate) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Whether a record of `count` tokens has the structure of the template, given the kinds of its tokens and of all later
    /// ones. If so, `bases` has the first token of each part, counted from the first of the record.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "must be compiled with the instructions of its lanes")]
    pub(crate) fn fits<L: Lanes>(&self, lanes: L, kinds: &[u8], count: usize, bases: &mut [u32]) -> Fit {
        let mut at = 0;
        let mut different = lanes.splat(0);
        for (number, (part, base)) in self.parts.iter().zip(bases).enumerate() {
            if number > 0 {
                let Some((length, has_scalars)) = items(&kinds[at..]) else { return Fit::None };
                at += length;
                different = lanes.or(different, lanes.splat(if has_scalars { STRING_BITS } else { 0 }));
            }
            if at + part.count > count {
                return Fit::None;
            }
            *base = narrow(at);
            for (skipped, chunk) in (0..).step_by(CHUNK_BYTES).zip(&part.chunks) {
                different = lanes.or(different, differences(lanes, kinds, at + skipped, chunk));
            }
            at += part.count;
        }
        if at != count || !is_nothing(lanes, lanes.and_not(different, lanes.splat(STRING_BITS))) {
            Fit::None
        } else if is_nothing(lanes, different) {
            Fit::Alike
        } else {
            Fit::Loose
        }
    }

    /// Whether a record has the keys of the template, given its first token and, counted from that, the first one of each
    /// part.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "must be compiled with the instructions of its lanes")]
    pub(crate) fn has_keys<L: Lanes>(
        &self,
        lanes: L,
        block: &Record<'_>,
        first: usize,
        bases: &[u32],
    ) -> bool {
        let Record { bytes, offsets, .. } = *block;
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
        is_nothing(lanes, different)
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
        for Spot { part, token } in &self.scalars {
            lanes.run(FindInvalidScalars { bytes, offsets, bases: &bases[*part], token: *token, unverified });
        }
    }
}

impl Part {
    fn new(kinds: &[u8], keys: Vec<Key>) -> Self {
        Self { chunks: MaskedBytes::all(kinds).collect(), count: kinds.len(), keys }
    }
}

/// Adds what must be at a token; `None` if it is unusual.
fn add_key(keys: &mut Vec<Key>, key: &[u8], token: u32) -> Option<()> {
    if key.len() > LONGEST_KEY || key.contains(&b'\\') {
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
fn is_nothing<L: Lanes>(lanes: L, differences: L::Words) -> bool {
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

/// The same for any number of items.
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
