//! The rows of a batch that have a key for a check, and how their keys are collected.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use std::sync::Arc;
use trueline_schema::KeyNulls;

use crate::batch::{Batch, Column};
use crate::check::{KeyPurpose, KeyRule};
use crate::key::print::{Filter, PrintBuffer, Signal};
use crate::key::{KeyBuffer, KeyPlace};
use crate::key_text;
use crate::plan::PlannedCheck;
use crate::state::has_bad_cell;

/// What a pass over the inputs does with the keys of one check.
#[derive(Clone, Debug)]
pub(crate) enum KeyTask {
    /// Keeps every complete key with its location.
    KeepAll,
    /// Keeps fingerprints. While all keys ascend, only that fact and the last key.
    Fingerprint(Signal),
    /// Keeps all fingerprints, also of ascending keys: an earlier pass dropped them.
    FingerprintAll(Signal),
    /// Keeps the complete keys that pass a filter of repeated fingerprints, with their locations.
    KeepFiltered(Arc<Filter>),
    /// Keeps nothing, because this pass is for other checks.
    Skip,
}

/// The keys of one chunk for one check.
#[derive(Debug)]
pub(crate) enum ChunkKeys {
    /// Complete keys with their places, of all rows or of those that pass a filter.
    Whole(KeyBuffer, Option<Arc<Filter>>),
    Prints(PrintBuffer),
    None,
}

/// The number of rows of a batch with a key, and why the others have none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyCounts {
    pub(crate) keys: u64,
    pub(crate) null: u64,
    pub(crate) bad: u64,
}

impl ChunkKeys {
    pub(crate) fn new(task: &KeyTask) -> Self {
        match task {
            KeyTask::KeepAll => Self::Whole(KeyBuffer::new(), None),
            KeyTask::KeepFiltered(filter) => Self::Whole(KeyBuffer::new(), Some(Arc::clone(filter))),
            KeyTask::Fingerprint(signal) => Self::Prints(PrintBuffer::new(signal)),
            KeyTask::FingerprintAll(signal) => Self::Prints(PrintBuffer::of_prints(signal)),
            KeyTask::Skip => Self::None,
        }
    }

    /// Makes fingerprints store their granule: roughly which rows they come from.
    pub(crate) fn tell_granules(&mut self) {
        if let Self::Prints(prints) = self {
            prints.tell_granules();
        }
    }

    /// Collects the keys of a batch; `tainted` returns whether another check found a row invalid.
    pub(crate) fn collect(&mut self, rows: &KeyRows<'_>, tainted: impl Fn(usize) -> bool) -> KeyCounts {
        match self {
            Self::Whole(buffer, Some(filter)) if rows.texts().is_some() => rows.each_text(|row, text| {
                if filter.passes_key(text) {
                    buffer.push(text, KeyPlace { tainted: tainted(row), ..rows.place(row) });
                }
            }),
            Self::Whole(buffer, filter) => {
                let needs_place = matches!(rows.rule.purpose, KeyPurpose::Unique(_));
                let mut key = Vec::new();
                rows.each(|row| {
                    key.clear();
                    if let Some(filter) = filter {
                        rows.append_print(&mut key, row);
                        if !filter.passes_key(&key) {
                            return;
                        }
                        key.clear();
                    }
                    rows.append(&mut key, row);
                    let place = if needs_place { rows.place(row) } else { KeyPlace::default() };
                    buffer.push(&key, KeyPlace { tainted: tainted(row), ..place });
                })
            }
            Self::Prints(buffer) => rows.append_prints(buffer),
            Self::None => KeyCounts::default(),
        }
    }

    /// Returns whether any row of a batch passes the filter that selects the keys to keep.
    pub(crate) fn has_candidate(&self, rows: &KeyRows<'_>) -> bool {
        let Self::Whole(_, Some(filter)) = self else { return false };
        if let Some(texts) = rows.texts() {
            return texts.iter().flatten().any(|text| filter.passes_key(text.as_bytes()));
        }
        let mut any = false;
        rows.each_printed(|_, key| any = any || filter.passes_key(key));
        any
    }

    /// Adds the rows of a batch that pass that filter, in ascending order.
    pub(crate) fn candidates(&self, rows: &KeyRows<'_>, found: &mut Vec<u32>) {
        let Self::Whole(_, Some(filter)) = self else { return };
        rows.each_printed(|row, key| {
            if filter.passes_key(key) {
                found.extend(u32::try_from(row));
            }
        });
    }

    /// Appends the keys that follow in the same input, offset by `rows` rows and `lines` lines.
    pub(crate) fn append(&mut self, later: &Self, rows: u64, lines: u64) {
        match (self, later) {
            (Self::Whole(mine, _), Self::Whole(theirs, _)) => mine.append(theirs, rows, lines),
            (Self::Prints(mine), Self::Prints(theirs)) => mine.append(theirs),
            _ => {}
        }
    }
}

/// The key columns of a check in one batch.
pub(crate) struct KeyRows<'a> {
    check: &'a PlannedCheck,
    pub(crate) rule: KeyRule,
    batch: &'a Batch<'a>,
    columns: Vec<Column<'a>>,
    /// If set, only these rows are examined, in ascending order.
    selected: Option<&'a [u32]>,
    any_bad: bool,
    any_null: bool,
}

impl<'a> KeyRows<'a> {
    /// Creates the key columns; `None` if the input lacks a column.
    pub(crate) fn new(check: &'a PlannedCheck, rule: KeyRule, batch: &'a Batch<'a>) -> Option<Self> {
        let columns: Option<Vec<Column<'_>>> = check.fields.iter().map(|&field| batch.keys[field]).collect();
        let columns = columns?;
        let any_bad = columns.iter().any(|column| !column.bad.is_empty());
        let any_null = columns.iter().any(|column| column.array.null_count() > 0);
        Some(Self { check, rule, batch, columns, selected: None, any_bad, any_null })
    }

