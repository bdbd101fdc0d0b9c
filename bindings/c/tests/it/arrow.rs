//! Arrow data in and out: held against themselves, and released exactly once.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{
    Array, ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, StringArray, StringViewArray, StructArray,
};
use arrow_schema::{ArrowError, DataType, Schema};
use trueline_c::export::{report, validator as export};
use trueline_c::{Error, Report, Status, Validator};

use crate::support::{json, made, refused, schema, validate_memory, validator};

const DOCUMENT: &str =
    "fields:\n  - {name: id, type: integer, minimum: 1}\n  - {name: name, type: string, max_length: 3}\n";

fn table() -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(0), None]));
    let names: ArrayRef = Arc::new(StringArray::from(vec!["a", "long", "c"]));
    RecordBatch::try_from_iter([("id", ids), ("name", names)]).expect("a table")
}

fn judge() -> Box<Validator> {
    validator(&schema(DOCUMENT), None)
}

fn pair(batch: &RecordBatch) -> (FFI_ArrowArray, FFI_ArrowSchema) {
    to_ffi(&StructArray::from(batch.clone()).into_data()).expect("a pair")
}

type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;

fn array(
    judge: &Validator,
    array: &mut FFI_ArrowArray,
    schema: &mut FFI_ArrowSchema,
) -> impl FnOnce(Out<'_, Box<Report>>, Out<'_, Box<Error>>) -> Status {
    move |place, fault| {
        export::trueline_validate_arrow_array(Some(judge), Some(array), Some(schema), place, fault)
    }
}

#[test]
fn an_array_is_judged_and_taken_over() {
    let (mut data, mut columns) = pair(&table());
    let found = json(&made(array(&judge(), &mut data, &mut columns)));
    assert_eq!((&found["rows"]["total"], &found["rows"]["invalid"]), (&3.into(), &1.into()));
    assert!(data.is_released() && columns.release().is_none());
    let (status, message) = refused(array(&judge(), &mut data, &mut columns));
    assert_eq!((status, message.contains("before")), (Status::Arrow, true));
}

static RELEASED: AtomicU32 = AtomicU32::new(0);

/// Counts, then does what the array's own function did.
unsafe extern "C" fn counted(array: *mut FFI_ArrowArray) {
    RELEASED.fetch_add(1, Ordering::SeqCst);
    // SAFETY: the array was made with this context by `counting`.
    let inner = unsafe { Box::from_raw((*array).private_data().cast::<FFI_ArrowArray>()) };
    drop(inner);
    // SAFETY: what it has is freed; it says so.
    unsafe { (*array).set_release(None) };
}

/// An array around another one, whose release is counted. It shares the buffers, which the inner one keeps.
fn counting(inner: FFI_ArrowArray) -> FFI_ArrowArray {
    let inner = Box::into_raw(Box::new(inner));
    // SAFETY: a copy of the struct; only the inner one frees what both point to.
    let mut outer = unsafe { std::ptr::read(inner) };
    // SAFETY: `counted` takes the inner one for what is handed to it.
    unsafe { outer.set_private_data(inner.cast::<c_void>()) };
    // SAFETY: as above.
    unsafe { outer.set_release(Some(counted)) };
    outer
}

#[test]
fn an_array_is_released_exactly_once_whatever_the_answer() {
    let judge = judge();
    let (data, mut columns) = pair(&table());
    let mut data = counting(data);
    drop(made(array(&judge, &mut data, &mut columns)));
    assert_eq!(RELEASED.swap(0, Ordering::SeqCst), 1);
    // Of another type than its schema says.
    let (data, _) = pair(&table());
    let mut data = counting(data);
    let mut columns = FFI_ArrowSchema::try_from(DataType::Int64).expect("a schema");
    assert_eq!(refused(array(&judge, &mut data, &mut columns)).0, Status::Arrow);
    assert_eq!(RELEASED.swap(0, Ordering::SeqCst), 1);
    // A NULL is told before anything is taken.
    let mut data = counting(pair(&table()).0);
    let status = export::trueline_validate_arrow_array(Some(&judge), Some(&mut data), None, None, None);
    assert_eq!((status, data.is_released()), (Status::NullArgument, false));
    drop(data);
    assert_eq!(RELEASED.swap(0, Ordering::SeqCst), 1);
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
const NULL_COUNT: usize = 8;
const CHILDREN: usize = 48;

/// The `index`th child of an array, to be spoilt.
fn child(array: &mut FFI_ArrowArray, index: usize) -> &mut FFI_ArrowArray {
    let children: *mut *mut FFI_ArrowArray = get(array, CHILDREN);
    // SAFETY: the tests ask for children that are there, and for one at a time.
    unsafe { &mut **children.add(index) }
}

#[test]
fn nulls_are_those_of_the_bitmap_whatever_is_said_of_their_number() {
    let document = "fields:\n  - {name: id, type: integer, required: true}\n  - {name: name, type: string}\n";
    let judge = validator(&schema(document), None);
    for (told, is_good) in [(1, true), (-1, true), (0, true), (2, true), (3, true), (4, false)] {
        let (mut data, mut columns) = pair(&table());
        set(child(&mut data, 0), NULL_COUNT, i64::from(told));
        let call = array(&judge, &mut data, &mut columns);
        if is_good {
            let found = json(&made(call));
            let first = &found["violations"][0];
            let is_null = (&found["verdict"], &first["check_id"], &first["row_index"]);
            assert_eq!(is_null, (&"invalid".into(), &"id.required".into(), &2.into()), "{told}");
        } else {
            assert_eq!(refused(call).0, Status::Arrow);
        }
    }
    // Nulls without a bitmap that says which.
    let (mut data, mut columns) = pair(&table());
    set(child(&mut data, 1), NULL_COUNT, 1_i64);
    let (status, message) = refused(array(&judge, &mut data, &mut columns));
    assert_eq!((status, message.contains("no bitmap")), (Status::Arrow, true), "{message}");
}

fn stream_of(batches: Vec<Result<RecordBatch, ArrowError>>) -> FFI_ArrowArrayStream {
    let columns = table().schema();
    FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(batches, columns)))
}

