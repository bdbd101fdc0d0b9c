//! One record at a time.

use std::mem::MaybeUninit;

use crate::fault::Error;
use crate::guard::{free, guard};
use crate::pointer::{object, output, run};
use crate::record::RecordValidator;
use crate::report::Report;
use crate::schema::Schema;
use crate::status::Status;

/// Makes a schema ready to judge records one by one. It is not needed any longer afterwards. `*validator` is yours; free it with
/// `trueline_record_validator_free`.
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

/// Judges one record, a JSON document of `length` bytes; line ends between its values are white space.
///
/// `*report` becomes NULL when the record is valid and there is nothing to say; a record whose bytes alone show that it is valid takes no
/// allocation. Else it is a report, which is yours, with the violations, or warnings; places in it count from the record's first
/// byte. `TRUELINE_STATUS_OK` is the answer either way.
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
        let found = validator.0.check(run("data", data, length)?)?;
        place.write(found.map(|report| Box::new(Report { report })));
        Ok(())
    })
}

/// Frees a record validator and sets the pointer to NULL. A pointer that is NULL stays so.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_record_validator_free(
    validator: Option<&mut Option<Box<RecordValidator>>>,
) -> Status {
    free(validator)
}
