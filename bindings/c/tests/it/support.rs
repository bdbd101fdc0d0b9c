//! What the tests need to call functions for C.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

use trueline_c::export::{buffer, error, report, schema, validator};
use trueline_c::{Buffer, Error, Language, Options, Rendering, Report, Schema, Status, Validator};

/// Takes an output up, or tells the error.
#[track_caller]
pub(crate) fn made<T>(
    call: impl FnOnce(Option<&mut MaybeUninit<T>>, Option<&mut MaybeUninit<Box<Error>>>) -> Status,
) -> T {
    let (mut place, mut fault) = (MaybeUninit::uninit(), MaybeUninit::<Box<Error>>::uninit());
    match call(Some(&mut place), Some(&mut fault)) {
        // SAFETY: outputs are written when the answer is OK.
        Status::Ok => unsafe { place.assume_init() },
        // SAFETY: the error is written when it is not.
        status => panic!("{status:?}: {}", message(&*unsafe { fault.assume_init() })),
    }
}

/// Takes the error up.
#[track_caller]
pub(crate) fn refused<T>(
    call: impl FnOnce(Option<&mut MaybeUninit<T>>, Option<&mut MaybeUninit<Box<Error>>>) -> Status,
) -> (Status, String) {
    let (mut place, mut fault) = (MaybeUninit::uninit(), MaybeUninit::<Box<Error>>::uninit());
    match call(Some(&mut place), Some(&mut fault)) {
        Status::Ok => panic!("that was not refused"),
        // SAFETY: the error is written when the answer is not OK.
        status => (status, message(&*unsafe { fault.assume_init() })),
    }
}

fn message(fault: &Error) -> String {
    // SAFETY: a message is a string that belongs to the error.
    unsafe { CStr::from_ptr(error::trueline_error_message(Some(fault))) }.to_string_lossy().into_owned()
}

#[track_caller]
pub(crate) fn schema(document: &str) -> Box<Schema> {
    let (text, length) = (document.as_ptr().cast(), document.len());
    made(|place, fault| schema::trueline_schema_new(text, length, Language::Yaml as u32, place, fault))
}

#[track_caller]
pub(crate) fn validator(schema: &Schema, options: Option<&Options>) -> Box<Validator> {
    made(|place, fault| validator::trueline_validator_new(Some(schema), options, place, fault))
}

#[track_caller]
pub(crate) fn validate_memory(validator: &Validator, name: &str, data: &[u8]) -> Box<Report> {
    let name = CString::new(name).expect("a name");
    made(|place, fault| {
        let (data, length) = (data.as_ptr(), data.len());
        validator::trueline_validate_memory(Some(validator), name.as_ptr(), data, length, place, fault)
    })
}

/// The report as JSON.
#[track_caller]
pub(crate) fn json(report: &Report) -> serde_json::Value {
    let buffer: Box<Buffer> = made(|place, fault| {
        report::trueline_report_render(Some(report), Rendering::Json as u32, place, fault)
    });
    serde_json::from_slice(bytes(&buffer)).expect("a report is JSON")
}

pub(crate) fn bytes(buffer: &Buffer) -> &[u8] {
    let data = buffer::trueline_buffer_data(Some(buffer)).cast::<u8>();
    let length = buffer::trueline_buffer_length(Some(buffer));
    // SAFETY: so many bytes belong to the buffer.
    unsafe { std::slice::from_raw_parts(data, length) }
}
