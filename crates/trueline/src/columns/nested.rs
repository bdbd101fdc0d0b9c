//! Lists and structs.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, ListArray, NullArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType as Arrow, Field};
use trueline_schema::DataType;

use super::widen::accepts;

/// Lists of any layout whose items are taken. What checks ask of a list is its length, so that one of another layout comes back
/// with items that say no more than how many they are.
pub(super) fn list(array: &ArrayRef, item: &DataType) -> Option<ArrayRef> {
    let (Arrow::List(own)
    | Arrow::LargeList(own)
    | Arrow::FixedSizeList(own, _)
    | Arrow::ListView(own)
    | Arrow::LargeListView(own)) = array.data_type()
    else {
        return None;
    };
    if !accepts(own.data_type(), item) {
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

/// Structs that have every declared member, each of a type that is taken. They may have others.
pub(super) fn structure(array: &ArrayRef, members: &[(String, DataType)]) -> Option<ArrayRef> {
    let Arrow::Struct(own) = array.data_type() else { return None };
    let is_taken = |(name, data_type): &(String, DataType)| {
        let mut named = own.iter().filter(|field| field.name() == name);
        matches!((named.next(), named.next()), (Some(field), None) if accepts(field.data_type(), data_type))
    };
    members.iter().all(is_taken).then(|| Arc::clone(array))
}
