//! Streams: when a run asks whether it should end.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use trueline_c::export::{options as settings, stream as export};
use trueline_c::{Error, Options, Report, Status, Stream, Validator};

use crate::support::{json, made, refused, schema, validator};

/// What a cancel callback counts, and from which call on it asks for the end.
struct Asked {
    calls: AtomicUsize,
    ends_at: AtomicUsize,
}

impl Asked {
    fn new() -> Self {
        Self { calls: AtomicUsize::new(0), ends_at: AtomicUsize::new(usize::MAX) }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Acquire)
    }

    fn end(&self) {
        self.ends_at.store(0, Ordering::Release);
    }
}

extern "C" fn ask(context: *mut c_void) -> i32 {
    // SAFETY: the context is an `Asked` of a test, which outlives its runs.
    let asked = unsafe { &*context.cast::<Asked>() };
    let call = asked.calls.fetch_add(1, Ordering::AcqRel);
    i32::from(call >= asked.ends_at.load(Ordering::Acquire))
}

fn watched(asked: &Asked) -> Box<Validator> {
    let mut options: Box<Options> = made(|place, fault| settings::trueline_options_new(place, fault));
    let context = std::ptr::from_ref(asked).cast_mut().cast();
    let set = settings::trueline_options_set_cancel(Some(&mut options), Some(ask), context, None);
    assert_eq!(set, Status::Ok);
    validator(&schema("fields: [{name: id, type: integer}]\n"), Some(&options))
}

fn stream(validator: &Validator) -> Box<Stream> {
    made(|place, fault| export::trueline_stream_new(Some(validator), c"a.csv".as_ptr(), place, fault))
}

#[track_caller]
fn write(stream: &mut Stream, data: &[u8]) {
    let written = export::trueline_stream_write(Some(stream), data.as_ptr(), data.len(), None);
    assert_eq!(written, Status::Ok);
}

#[track_caller]
fn cancelled(stream: &mut Stream) -> Status {
    let finish = |place: Option<&mut MaybeUninit<Box<Report>>>,
                  fault: Option<&mut MaybeUninit<Box<Error>>>| {
        export::trueline_stream_finish(Some(stream), place, fault)
    };
    refused(finish).0
}

#[test]
fn a_stream_asks_for_each_piece_and_at_its_end() {
    let asked = Asked::new();
    let mut stream = stream(&watched(&asked));
    write(&mut stream, b"id\n");
    for _ in 0..100 {
        write(&mut stream, b"1\n");
    }
    let report: Box<Report> =
        made(|place, fault| export::trueline_stream_finish(Some(&mut stream), place, fault));
    assert_eq!(json(&report)["rows"]["total"], 100);
    assert!(asked.calls() >= 103, "asked {} times", asked.calls());
}

#[test]
fn a_small_stream_can_be_cancelled_until_it_is_finished() {
    let asked = Asked::new();
    let mut stream = stream(&watched(&asked));
    write(&mut stream, b"id\n1\n");
    asked.end();
    assert_eq!(cancelled(&mut stream), Status::Cancelled);
}

#[test]
fn a_stream_that_waits_for_data_asks_and_ends() {
    let asked = Asked::new();
    let mut stream = stream(&watched(&asked));
    let started = Instant::now();
    while asked.calls() < 4 {
        assert!(started.elapsed() < Duration::from_secs(60), "asked {} times", asked.calls());
        thread::sleep(Duration::from_millis(10));
    }
    asked.end();
    let calls = asked.calls();
    while asked.calls() == calls {
        assert!(started.elapsed() < Duration::from_secs(60), "not asked again");
        thread::sleep(Duration::from_millis(10));
    }
    // Bytes after the end of the run are ignored.
    write(&mut stream, b"id\n1\n");
    assert_eq!(cancelled(&mut stream), Status::Cancelled);
    let ended = asked.calls();
    thread::sleep(Duration::from_millis(250));
    assert_eq!(asked.calls(), ended, "asked after the end");
}