fn stream(
    judge: &Validator,
    data: &mut FFI_ArrowArrayStream,
) -> impl FnOnce(Out<'_, Box<Report>>, Out<'_, Box<Error>>) -> Status {
    move |place, fault| export::trueline_validate_arrow_stream(Some(judge), Some(data), place, fault)
}

#[test]
fn a_stream_is_judged_and_taken_over() {
    let judge = judge();
    let mut data = stream_of(vec![Ok(table()), Ok(table())]);
    let found = json(&made(stream(&judge, &mut data)));
    assert_eq!((&found["rows"]["total"], &found["rows"]["invalid"]), (&6.into(), &2.into()));
    assert!(data.release().is_none());
    assert_eq!(refused(stream(&judge, &mut data)).0, Status::Arrow);
    // Without a batch it still has columns.
    let found = json(&made(stream(&judge, &mut stream_of(Vec::new()))));
    assert_eq!((&found["verdict"], &found["rows"]["total"]), (&"valid".into(), &0.into()));
    // What is broken is no shorter table.
    let broken = ArrowError::ComputeError("the wire was cut".to_owned());
    let (status, message) = refused(stream(&judge, &mut stream_of(vec![Ok(table()), Err(broken)])));
    assert_eq!((status, message.contains("the wire was cut")), (Status::Callback, true));
}

#[test]
fn other_layouts_are_taken_too() {
    let judge = validator(
        &schema("fields:\n  - {name: tags, type: list<string>}\n  - {name: name, type: string}\n"),
        None,
    );
    let mut tags = ListBuilder::new(StringBuilder::new());
    tags.append_value([Some("a"), None]);
    let names: ArrayRef = Arc::new(StringViewArray::from(vec!["a text that is longer than twelve bytes"]));
    let batch = RecordBatch::try_from_iter([("tags", Arc::new(tags.finish()) as ArrayRef), ("name", names)]);
    let (mut data, mut columns) = pair(&batch.expect("a batch"));
    let found = json(&made(array(&judge, &mut data, &mut columns)));
    assert_eq!(found["verdict"], "valid");
}

#[test]
fn what_was_found_goes_out_as_tables() {
    let found = validate_memory(&judge(), "a.csv", b"id,name\n0,long\n1,a\n");
    let read = |stream: FFI_ArrowArrayStream| -> RecordBatch {
        let mut reader = RecordBatchStreamReader::try_new(stream).expect("a stream");
        let batch = reader.next().expect("a batch").expect("no error");
        assert!(reader.next().is_none());
        batch
    };
    let violations =
        read(made(|place, fault| report::trueline_report_violations_arrow(Some(&found), place, fault)));
    assert_eq!(violations.num_rows(), 2);
    let whole = json(&found);
    for (column, key) in [("check_id", "check_id"), ("value", "value"), ("message", "message")] {
        let column = violations.column_by_name(column).expect("a column");
        let texts = column.as_any().downcast_ref::<StringArray>().expect("texts");
        for row in 0..2 {
            assert_eq!(texts.value(row), whole["violations"][row][key], "{key} {row}");
        }
    }
    let checks = read(made(|place, fault| report::trueline_report_checks_arrow(Some(&found), place, fault)));
    assert_eq!(checks.num_rows(), whole["checks"].as_array().expect("checks").len());
    let columns: Schema = checks.schema().as_ref().clone();
    assert_eq!(columns.field(2).data_type(), &DataType::new_list(DataType::Utf8, true));
}
