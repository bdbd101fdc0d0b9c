//! Validates batches into states.
//!
//! A dictionary column is validated once per entry: rows whose entries pass are proven, and only the values of
//! the other rows are checked.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, NullArray, RecordBatch, UInt64Array};
use arrow_buffer::NullBuffer;
use arrow_buffer::bit_chunk_iterator::BitChunks;
use arrow_schema::{DataType as Arrow, Schema as ArrowSchema};
use arrow_select::take::take;
use trueline_schema::Schema;
use trueline_validate::{Batch, Column, Pass, Plan, State};

use super::find::{Columns, array_at, in_batch};
use super::flat::flat;
use super::origin::BatchOrigin;
use super::widen::{Widened, widen};

/// The maximum number of dictionary entries that are validated before it is known which of them are used.
const MAX_ENTRIES: usize = 1 << 17;

/// The maximum size of the binary values of one array, in bytes: offsets have 32 bits.
const MAX_BINARY_BYTES: usize = 1 << 30;

/// A column of an accepted type exceeds the capacity of an array in the layout that checks read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CapacityExceeded;

/// Validates batches that have the same columns, on one thread.
pub(crate) struct BatchValidator<'a> {
    schema: &'a Schema,
    plan: Plan,
    /// For each field its path in the batches, if it is needed and exists.
    paths: Vec<Option<Vec<usize>>>,
    pass: Pass,
    /// For each field the last dictionary and its results, for reuse.
    entries: Vec<Option<Entries>>,
    /// For each field whether its next rows are known to pass.
    proven: Vec<bool>,
    /// An empty array, for columns whose rows are all proven.
    empty_array: ArrayRef,
}

/// The entries of a dictionary, and whether they pass.
struct Entries {
    dictionary: ArrayRef,
    /// The entries in the layout that checks read.
    values: ArrayRef,
    /// Whether each entry fails a check; `None` if there are too many to validate them all.
    failing: Option<Vec<bool>>,
    any_fails: bool,
}

/// A column in the layout that checks read: all rows, or only those that are not proven.
struct PreparedColumn {
    column: Widened,
    rows: Option<Vec<u32>>,
    proven_nulls: u64,
}

impl<'a> BatchValidator<'a> {
    pub(crate) fn new(schema: &'a Schema, plan: &Plan, pass: Pass) -> Self {
        Self {
            schema,
            plan: plan.clone(),
            paths: vec![None; schema.fields.len()],
            pass,
            entries: schema.fields.iter().map(|_| None).collect(),
            proven: vec![false; schema.fields.len()],
            empty_array: Arc::new(NullArray::new(0)),
        }
    }

    /// Prepares for batches with the schema `batch`, which has some of the columns of `input`.
    pub(crate) fn set_layout(&mut self, columns: &Columns, input: &ArrowSchema, batch: &ArrowSchema) {
        let place = |(field, path): (usize, &Option<Vec<usize>>)| {
            let path = path.as_ref().filter(|_| self.plan.needs(field))?;
            in_batch(input, path, batch)
        };
        self.paths = columns.paths.iter().enumerate().map(place).collect();
    }

    /// Sets the fields whose next rows are known to pass and not to be null.
    #[cfg(feature = "parquet")]
    pub(crate) fn set_proven(&mut self, proven: Vec<bool>) {
        self.proven = proven;
    }

    fn arrays(&self, batch: &RecordBatch) -> Result<Vec<Option<ArrayRef>>, CapacityExceeded> {
        let at = |path: &Option<Vec<usize>>| match path {
            Some(path) => array_at(batch, path).map(Some).ok_or(CapacityExceeded),
            None => Ok(None),
        };
        self.paths.iter().map(at).collect()
    }

    /// Whether a batch has keys that this pass looks for. The batch may have only the columns of keys.
    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    pub(crate) fn has_candidates(
        &mut self,
        batch: &RecordBatch,
        state: &State,
    ) -> Result<bool, CapacityExceeded> {
        let arrays = self.arrays(batch)?;
        self.with_keys(batch.num_rows(), &arrays, |plan, batch| state.has_candidates(plan, batch))
    }

    /// Validates the rows of a batch into a state. Each validated part is passed to `seen`, in order.
    pub(crate) fn observe(
        &mut self,
        batch: &RecordBatch,
        state: &mut State,
        seen: &mut dyn FnMut(&RecordBatch, &State),
    ) -> Result<(), CapacityExceeded> {
        let arrays = self.arrays(batch)?;
        let rows = batch.num_rows();
        if rows > 1 && arrays.iter().flatten().any(|array| binary_bytes(array) > MAX_BINARY_BYTES) {
            self.observe(&batch.slice(0, rows / 2), state, seen)?;
            return self.observe(&batch.slice(rows / 2, rows - rows / 2), state, seen);
        }
        match self.pass {
            Pass::First | Pass::Rows => {
                self.validate(rows, &arrays, state)?;
                seen(batch, state);
                Ok(())
            }
            Pass::Prints => {
                self.with_keys(rows, &arrays, |plan, batch| state.observe_keys(plan, batch, 0, &[]))
            }
            Pass::Candidates => {
                if self.with_keys(rows, &arrays, |plan, batch| state.has_candidates(plan, batch))? {
                    return self.validate(rows, &arrays, state);
                }
                state.pass_over(rows as u64);
                Ok(())
            }
        }
    }

