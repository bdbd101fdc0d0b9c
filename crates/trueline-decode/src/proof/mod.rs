//! Proofs from bytes: which rows of a column pass all its checks, without decoding values.
//!
//! A proof is one-sided. What it proves passes the exact check of the decoded value; what it leaves open may still pass, and
//! is decided there. So a proof may be as simple as usual cells allow. Here a proof is a [`Judge`]: it receives a group of
//! cells, as many as there are lanes, and returns which of them are good.
//!
//! A column has a proof if all its checks are supported; otherwise it has none, and all of it is checked exactly.
//!
//! If you change this: the exact check is the definition. The tests of the `trueline` crate compare every proof with it, for
//! every kind of lanes; a proof that is right for all texts except one is wrong.

pub(crate) mod ascii;
mod bound;
pub(crate) mod cell;
mod float;
pub(crate) mod lanes;
mod length;
mod list;
mod moment;
mod number;
mod plan;
pub(crate) mod scalar;
mod shape;
pub(crate) mod value;

use std::ops::Range;

use trueline_tokenizer::{Dialect, Kernel};

use self::cell::{BEHIND, Borders, Cells, Group, NullTexts, ROWS, Separators};
use self::lanes::{Bytes, Choice, Lanes, Task};
use self::plan::Proof;
use crate::{Block, ColumnPlan, Records};

/// The number of bytes read for one column before the next column: they stay in the nearest cache.
const TILE_BYTES: usize = 24 << 10;
/// The maximum number of words of rows at a time; at least one.
const TILE: usize = 4;

/// Decides which cells are good.
trait Judge {
    /// Returns the proven cells of the group; none with a negative length. The result for null cells does not matter, except
    /// for [`Judge::takes_empty`]. Must be `inline(always)`.
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask;

    /// The maximum number of bytes, if every cell with no more bytes is good, whatever they are.
    fn most_bytes(&self) -> Option<u64> {
        None
    }

    /// Whether an empty cell may be proven.
    fn takes_empty(&self) -> bool {
        false
    }
}

/// The rows of one column that are proven to pass.
#[derive(Clone, Debug, Default)]
pub struct Proven {
    /// One bit per row, least significant bit first; set where the row is *not* proven.
    pub open: Vec<u64>,
    /// The number of proven rows that are null.
    pub nulls: u64,
    /// The number of rows.
    pub rows: usize,
}

impl Proven {
    /// Whether most of the proof failed; false for few rows.
    pub(crate) fn is_mostly_open(&self) -> bool {
        self.rows >= 4 * ROWS && self.open_count() > self.rows / 2
    }

