//! Converts lists and structs.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, NullArray, UInt64Array, make_array};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType as Arrow, Field};
use arrow_select::take::take;
use trueline_report::BadCell;
use trueline_schema::DataType;

use super::widen::{Widened, accepts, factor, widen};

/// The maximum mean number of list views per item for which items are copied. Beyond it, checks only see the number of items,
/// as nulls.
const MAX_MEAN_SHARING: usize = 16;

/// Lists of any layout, if their items are accepted. A list with an item that is not a value of its type is itself invalid.
pub(super) fn list(array: &ArrayRef, item: &DataType) -> Option<Widened> {
    let lists = list_array(array, item)?;
    if !item_of(array.data_type()).is_some_and(|own| may_be_invalid(own.data_type(), item)) {
        return Some(Widened { array: lists, bad: Vec::new() });
    }
    let (items, ranges) = items(array)?;
    // A slice of an array of lists still has the items of the whole array.
    let start = ranges.iter().map(|range| range.start).min().unwrap_or_default();
    let end = ranges.iter().map(|range| range.end).max().unwrap_or_default();
    let bad = widen(&items.slice(start, end - start), item)?.bad;
    if bad.is_empty() {
        return Some(Widened { array: lists, bad });
    }
    let first = |range: Range<usize>| {
        let at = bad.partition_point(|cell| (cell.row as usize) + start < range.start);
        bad.get(at).filter(|cell| range.contains(&(cell.row as usize + start)))
    };
    let rows = (0..).zip(ranges).zip(0..array.len()).filter(|(_, row)| array.is_valid(*row));
    let bad = rows.filter_map(|((row, range), _)| Some(BadCell { row, code: first(range)?.code }));
    with_nulls_at(lists, bad.collect())
}

/// The items of all lists, and the range of items of each list.
fn items(array: &ArrayRef) -> Option<(&ArrayRef, Vec<Range<usize>>)> {
    fn ranges<T: TryInto<usize> + Copy>(ends: impl Iterator<Item = (T, T)>) -> Option<Vec<Range<usize>>> {
        ends.map(|(start, end)| Some(start.try_into().ok()?..end.try_into().ok()?)).collect()
    }
    let rows = 0..array.len();
    Some(match array.data_type() {
        Arrow::List(_) => {
            let list = array.as_list::<i32>();
            (list.values(), ranges(rows.map(|row| (list.offsets()[row], list.offsets()[row + 1])))?)
        }
        Arrow::LargeList(_) => {
            let list = array.as_list::<i64>();
            (list.values(), ranges(rows.map(|row| (list.offsets()[row], list.offsets()[row + 1])))?)
        }
        Arrow::FixedSizeList(..) => {
            let list = array.as_fixed_size_list();
            let size = usize::try_from(list.value_length()).ok()?;
            (list.values(), rows.map(|row| row * size..(row + 1) * size).collect())
        }
        Arrow::ListView(_) => {
            let list = array.as_list_view::<i32>();
            let end = |row: usize| list.offsets()[row] + list.sizes()[row];
            (list.values(), ranges(rows.map(|row| (list.offsets()[row], end(row))))?)
        }
        Arrow::LargeListView(_) => {
            let list = array.as_list_view::<i64>();
            let end = |row: usize| list.offsets()[row] + list.sizes()[row];
            (list.values(), ranges(rows.map(|row| (list.offsets()[row], end(row))))?)
        }
        _ => return None,
    })
}

/// Whether an Arrow type can hold values that are invalid for the schema's type, such as half a day.
fn may_be_invalid(own: &Arrow, data_type: &DataType) -> bool {
    match (own, data_type) {
        (Arrow::Dictionary(_, values), _) => may_be_invalid(values, data_type),
        (Arrow::RunEndEncoded(_, values), _) => may_be_invalid(values.data_type(), data_type),
        (Arrow::Date64, DataType::Date) | (Arrow::Time32(_) | Arrow::Time64(_), DataType::Time) => true,
        (Arrow::Timestamp(own, _), DataType::Timestamp { unit: Some(unit), .. }) => {
            factor(*own, *unit).is_some_and(|factor| factor > 1)
        }
        (own, DataType::Decimal { .. }) => own.is_decimal(),
        (own, DataType::List(item)) => item_of(own).is_some_and(|own| may_be_invalid(own.data_type(), item)),
        (Arrow::Struct(own), DataType::Struct(members)) => members.iter().any(|(name, data_type)| {
            own.iter().any(|field| field.name() == name && may_be_invalid(field.data_type(), data_type))
        }),
        _ => false,
    }
}