    fn with_keys<T>(
        &mut self,
        rows: usize,
        arrays: &[Option<ArrayRef>],
        evaluate: impl FnOnce(&Plan, &Batch<'_>) -> T,
    ) -> Result<T, CapacityExceeded> {
        let columns = self.columns(arrays)?;
        let keys = complete_columns(&columns);
        let origin = BatchOrigin { first_row: 0, schema: self.schema, arrays };
        Ok(evaluate(
            &self.plan,
            &Batch { rows, columns: &keys, keys: &keys, texts: &[], extras: None, origin: &origin },
        ))
    }

    /// The columns of keys and of custom checks, with all rows.
    fn columns(&mut self, arrays: &[Option<ArrayRef>]) -> Result<Vec<Option<Widened>>, CapacityExceeded> {
        let mut columns = Vec::with_capacity(arrays.len());
        for (field, array) in arrays.iter().enumerate() {
            let array = array.as_ref().filter(|_| self.plan.needs_whole(field));
            columns.push(array.map(|array| self.widened(field, array).ok_or(CapacityExceeded)).transpose()?);
        }
        Ok(columns)
    }

    fn validate(
        &mut self,
        rows: usize,
        arrays: &[Option<ArrayRef>],
        state: &mut State,
    ) -> Result<(), CapacityExceeded> {
        let columns = self.columns(arrays)?;
        let keys = complete_columns(&columns);
        let mut prepared = Vec::with_capacity(arrays.len());
        for (field, array) in arrays.iter().enumerate() {
            prepared.push(match array {
                _ if self.proven[field] => Some(self.all_proven()),
                Some(array) => {
                    let proven = self.prove(field, array);
                    Some(
                        proven
                            .or_else(|| self.complete_column(field, array, columns[field].as_ref()))
                            .ok_or(CapacityExceeded)?,
                    )
                }
                None => None,
            });
        }
        let columns: Vec<Option<Column<'_>>> = prepared
            .iter()
            .map(|prepared: &Option<PreparedColumn>| prepared.as_ref().map(PreparedColumn::column))
            .collect();
        let origin = BatchOrigin { first_row: state.rows(), schema: self.schema, arrays };
        let batch = Batch { rows, columns: &columns, keys: &keys, texts: &[], extras: None, origin: &origin };
        state.observe(&self.plan, &batch);
        Ok(())
    }

    /// A column in full, in the layout that checks read. A dictionary is brought into it once.
    fn widened(&mut self, field: usize, array: &ArrayRef) -> Option<Widened> {
        if let Some(dictionary) = array.as_any_dictionary_opt()
            && let Some(entries) = self.look_up(field, dictionary.values())
            && let Ok(array) = take(&entries.values, dictionary.keys(), None)
        {
            return Some(Widened { array, bad: Vec::new() });
        }
        widen(array, &self.schema.fields[field].data_type)
    }

    fn complete_column(
        &mut self,
        field: usize,
        array: &ArrayRef,
        known: Option<&Widened>,
    ) -> Option<PreparedColumn> {
        let column = match known {
            Some(Widened { array, bad }) => Widened { array: Arc::clone(array), bad: bad.clone() },
            None => self.widened(field, array)?,
        };
        Some(PreparedColumn { column, rows: None, proven_nulls: 0 })
    }

    fn all_proven(&self) -> PreparedColumn {
        let column = Widened { array: Arc::clone(&self.empty_array), bad: Vec::new() };
        PreparedColumn { column, rows: Some(Vec::new()), proven_nulls: 0 }
    }

    /// Validates a column by the entries of its dictionary; `None` if it has none, or if that is not worthwhile.
    fn prove(&mut self, field: usize, array: &ArrayRef) -> Option<PreparedColumn> {
        let dictionary = array.as_any_dictionary_opt()?;
        let forbids_null = self.plan.forbids_null(field);
        let empty_array = Arc::clone(&self.empty_array);
        let entries = self.look_up(field, dictionary.values())?;
        let failing = entries.failing.as_ref()?;
        let has_nulls = dictionary.null_count() > 0;
        let proven_nulls = if forbids_null { 0 } else { dictionary.null_count() as u64 };
        if !(entries.any_fails || forbids_null && has_nulls) {
            let column = Widened { array: empty_array, bad: Vec::new() };
            return Some(PreparedColumn { column, rows: Some(Vec::new()), proven_nulls });
        }
        let nulls = dictionary.nulls();
        let (rows, key): (Vec<u32>, Box<dyn Fn(usize) -> u64 + '_>) =
            if let Some(keys) = array.as_dictionary_opt::<Int32Type>() {
                let keys: &[i32] = keys.keys().values();
                // Null slots may hold anything; no entry has such a number.
                let entry = |key: i32| usize::try_from(key).unwrap_or(usize::MAX);
                (
                    open_rows(keys, entry, failing, nulls, forbids_null),
                    Box::new(move |row| entry(keys[row]) as u64),
                )
            } else {
                let keys = dictionary.normalized_keys();
                let rows = open_rows(&keys, |key| key, failing, nulls, forbids_null);
                (rows, Box::new(move |row| keys[row] as u64))
            };
        if rows.len() > array.len() / 2 {
            return None;
        }
        let of_row = |&row: &u32| {
            let row = row as usize;
            nulls.is_none_or(|nulls| nulls.is_valid(row)).then(|| key(row))
        };
        let places: UInt64Array = rows.iter().map(of_row).collect();
        let array = take(&entries.values, &places, None).ok()?;
        Some(PreparedColumn { column: Widened { array, bad: Vec::new() }, rows: Some(rows), proven_nulls })
    }

    /// Converts the entries of a dictionary to the layout of the field and validates them, unless they are those seen last.
    /// `None` if an entry is null or not a value of the type.
    fn look_up(&mut self, field: usize, dictionary: &ArrayRef) -> Option<&Entries> {
        let known = &mut self.entries[field];
        if known.as_ref().is_none_or(|known| !is_same(&known.dictionary, dictionary)) {
            *known = None;
            if dictionary.logical_null_count() > 0 {
                return None;
            }
            let Widened { array: values, bad } = widen(dictionary, &self.schema.fields[field].data_type)?;
            if !bad.is_empty() {
                return None;
            }
            let failing = (dictionary.len() <= MAX_ENTRIES)
                .then(|| self.plan.failing(field, &values).iter().collect::<Vec<bool>>());
            let any_fails = failing.as_ref().is_some_and(|failing| failing.contains(&true));
            *known = Some(Entries { dictionary: Arc::clone(dictionary), values, failing, any_fails });
        }
        self.entries[field].as_ref()
    }
}

impl PreparedColumn {
    fn column(&self) -> Column<'_> {
        Column {
            array: &self.column.array,
            bad: &self.column.bad,
            rows: self.rows.as_deref(),
            proven_nulls: self.proven_nulls,
        }
    }
}

/// The rows whose dictionary entry fails, and the null rows if nulls are forbidden.
fn open_rows<K: Copy>(
    keys: &[K],
    entry: impl Fn(K) -> usize,
    failing: &[bool],
    nulls: Option<&NullBuffer>,
    forbids_null: bool,
) -> Vec<u32> {
    let chunks = nulls.map(|nulls| nulls.inner().bit_chunks());
    let mut valid = chunks.as_ref().map(BitChunks::iter_padded);
    let mut rows = Vec::new();
    for (first, keys) in (0_u32..).step_by(64).zip(keys.chunks(64)) {
        let fails = |key: K| failing.get(entry(key)).copied().unwrap_or_default();
        let open = keys.iter().enumerate().fold(0, |bits, (bit, &key)| bits | u64::from(fails(key)) << bit);
        let valid = valid.as_mut().map_or(u64::MAX, |valid| valid.next().unwrap_or_default());
        let null = if forbids_null { !valid & u64::MAX >> (64 - keys.len()) } else { 0 };
        let mut rest = open & valid | null;
        while rest != 0 {
            rows.push(first + rest.trailing_zeros());
            rest &= rest - 1;
        }
    }
    rows
}

fn complete_columns(columns: &[Option<Widened>]) -> Vec<Option<Column<'_>>> {
    columns
        .iter()
        .map(|complete_column| {
            complete_column.as_ref().map(|column| Column::whole(&column.array, &column.bad))
        })
        .collect()
}