    /// Returns the number of rows that are not proven.
    pub fn open_count(&self) -> usize {
        self.open.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// Proves columns of blocks.
///
/// Everything that depends on the schema is decided on creation. It keeps its working memory between blocks; create one per
/// thread.
pub struct Prover {
    columns: Vec<Option<(u32, Proof)>>,
    groups: Vec<Neighbours>,
    lanes: Choice,
    quote: Option<u8>,
    proven: Vec<Option<Proven>>,
    /// For each column, the number of blocks to skip.
    pauses: Vec<u32>,
    separators: Separators,
}

/// If a proof leaves most of a block open, it is skipped for this many blocks.
const PAUSE: u32 = 7;

impl Prover {
    /// Creates a prover of these columns with the instructions of a kernel. Columns that cannot be proven from bytes are
    /// left out.
    pub fn new(columns: &[ColumnPlan], dialect: &Dialect, kernel: Kernel) -> Self {
        let proofs = columns.iter().map(|plan| {
            let source = u32::try_from(plan.source).ok()?;
            Some((source, Proof::new(plan, dialect)?))
        });
        let columns: Vec<_> = proofs.collect();
        let proven = vec![None; columns.len()];
        let pauses = vec![0; columns.len()];
        let lanes = Choice::new(kernel);
        let groups = Neighbours::of(&columns);
        Self {
            columns,
            groups,
            lanes,
            quote: dialect.quote,
            proven,
            pauses,
            separators: Separators::default(),
        }
    }

    /// Proves what it can about the records of a block: for each column the proven rows, or `None` if there are none.
    pub fn prove(&mut self, block: &Block<'_>, records: &Records) -> &[Option<Proven>] {
        let words = records.rows.div_ceil(ROWS);
        let parts = self.parts(block, records);
        for ((column, proven), pause) in self.columns.iter().zip(&mut self.proven).zip(&mut self.pauses) {
            let is_open = proven.as_ref().is_some_and(Proven::is_mostly_open);
            *pause = if is_open { PAUSE } else { pause.saturating_sub(1) };
            if column.is_none() || parts.is_none() || *pause > 0 {
                *proven = None;
                continue;
            }
            let proven = proven.get_or_insert_default();
            proven.open.clear();
            proven.open.resize(words, u64::MAX);
            proven.nulls = 0;
            proven.rows = records.rows;
        }
        let Some(parts) = parts else { return &self.proven };
        let row_bytes = block.positions.record(block.positions.len() - 1).end / block.positions.len();
        let size = (TILE_BYTES / (ROWS * row_bytes.max(1))).clamp(1, TILE);
        let mut at = 0;
        while at < words {
            let tile = at..(at + size).min(words);
            self.lanes.run(Prefetch { parts, words: tile.end..(tile.end + size).min(words) });
            for number in 0..self.groups.len() {
                self.prove_tile(number, &parts, records, tile.clone());
            }
            at = tile.end;
        }
        &self.proven
    }

    /// Proves what it can about some columns in some words of rows.
    fn prove_tile(&mut self, group: usize, parts: &Parts<'_>, records: &Records, tile: Range<usize>) {
        let Neighbours { sources, columns } = &self.groups[group];
        if columns.iter().all(|column| self.proven[*column].is_none()) {
            return;
        }
        let Parts { cells, separators, firsts } = *parts;
        self.separators.take(self.lanes, sources.clone(), separators, &firsts[tile.clone()]);
        for column in columns {
            if let (Some((source, proof)), Some(proven)) = (&self.columns[*column], &mut self.proven[*column])
            {
                let trim = if *source + 1 == records.fields { cells.trim } else { 0 };
                let borders = self.separators.of(*source as usize);
                let is_found = *source > 0 || tile.start > 0 || firsts[0][0] > 0;
                let cells = Cells { borders, trim, ..cells };
                let open = &mut proven.open[tile.clone()];
                let rows = Rows { cells, first: tile.start * ROWS, is_found, open };
                proven.nulls += proof.prove(self.lanes, rows, records.rows);
            }
        }
    }

    /// Returns what all columns of a block share; `None` if lanes cannot find their cells.
    fn parts<'a>(&self, block: &Block<'a>, records: &'a Records) -> Option<Parts<'a>> {
        let dense = block.positions.dense()?;
        let end = *dense.separators.last()? as usize;
        if records.firsts.is_empty() || end + BEHIND > block.bytes().len() {
            return None;
        }
        // The bytes after the end are zeros, where an empty cell must not look quoted.
        if self.quote == Some(0) {
            return None;
        }
        let cells = Cells {
            bytes: Bytes::new(block.bytes())?,
            borders: Borders::NONE,
            trim: dense.trim,
            quote: self.quote.filter(|_| block.positions.has_quotes()),
            is_ascii: block.positions.is_ascii(),
        };
        // These are whole words, also past the rows.
        Some(Parts { cells, separators: dense.separators, firsts: records.firsts.as_chunks().0 })
    }
}

/// Columns so close together that their separators are copied together.
#[derive(Debug)]
struct Neighbours {
    /// The fields from the first to the last.
    sources: Range<usize>,
    /// The indices of the columns.
    columns: Vec<usize>,
}

/// The maximum number of fields of a group, and between two of its columns.
const MOST_FIELDS: usize = 48;
const MOST_BETWEEN: usize = 6;

impl Neighbours {
    /// Groups all columns that have a proof.
    fn of(columns: &[Option<(u32, Proof)>]) -> Vec<Self> {
        let proofs = columns
            .iter()
            .enumerate()
            .filter_map(|(number, column)| Some((column.as_ref()?.0 as usize, number)));
        let mut proofs: Vec<(usize, usize)> = proofs.collect();
        proofs.sort_unstable();
        let mut groups: Vec<Self> = Vec::new();
        for (source, number) in proofs {
            match groups.last_mut() {
                Some(Self { sources, columns })
                    if source < sources.start + MOST_FIELDS && source <= sources.end + MOST_BETWEEN =>
                {
                    sources.end = source + 1;
                    columns.push(number);
                }
                _ => groups.push(Self { sources: source..source + 1, columns: vec![number] }),
            }
        }
        groups
    }
}

/// What all columns of a block share.
#[derive(Clone, Copy)]
struct Parts<'a> {
    cells: Cells<'a>,
    separators: &'a [u32],
    /// For each row, the entry of its first field in the separators.
    firsts: &'a [[u32; ROWS]],
}

/// Prefetches the bytes of some words of rows while others are processed.
struct Prefetch<'a> {
    parts: Parts<'a>,
    words: Range<usize>,
}

impl Task for Prefetch<'_> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { parts: Parts { cells, separators, firsts }, words } = self;
        let place = |word: usize| {
            let entry = firsts.get(word).and_then(|firsts| firsts[0].checked_sub(1));
            entry.map_or(0, |entry| separators[entry as usize] as usize)
        };
        if words.is_empty() {
            return;
        }
        let start = place(words.start);
        // The last words of a block begin with nothing.
        let end = place(words.end).max(start).min(start + 2 * TILE_BYTES);
        lanes.prefetch(cells.bytes, start..end);
    }
}

/// Some rows of one column.
struct Rows<'a, 'b> {
    cells: Cells<'a>,
    /// The first row, after whole words of rows.
    first: usize,
    /// Whether the cell of the first row has a separator before it: all except the very first field of a block.
    is_found: bool,
    /// The bits of the rows that are still open.
    open: &'b mut [u64],
}

