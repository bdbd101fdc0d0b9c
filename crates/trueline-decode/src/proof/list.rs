//! Texts from a list: enumerations, constants, booleans.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use super::Predicate;
use super::cell::{Cells, Group, pack, text_mask};
use super::lanes::{Lanes, WORD};

/// The maximum length of a compared text in bytes.
const MAX_BYTES: usize = 2 * WORD;
/// The maximum number of texts: each is compared with each cell.
const MAX_TEXTS: usize = 64;
/// Texts of one byte that span less than this are bits of a word.
const SPAN: u8 = 64;

/// A proof that a text is one of a list.
#[derive(Clone, Debug)]
pub(super) struct List {
    /// Texts of up to seven bytes, with their length in the eighth.
    short: Vec<u64>,
    /// Texts of eight bytes.
    eight: Vec<u64>,
    /// Longer texts: both words and the length.
    long: Vec<[u64; 3]>,
    /// The set of all texts, if each is a single byte.
    byte_set: Option<ByteSet>,
}

/// A set of texts of one byte each, and the predicate for them.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByteSet {
    /// The least byte.
    least: u8,
    /// One bit per byte, at its distance from the least.
    set: u64,
}

impl List {
    /// Creates the proof for these texts. Texts that cannot be compared because of a quote or their length are left to the
    /// exact check.
    pub(super) fn new<'a>(texts: impl IntoIterator<Item = &'a str>, quote: Option<u8>) -> Option<Self> {
        let mut list = Self { short: Vec::new(), eight: Vec::new(), long: Vec::new(), byte_set: None };
        for text in texts {
            let bytes = text.as_bytes();
            if bytes.len() > MAX_BYTES || quote.is_some_and(|quote| bytes.contains(&quote)) {
                continue;
            }
            let (head, tail) = bytes.split_at(bytes.len().min(WORD));
            if bytes.len() < WORD {
                list.short.push(pack(head) | (bytes.len() as u64) << 56);
            } else if tail.is_empty() {
                list.eight.push(pack(head));
            } else {
                list.long.push([pack(head), pack(tail), bytes.len() as u64]);
            }
        }
        let count = list.short.len() + list.eight.len() + list.long.len();
        list.byte_set = ByteSet::of(&list);
        (1..=MAX_TEXTS).contains(&count).then_some(list)
    }

    /// Returns the texts, if all of them have one byte and are close together.
    pub(super) fn byte_set(&self) -> Option<ByteSet> {
        self.byte_set
    }

    /// Whether some texts have more than eight bytes.
    pub(super) fn has_long(&self) -> bool {
        !self.long.is_empty()
    }
}

impl ByteSet {
    fn of(list: &List) -> Option<Self> {
        let letter = |key: &u64| match key.to_le_bytes() {
            [byte, .., 1] => Some(byte),
            _ => None,
        };
        let bytes: Vec<u8> = list.short.iter().map(letter).collect::<Option<_>>()?;
        let (least, most) = (*bytes.iter().min()?, *bytes.iter().max()?);
        let are_all = list.eight.is_empty() && list.long.is_empty() && most - least < SPAN;
        are_all.then(|| Self { least, set: bytes.iter().fold(0, |set, byte| set | 1 << (byte - least)) })
    }
}

impl Predicate for ByteSet {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, _cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        // A byte below the least one wraps, and is also beyond all bits.
        let byte = lanes.and(group.head, lanes.splat(0xFF));
        let bit = lanes.sub(byte, lanes.splat(u64::from(self.least)));
        let found = lanes.and(lanes.shr_by(lanes.splat(self.set), bit), lanes.splat(1));
        let one = lanes.splat(1);
        lanes.mask_and(lanes.equal(found, one), lanes.equal(group.length, one))
    }
}

/// The predicate for any list; with `LONG` some texts have more than eight bytes.
pub(super) struct ListPredicate<'a, const LONG: bool>(pub(super) &'a List);

impl<const LONG: bool> Predicate for ListPredicate<'_, LONG> {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, _cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        let head = lanes.and(group.head, text_mask(lanes, group.length, 0));
        let key = lanes.or(head, lanes.shl::<56>(group.length));
        let mut found = lanes.mask_none();
        for text in &self.0.short {
            found = lanes.mask_or(found, lanes.equal(key, lanes.splat(*text)));
        }
        found = lanes.mask_and(found, lanes.less_than(group.length, lanes.splat(WORD as u64)));
        let mut found_eight = lanes.mask_none();
        for text in &self.0.eight {
            found_eight = lanes.mask_or(found_eight, lanes.equal(head, lanes.splat(*text)));
        }
        let is_eight = lanes.equal(group.length, lanes.splat(WORD as u64));
        found = lanes.mask_or(found, lanes.mask_and(found_eight, is_eight));
        if LONG {
            let tail = lanes.and(group.next, text_mask(lanes, group.length, 1));
            for [first, second, length] in &self.0.long {
                let differs = lanes.or(
                    lanes.or(lanes.xor(head, lanes.splat(*first)), lanes.xor(tail, lanes.splat(*second))),
                    lanes.xor(group.length, lanes.splat(*length)),
                );
                found = lanes.mask_or(found, lanes.is_zero(differs));
            }
        }
        found
    }

    fn may_accept_empty(&self) -> bool {
        self.0.short.contains(&0)
    }
}
