//! Proofs of JSON values: the same predicates, at offsets that come from tokens.
//!
//! A value is a token of a record that is known to be JSON. The bytes up to the next token are the value, possibly with
//! white space, which no predicate accepts; only nulls, and values of columns that accept all values, are recognized with white
//! space. For strings without an escape, the bytes between the quotes are the text; the caller leaves strings with an escape open
//! if that makes a difference.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use std::ops::Range;

use trueline_schema::{CheckKind, DataType, Field};
use trueline_tokenizer::json::{SCALAR, STRING};

use super::cell::{Cells, Group, ROWS_PER_WORD, pack};
use super::lanes::{Bytes, Lanes, Pairs, SimdLevel, SimdTask, WORD};
use super::list::List;
use super::plan::{AnyPredicate, PredicateRunner, SupportedChecks, TextCheck};
use super::{Predicate, update_open};

/// The maximum number of items of a list that are checked.
const MAX_ITEMS: u64 = 7;

/// The values of one column, by row.
#[derive(Clone, Copy)]
pub(crate) struct Tokens<'a> {
    /// The bytes of the block, followed by at least as many as a proof reads ahead.
    pub(crate) bytes: Bytes<'a>,
    pub(crate) is_ascii: bool,
    /// The offset of the first byte of each token.
    pub(crate) offsets: Pairs<'a>,
    /// The kind of each token.
    pub(crate) kinds: Bytes<'a>,
    /// For each row, the token of its value, 0 if it has none; whole words of rows.
    pub(crate) rows: &'a [u32],
    /// The number of rows.
    pub(crate) count: usize,
}

/// The proof of one column of JSON.
#[derive(Clone, Debug)]
pub(crate) struct ValueProof {
    accepts: Accepts,
    /// All of them must prove a value.
    predicates: Vec<AnyPredicate>,
    nulls_pass: bool,
}

/// The kinds of values that may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accepts {
    /// Strings, checked between their quotes.
    Strings,
    /// Values without quotes.
    Scalars,
    /// All values.
    All,
    /// Lists of `least` to `most` strings.
    Lists { least: u64, most: u64 },
}

impl ValueProof {
    /// Creates the proof of a column if all its checks are supported.
    pub(crate) fn new(field: &Field, checks: &[CheckKind]) -> Option<Self> {
        let supported = SupportedChecks::of(checks)?;
        let nulls_pass = !supported.is_required;
        let (accepts, predicates) = match &field.data_type {
            DataType::Any if supported.texts.is_empty() && supported.ranges.is_empty() => {
                (Accepts::All, Vec::new())
            }
            DataType::String if !field.trim => (Accepts::Strings, supported.text_predicates(None)?),
            DataType::List(item) if **item == DataType::String => (lists(&supported)?, Vec::new()),
            DataType::Boolean if supported.texts.is_empty() && supported.ranges.is_empty() => {
                (Accepts::Scalars, vec![AnyPredicate::List(List::new(["true", "false"], None)?)])
            }
            data_type if supported.texts.is_empty() => {
                let predicate = AnyPredicate::of_type(data_type, &supported.ranges)?;
                let is_moment = matches!(predicate, AnyPredicate::Moment(_));
                if is_moment && (field.trim || !field.formats.is_empty()) {
                    return None;
                }
                (if is_moment { Accepts::Strings } else { Accepts::Scalars }, vec![predicate])
            }
            _ => return None,
        };
        Some(Self { accepts, predicates, nulls_pass })
    }

    /// Whether a string must have no escapes to be proven.
    pub(crate) fn reads_strings(&self) -> bool {
        self.accepts == Accepts::Strings && !self.predicates.iter().all(AnyPredicate::allows_escapes)
    }

    /// Clears the bits of the proven rows of some words; returns how many of them are null. `open` has the bits of these words.
    pub(crate) fn prove(
        &self,
        lanes: SimdLevel,
        tokens: Tokens<'_>,
        words: Range<usize>,
        open: &mut [u64],
    ) -> u64 {
        let Self { accepts, nulls_pass, .. } = *self;
        let (from, mut one) = (words.start, Vec::new());
        let [first, others @ ..] = &self.predicates[..] else {
            return LoopArgs { tokens, from, accepts, nulls_pass, lanes, open }.run(&AcceptAll);
        };
        let nulls = first.dispatch(LoopArgs { tokens, from, accepts, nulls_pass, lanes, open });
        for predicate in others {
            one.clear();
            one.resize(open.len(), 0);
            predicate.dispatch(LoopArgs { tokens, from, accepts, nulls_pass, lanes, open: &mut one });
            open.iter_mut().zip(&one).for_each(|(all, one)| *all |= one);
        }
        nulls
    }
}