/// Runs one judge over some rows: those it proves are no longer open. Returns the number of null rows.
struct Pass<'a, 'b, 'c, J> {
    judge: &'a J,
    nulls: &'a NullTexts,
    /// Whether nulls pass.
    takes_nulls: bool,
    /// Whether the bytes between quotes are the text, except for doubled quotes.
    reads_quoted: bool,
    rows: &'a mut Rows<'b, 'c>,
    count: usize,
}

impl<J: Judge> Task for Pass<'_, '_, '_, J> {
    type Output = u64;

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        // Nulls that must not pass need not be known if the judge rejects them anyway.
        let looks = self.takes_nulls || !self.nulls.at_most_empty() || self.judge.takes_empty();
        if let Some(most) = self.judge.most_bytes()
            && self.nulls.are_empty()
            && self.reads_quoted
        {
            return self.measure(lanes, most);
        }
        match (self.rows.cells.quote.is_some(), looks) {
            (false, false) => self.pass::<L, false, false>(lanes),
            (false, true) => self.pass::<L, false, true>(lanes),
            (true, false) => self.pass::<L, true, false>(lanes),
            (true, true) => self.pass::<L, true, true>(lanes),
        }
    }
}

impl<J: Judge> Pass<'_, '_, '_, J> {
    /// The loop if the number of bytes is sufficient, with or without quotes: without them there are fewer. Only possible
    /// empty quoted cells, and cells that are slightly too long, are examined.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn measure<L: Lanes>(self, lanes: L, most: u64) -> u64 {
        let Self { takes_nulls, rows, count, .. } = self;
        let cells = &{ rows.cells };
        let mut null_count = 0;
        for ((word, borders), open) in cells.borders.words().enumerate().zip(rows.open.iter_mut()) {
            let (mut passed, mut null) = (0, 0);
            for lane in (0..ROWS).step_by(L::COUNT) {
                let (start, length) = cells.place(lanes, borders, lane);
                let mut nulls = lanes.is_zero(length);
                let mut short = lanes.less(length, lanes.splat(most + 1));
                if cells.quote.is_some() {
                    // A cell that is too long only because of its quotes is not too long.
                    let near = lanes.both(lanes.not(short), lanes.less(length, lanes.splat(most + 3)));
                    let unsure = lanes.either(near, lanes.equal(length, lanes.splat(2)));
                    if lanes.bits(unsure) != 0 {
                        let length = cells.text_length(lanes, start, length);
                        nulls = lanes.is_zero(length);
                        let negative = lanes.less(length, lanes.splat(0));
                        short = lanes.less(length, lanes.splat(most + 1));
                        short = lanes.both(short, lanes.not(negative));
                    }
                }
                passed |= lanes.bits(lanes.both(short, lanes.not(nulls))) << lane;
                null |= lanes.bits(nulls) << lane;
            }
            let found = if word > 0 || rows.is_found { u64::MAX } else { !1 };
            let left = count - (rows.first + word * ROWS);
            null_count += close(left, (passed & found, null & found), takes_nulls, open);
        }
        null_count
    }

    /// The loop. With `QUOTED` there may be quotes, with `NULLS` the null cells must be known.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn pass<L: Lanes, const QUOTED: bool, const NULLS: bool>(self, lanes: L) -> u64 {
        let Self { judge, nulls: null_texts, takes_nulls, reads_quoted, rows, count } = self;
        // A separate copy stays in registers.
        let cells = &{ rows.cells };
        let mut null_count = 0;
        for ((word, borders), open) in cells.borders.words().enumerate().zip(rows.open.iter_mut()) {
            let (mut passed, mut null) = (0, 0);
            for lane in (0..ROWS).step_by(L::COUNT) {
                let group = cells.group::<L, QUOTED>(lanes, borders, lane);
                let mut good = judge.prove(lanes, cells, &group);
                if NULLS {
                    let nulls = null_texts.find(lanes, &group);
                    good = lanes.both(good, lanes.not(nulls));
                    null |= lanes.bits(nulls) << lane;
                }
                if QUOTED && !reads_quoted {
                    good = lanes.both(good, lanes.not(group.quoted));
                    null &= !(lanes.bits(group.quoted) << lane);
                }
                passed |= lanes.bits(good) << lane;
            }
            let found = if word > 0 || rows.is_found { u64::MAX } else { !1 };
            let left = count - (rows.first + word * ROWS);
            null_count += close(left, (passed & found, null & found), takes_nulls, open);
        }
        null_count
    }
}

/// Updates which of 64 rows are still open, given the number of rows left, and which passed and which are null. Returns the
/// number of nulls that pass.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a part of the loop")]
fn close(left: usize, (passed, null): (u64, u64), takes_nulls: bool, open: &mut u64) -> u64 {
    let all = if left < ROWS { (1 << left) - 1 } else { u64::MAX };
    let null = if takes_nulls { null & all } else { 0 };
    *open = all & !(passed | null);
    u64::from(null.count_ones())
}
