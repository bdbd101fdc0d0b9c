//! Proofs of JSON values: the same judges, at offsets that come from tokens.
//!
//! A value is a token of a record that is known to be JSON. The bytes up to the next token are the value, possibly with
//! white space, which no judge accepts; only nulls, and values where all are good, are recognized with white space. For
//! strings without an escape, the bytes between the quotes are the text; the caller leaves others open if that makes a
//! difference.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use std::ops::Range;

use trueline_schema::{CheckKind, DataType, Field};
use trueline_tokenizer::json::{SCALAR, STRING};

use super::cell::{Cells, Group, ROWS, packed};
use super::lanes::{Bytes, Choice, Lanes, Pairs, Task, WORD};
use super::list::List;
use super::plan::{AnyJudge, Asked, Run, Text};
use super::{Judge, close};

/// The maximum number of items of a list that are checked.
const MOST_ITEMS: u64 = 7;

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
    takes: Takes,
    /// All of them must prove a value.
    judges: Vec<AnyJudge>,
    takes_nulls: bool,
}

/// The values that may be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
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
        let asked = Asked::of(checks)?;
        let takes_nulls = !asked.is_required;
        let (takes, judges) = match &field.data_type {
            DataType::Any if asked.texts.is_empty() && asked.ranges.is_empty() => (Takes::All, Vec::new()),
            DataType::String if !field.trim => (Takes::Strings, asked.of_text(None)?),
            DataType::List(item) if **item == DataType::String => (lists(&asked)?, Vec::new()),
            DataType::Boolean if asked.texts.is_empty() && asked.ranges.is_empty() => {
                (Takes::Scalars, vec![AnyJudge::List(List::new(["true", "false"], None)?)])
            }
            data_type if asked.texts.is_empty() => {
                let judge = AnyJudge::of_type(data_type, &asked.ranges)?;
                let is_moment = matches!(judge, AnyJudge::Moment(_));
                if is_moment && (field.trim || !field.formats.is_empty()) {
                    return None;
                }
                (if is_moment { Takes::Strings } else { Takes::Scalars }, vec![judge])
            }
            _ => return None,
        };
        Some(Self { takes, judges, takes_nulls })
    }

    /// Whether a string must have no escapes to be proven.
    pub(crate) fn reads_strings(&self) -> bool {
        self.takes == Takes::Strings && !self.judges.iter().all(AnyJudge::allows_escapes)
    }

    /// Closes the rows of some words that are proven; returns how many of them are null. `open` has the bits of these words.
    pub(crate) fn prove(
        &self,
        lanes: Choice,
        tokens: Tokens<'_>,
        words: Range<usize>,
        open: &mut [u64],
    ) -> u64 {
        let Self { takes, takes_nulls, .. } = *self;
        let (from, mut one) = (words.start, Vec::new());
        let [first, others @ ..] = &self.judges[..] else {
            return Passing { tokens, from, takes, takes_nulls, lanes, open }.run(&Everything);
        };
        let nulls = first.choose(Passing { tokens, from, takes, takes_nulls, lanes, open });
        for judge in others {
            one.clear();
            one.resize(open.len(), 0);
            judge.choose(Passing { tokens, from, takes, takes_nulls, lanes, open: &mut one });
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
        let (kind_taken, text) = match self.takes {
            _ if bytes.of(value.clone()) == b"null" => return self.takes_nulls,
            Takes::Strings => (STRING, value.start + 1..value.end.saturating_sub(1)),
            Takes::Scalars => (SCALAR, value),
            Takes::All => return true,
            Takes::Lists { .. } => return false,
        };
        kind == kind_taken
            && self.judges.iter().all(|judge| judge.choose(One { bytes, is_ascii, text: text.clone() }) == 0)
    }

    /// Whether null passes.
    pub(crate) fn takes_nulls(&self) -> bool {
        self.takes_nulls
    }
}

/// A single text.
struct One<'a> {
    bytes: Bytes<'a>,
    is_ascii: bool,
    text: Range<usize>,
}

impl Run for One<'_> {
    /// Returns 0 if the text is proven, else 1.
    fn run<J: Judge>(self, judge: &J) -> u64 {
        let lanes = Choice::one();
        let cells = Cells::elsewhere(self.bytes, self.is_ascii);
        let start = lanes.splat(self.text.start as u64);
        let [head, next] = lanes.gather_two(cells.bytes, start);
        let length = lanes.splat(self.text.len() as u64);
        let group = Group { start, length, head, next, quoted: lanes.none() };
        lanes.bits(lanes.not(judge.prove(lanes, &cells, &group)))
    }
}

