//! Structs that lie, as those who make them by hand may: refused, put right, and released.
#![allow(unsafe_code, reason = "structs of the C data interface are spoilt member by member")]

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    Array, ArrayRef, Int64Array, NullArray, RecordBatch, RecordBatchIterator, StringArray, StringViewArray,
    StructArray,
};
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType, Field, Fields};
use trueline_arrow::{Error, ErrorKind, Stream, array, batch};

fn table() -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(0), None]));
    let names: ArrayRef = Arc::new(StringArray::from(vec!["a", "long", "c"]));
    RecordBatch::try_from_iter_with_nullable([("id", ids, true), ("name", names, true)]).expect("a table")
}

fn pair(batch: &RecordBatch) -> (FFI_ArrowArray, FFI_ArrowSchema) {
    to_ffi(&StructArray::from(batch.clone()).into_data()).expect("a pair")
}

/// Why a pair is refused.
fn refused(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> String {
    match batch(array, schema) {
        Ok(batch) => panic!("taken: {batch:?}"),
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::Invalid { .. }), "{error:?}");
            error.to_string()
        }
    }
}

/// A member of the C struct, set to something else.
fn set<T, V>(place: &mut T, offset_bytes: usize, value: V) {
    // SAFETY: the tests say offsets of members of `ArrowArray` or `ArrowSchema`, of that type.
    unsafe { (&raw mut *place).byte_add(offset_bytes).cast::<V>().write_unaligned(value) };
}

/// A member of the C struct.
fn get<T, V>(place: &mut T, offset_bytes: usize) -> V {
    // SAFETY: as in `set`.
    unsafe { (&raw mut *place).byte_add(offset_bytes).cast::<V>().read_unaligned() }
}

/// Offsets of members of `ArrowArray`.
const LENGTH: usize = 0;
const NULL_COUNT: usize = 8;
const OFFSET: usize = 16;
const N_BUFFERS: usize = 24;
const BUFFERS: usize = 40;
const CHILDREN: usize = 48;
/// That of `ArrowSchema`.
const CHILDREN_OF_SCHEMA: usize = 40;

/// A schema whose struct may be spoilt: the one that is freed is another.
fn loose(inner: FFI_ArrowSchema) -> FFI_ArrowSchema {
    unsafe extern "C" fn release(schema: *mut FFI_ArrowSchema) {
        // SAFETY: the schema was made with this context below.
        drop(unsafe { Box::from_raw((*schema).private_data().cast::<FFI_ArrowSchema>()) });
        // SAFETY: what it has is freed; it says so.
        unsafe { (*schema).set_release(None) };
    }
    let inner = Box::into_raw(Box::new(inner));
    // SAFETY: a copy of the struct; only the inner one frees what both point to.
    let mut outer = unsafe { ptr::read(inner) };
    // SAFETY: `release` takes the inner one for what is handed to it.
    unsafe { outer.set_private_data(inner.cast::<c_void>()) };
    // SAFETY: as above.
    unsafe { outer.set_release(Some(release)) };
    outer
}

/// An array whose struct may be spoilt: the one that is freed is another.
fn loose_array(inner: FFI_ArrowArray) -> FFI_ArrowArray {
    unsafe extern "C" fn release(array: *mut FFI_ArrowArray) {
        // SAFETY: as in `loose`.
        drop(unsafe { Box::from_raw((*array).private_data().cast::<FFI_ArrowArray>()) });
        // SAFETY: as in `loose`.
        unsafe { (*array).set_release(None) };
    }
    let inner = Box::into_raw(Box::new(inner));
    // SAFETY: as in `loose`.
    let mut outer = unsafe { ptr::read(inner) };
    // SAFETY: as in `loose`.
    unsafe { outer.set_private_data(inner.cast::<c_void>()) };
    // SAFETY: as in `loose`.
    unsafe { outer.set_release(Some(release)) };
    outer
}

