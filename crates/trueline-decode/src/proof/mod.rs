//! Proofs from bytes: which rows of a column pass all its checks, without decoding values.
//!
//! A proof is conservative: a cell that it proves passes the exact check of the decoded value; a cell that it does not prove may
//! still pass, and stays open until the exact check has decided. So a proof only needs to know the usual notations. It consists
//! of one or more vectorized [`Predicate`]s: each receives a group of cells, as many as there are SIMD lanes, and returns a mask
//! of the cells that are proven.
//!
//! A column has a proof if all its checks are supported; otherwise it has none, and all of it is checked exactly.
//!
//! If you change this: the exact check is the definition. The tests of the `trueline` crate compare every proof with it, for
//! every SIMD level; a proof that is right for all texts except one is wrong.

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

use std::fmt;
use std::ops::Range;

use trueline_tokenizer::{Dialect, Kernel};

use self::cell::{CellBounds, Cells, Group, NullTexts, READ_AHEAD, ROWS_PER_WORD, Separators};
use self::lanes::{Bytes, Lanes, SimdLevel, SimdTask};
use self::plan::Proof;
use crate::{Block, ColumnPlan, Records};

/// The number of bytes of records in a tile. All columns are proven for one tile before the next one, so that its bytes stay in
/// the first-level cache.
const TILE_BYTES: usize = 24 << 10;
/// The maximum number of words of rows in a tile; it has at least one.
const MAX_TILE_WORDS: usize = 4;

/// A conservative test of cells: those it accepts pass the check.
trait Predicate {
    /// Returns the accepted cells of the group; a cell with a negative length is never accepted. The result for null cells does
    /// not matter, except for [`Predicate::may_accept_empty`]. Must be `inline(always)`.
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask;

    /// The maximum number of bytes, if every cell with no more bytes is accepted, whatever they are.
    fn max_bytes(&self) -> Option<u64> {
        None
    }

    /// Whether an empty cell may be accepted.
    fn may_accept_empty(&self) -> bool {
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
        self.rows >= 4 * ROWS_PER_WORD && self.open_count() > self.rows / 2
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
    groups: Vec<ColumnGroup>,
    lanes: SimdLevel,
    quote: Option<u8>,
    proven: Vec<Option<Proven>>,
    /// For each column, the number of blocks for which its proof is still skipped.
    backoffs: Vec<u32>,
    separators: Separators,
}

impl fmt::Debug for Prover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prover").field("columns", &self.columns.len()).finish_non_exhaustive()
    }
}

/// A proof that leaves most of a block open is skipped for this many blocks.
const BACKOFF_BLOCKS: u32 = 7;

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
        let backoffs = vec![0; columns.len()];
        let lanes = SimdLevel::new(kernel);
        let groups = ColumnGroup::of(&columns);
        Self {
            columns,
            groups,
            lanes,
            quote: dialect.quote,
            proven,
            backoffs,
            separators: Separators::default(),
        }
    }

    /// Proves what it can about the records of a block: for each column the proven rows, or `None` if there are none.
    pub fn prove(&mut self, block: &Block<'_>, records: &Records) -> &[Option<Proven>] {
        let words = records.rows.div_ceil(ROWS_PER_WORD);
        let context = self.context(block, records);
        for ((column, proven), backoff) in self.columns.iter().zip(&mut self.proven).zip(&mut self.backoffs) {
            let is_open = proven.as_ref().is_some_and(Proven::is_mostly_open);
            *backoff = if is_open { BACKOFF_BLOCKS } else { backoff.saturating_sub(1) };
            if column.is_none() || context.is_none() || *backoff > 0 {
                *proven = None;
                continue;
            }
            let proven = proven.get_or_insert_default();
            proven.open.clear();
            proven.open.resize(words, u64::MAX);
            proven.nulls = 0;
            proven.rows = records.rows;
        }
        let Some(context) = context else { return &self.proven };
        let row_bytes = block.positions.record(block.positions.len() - 1).end / block.positions.len();
        let size = (TILE_BYTES / (ROWS_PER_WORD * row_bytes.max(1))).clamp(1, MAX_TILE_WORDS);
        let mut at = 0;
        while at < words {
            let tile = at..(at + size).min(words);
            self.lanes.run(Prefetch { context, words: tile.end..(tile.end + size).min(words) });
            for number in 0..self.groups.len() {
                self.prove_tile(number, &context, records, tile.clone());
            }
            at = tile.end;
        }
        &self.proven
    }

    /// Proves what it can about some columns in some words of rows.
    fn prove_tile(
        &mut self,
        group: usize,
        context: &BlockContext<'_>,
        records: &Records,
        tile: Range<usize>,
    ) {
        let ColumnGroup { sources, columns } = &self.groups[group];
        if columns.iter().all(|column| self.proven[*column].is_none()) {
            return;
        }
        let BlockContext { cells, separators, firsts } = *context;
        self.separators.transpose(self.lanes, sources.clone(), separators, &firsts[tile.clone()]);
        for column in columns {
            if let (Some((source, proof)), Some(proven)) = (&self.columns[*column], &mut self.proven[*column])
            {
                let trim = if *source + 1 == records.fields { cells.trim } else { 0 };
                let bounds = self.separators.of(*source as usize);
                let has_separator_before = *source > 0 || tile.start > 0 || firsts[0][0] > 0;
                let cells = Cells { bounds, trim, ..cells };
                let open = &mut proven.open[tile.clone()];
                let rows = TileRows { cells, first: tile.start * ROWS_PER_WORD, has_separator_before, open };
                proven.nulls += proof.prove(self.lanes, rows, records.rows);
            }
        }
    }

    /// Returns the input that all columns of a block share; `None` if their cells cannot be found from separators.
    fn context<'a>(&self, block: &Block<'a>, records: &'a Records) -> Option<BlockContext<'a>> {
        let dense = block.positions.dense()?;
        let end = *dense.separators.last()? as usize;
        if records.firsts.is_empty() || end + READ_AHEAD > block.bytes().len() {
            return None;
        }
        // The bytes after the end are zeros, where an empty cell must not look quoted.
        if self.quote == Some(0) {
            return None;
        }
        let cells = Cells {
            bytes: Bytes::new(block.bytes())?,
            bounds: CellBounds::NONE,
            trim: dense.trim,
            quote: self.quote.filter(|_| block.positions.has_quotes()),
            is_ascii: block.positions.is_ascii(),
        };
        // These are whole words, also past the rows.
        Some(BlockContext { cells, separators: dense.separators, firsts: records.firsts.as_chunks().0 })
    }
}