/// Returns the limits of the number of items.
fn lists(asked: &Asked<'_>) -> Option<Takes> {
    let (mut least, mut most) = (0, MOST_ITEMS);
    for text in &asked.texts {
        let Text::Length(min, max, _) = text else { return None };
        least = least.max(min.unwrap_or(0));
        most = most.min(max.unwrap_or(MOST_ITEMS));
    }
    asked.ranges.is_empty().then_some(Takes::Lists { least, most })
}

/// Proves everything.
struct Everything;

impl Judge for Everything {
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, _cells: &Cells<'_>, _group: &Group<L>) -> L::Mask {
        lanes.not(lanes.none())
    }
}

/// Everything except the judge.
struct Passing<'a, 'b> {
    tokens: Tokens<'a>,
    /// The first word of rows.
    from: usize,
    takes: Takes,
    takes_nulls: bool,
    lanes: Choice,
    open: &'b mut [u64],
}

impl Run for Passing<'_, '_> {
    fn run<J: Judge>(self, judge: &J) -> u64 {
        self.lanes.run(Pass { judge, passing: self })
    }
}

/// One judge over the values of some rows.
struct Pass<'a, 'b, 'c, J> {
    judge: &'a J,
    passing: Passing<'b, 'c>,
}

impl<J: Judge> Task for Pass<'_, '_, '_, J> {
    type Output = u64;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        let Self { judge, passing: Passing { tokens, from, takes, takes_nulls, open, .. } } = self;
        match takes {
            Takes::Strings => pass::<L, J, true>(lanes, judge, tokens, from, takes_nulls, open),
            Takes::Scalars | Takes::All => pass::<L, J, false>(lanes, judge, tokens, from, takes_nulls, open),
            Takes::Lists { least, most } => {
                lists_of::<L>(lanes, tokens, from, takes_nulls, open, least..most + 1)
            }
        }
    }
}

/// The loop over single values. With `STRINGS` they must be strings whose text is checked; otherwise the judge sees the
/// whole value.
#[inline(always)]
fn pass<L: Lanes, J: Judge, const STRINGS: bool>(
    lanes: L,
    judge: &J,
    tokens: Tokens<'_>,
    from: usize,
    takes_nulls: bool,
    open: &mut [u64],
) -> u64 {
    // A separate copy stays in registers.
    let cells = &Cells::elsewhere(tokens.bytes, tokens.is_ascii);
    let mut null_count = 0;
    let mut places = Places::new();
    let words = tokens.rows.as_chunks::<ROWS>().0[from..].iter();
    for ((word, rows), open) in (from..).zip(words).zip(open.iter_mut()) {
        let (mut passed, mut null) = (0, 0);
        places.of_tokens(lanes, tokens.offsets, rows);
        for lane in (0..ROWS).step_by(L::COUNT) {
            let (start, length) = places.value(lanes, lane);
            let [head, next] = lanes.gather_two(tokens.bytes, start);
            let absent = lanes.is_zero(lanes.load(rows, lane));
            let four = lanes.and(head, lanes.splat(0xFFFF_FFFF));
            // No other JSON value begins like this. White space may follow it.
            let is_null = lanes.equal(four, lanes.splat(packed(b"null")));
            let nulls = lanes.either(absent, is_null);
            let good = if STRINGS {
                let ([text, next], last) = text_of(lanes, tokens.bytes, head, start, length);
                let (quote, byte) = (lanes.splat(u64::from(b'"')), lanes.splat(0xFF));
                let is_string = lanes.both(
                    lanes.equal(lanes.and(head, byte), quote),
                    lanes.equal(lanes.and(last, byte), quote),
                );
                let group = Group {
                    start: lanes.add(start, lanes.splat(1)),
                    length: lanes.sub(length, lanes.splat(2)),
                    head: text,
                    next,
                    quoted: lanes.none(),
                };
                lanes.both(judge.prove(lanes, cells, &group), is_string)
            } else {
                judge.prove(lanes, cells, &Group { start, length, head, next, quoted: lanes.none() })
            };
            passed |= lanes.bits(lanes.both(good, lanes.not(nulls))) << lane;
            null |= lanes.bits(nulls) << lane;
        }
        null_count += close(tokens.count - word * ROWS, (passed, null), takes_nulls, open);
    }
    null_count
}

/// The sixteen bytes after the first one of some values, and their last byte, given their first eight. If no value has more
/// than eight, the second eight bytes are meaningless.
#[inline(always)]
fn text_of<L: Lanes>(
    lanes: L,
    bytes: Bytes<'_>,
    head: L::Words,
    start: L::Words,
    length: L::Words,
) -> ([L::Words; 2], L::Words) {
    let to_last = lanes.sub(length, lanes.splat(1));
    if lanes.bits(lanes.less(lanes.splat(WORD as u64), length)) == 0 {
        return ([lanes.shr::<8>(head), head], lanes.shr_by(head, lanes.shl::<3>(to_last)));
    }
    let text = lanes.gather_two(bytes, lanes.add(start, lanes.splat(1)));
    (text, lanes.gather_bytes(bytes, lanes.add(start, to_last)))
}

