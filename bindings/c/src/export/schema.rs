//! Schemas.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::buffer::Buffer;
use crate::fault::Error;
use crate::guard::{free, guard};
use crate::pointer::{object, output, string, text as text_of};
use crate::schema::{Language, Schema};
use crate::status::Status;

/// Parses a schema document of `length` bytes, in a `TruelineLanguage`.
///
/// `TRUELINE_STATUS_SCHEMA` if it cannot be used: the error's message shows every error with its line; the
/// error's line and column are those of the first. You own `*schema`; free it with `trueline_schema_free`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_schema_new(
    text: *const c_char,
    length: usize,
    language: u32,
    schema: Option<&mut MaybeUninit<Box<Schema>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let schema = output("schema", schema)?;
        let parsed = Schema::parse(text_of("text", text, length)?, Language::of(language)?, "schema")?;
        schema.write(Box::new(parsed));
        Ok(())
    })
}

/// Reads a schema document from a file, whose extension gives its language: `.yaml`, `.yml`, `.json` or
/// `.toml`. For a folder, composes a schema from all such documents below it, in path order.
///
/// `TRUELINE_STATUS_INPUT` if it cannot be read; otherwise as `trueline_schema_new`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_schema_from_file(
    path: *const c_char,
    schema: Option<&mut MaybeUninit<Box<Schema>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let schema = output("schema", schema)?;
        schema.write(Box::new(Schema::read(string("path", path)?)?));
        Ok(())
    })
}

/// Gets the fingerprint of a schema's meaning: `blake3:` and 64 hexadecimal digits. You own `*fingerprint`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_schema_fingerprint(
    schema: Option<&Schema>,
    fingerprint: Option<&mut MaybeUninit<Box<Buffer>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (schema, place) = (object("schema", schema)?, output("fingerprint", fingerprint)?);
        place.write(Box::new(Buffer::new(schema.document.fingerprint())));
        Ok(())
    })
}

/// Gets the canonical JSON document of a schema. You own `*document`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_schema_canonical(
    schema: Option<&Schema>,
    document: Option<&mut MaybeUninit<Box<Buffer>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (schema, place) = (object("schema", schema)?, output("document", document)?);
        place.write(Box::new(Buffer::new(schema.document.canonical())));
        Ok(())
    })
}

/// Frees a schema and sets the pointer to NULL. Does nothing if it is NULL. Validators that were made from it
/// do not need it.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_schema_free(schema: Option<&mut Option<Box<Schema>>>) -> Status {
    free(schema)
}