/// The field of the items of a list.
fn item_of(own: &Arrow) -> Option<&Field> {
    match own {
        Arrow::List(item)
        | Arrow::LargeList(item)
        | Arrow::FixedSizeList(item, _)
        | Arrow::ListView(item)
        | Arrow::LargeListView(item) => Some(item),
        _ => None,
    }
}

/// An array with nulls in place of bad cells. `bad` is in the order of rows.
pub(super) fn with_nulls_at(array: ArrayRef, bad: Vec<BadCell>) -> Option<Widened> {
    if bad.is_empty() {
        return Some(Widened { array, bad });
    }
    let mut is_valid: Vec<bool> = (0..array.len()).map(|row| array.is_valid(row)).collect();
    for cell in &bad {
        is_valid[cell.row as usize] = false;
    }
    let data = array.to_data().into_builder().nulls(Some(NullBuffer::from(is_valid)));
    Some(Widened { array: make_array(data.build().ok()?), bad })
}

/// The lists as a `ListArray`, if their items are accepted.
fn list_array(array: &ArrayRef, item: &DataType) -> Option<ArrayRef> {
    if !accepts(item_of(array.data_type())?.data_type(), item) {
        return None;
    }
    if matches!(array.data_type(), Arrow::List(_)) {
        return Some(Arc::clone(array));
    }
    let (items, mut ranges) = items(array)?;
    if matches!(array.data_type(), Arrow::LargeList(_) | Arrow::FixedSizeList(..)) {
        let start = ranges.first().map_or(0, |range| range.start);
        let end = ranges.last().map_or(0, |range| range.end);
        return of_lengths(&ranges, items.slice(start, end - start), array.nulls());
    }
    // The range of a null list may be anything.
    ranges
        .iter_mut()
        .zip(0..array.len())
        .filter(|(_, row)| array.is_null(*row))
        .for_each(|(range, _)| *range = 0..0);
    let total = ranges.iter().map(Range::len).fold(0, usize::saturating_add);
    if total > MAX_MEAN_SHARING.saturating_mul(items.len()) {
        return of_lengths(&ranges, Arc::new(NullArray::new(total)), array.nulls());
    }
    let indices: UInt64Array = ranges.iter().flat_map(|range| range.clone().map(|at| at as u64)).collect();
    of_lengths(&ranges, take(items, &indices, None).ok()?, array.nulls())
}

/// Lists with consecutive items and the lengths of `ranges`. `None` beyond two billion items, which no batch has.
fn of_lengths(ranges: &[Range<usize>], items: ArrayRef, nulls: Option<&NullBuffer>) -> Option<ArrayRef> {
    let offsets = OffsetBuffer::try_from_lengths(ranges.iter().map(Range::len)).ok()?;
    // Items are nullable, because null lists may contain nulls.
    let field = Field::new_list_field(items.data_type().clone(), true);
    Some(Arc::new(ListArray::try_new(Arc::new(field), offsets, items, nulls.cloned()).ok()?))
}

/// Structs that have every declared member, each of an accepted type, and possibly others. A struct with a member that is not a
/// value of its type is itself invalid.
pub(super) fn structure(array: &ArrayRef, members: &[(String, DataType)]) -> Option<Widened> {
    let Arrow::Struct(own) = array.data_type() else { return None };
    let is_taken = |(name, data_type): &(String, DataType)| {
        let mut named = own.iter().filter(|field| field.name() == name);
        matches!((named.next(), named.next()), (Some(field), None) if accepts(field.data_type(), data_type))
    };
    if !members.iter().all(is_taken) {
        return None;
    }
    let structs = array.as_struct();
    let mut bad = Vec::new();
    for (name, data_type) in members {
        let member = structs.column_by_name(name)?;
        if !may_be_invalid(member.data_type(), data_type) {
            continue;
        }
        let found = widen(member, data_type)?.bad;
        bad.extend(found.into_iter().filter(|cell| structs.is_valid(cell.row as usize)));
    }
    // The fault of the first member is kept.
    bad.sort_by_key(|cell| cell.row);
    bad.dedup_by_key(|cell| cell.row);
    with_nulls_at(Arc::clone(array), bad)
}