/// Whether two arrays are one: the same memory, so that their values need not be compared.
fn is_same(one: &ArrayRef, other: &ArrayRef) -> bool {
    Arc::ptr_eq(one, other) || one.to_data().ptr_eq(&other.to_data())
}

/// The total size of the values of an array when concatenated, in bytes.
fn binary_bytes(array: &ArrayRef) -> usize {
    match array.data_type() {
        Arrow::BinaryView => array.as_binary_view().iter().flatten().map(<[u8]>::len).sum(),
        Arrow::LargeBinary => array.as_binary::<i64>().value_data().len(),
        Arrow::Dictionary(_, values)
            if matches!(**values, Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView) =>
        {
            let longest = longest(array.as_any_dictionary().values());
            longest.saturating_mul(array.len())
        }
        Arrow::FixedSizeBinary(size) => {
            usize::try_from(*size).unwrap_or_default().saturating_mul(array.len())
        }
        _ => 0,
    }
}

fn longest(values: &ArrayRef) -> usize {
    let Some(values) = flat(values) else { return usize::MAX };
    match values.data_type() {
        Arrow::Binary => values.as_binary::<i32>().iter().flatten().map(<[u8]>::len).max(),
        Arrow::LargeBinary => values.as_binary::<i64>().iter().flatten().map(<[u8]>::len).max(),
        Arrow::BinaryView => values.as_binary_view().iter().flatten().map(<[u8]>::len).max(),
        _ => None,
    }
    .unwrap_or_default()
}