/// The `index`th child of an array, to be spoilt.
fn child(array: &mut FFI_ArrowArray, index: usize) -> &mut FFI_ArrowArray {
    let children: *mut *mut FFI_ArrowArray = get(array, CHILDREN);
    // SAFETY: the tests ask for children that are there, and for one at a time.
    unsafe { &mut **children.add(index) }
}

#[test]
fn what_is_well_made_is_taken_as_it_is() {
    let (data, columns) = pair(&table());
    assert_eq!(batch(data, &columns).expect("a batch"), table());
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let (data, column) = to_ffi(&ids.to_data()).expect("a pair");
    assert_eq!(&array(data, &column).expect("an array"), &ids);
    // A part of a table starts somewhere within its buffers.
    let (data, columns) = pair(&table().slice(1, 2));
    assert_eq!(batch(data, &columns).expect("a batch"), table().slice(1, 2));
}

#[test]
fn what_is_no_table_is_told_apart_from_what_lies() {
    let ids = Int64Array::from(vec![1]).into_data();
    let (data, column) = to_ffi(&ids).expect("a pair");
    assert!(matches!(batch(data, &column).map_err(kind), Err(Kind::NoTable)));
    let rows =
        StructArray::from(table()).into_data().into_builder().nulls(Some(vec![true, false, true].into()));
    let (data, columns) = to_ffi(&rows.build().expect("rows")).expect("a pair");
    assert!(matches!(batch(data, &columns).map_err(kind), Err(Kind::NullRows)));
    let (_, columns) = pair(&table());
    assert!(matches!(batch(FFI_ArrowArray::empty(), &columns).map_err(kind), Err(Kind::Released)));
    let (data, _) = pair(&table());
    assert!(matches!(batch(data, &FFI_ArrowSchema::empty()).map_err(kind), Err(Kind::Released)));
    assert!(matches!(Stream::new(FFI_ArrowArrayStream::empty()).map_err(kind), Err(Kind::Released)));
}

/// The kinds that are no lies.
enum Kind {
    NoTable,
    NullRows,
    Released,
    Other,
}

#[allow(clippy::needless_pass_by_value, reason = "it is handed on by `map_err`")]
fn kind(error: Error) -> Kind {
    match error.kind() {
        ErrorKind::NoTable { .. } => Kind::NoTable,
        ErrorKind::NullRows => Kind::NullRows,
        ErrorKind::Released { .. } => Kind::Released,
        _ => Kind::Other,
    }
}

#[test]
fn structs_that_contradict_themselves_are_refused() {
    // Offsets of the members of `ArrowArray`, and what they must not be.
    let spoilt: [(&str, usize, i64); 8] = [
        ("length", 0, -1),
        ("null_count", 8, 4),
        ("offset", 16, i64::MAX),
        ("n_buffers", 24, 3),
        ("n_children", 32, 1),
        ("n_children", 32, 100_000),
        ("n_children", 32, -1),
        ("n_children", 32, i64::MAX),
    ];
    for (_, offset_bytes, value) in spoilt {
        let (data, columns) = pair(&table());
        let mut data = loose_array(data);
        set(&mut data, offset_bytes, value);
        refused(data, &columns);
    }
    // Of `ArrowSchema`: no format; one that has one child; one that is no text.
    for format in [ptr::null(), c"+l".as_ptr(), c"\xff".as_ptr()] {
        let (data, columns) = pair(&table());
        let mut columns = loose(columns);
        set(&mut columns, 0, format);
        refused(data, &columns);
    }
}

#[test]
fn nulls_are_those_of_the_bitmap_whatever_is_said_of_their_number() {
    for told in [1, -1, 0, 2, 3] {
        let (mut data, columns) = pair(&table());
        set(child(&mut data, 0), NULL_COUNT, i64::from(told));
        let batch = batch(data, &columns).expect("a batch");
        assert_eq!(batch, table(), "{told}");
        assert!(batch.column(0).is_null(2), "{told}");
    }
    let (mut data, columns) = pair(&table());
    set(child(&mut data, 0), NULL_COUNT, 4_i64);
    assert!(refused(data, &columns).contains("4 nulls among 3 values"));
    let (mut data, columns) = pair(&table());
    set(child(&mut data, 1), NULL_COUNT, 1_i64);
    assert!(refused(data, &columns).contains("no bitmap"));
}

