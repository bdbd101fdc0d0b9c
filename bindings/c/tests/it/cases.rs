//! The cases of `testdata/`, down every road that C has for bytes.

use std::ffi::{CString, c_void};

use serde_json::Value;
use trueline_c::export::{options, stream, validator as export};
use trueline_c::{Extent, Number, Options, Report, Stream, Validator};
use trueline_testkit::cases::{self, Case};

use crate::states;
use crate::support::{json, made, schema, validate_memory, validator};

/// What a read callback reads, a few bytes at a time.
struct Slow<'a> {
    bytes: &'a [u8],
}

extern "C" fn read(context: *mut c_void, buffer: *mut u8, capacity: usize) -> i64 {
    // SAFETY: the context is a `Slow`, which nobody else uses.
    let slow = unsafe { &mut *context.cast::<Slow<'_>>() };
    let count = slow.bytes.len().min(capacity).min(7);
    // SAFETY: the buffer has room for `capacity` bytes.
    unsafe { std::ptr::copy_nonoverlapping(slow.bytes.as_ptr(), buffer, count) };
    slow.bytes = &slow.bytes[count..];
    i64::try_from(count).expect("a few")
}

fn by_path(validator: &Validator, case: &Case) -> Box<Report> {
    let path = case.folder.join(&case.input_name);
    let path = CString::new(path.to_str().expect("UTF-8")).expect("a path");
    made(|place, fault| export::trueline_validate_path(Some(validator), path.as_ptr(), place, fault))
}

fn by_reader(validator: &Validator, case: &Case, name: &CString) -> Box<Report> {
    let mut slow = Slow { bytes: &case.input };
    let context = (&raw mut slow).cast();
    made(|place, fault| {
        export::trueline_validate_reader(Some(validator), name.as_ptr(), Some(read), context, place, fault)
    })
}

fn by_stream(validator: &Validator, case: &Case, name: &CString) -> Box<Report> {
    let mut open: Box<Stream> =
        made(|place, fault| stream::trueline_stream_new(Some(validator), name.as_ptr(), place, fault));
    for piece in case.input.chunks(13) {
        made(|place: Option<&mut std::mem::MaybeUninit<()>>, fault| {
            place.expect("a place").write(());
            stream::trueline_stream_write(Some(&mut open), piece.as_ptr(), piece.len(), fault)
        });
    }
    made(|place, fault| stream::trueline_stream_finish(Some(&mut open), place, fault))
}

fn by_state(validator: &Validator, case: &Case) -> Box<Report> {
    let state = states::of_memory(validator, &case.input_name, &case.input, Extent::Whole);
    states::finish(validator, &states::carried(validator, &state))
}

/// Two threads and small chunks.
fn cut_small() -> Box<Options> {
    let mut small: Box<Options> = made(|place, fault| options::trueline_options_new(place, fault));
    for (number, value) in [(Number::Threads, 2), (Number::ChunkBytes, 64)] {
        let status = options::trueline_options_set_number(Some(&mut small), number as u32, value, None);
        assert_eq!(status, trueline_c::Status::Ok);
    }
    small
}

/// What must be the same on every road.
fn answer(report: &Value) -> Vec<&Value> {
    ["verdict", "rows", "checks", "violations", "schema"].iter().map(|key| &report[*key]).collect()
}

#[test]
fn every_case_gives_what_it_expects_through_c() {
    let all = cases::all().expect("testdata");
    assert!(all.len() >= 100, "only {} cases were found", all.len());
    let small = cut_small();
    for case in &all {
        let schema = schema(&case.schema);
        let plain = validator(&schema, None);
        let of_path = json(&by_path(&plain, case));
        case.check(&of_path, "C, by path");
        let name = CString::new(case.input_name.as_str()).expect("a name");
        for (road, report) in [
            ("in memory", validate_memory(&plain, &case.input_name, &case.input)),
            (
                "in small chunks",
                validate_memory(&validator(&schema, Some(&small)), &case.input_name, &case.input),
            ),
            ("by callback", by_reader(&plain, case, &name)),
            ("piece by piece", by_stream(&plain, case, &name)),
            ("as a state", by_state(&plain, case)),
        ] {
            let report = json(&report);
            case.check(&report, road);
            assert_eq!(answer(&report), answer(&of_path), "{} {road}", case.name);
        }
    }
    println!("{} cases", all.len());
}
