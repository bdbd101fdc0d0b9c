//! Validates one record at a time.

use std::mem::MaybeUninit;

use crate::fault::Error;
use crate::guard::{free, guard};
use crate::pointer::{object, output, slice};
use crate::record::RecordValidator;
use crate::report::Report;
use crate::schema::Schema;
use crate::status::Status;

/// Compiles a schema for validating records one by one. The schema is not needed afterwards. You own
/// `*validator`; free it with `trueline_record_validator_free`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_record_validator_new(
    schema: Option<&Schema>,
    validator: Option<&mut MaybeUninit<Box<RecordValidator>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (schema, place) = (object("schema", schema)?, output("validator", validator)?);
        let validator = trueline::RecordValidator::new(&schema.document)?;
        place.write(Box::new(RecordValidator(validator)));
        Ok(())
    })
}

/// Validates one record, a JSON document of `length` bytes; line ends between its values are white space.
///
/// Sets `*report` to NULL if the record is valid and has no warnings. No memory is allocated if the bytes
/// alone show this. Otherwise `*report` is a report with the violations or warnings, which you own; locations
/// in it, bytes and lines, are relative to the record's first byte. A record of more than 16 MiB, or with a
/// field of more than 4 MiB, gives a report with the verdict `TRUELINE_VERDICT_UNREADABLE`. The status is
/// `TRUELINE_STATUS_OK` in all these cases.
///
/// `TRUELINE_STATUS_INVALID_ARGUMENT` if the record is empty or consists of white space.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_record_validator_check(
    validator: Option<&mut RecordValidator>,
    data: *const u8,
    length: usize,
    report: Option<&mut MaybeUninit<Option<Box<Report>>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (validator, place) = (object("validator", validator)?, output("report", report)?);
        let found = validator.0.check(slice("data", data, length)?)?;
        place.write(found.map(|report| Box::new(Report { report })));
        Ok(())
    })
}

/// Frees a record validator and sets the pointer to NULL. Does nothing if it is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_record_validator_free(
    validator: Option<&mut Option<Box<RecordValidator>>>,
) -> Status {
    free(validator)
}