/// Columns that are close together in the records, so that their separators are transposed together.
#[derive(Debug)]
struct ColumnGroup {
    /// The fields from the first to the last.
    sources: Range<usize>,
    /// The indices of the columns.
    columns: Vec<usize>,
}

/// The maximum number of fields of a group, and the maximum distance between two of its columns in fields.
const MAX_GROUP_FIELDS: usize = 48;
const MAX_FIELD_GAP: usize = 6;

impl ColumnGroup {
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
                    if source < sources.start + MAX_GROUP_FIELDS && source <= sources.end + MAX_FIELD_GAP =>
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

/// The input that all columns of a block share.
#[derive(Clone, Copy)]
struct BlockContext<'a> {
    cells: Cells<'a>,
    separators: &'a [u32],
    /// For each row, the entry of its first field in the separators.
    firsts: &'a [[u32; ROWS_PER_WORD]],
}

/// Prefetches the bytes of the next tile while the current one is processed.
struct Prefetch<'a> {
    context: BlockContext<'a>,
    words: Range<usize>,
}

impl SimdTask for Prefetch<'_> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { context: BlockContext { cells, separators, firsts }, words } = self;
        let place = |word: usize| {
            let entry = firsts.get(word).and_then(|firsts| firsts[0].checked_sub(1));
            entry.map_or(0, |entry| separators[entry as usize] as usize)
        };
        if words.is_empty() {
            return;
        }
        let start = place(words.start);
        // Words after the last row have no start.
        let end = place(words.end).max(start).min(start + 2 * TILE_BYTES);
        lanes.prefetch(cells.bytes, start..end);
    }
}

/// The rows of one column in a tile.
struct TileRows<'a, 'b> {
    cells: Cells<'a>,
    /// The number of the first row, a multiple of [`ROWS_PER_WORD`].
    first: usize,
    /// Whether the cell of the first row has a separator before it: all except the very first field of a block.
    has_separator_before: bool,
    /// One bit per row, set if it is still open.
    open: &'b mut [u64],
}

/// The loop of one predicate over the rows of a tile. Clears the bits of the rows it proves; returns the number of null rows that
/// pass.
struct PredicateLoop<'a, 'b, 'c, P> {
    predicate: &'a P,
    nulls: &'a NullTexts,
    /// Whether null passes the checks of the column.
    nulls_pass: bool,
    /// Whether the bytes between the quotes of a quoted cell are its text, except for doubled quotes.
    reads_quoted: bool,
    rows: &'a mut TileRows<'b, 'c>,
    /// The number of rows of the block.
    count: usize,
}