#[test]
fn children_that_cannot_be_are_refused() {
    for (length, offset) in [(i64::MAX, 0), (i64::MAX - 1, 0), (i64::MAX / 8, 0), (3, i64::MAX / 64), (-1, 0)]
    {
        let (mut data, columns) = pair(&table());
        set(child(&mut data, 0), LENGTH, length);
        set(child(&mut data, 0), OFFSET, offset);
        let message = refused(data, &columns);
        assert!(message.contains("has a length of"), "{message}");
    }
    let (mut data, columns) = pair(&table());
    // SAFETY: taken out of its place, as a consumer may do.
    let moved = unsafe { FFI_ArrowArray::from_raw(child(&mut data, 1)) };
    let message = refused(data, &columns);
    assert!(message.contains("was released"), "{message}");
    drop(moved);
    let (data, mut columns) = pair(&table());
    let of_columns: *mut *mut FFI_ArrowSchema = get(&mut columns, CHILDREN_OF_SCHEMA);
    // SAFETY: there are two, and one is taken out of its place, as a consumer may do.
    let moved = unsafe { FFI_ArrowSchema::from_raw(*of_columns.add(1)) };
    let message = refused(data, &columns);
    assert!(message.contains("was released"), "{message}");
    drop(moved);
}

#[test]
fn arrays_without_values_need_no_buffers() {
    let names: ArrayRef = Arc::new(StringArray::from(Vec::<&str>::new()));
    let tags: ArrayRef = Arc::new(ListBuilder::new(StringBuilder::new()).finish());
    let empty = RecordBatch::try_from_iter_with_nullable([("name", names, true), ("tags", tags, true)])
        .expect("a batch");
    let (mut data, columns) = pair(&empty);
    let mut spoilt = vec![ptr::from_mut(child(&mut data, 0)), ptr::from_mut(child(&mut data, 1))];
    spoilt.push(ptr::from_mut(child(child(&mut data, 1), 0)));
    for array in spoilt {
        // SAFETY: as in `child`.
        let array = unsafe { &mut *array };
        let buffers: *mut *const c_void = get(array, BUFFERS);
        for index in 0..array.num_buffers() {
            // SAFETY: the list has as many members.
            unsafe { buffers.add(index).write(ptr::null()) };
        }
    }
    assert_eq!(batch(data, &columns).expect("a batch"), empty);
    // Those of values are needed.
    let (mut data, columns) = pair(&table());
    let buffers: *mut *const c_void = get(child(&mut data, 1), BUFFERS);
    // SAFETY: as above.
    unsafe { buffers.add(1).write(ptr::null()) };
    refused(data, &columns);
}

/// A table of one column.
fn column(name: &str, values: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([(name, values, true)]).expect("a table")
}

/// Where an array has the pointers to its buffers.
fn buffers(array: &mut FFI_ArrowArray) -> *mut *const c_void {
    get(array, BUFFERS)
}

#[test]
fn nulls_are_taken_where_a_schema_has_none() {
    let within = Fields::from(vec![Field::new("x", DataType::Int64, false)]);
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    // SAFETY: none are needed for nulls.
    let inner = unsafe {
        let inner = ArrayData::builder(DataType::Struct(within.clone())).len(2);
        inner.add_child_data(ids.to_data()).build_unchecked()
    };
    let fields = Fields::from(vec![Field::new("inner", DataType::Struct(within), false)]);
    // SAFETY: as above.
    let rows = unsafe {
        let rows = ArrayData::builder(DataType::Struct(fields)).len(2);
        rows.add_child_data(inner).build_unchecked()
    };
    let (data, columns) = to_ffi(&rows).expect("a pair");
    let batch = batch(data, &columns).expect("a batch");
    assert_eq!(batch.column(0).as_struct().column(0).null_count(), 1);
    let (data, columns) = to_ffi(&rows.child_data()[0]).expect("a pair");
    assert_eq!(trueline_arrow::batch(data, &columns).expect("a batch").column(0).null_count(), 1);
}