impl ValueProof {
    /// Whether a value is proven, given its bytes and kind; `null` represents a missing value as well. Lists are left open;
    /// the caller must exclude strings with an escape.
    ///
    /// **Shapes**: `value` is a range of `bytes`, without white space after it.
    pub(crate) fn proves(&self, bytes: Bytes<'_>, is_ascii: bool, kind: u8, value: Range<usize>) -> bool {
        let (accepted_kind, text) = match self.accepts {
            _ if bytes.of(value.clone()) == b"null" => return self.nulls_pass,
            Accepts::Strings => (STRING, value.start + 1..value.end.saturating_sub(1)),
            Accepts::Scalars => (SCALAR, value),
            Accepts::All => return true,
            Accepts::Lists { .. } => return false,
        };
        kind == accepted_kind
            && self
                .predicates
                .iter()
                .all(|predicate| predicate.dispatch(SingleValue { bytes, is_ascii, text: text.clone() }) == 0)
    }

    /// Whether null passes.
    pub(crate) fn nulls_pass(&self) -> bool {
        self.nulls_pass
    }
}

/// A single text.
struct SingleValue<'a> {
    bytes: Bytes<'a>,
    is_ascii: bool,
    text: Range<usize>,
}

impl PredicateRunner for SingleValue<'_> {
    /// Returns 0 if the text is proven, else 1.
    fn run<P: Predicate>(self, predicate: &P) -> u64 {
        let lanes = SimdLevel::single_lane();
        let cells = Cells::without_bounds(self.bytes, self.is_ascii);
        let start = lanes.splat(self.text.start as u64);
        let [head, next] = lanes.gather_16(cells.bytes, start);
        let length = lanes.splat(self.text.len() as u64);
        let group = Group { start, length, head, next, quoted: lanes.mask_none() };
        lanes.bits(lanes.mask_not(predicate.prove(lanes, &cells, &group)))
    }
}

/// Returns the limits of the number of items.
fn lists(supported: &SupportedChecks<'_>) -> Option<Accepts> {
    let (mut least, mut most) = (0, MAX_ITEMS);
    for text in &supported.texts {
        let TextCheck::Length(min, max, _) = text else { return None };
        least = least.max(min.unwrap_or(0));
        most = most.min(max.unwrap_or(MAX_ITEMS));
    }
    supported.ranges.is_empty().then_some(Accepts::Lists { least, most })
}

/// Accepts all values.
struct AcceptAll;

impl Predicate for AcceptAll {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, _cells: &Cells<'_>, _group: &Group<L>) -> L::Mask {
        lanes.mask_not(lanes.mask_none())
    }
}

/// The arguments of the loop, without the predicate.
struct LoopArgs<'a, 'b> {
    tokens: Tokens<'a>,
    /// The first word of rows.
    from: usize,
    accepts: Accepts,
    nulls_pass: bool,
    lanes: SimdLevel,
    open: &'b mut [u64],
}

impl PredicateRunner for LoopArgs<'_, '_> {
    fn run<P: Predicate>(self, predicate: &P) -> u64 {
        self.lanes.run(PredicateLoop { predicate, args: self })
    }
}

/// The loop of one predicate over the values of some rows.
struct PredicateLoop<'a, 'b, 'c, P> {
    predicate: &'a P,
    args: LoopArgs<'b, 'c>,
}

impl<P: Predicate> SimdTask for PredicateLoop<'_, '_, '_, P> {
    type Output = u64;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        let Self { predicate, args: LoopArgs { tokens, from, accepts, nulls_pass, open, .. } } = self;
        match accepts {
            Accepts::Strings => run_loop::<L, P, true>(lanes, predicate, tokens, from, nulls_pass, open),
            Accepts::Scalars | Accepts::All => {
                run_loop::<L, P, false>(lanes, predicate, tokens, from, nulls_pass, open)
            }
            Accepts::Lists { least, most } => {
                run_list_loop::<L>(lanes, tokens, from, nulls_pass, open, least..most + 1)
            }
        }
    }
}