impl<P: Predicate> SimdTask for PredicateLoop<'_, '_, '_, P> {
    type Output = u64;

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        // Which cells are null need not be known if nulls must not pass and the predicate rejects them anyway.
        let needs_nulls =
            self.nulls_pass || !self.nulls.has_only_empty() || self.predicate.may_accept_empty();
        if let Some(most) = self.predicate.max_bytes()
            && self.nulls.are_empty()
            && self.reads_quoted
        {
            return self.run_by_length(lanes, most);
        }
        match (self.rows.cells.quote.is_some(), needs_nulls) {
            (false, false) => self.run_loop::<L, false, false>(lanes),
            (false, true) => self.run_loop::<L, false, true>(lanes),
            (true, false) => self.run_loop::<L, true, false>(lanes),
            (true, true) => self.run_loop::<L, true, true>(lanes),
        }
    }
}

impl<P: Predicate> PredicateLoop<'_, '_, '_, P> {
    /// The loop for a predicate that only limits the number of bytes. The length with quotes decides for most cells, since the
    /// text without them is shorter. Only cells that may be empty quoted ones, or that are slightly too long, are read.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn run_by_length<L: Lanes>(self, lanes: L, most: u64) -> u64 {
        let Self { nulls_pass, rows, count, .. } = self;
        let cells = &{ rows.cells };
        let mut null_count = 0;
        for ((word, bounds), open) in cells.bounds.words().enumerate().zip(rows.open.iter_mut()) {
            let (mut passed, mut null) = (0, 0);
            for lane in (0..ROWS_PER_WORD).step_by(L::COUNT) {
                let (start, length) = cells.raw_range(lanes, bounds, lane);
                let mut nulls = lanes.is_zero(length);
                let mut short = lanes.less_than(length, lanes.splat(most + 1));
                if cells.quote.is_some() {
                    // A cell that is too long only because of its quotes is not too long.
                    let near =
                        lanes.mask_and(lanes.mask_not(short), lanes.less_than(length, lanes.splat(most + 3)));
                    let unsure = lanes.mask_or(near, lanes.equal(length, lanes.splat(2)));
                    if lanes.bits(unsure) != 0 {
                        let length = cells.text_length(lanes, start, length);
                        nulls = lanes.is_zero(length);
                        let negative = lanes.less_than(length, lanes.splat(0));
                        short = lanes.less_than(length, lanes.splat(most + 1));
                        short = lanes.mask_and(short, lanes.mask_not(negative));
                    }
                }
                passed |= lanes.bits(lanes.mask_and(short, lanes.mask_not(nulls))) << lane;
                null |= lanes.bits(nulls) << lane;
            }
            let found = if word > 0 || rows.has_separator_before { u64::MAX } else { !1 };
            let left = count - (rows.first + word * ROWS_PER_WORD);
            null_count += update_open(left, (passed & found, null & found), nulls_pass, open);
        }
        null_count
    }

    /// The general loop. With `QUOTED` there may be quoted cells, with `NULLS` the null cells must be known.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its lanes")]
    fn run_loop<L: Lanes, const QUOTED: bool, const NULLS: bool>(self, lanes: L) -> u64 {
        let Self { predicate, nulls: null_texts, nulls_pass, reads_quoted, rows, count } = self;
        // A local copy stays in registers.
        let cells = &{ rows.cells };
        let mut null_count = 0;
        for ((word, bounds), open) in cells.bounds.words().enumerate().zip(rows.open.iter_mut()) {
            let (mut passed, mut null) = (0, 0);
            for lane in (0..ROWS_PER_WORD).step_by(L::COUNT) {
                let group = cells.group::<L, QUOTED>(lanes, bounds, lane);
                let mut good = predicate.prove(lanes, cells, &group);
                if NULLS {
                    let nulls = null_texts.find(lanes, &group);
                    good = lanes.mask_and(good, lanes.mask_not(nulls));
                    null |= lanes.bits(nulls) << lane;
                }
                if QUOTED && !reads_quoted {
                    good = lanes.mask_and(good, lanes.mask_not(group.quoted));
                    null &= !(lanes.bits(group.quoted) << lane);
                }
                passed |= lanes.bits(good) << lane;
            }
            let found = if word > 0 || rows.has_separator_before { u64::MAX } else { !1 };
            let left = count - (rows.first + word * ROWS_PER_WORD);
            null_count += update_open(left, (passed & found, null & found), nulls_pass, open);
        }
        null_count
    }
}

/// Sets the bits of the 64 rows that are still open, given the number of rows left, and the bits of those that passed and of
/// those that are null. Returns the number of nulls that pass.
#[inline(always)]
#[allow(clippy::inline_always, reason = "a part of the loop")]
fn update_open(left: usize, (passed, null): (u64, u64), nulls_pass: bool, open: &mut u64) -> u64 {
    let all = if left < ROWS_PER_WORD { (1 << left) - 1 } else { u64::MAX };
    let null = if nulls_pass { null & all } else { 0 };
    *open = all & !(passed | null);
    u64::from(null.count_ones())
}