#[test]
fn nothing_may_have_a_buffer() {
    let table = column("nothing", Arc::new(NullArray::new(3)));
    let (mut data, columns) = pair(&table);
    let array = child(&mut data, 0);
    let list = Box::new([ptr::null::<c_void>()]);
    set(array, N_BUFFERS, 1_i64);
    set(array, BUFFERS, list.as_ptr());
    assert_eq!(batch(data, &columns).expect("a batch"), table);
}

#[test]
fn lengths_of_views_are_looked_at() {
    let long = "longer than a view may have in itself";
    let views = || column("text", Arc::new(StringViewArray::from(vec![long, "short"])));
    let (data, columns) = pair(&views());
    assert_eq!(batch(data, &columns).expect("a batch"), views());
    for (lengths, message) in [(None, "is NULL"), (Some([-1_i64]), "a buffer of -1 bytes")] {
        let (mut data, columns) = pair(&views());
        let array = child(&mut data, 0);
        assert_eq!(array.num_buffers(), 4);
        let place = lengths.as_ref().map_or(ptr::null(), |lengths| lengths.as_ptr().cast());
        // SAFETY: the last of the four.
        unsafe { buffers(array).add(3).write(place) };
        let found = refused(data, &columns);
        assert!(found.contains(message), "{found}");
    }
}

#[test]
fn offsets_that_are_not_aligned_are_refused() {
    let (mut data, columns) = pair(&table());
    let buffers = buffers(child(&mut data, 1));
    // SAFETY: a name has three buffers, of which the second are offsets.
    unsafe { buffers.add(1).write((*buffers.add(1)).byte_add(1)) };
    let found = refused(data, &columns);
    assert!(found.contains("not aligned"), "{found}");
}

#[test]
fn buffers_that_contradict_themselves_are_refused() {
    let strings = |offsets: &[i32], bytes: &[u8]| {
        let offsets: Vec<u8> = offsets.iter().flat_map(|offset| offset.to_le_bytes()).collect();
        let good = StringArray::from(vec!["a", "b", "c"]).into_data();
        // SAFETY: none; that is what is tried.
        unsafe { good.into_builder().buffers(vec![offsets.into(), bytes.to_vec().into()]).build_unchecked() }
    };
    for (what, names) in [
        ("offsets that go back", strings(&[0, 3, 1, 4], b"abcd")),
        ("a text that is not UTF-8", strings(&[0, 1, 2, 3], b"a\xffc")),
        ("a negative offset", strings(&[-1, 1, 2, 3], b"abc")),
    ] {
        let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let fields = vec![Field::new("id", DataType::Int64, true), Field::new("name", DataType::Utf8, true)];
        // SAFETY: none; that is what is tried.
        let data = unsafe {
            ids.to_data()
                .into_builder()
                .data_type(DataType::Struct(fields.into()))
                .buffers(Vec::new())
                .child_data(vec![ids.to_data(), names])
                .build_unchecked()
        };
        let (data, columns) = to_ffi(&data).expect("a pair");
        assert!(!refused(data, &columns).is_empty(), "{what}");
    }
}

#[test]
fn a_stream_gives_its_columns_its_batches_and_its_failure() {
    let broken = ArrowError::ComputeError("the wire was cut".to_owned());
    let batches = RecordBatchIterator::new(vec![Ok(table()), Err(broken), Ok(table())], table().schema());
    let mut stream = Stream::new(FFI_ArrowArrayStream::new(Box::new(batches))).expect("a stream");
    assert_eq!(stream.next().expect("columns").expect("columns").num_rows(), 0);
    assert_eq!(stream.next().expect("a batch").expect("a batch"), table());
    let error = stream.next().expect("a failure").expect_err("a failure");
    assert!(matches!(error.kind(), ErrorKind::Failed { .. }), "{error:?}");
    assert!(error.to_string().contains("the wire was cut"), "{error}");
    assert!(stream.next().is_none());
}
