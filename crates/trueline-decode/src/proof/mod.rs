//! Proofs from bytes: which rows of a column pass all its checks, seen without making values.
//!
//! A proof is one-sided. What it says passes does pass, by the exact check over the decoded value; what it leaves open may
//! pass all the same and is decided there. So a proof may be as simple as the usual cell allows. Here a proof is a [`Judge`]: it
//! is given a group of cells, as many as there are lanes, and says which of them are good.
//!
//! A column has a proof if everything that is asked of it is understood; otherwise it has none, and all of it goes the exact way.
//!
//! If you change this: the exact way is the meaning. The tests of the `trueline` crate hold every proof against it, with every kind of
//! lanes; a proof that is right on all but one text is wrong.

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

/// So many bytes are gone through in one column before the next column has its turn: they stay in the nearest cache.
const TILE_BYTES: usize = 24 << 10;
/// At most so many words of rows at a time, and at least one.
const TILE: usize = 4;

/// Whether cells are good.
trait Judge {
    /// Which cells of the group are proven; none that has a negative length. What is said of cells that are null does not
    /// matter, but for [`Judge::takes_empty`]. Must be `inline(always)`.
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask;

    /// Whether a cell is good as long as it has at most so many bytes, whatever they are.
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
    /// How many of the proven rows are null.
    pub nulls: u64,
    /// How many rows there are.
    pub rows: usize,
}

impl Proven {
    /// Whether trying was in vain; a few rows say nothing.
    pub(crate) fn is_mostly_open(&self) -> bool {
        self.rows >= 4 * ROWS && self.open_count() > self.rows / 2
    }

    /// How many rows are not proven.
    pub fn open_count(&self) -> usize {
        self.open.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// Proves columns of blocks.
///
/// Everything that depends on the schema is decided when it is made. It keeps its working memory from block to block; make
/// one per thread.
pub struct Prover {
    columns: Vec<Option<(u32, Proof)>>,
    groups: Vec<Neighbours>,
    lanes: Choice,
    quote: Option<u8>,
    proven: Vec<Option<Proven>>,
    /// For each column how many blocks it is to be left alone.
    pauses: Vec<u32>,
    separators: Separators,
}

/// Where a proof leaves most of a block open, it is not tried for so many blocks.
const PAUSE: u32 = 7;

impl Prover {
    /// A prover of these columns with the instructions of a kernel. Whatever cannot be proven from bytes is left out.
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

    /// Proves what it can of the records of a block: for each column the rows that are proven, or `None` where nothing is.
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

    /// Proves what it can of some columns in some words of rows.
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

    /// What all columns of a block have in common; `None` where their cells cannot be found in lanes.
    fn parts<'a>(&self, block: &Block<'a>, records: &'a Records) -> Option<Parts<'a>> {
        let dense = block.positions.dense()?;
        let end = *dense.separators.last()? as usize;
        if records.firsts.is_empty() || end + BEHIND > block.bytes().len() {
            return None;
        }
        // Zeros stand behind the last byte too, where an empty cell must not look quoted.
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
        // There are whole words of these, beyond the rows too.
        Some(Parts { cells, separators: dense.separators, firsts: records.firsts.as_chunks().0 })
    }
}

/// Columns that stand so near one another that their separators are copied together.
#[derive(Debug)]
struct Neighbours {
    /// The fields from the first one to the last.
    sources: Range<usize>,
    /// Which columns they are.
    columns: Vec<usize>,
}

/// The most fields of a group, and the most that lie between two of its columns.
const MOST_FIELDS: usize = 48;
const MOST_BETWEEN: usize = 6;

impl Neighbours {
    /// All columns that have a proof.
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

/// What all columns of a block have in common.
#[derive(Clone, Copy)]
struct Parts<'a> {
    cells: Cells<'a>,
    separators: &'a [u32],
    /// For each row the entry of its first field in the separators.
    firsts: &'a [[u32; ROWS]],
}

/// Has the bytes of some words of rows brought near, while others are gone through.
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
    /// The first row; whole words of rows are before it.
    first: usize,
    /// Whether the cell of the first row has a separator before it: all have but the very first field of a block.
    is_found: bool,
    /// The bits of the rows that are still open.
    open: &'b mut [u64],
}

/// One judge over some rows: those it finds good are no longer open. Returns how many rows are null.
struct Pass<'a, 'b, 'c, J> {
    judge: &'a J,
    nulls: &'a NullTexts,
    /// Whether nulls pass.
    takes_nulls: bool,
    /// Whether what stands between quotes is the text, but for doubled quotes.
    reads_quoted: bool,
    rows: &'a mut Rows<'b, 'c>,
    count: usize,
}

impl<J: Judge> Task for Pass<'_, '_, '_, J> {
    type Output = u64;

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        // What is null and must not pass need not be known where the judge refuses it anyway.
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
    /// The loop where the number of bytes is enough to know, quotes or not: without them there are fewer. Only what may be a
    /// quoted nothing has to be looked at, and what is too long by little.
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
                    // What is too long by its quotes alone is not.
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

    /// The loop. With `QUOTED` there may be quotes, with `NULLS` it must be known which cells are null.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn pass<L: Lanes, const QUOTED: bool, const NULLS: bool>(self, lanes: L) -> u64 {
        let Self { judge, nulls: null_texts, takes_nulls, reads_quoted, rows, count } = self;
        // A copy of its own stays in registers.
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

/// Notes which of 64 rows are still open, given how many are left and which of them passed and which are null. Returns how many nulls pass.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a part of the loop")]
fn close(left: usize, (passed, null): (u64, u64), takes_nulls: bool, open: &mut u64) -> u64 {
    let all = if left < ROWS { (1 << left) - 1 } else { u64::MAX };
    let null = if takes_nulls { null & all } else { 0 };
    *open = all & !(passed | null);
    u64::from(null.count_ones())
}