/// The loop over lists of strings, which are recognized by the kinds of their tokens.
#[inline(always)]
fn lists_of<L: Lanes>(
    lanes: L,
    tokens: Tokens<'_>,
    from: usize,
    takes_nulls: bool,
    open: &mut [u64],
    items: Range<u64>,
) -> u64 {
    let mut null_count = 0;
    let mut places = Places::new();
    let words = tokens.rows.as_chunks::<ROWS>().0[from..].iter();
    for ((word, rows), open) in (from..).zip(words).zip(open.iter_mut()) {
        let (mut passed, mut null) = (0, 0);
        places.of_tokens(lanes, tokens.offsets, rows);
        for lane in (0..ROWS).step_by(L::COUNT) {
            let token = lanes.load(rows, lane);
            let absent = lanes.is_zero(token);
            let (start, _) = places.value(lanes, lane);
            let four = lanes.and(lanes.gather_bytes(tokens.bytes, start), lanes.splat(0xFFFF_FFFF));
            let is_null = lanes.equal(four, lanes.splat(packed(b"null")));
            let nulls = lanes.either(absent, is_null);
            // Bytes read past the last token are meaningless.
            let is_inside = lanes.less(token, lanes.splat(tokens.kinds.len() as u64 - 2 * WORD as u64));
            let head = lanes.gather_bytes(tokens.kinds, token);
            let mut good = lanes.none();
            for count in items.clone().take_while(|count| *count < 4) {
                let [(text, mask), _] = list_of(count);
                good = lanes.either(good, lanes.equal(lanes.and(head, lanes.splat(mask)), lanes.splat(text)));
            }
            let undecided = lanes.not(lanes.either(good, nulls));
            if items.end > 4 && lanes.bits(undecided) != 0 {
                let tail = lanes.gather_bytes(tokens.kinds, lanes.add(token, lanes.splat(WORD as u64)));
                for count in items.clone().skip_while(|count| *count < 4) {
                    let [(first, _), (second, mask)] = list_of(count);
                    let is_it = lanes.both(
                        lanes.equal(head, lanes.splat(first)),
                        lanes.equal(lanes.and(tail, lanes.splat(mask)), lanes.splat(second)),
                    );
                    good = lanes.either(good, is_it);
                }
            }
            good = lanes.both(good, is_inside);
            passed |= lanes.bits(lanes.both(good, lanes.not(nulls))) << lane;
            null |= lanes.bits(nulls) << lane;
        }
        null_count += close(tokens.count - word * ROWS, (passed, null), takes_nulls, open);
    }
    null_count
}

/// The kinds of the tokens of a list of `count` strings, at most seven, and the bytes of each word that they use.
fn list_of(count: u64) -> [(u64, u64); 2] {
    let mut kinds = *b"[\",\",\",\",\",\",\",";
    let end = if count == 0 { 1 } else { 2 * usize::try_from(count.min(MOST_ITEMS)).unwrap_or(0) };
    kinds[end] = b']';
    let masked = |kinds: &[u8], used: usize| {
        let mask = if used >= WORD { u64::MAX } else { (1 << (8 * used)) - 1 };
        (packed(kinds) & mask, mask)
    };
    let (head, tail) = kinds.split_at(WORD);
    [masked(head, end + 1), masked(tail, (end + 1).saturating_sub(WORD))]
}

/// The starts and the lengths in bytes of the values of a word of rows.
#[derive(Clone)]
#[repr(align(64))]
struct Places {
    starts: [u64; ROWS],
    lengths: [u64; ROWS],
}

impl Places {
    fn new() -> Self {
        Self { starts: [0; ROWS], lengths: [0; ROWS] }
    }

    /// Stores the starts and lengths of a group.
    #[inline(always)]
    fn put<L: Lanes>(&mut self, lanes: L, at: usize, starts: L::Words, lengths: L::Words) {
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
    fn of_tokens<L: Lanes>(&mut self, lanes: L, offsets: Pairs<'_>, rows: &[u32; ROWS]) {
        for at in (0..ROWS).step_by(L::COUNT) {
            let both = lanes.gather_pairs(offsets, lanes.load(rows, at));
            let (start, end) = (lanes.and(both, lanes.splat(u64::from(u32::MAX))), lanes.shr::<32>(both));
            self.put(lanes, at, start, lanes.sub(end, start));
        }
    }
}
