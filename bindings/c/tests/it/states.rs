//! States: what parts come to is what all at once would have come to.

use std::ffi::CString;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, RecordBatchIterator, StructArray};
use serde_json::Value;
use trueline_c::export::{state as export, validator as judging};
use trueline_c::{Buffer, Extent, Report, State, Status, Validator};

use crate::support::{bytes, json, made, refused, schema, validate_memory, validator};

const DOCUMENT: &str = "fields:\n  - {name: id, type: integer, minimum: 1, unique: true}\n";

pub(crate) fn of_memory(judge: &Validator, name: &str, data: &[u8], extent: Extent) -> Box<State> {
    let name = CString::new(name).expect("a name");
    made(|place, fault| {
        let (data, length) = (data.as_ptr(), data.len());
        let extent = extent as u32;
        export::trueline_state_of_memory(Some(judge), name.as_ptr(), data, length, extent, place, fault)
    })
}

/// What comes of a state whose bytes were carried elsewhere.
pub(crate) fn carried(judge: &Validator, state: &State) -> Box<State> {
    let buffer: Box<Buffer> = made(|place, fault| export::trueline_state_to_bytes(Some(state), place, fault));
    let data = bytes(&buffer);
    made(|place, fault| {
        export::trueline_state_from_bytes(Some(judge), data.as_ptr(), data.len(), place, fault)
    })
}

pub(crate) fn finish(judge: &Validator, state: &State) -> Box<Report> {
    made(|place, fault| export::trueline_state_finish(Some(state), Some(judge), place, fault))
}

fn merge(states: &[&State]) -> Box<State> {
    let states: Vec<Option<&State>> = states.iter().copied().map(Some).collect();
    made(|place, fault| export::trueline_state_merge(states.as_ptr(), states.len(), place, fault))
}

/// Everything but how the run went.
fn answer(report: &Report) -> Value {
    let mut found = json(report);
    found.as_object_mut().expect("an object").remove("run");
    found
}

#[test]
fn stretches_give_the_report_of_the_whole() {
    let judge = validator(&schema(DOCUMENT), None);
    let whole = b"{\"id\": 1}\n{\"id\": 0}\n{\"id\": 1}\n{\"id\": [}\n{\"id\": 5}\n";
    let expected = answer(&validate_memory(&judge, "a.jsonl", whole));
    assert_eq!(expected["rows"]["invalid"], 3);
    let ends: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] == b'\n').map(|at| at + 1).collect();
    for cut in &ends {
        let (first, second) = whole.split_at(*cut);
        let mut first = of_memory(&judge, "a.jsonl", first, Extent::Stretch);
        let mut second = of_memory(&judge, "a.jsonl", second, Extent::Stretch);
        let in_order = merge(&[&carried(&judge, &first), &second]);
        assert_eq!(answer(&finish(&judge, &in_order)), expected, "cut at {cut}");
        // Numbers make the order of merging a matter of taste.
        for (state, number) in [(&mut first, 3), (&mut second, 7)] {
            assert_eq!(export::trueline_state_set_number(Some(state), number, None), Status::Ok);
        }
        let numbered = merge(&[&carried(&judge, &second), &first]);
        assert_eq!(answer(&finish(&judge, &numbered)), expected, "cut at {cut}, numbered");
    }
}

#[test]
fn files_of_a_pattern_are_parts_in_their_order() {
    let judge = validator(&schema("fields:\n  - {name: transaction_id, type: string, unique: true}\n"), None);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data");
    let path = CString::new(format!("{folder}/transactions*.csv")).expect("a path");
    let state: Box<State> =
        made(|place, fault| export::trueline_state_of_path(Some(&judge), path.as_ptr(), place, fault));
    let report: Box<Report> =
        made(|place, fault| judging::trueline_validate_path(Some(&judge), path.as_ptr(), place, fault));
    assert_eq!(answer(&finish(&judge, &state)), answer(&report));
    assert_eq!(answer(&report)["inputs"].as_array().expect("inputs").len(), 2);
    let rows: u64 = made(|place, fault| export::trueline_state_rows(Some(&state), place, fault));
    assert_eq!(answer(&report)["rows"]["total"], rows);
}

fn ids(ids: &[i64]) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from(ids.to_vec()));
    RecordBatch::try_from_iter([("id", ids)]).expect("a table")
}

#[test]
fn stretches_of_arrow_data_count_on() {
    let judge = validator(&schema(DOCUMENT), None);
    let (mut array, mut columns): (FFI_ArrowArray, FFI_ArrowSchema) =
        to_ffi(&StructArray::from(ids(&[4, 5])).into_data()).expect("a pair");
    let first: Box<State> = made(|place, fault| {
        let (array, columns) = (Some(&mut array), Some(&mut columns));
        export::trueline_state_of_arrow_array(Some(&judge), array, columns, place, fault)
    });
    assert!(array.is_released() && columns.release().is_none());
    let batches = [Ok(ids(&[0])), Ok(ids(&[4]))];
    let reader = RecordBatchIterator::new(batches, ids(&[]).schema());
    let mut stream = FFI_ArrowArrayStream::new(Box::new(reader));
    let second: Box<State> = made(|place, fault| {
        export::trueline_state_of_arrow_stream(Some(&judge), Some(&mut stream), place, fault)
    });
    let report = answer(&finish(&judge, &carried(&judge, &merge(&[&first, &second]))));
    let found = report["violations"].as_array().expect("violations");
    let places: Vec<_> = found.iter().map(|one| (one["code"].as_str(), one["row_index"].as_u64())).collect();
    assert_eq!(places, [(Some("range.below_minimum"), Some(2)), (Some("unique.duplicate"), Some(3))]);
    let (status, _) = refused::<Box<State>>(|place, fault| {
        export::trueline_state_of_arrow_stream(Some(&judge), Some(&mut stream), place, fault)
    });
    assert_eq!(status, Status::Arrow);
}

#[test]
fn csv_and_formats_with_types_are_not_one_table() {
    let judge = validator(&schema(DOCUMENT), None);
    let csv = of_memory(&judge, "a.csv", b"id\n1\n", Extent::Whole);
    let json = of_memory(&judge, "a.jsonl", b"{\"id\": 2}\n", Extent::Whole);
    let both = merge(&[&csv, &json]);
    let (status, message) = refused::<Box<Report>>(|place, fault| {
        export::trueline_state_finish(Some(&both), Some(&judge), place, fault)
    });
    assert_eq!(status, Status::InvalidArgument);
    assert!(message.contains("CSV"), "{message}");
}