/// The loop over single values. With `STRINGS` they must be strings whose text is checked; otherwise the predicate sees the
/// whole value.
#[inline(always)]
fn run_loop<L: Lanes, P: Predicate, const STRINGS: bool>(
    lanes: L,
    predicate: &P,
    tokens: Tokens<'_>,
    from: usize,
    nulls_pass: bool,
    open: &mut [u64],
) -> u64 {
    // A local copy stays in registers.
    let cells = &Cells::without_bounds(tokens.bytes, tokens.is_ascii);
    let mut null_count = 0;
    let mut ranges = ValueRanges::new();
    let words = tokens.rows.as_chunks::<ROWS_PER_WORD>().0[from..].iter();
    for ((word, rows), open) in (from..).zip(words).zip(open.iter_mut()) {
        let (mut passed, mut null) = (0, 0);
        ranges.load_tokens(lanes, tokens.offsets, rows);
        for lane in (0..ROWS_PER_WORD).step_by(L::COUNT) {
            let (start, length) = ranges.value(lanes, lane);
            let [head, next] = lanes.gather_16(tokens.bytes, start);
            let absent = lanes.is_zero(lanes.load(rows, lane));
            let four = lanes.and(head, lanes.splat(0xFFFF_FFFF));
            // No other JSON value begins like this. White space may follow it.
            let is_null = lanes.equal(four, lanes.splat(pack(b"null")));
            let nulls = lanes.mask_or(absent, is_null);
            let good = if STRINGS {
                let ([text, next], last) = string_text(lanes, tokens.bytes, head, start, length);
                let (quote, byte) = (lanes.splat(u64::from(b'"')), lanes.splat(0xFF));
                let is_string = lanes.mask_and(
                    lanes.equal(lanes.and(head, byte), quote),
                    lanes.equal(lanes.and(last, byte), quote),
                );
                let group = Group {
                    start: lanes.add(start, lanes.splat(1)),
                    length: lanes.sub(length, lanes.splat(2)),
                    head: text,
                    next,
                    quoted: lanes.mask_none(),
                };
                lanes.mask_and(predicate.prove(lanes, cells, &group), is_string)
            } else {
                predicate.prove(lanes, cells, &Group { start, length, head, next, quoted: lanes.mask_none() })
            };
            passed |= lanes.bits(lanes.mask_and(good, lanes.mask_not(nulls))) << lane;
            null |= lanes.bits(nulls) << lane;
        }
        null_count += update_open(tokens.count - word * ROWS_PER_WORD, (passed, null), nulls_pass, open);
    }
    null_count
}

/// The sixteen bytes after the first one of some values, and their last byte, given their first eight. If no value has more
/// than eight, the second eight bytes are meaningless.
#[inline(always)]
fn string_text<L: Lanes>(
    lanes: L,
    bytes: Bytes<'_>,
    head: L::Words,
    start: L::Words,
    length: L::Words,
) -> ([L::Words; 2], L::Words) {
    let to_last = lanes.sub(length, lanes.splat(1));
    if lanes.bits(lanes.less_than(lanes.splat(WORD as u64), length)) == 0 {
        return ([lanes.shr::<8>(head), head], lanes.shr_by(head, lanes.shl::<3>(to_last)));
    }
    let text = lanes.gather_16(bytes, lanes.add(start, lanes.splat(1)));
    (text, lanes.gather_bytes(bytes, lanes.add(start, to_last)))
}