    /// Restricts the rows to be examined to `rows`, if given, in ascending order.
    pub(crate) fn restrict_to(self, rows: Option<&'a [u32]>) -> Self {
        Self { selected: rows, ..self }
    }

    /// Calls `visit` with every row that has a key, in order.
    fn each(&self, mut visit: impl FnMut(usize)) -> KeyCounts {
        let mut counts = KeyCounts::default();
        let forbids_null = self.any_null && self.rule.nulls != KeyNulls::Equal;
        let mut visit_row = |row: usize| {
            if self.any_bad && has_bad_cell(self.check, self.batch, row) {
                counts.bad += 1;
            } else if forbids_null && self.columns.iter().any(|column| column.array.is_null(row)) {
                counts.null += 1;
            } else {
                counts.keys += 1;
                visit(row);
            }
        };
        match self.selected {
            Some(rows) => rows.iter().for_each(|row| visit_row(*row as usize)),
            None => (0..self.batch.rows).for_each(visit_row),
        }
        counts
    }

    /// Appends the key of a row. The bytes are equal exactly if the keys are.
    fn append(&self, key: &mut Vec<u8>, row: usize) {
        match self.single() {
            Some(single) => key_text::append(key, single.array, row),
            None => self.columns.iter().for_each(|part| key_text::append_part(key, part.array, row)),
        }
    }

    /// Appends the bytes of a row that are fingerprinted. They are in the order of the values, so they differ from the key's
    /// bytes if those are not.
    fn append_print(&self, key: &mut Vec<u8>, row: usize) {
        match self.single() {
            Some(single) => key_text::append_ordered(key, single.array, row),
            None => self.append(key, row),
        }
    }

    /// Calls `visit` with every row that has a key, and what is fingerprinted of it.
    fn each_printed(&self, mut visit: impl FnMut(usize, &[u8])) {
        if self.texts().is_some() {
            self.each_text(visit);
            return;
        }
        let mut key = Vec::new();
        self.each(|row| {
            key.clear();
            self.append_print(&mut key, row);
            visit(row, &key);
        });
    }

    /// Returns the only column, if its values are keys as they are.
    fn single(&self) -> Option<&Column<'a>> {
        match self.columns.as_slice() {
            [single] if self.rule.nulls != KeyNulls::Equal => Some(single),
            _ => None,
        }
    }

    /// Returns the only column, if every row has a key.
    fn full(&self) -> Option<&Column<'a>> {
        self.single().filter(|_| !self.any_bad && !self.any_null)
    }

    /// Returns the keys of the rows, if all are text or null; null rows have none. Any CSV cell is text, but not any JSON value.
    fn texts(&self) -> Option<&arrow_array::StringViewArray> {
        self.single().filter(|_| !self.any_bad).and_then(|column| column.array.as_string_view_opt())
    }

    /// Calls `visit` with every row that has a key, and the key, if they are text.
    fn each_text(&self, mut visit: impl FnMut(usize, &[u8])) -> KeyCounts {
        let Some(texts) = self.texts() else { return KeyCounts::default() };
        if self.selected.is_some() {
            return self.each(|row| visit(row, texts.value(row).as_bytes()));
        }
        for (row, text) in texts.iter().enumerate() {
            if let Some(text) = text {
                visit(row, text.as_bytes());
            }
        }
        self.text_counts(texts)
    }

    fn text_counts(&self, texts: &arrow_array::StringViewArray) -> KeyCounts {
        let null = texts.null_count() as u64;
        KeyCounts { keys: self.batch.rows as u64 - null, null, bad: 0 }
    }

    fn append_prints(&self, buffer: &mut PrintBuffer) -> KeyCounts {
        debug_assert!(self.selected.is_none(), "prints are of all rows");
        let all = KeyCounts { keys: self.batch.rows as u64, ..KeyCounts::default() };
        let before = buffer.len();
        if let Some(texts) = self.texts() {
            if self.any_null {
                buffer.extend(texts.iter().flatten().map(str::as_bytes));
                buffer.skip(before, (0..texts.len()).filter(|row| texts.is_null(*row)));
            } else {
                buffer.extend(texts.bytes_iter());
            }
            return self.text_counts(texts);
        }
        let mut bytes = Vec::new();
        if self.full().is_some_and(|column| key_text::append_integers(&mut bytes, column.array)) {
            buffer.extend(bytes.as_chunks::<16>().0.iter().map(<[u8; 16]>::as_slice));
            return all;
        }
        let mut ends = Vec::with_capacity(self.batch.rows);
        let (mut absent, counts_rows) = (Vec::new(), buffer.counts_rows());
        let mut next = 0;
        let counts = self.each(|row| {
            if counts_rows {
                absent.extend(std::mem::replace(&mut next, row + 1)..row);
            }
            self.append_print(&mut bytes, row);
            ends.push(bytes.len());
        });
        if counts_rows {
            absent.extend(next..self.batch.rows);
            buffer.skip(before, absent);
        }
        let mut start = 0;
        buffer.extend(ends.iter().map(|&end| &bytes[std::mem::replace(&mut start, end)..end]));
        counts
    }

    fn place(&self, row: usize) -> KeyPlace {
        let location = crate::finding::place(self.check, self.batch, row);
        KeyPlace {
            input: 0,
            row: location.row_index.unwrap_or_default(),
            line: location.line.unwrap_or_default(),
            byte_offset: location.byte_offset.unwrap_or_default(),
            byte_length: location.byte_length.map_or(0, |length| u32::try_from(length).unwrap_or(u32::MAX)),
            tainted: false,
        }
    }
}
