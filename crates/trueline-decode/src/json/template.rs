//! Templates: what records of one make have in common, learned from the first of them.
//!
//! Most writers write the same keys in the same order each time. Of a record that has been found to be JSON, the kinds of its tokens tell all of
//! its structure; a record with the same kinds and the same keys at the same tokens as one known before has its values at the same
//! tokens too, and no key twice. Spaces make no difference, and neither does whether a value is a string or a scalar.
//!
//! An array of strings and scalars may have any number of them: a template is cut into parts at such arrays, and what stands
//! behind one begins where it ends.
//!
//! If you change this: a template may only say of a record what `walk` would say. What does not fit goes there by way of `scan`, so to
//! miss is never wrong, only slow.

use std::ops::Range;

use trueline_tokenizer::json::{SCALAR, STRING};

use super::scan::Record;
use crate::proof::cell::ROWS;
use crate::proof::lanes::{Bytes, Choice, Lanes, Pairs, Task, WORD};

/// The most tokens of a template.
const MOST_TOKENS: usize = 1024;
/// The longest key, in bytes, quotes included.
const LONGEST_KEY: usize = 64;
/// The bit in which strings and scalars differ.
const STRING_BIT: u8 = STRING ^ SCALAR;
/// The kinds of strings and scalars in turn with commas, as many as are compared at a time.
const ITEMS: [u8; 32] = {
    let mut items = [STRING; 32];
    let mut at = 1;
    while at < 32 {
        items[at] = b',' | STRING_BIT;
        at += 2;
    }
    items
};

/// What records of one make have in common.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// What stands between arrays of any length, all of them behind one another; strings and scalars look alike.
    kinds: Vec<u8>,
    /// The tokens of each part.
    parts: Vec<Range<usize>>,
    /// What must be there, byte by byte.
    keys: Vec<Key>,
    /// For each column where its value is.
    pub(crate) columns: Vec<Option<Spot>>,
}

/// A token of a record: so many behind the first one of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) part: usize,
    pub(crate) token: u32,
}

/// A key, its quotes included, or a null: words, and which bits of them count.
#[derive(Clone, Debug)]
struct Key {
    spot: Spot,
    words: Vec<(u64, u64)>,
}

impl Template {
    /// The template of a record, given its tokens, for each column the token of its value or 0, and the tokens of nulls that must be
    /// nulls; `None` where it is out of the ordinary.
    pub(crate) fn learn(
        block: &Record<'_>,
        tokens: Range<usize>,
        row: &[u32],
        nulls: &[u32],
    ) -> Option<Self> {
        let mut template =
            Self { kinds: Vec::new(), parts: Vec::new(), keys: Vec::new(), columns: Vec::new() };
        let mut spots = vec![None; tokens.len()];
        let (mut start, mut token) = (tokens.start, tokens.start);
        while token < tokens.end {
            let part = template.parts.len();
            let spot = Spot { part, token: u32::try_from(token - start).ok()? };
            spots[token - tokens.start] = Some(spot);
            if block.kinds[token] == STRING && block.kinds[token + 1] == b':' {
                template.keys.push(Key::new(block.bytes.get(block.range(token))?, spot)?);
            }
            token += 1;
            let length =
                if block.kinds[token - 1] == b'[' { items(&block.kinds[token..tokens.end]) } else { None };
            if length.is_some() || token == tokens.end {
                template.push(&block.kinds[start..token]);
                token += length.unwrap_or(0);
                start = token;
            }
        }
        let spot = |token: &u32| match *token {
            0 => Some(None),
            token => spots[token as usize - tokens.start].map(Some),
        };
        for null in nulls {
            let spot = spots[*null as usize - tokens.start]?;
            template.keys.push(Key::new(b"null", spot)?);
        }
        template.columns = row.iter().map(spot).collect::<Option<_>>()?;
        (template.kinds.len() <= MOST_TOKENS).then_some(template)
    }

    fn push(&mut self, kinds: &[u8]) {
        let from = self.kinds.len();
        self.kinds.extend(kinds.iter().map(|kind| kind | STRING_BIT));
        self.parts.push(from..self.kinds.len());
    }