/// The loop over lists of strings, which are recognized by the kinds of their tokens.
#[inline(always)]
fn run_list_loop<L: Lanes>(
    lanes: L,
    tokens: Tokens<'_>,
    from: usize,
    nulls_pass: bool,
    open: &mut [u64],
    items: Range<u64>,
) -> u64 {
    let mut null_count = 0;
    let mut ranges = ValueRanges::new();
    let words = tokens.rows.as_chunks::<ROWS_PER_WORD>().0[from..].iter();
    for ((word, rows), open) in (from..).zip(words).zip(open.iter_mut()) {
        let (mut passed, mut null) = (0, 0);
        ranges.load_tokens(lanes, tokens.offsets, rows);
        for lane in (0..ROWS_PER_WORD).step_by(L::COUNT) {
            let token = lanes.load(rows, lane);
            let absent = lanes.is_zero(token);
            let (start, _) = ranges.value(lanes, lane);
            let four = lanes.and(lanes.gather_bytes(tokens.bytes, start), lanes.splat(0xFFFF_FFFF));
            let is_null = lanes.equal(four, lanes.splat(pack(b"null")));
            let nulls = lanes.mask_or(absent, is_null);
            // Bytes read past the last token are meaningless.
            let is_inside = lanes.less_than(token, lanes.splat(tokens.kinds.len() as u64 - 2 * WORD as u64));
            let head = lanes.gather_bytes(tokens.kinds, token);
            let mut good = lanes.mask_none();
            for count in items.clone().take_while(|count| *count < 4) {
                let [(text, mask), _] = list_kinds(count);
                good =
                    lanes.mask_or(good, lanes.equal(lanes.and(head, lanes.splat(mask)), lanes.splat(text)));
            }
            let undecided = lanes.mask_not(lanes.mask_or(good, nulls));
            if items.end > 4 && lanes.bits(undecided) != 0 {
                let tail = lanes.gather_bytes(tokens.kinds, lanes.add(token, lanes.splat(WORD as u64)));
                for count in items.clone().skip_while(|count| *count < 4) {
                    let [(first, _), (second, mask)] = list_kinds(count);
                    let is_it = lanes.mask_and(
                        lanes.equal(head, lanes.splat(first)),
                        lanes.equal(lanes.and(tail, lanes.splat(mask)), lanes.splat(second)),
                    );
                    good = lanes.mask_or(good, is_it);
                }
            }
            good = lanes.mask_and(good, is_inside);
            passed |= lanes.bits(lanes.mask_and(good, lanes.mask_not(nulls))) << lane;
            null |= lanes.bits(nulls) << lane;
        }
        null_count += update_open(tokens.count - word * ROWS_PER_WORD, (passed, null), nulls_pass, open);
    }
    null_count
}

/// The kinds of the tokens of a list of `count` strings, at most seven, and the bytes of each word that they use.
fn list_kinds(count: u64) -> [(u64, u64); 2] {
    let mut kinds = *b"[\",\",\",\",\",\",\",";
    let end = if count == 0 { 1 } else { 2 * usize::try_from(count.min(MAX_ITEMS)).unwrap_or(0) };
    kinds[end] = b']';
    let masked = |kinds: &[u8], used: usize| {
        let mask = if used >= WORD { u64::MAX } else { (1 << (8 * used)) - 1 };
        (pack(kinds) & mask, mask)
    };
    let (head, tail) = kinds.split_at(WORD);
    [masked(head, end + 1), masked(tail, (end + 1).saturating_sub(WORD))]
}

/// The starts and the lengths in bytes of the values of a word of rows.
#[derive(Clone)]
#[repr(align(64))]
struct ValueRanges {
    starts: [u64; ROWS_PER_WORD],
    lengths: [u64; ROWS_PER_WORD],
}

impl ValueRanges {
    fn new() -> Self {
        Self { starts: [0; ROWS_PER_WORD], lengths: [0; ROWS_PER_WORD] }
    }

    /// Stores the starts and lengths of a group.
    #[inline(always)]
    fn store<L: Lanes>(&mut self, lanes: L, at: usize, starts: L::Words, lengths: L::Words) {
        lanes.store(starts, &mut self.starts, at);
        lanes.store(lengths, &mut self.lengths, at);
    }

    /// Returns the starts and the lengths in bytes of the values of a group.
    #[inline(always)]
    fn value<L: Lanes>(&self, lanes: L, at: usize) -> (L::Words, L::Words) {
        (lanes.load_words(&self.starts, at), lanes.load_words(&self.lengths, at))
    }

    /// Finds the values of some rows, up to the next token, given their tokens.
    #[inline(always)]
    fn load_tokens<L: Lanes>(&mut self, lanes: L, offsets: Pairs<'_>, rows: &[u32; ROWS_PER_WORD]) {
        for at in (0..ROWS_PER_WORD).step_by(L::COUNT) {
            let both = lanes.gather_pairs(offsets, lanes.load(rows, at));
            let (start, end) = (lanes.and(both, lanes.splat(u64::from(u32::MAX))), lanes.shr::<32>(both));
            self.store(lanes, at, start, lanes.sub(end, start));
        }
    }
}
