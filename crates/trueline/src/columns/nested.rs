//! Lists and structs.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, NullArray, make_array};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType as Arrow, Field};
use trueline_report::BadCell;
use trueline_schema::DataType;

use super::widen::{Widened, accepts, widen};

/// Lists of any layout whose items are taken. What checks ask of a list is its length, so that one of another layout comes back
/// with items that say no more than how many they are. A list with an item that is no value of its type is none itself.
pub(super) fn list(array: &ArrayRef, item: &DataType) -> Option<Widened> {
    let lists = lengths(array, item)?;
    if !item_of(array.data_type()).is_some_and(|own| has_room(own.data_type(), item)) {
        return Some(Widened { array: lists, bad: Vec::new() });
    }
    let (items, ranges) = items(array)?;
    // Lists that are a slice of others have the items of all of them.
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
    without(lists, bad.collect())
}

/// The items of all lists, and which of them are those of each.
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

/// Whether a type of Arrow has room for values that are none of the schema's, as it has for half a day.
fn has_room(own: &Arrow, data_type: &DataType) -> bool {
    match (own, data_type) {
        (Arrow::Dictionary(_, values), _) => has_room(values, data_type),
        (Arrow::RunEndEncoded(_, values), _) => has_room(values.data_type(), data_type),
        (Arrow::Date64, DataType::Date) | (Arrow::Time32(_) | Arrow::Time64(_), DataType::Time) => true,
        (own, DataType::Decimal { .. }) => own.is_decimal(),
        (own, DataType::List(item)) => item_of(own).is_some_and(|own| has_room(own.data_type(), item)),
        (Arrow::Struct(own), DataType::Struct(members)) => members.iter().any(|(name, data_type)| {
            own.iter().any(|field| field.name() == name && has_room(field.data_type(), data_type))
        }),
        _ => false,
    }
}

/// What the items of a list are.
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

/// An array with nulls in place of bad cells, which are in the order of their rows.
pub(super) fn without(array: ArrayRef, bad: Vec<BadCell>) -> Option<Widened> {
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

/// The lists alone, if their items are taken.
fn lengths(array: &ArrayRef, item: &DataType) -> Option<ArrayRef> {
    if !accepts(item_of(array.data_type())?.data_type(), item) {
        return None;
    }
    let nulls = array.nulls().cloned();
    let lengths = |length: &dyn Fn(usize) -> usize| of_lengths((0..array.len()).map(length), nulls.clone());
    match array.data_type() {
        Arrow::LargeList(_) => {
            let offsets = array.as_list::<i64>().offsets();
            lengths(&|row| usize::try_from(offsets[row + 1] - offsets[row]).unwrap_or_default())
        }
        Arrow::FixedSizeList(_, size) => {
            let size = usize::try_from(*size).unwrap_or_default();
            lengths(&|_| size)
        }
        Arrow::ListView(_) => {
            let sizes = array.as_list_view::<i32>().sizes();
            lengths(&|row| usize::try_from(sizes[row]).unwrap_or_default())
        }
        Arrow::LargeListView(_) => {
            let sizes = array.as_list_view::<i64>().sizes();
            lengths(&|row| usize::try_from(sizes[row]).unwrap_or_default())
        }
        _ => Some(Arc::clone(array)),
    }
}

/// Lists of these lengths. `None` beyond two billion items, of which no batch has as many.
fn of_lengths(lengths: impl Iterator<Item = usize>, nulls: Option<NullBuffer>) -> Option<ArrayRef> {
    let (mut offsets, mut end) = (vec![0_i32], 0_i32);
    for length in lengths {
        end = end.checked_add(i32::try_from(length).ok()?)?;
        offsets.push(end);
    }
    let items: ArrayRef = Arc::new(NullArray::new(usize::try_from(end).ok()?));
    let field = Arc::new(Field::new_list_field(Arrow::Null, true));
    Some(Arc::new(ListArray::try_new(field, OffsetBuffer::new(offsets.into()), items, nulls).ok()?))
}

/// Structs that have every declared member, each of a type that is taken. They may have others. One with a member that is no value of its type
/// is none itself.
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
        if !has_room(member.data_type(), data_type) {
            continue;
        }
        let found = widen(member, data_type)?.bad;
        bad.extend(found.into_iter().filter(|cell| structs.is_valid(cell.row as usize)));
    }
    // The first member counts.
    bad.sort_by_key(|cell| cell.row);
    bad.dedup_by_key(|cell| cell.row);
    without(Arc::clone(array), bad)
}
