//! A valid record takes no allocation, in the library as in the engine.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use trueline_c::export::record;
use trueline_c::{RecordValidator, Report, Status};

use crate::support::{json, made, schema};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// The system's, with a count for each thread.
struct Counting;

// SAFETY: the system's allocator does it all.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller says.
        unsafe { System.dealloc(pointer, layout) };
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

fn check(validator: &mut RecordValidator, record: &str) -> Option<Box<Report>> {
    made(|place, fault| {
        record::trueline_record_validator_check(Some(validator), record.as_ptr(), record.len(), place, fault)
    })
}

#[test]
fn a_valid_record_takes_no_allocation() {
    let schema = schema(
        "fields:\n  - {name: id, type: integer, required: true, minimum: 1}\n  - {name: level, type: string, enum: [info, error]}\n",
    );
    let mut validator: Box<RecordValidator> =
        made(|place, fault| record::trueline_record_validator_new(Some(&schema), place, fault));
    // The first ones teach the shape of records.
    for number in 1..20 {
        assert!(check(&mut validator, &format!("{{\"id\": {number}, \"level\": \"info\"}}")).is_none());
    }
    let before = COUNT.with(Cell::get);
    for _ in 0..1000 {
        assert!(check(&mut validator, "{\"id\": 77, \"level\": \"error\"}").is_none());
    }
    assert_eq!(COUNT.with(Cell::get) - before, 0);
    let report = check(&mut validator, "{\"id\": 0, \"level\": \"loud\"}").expect("a report");
    let found = json(&report);
    assert_eq!(found["verdict"], "invalid");
    assert_eq!(found["violations"].as_array().expect("violations").len(), 2);
    assert_eq!(
        check(&mut validator, "{\"id\": ").map(|report| json(&report)["verdict"].clone()),
        Some("invalid".into())
    );
    let status =
        record::trueline_record_validator_check(Some(&mut validator), std::ptr::null(), 5, None, None);
    assert_eq!(status, Status::NullArgument);
}