    /// How many parts there are.
    pub(crate) fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Whether a record has the structure of the template, given the kinds of its tokens; then `bases` has the first token of each part,
    /// counted from the first of the record.
    #[inline]
    pub(crate) fn fits(&self, kinds: &[u8], bases: &mut [u32]) -> bool {
        let mut at = 0;
        for (part, (range, base)) in self.parts.iter().zip(bases).enumerate() {
            let own = &self.kinds[range.clone()];
            let Some(theirs) = kinds.get(at..at + own.len()) else { return false };
            if !alike(own, theirs) {
                return false;
            }
            *base = narrow(at);
            at += own.len();
            if part + 1 < self.parts.len() {
                let Some(length) = items(&kinds[at..]) else { return false };
                at += length;
            }
        }
        at == kinds.len()
    }

    /// Which rows have the keys of the template. For each part `bases` has its first token in each row, in whole words of rows; `bytes`
    /// go on behind the last key. Leaves a bit in `differs` for each row that has others.
    pub(crate) fn compare_keys(
        &self,
        lanes: Choice,
        bytes: Bytes<'_>,
        offsets: Pairs<'_>,
        bases: &[Vec<u32>],
        differs: &mut Vec<u64>,
    ) {
        differs.clear();
        differs.resize(bases.first().map_or(0, |rows| rows.len() / ROWS), 0);
        lanes.run(CompareKeys { keys: &self.keys, bytes, offsets, bases, differs });
    }
}

impl Key {
    fn new(key: &[u8], spot: Spot) -> Option<Self> {
        if key.len() > LONGEST_KEY || key.contains(&b'\\') {
            return None;
        }
        let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let words = key.chunks(WORD).map(|bytes| (word(bytes), u64::MAX >> (8 * (WORD - bytes.len()))));
        Some(Self { spot, words: words.collect() })
    }
}

/// Whether kinds are those of a part, where strings and scalars look alike.
#[inline]
fn alike(own: &[u8], theirs: &[u8]) -> bool {
    let (chunks, rest) = own.as_chunks::<32>();
    let (their_chunks, their_rest) = theirs.as_chunks::<32>();
    let mut differs = 0;
    for (one, other) in chunks.iter().zip(their_chunks) {
        differs |=
            one.iter().zip(other).fold(0, |differs, (one, other)| differs | (one ^ (other | STRING_BIT)));
    }
    differs |=
        rest.iter().zip(their_rest).fold(0, |differs, (one, other)| differs | (one ^ (other | STRING_BIT)));
    differs == 0
}

/// How many tokens there are up to the end of an array, if it holds nothing but strings and scalars.
#[inline]
fn items(kinds: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = &kinds[at..];
        let same = if let Some(chunk) = rest.first_chunk::<32>() {
            chunk.iter().zip(ITEMS).position(|(kind, item)| kind | STRING_BIT != item)
        } else {
            let end = rest.iter().zip(ITEMS).position(|(kind, item)| kind | STRING_BIT != item);
            Some(end.unwrap_or(rest.len()))
        };
        if let Some(same) = same {
            let end = at + same;
            // A comma has an item behind it, in a record that is JSON.
            return (kinds.get(end) == Some(&b']')).then_some(end);
        }
        at += ITEMS.len();
    }
}

/// Compares the keys of rows with those of a template.
struct CompareKeys<'a> {
    keys: &'a [Key],
    bytes: Bytes<'a>,
    offsets: Pairs<'a>,
    bases: &'a [Vec<u32>],
    differs: &'a mut [u64],
}

impl Task for CompareKeys<'_> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { keys, bytes, offsets, bases, differs } = self;
        for (word, differs) in differs.iter_mut().enumerate() {
            for lane in (0..ROWS).step_by(L::COUNT) {
                let row = word * ROWS + lane;
                let mut wrong = lanes.splat(0);
                for Key { spot, words } in keys {
                    let token =
                        lanes.add(lanes.load(&bases[spot.part], row), lanes.splat(u64::from(spot.token)));
                    let place =
                        lanes.and(lanes.gather_pairs(offsets, token), lanes.splat(u64::from(u32::MAX)));
                    for (number, (word, mask)) in words.iter().enumerate() {
                        let at = lanes.add(place, lanes.splat((number * WORD) as u64));
                        let found = lanes.xor(lanes.gather_bytes(bytes, at), lanes.splat(*word));
                        wrong = lanes.or(wrong, lanes.and(found, lanes.splat(*mask)));
                    }
                }
                *differs |= lanes.bits(lanes.not(lanes.is_zero(wrong))) << lane;
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "there are fewer tokens than bytes in a block")]
fn narrow(token: usize) -> u32 {
    token as u32
}
