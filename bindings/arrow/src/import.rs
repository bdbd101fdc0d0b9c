//! Imports Arrow data of other libraries, through the C data and C stream interfaces.
//!
//! The input is validated before it is read: the structs by `shape`; then, with nulls counted anew by `structs`, offsets, strings
//! and keys by Arrow's own validation. Lengths of buffers must be trusted, because the interface only contains those of views.
//! Nulls that the schema does not allow are not an error here: finding them is the purpose of checks.
//!
//! If you change this: the structs are moved out of the caller's memory, which is left empty, and dropped here; this releases
//! them, exactly once, whatever happens.
//!
//! **Source**: <https://arrow.apache.org/docs/format/CStreamInterface.html>
#![allow(unsafe_code, reason = "the C data interface consists of pointers and functions")]

use std::ffi::CStr;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, make_array};
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType, Fields, Schema};

use crate::error::{Error, ErrorKind};
use crate::{shape, structs};

/// Imports one array with its schema. Nothing is copied, except buffers that are not aligned as their type requires.
///
/// **Errors**: as [`batch`], but all types are accepted.
pub fn array(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<ArrayRef, Error> {
    kind(schema)?;
    Importer::default().taken(array, schema)
}

/// Imports one struct array with its schema, as a batch of its members.
///
/// Nothing is copied, except buffers that are not aligned as their type requires. Every column may have nulls, whatever the
/// schema says.
///
/// **Errors**: one of the two was released before; it is not a struct, or has null rows; impossible counts, lengths, pointers,
/// offsets, strings or dictionary keys. A count of nulls that is wrong but possible is corrected.
///
/// **Cost**: strings, offsets, keys and bitmaps are read once.
pub fn batch(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<RecordBatch, Error> {
    Importer::default().batch(array, schema)
}

/// Imports the batches of a table, one after the other.
///
/// Slices of one table share the values of lists, the members of structs, and dictionaries: what a batch shares with the previous
/// one is not validated again. The previous one stays in memory until the next one.
#[derive(Default)]
pub struct Importer {
    before: Option<ArrayData>,
}

impl Importer {
    /// Imports the next batch, like [`batch()`].
    ///
    /// **Errors**: as there.
    pub fn batch(&mut self, array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<RecordBatch, Error> {
        let columns = columns(schema)?;
        let array = self.taken(array, schema)?;
        if array.null_count() > 0 {
            return Err(Error::new(ErrorKind::NullRows));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(array.len()));
        let members = array.as_struct().columns().to_vec();
        RecordBatch::try_new_with_options(Arc::new(columns), members, &options).map_err(Error::invalid)
    }

    /// Imports an array with a schema that was validated.
    fn taken(&mut self, array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<ArrayRef, Error> {
        if array.is_released() {
            return Err(Error::released("ArrowArray"));
        }
        shape::check_array(&array, schema).map_err(Error::invalid)?;
        caught(|| {
            let array = structs::renewed(array, schema);
            // SAFETY: both are owned by us and not released; what they say about themselves was checked, and the interface
            // requires buffers as their type has them.
            let imported = unsafe { from_ffi(array, schema) }.map_err(Error::invalid)?;
            check_values(&imported, self.before.as_ref()).map_err(Error::invalid)?;
            self.before = Some(imported.clone());
            Ok(make_array(imported))
        })
    }
}

/// Validates the values of an array, unless they are those of the previous one: that one still exists, so that equal addresses
/// mean equal values.
fn check_values(data: &ArrayData, before: Option<&ArrayData>) -> Result<(), ArrowError> {
    if before.is_some_and(|before| before.ptr_eq(data)) {
        return Ok(());
    }
    data.validate()?;
    data.validate_values()?;
    data.child_data().iter().enumerate().try_for_each(|(index, child)| {
        check_values(child, before.and_then(|before| before.child_data().get(index)))
    })
}

/// Returns the type of a schema.
fn kind(schema: &FFI_ArrowSchema) -> Result<DataType, Error> {
    if schema.release().is_none() {
        return Err(Error::released("ArrowSchema"));
    }
    shape::check_schema(schema).map_err(Error::invalid)?;
    caught(|| DataType::try_from(schema).map_err(Error::invalid))
}

/// Returns the columns of a schema.
fn columns(schema: &FFI_ArrowSchema) -> Result<Schema, Error> {
    match kind(schema)? {
        // Other libraries do not enforce their nullability, and a batch would be refused because of it.
        DataType::Struct(fields) => Ok(Schema::new(
            fields.iter().map(|field| field.as_ref().clone().with_nullable(true)).collect::<Fields>(),
        )),
        other => Err(Error::new(ErrorKind::NoTable { found: other.to_string() })),
    }
}

/// Treats data on which Arrow's code panics as invalid.
fn caught<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        std::mem::forget(panic);
        Err(Error::invalid("its structs contradict one another"))
    })
}

/// The batches of a stream, until its end or an error.
///
/// The first one has the columns and no rows: a table without rows may have no batches at all.
pub struct Stream {
    source: FFI_ArrowArrayStream,
    schema: FFI_ArrowSchema,
    first: Option<RecordBatch>,
    importer: Importer,
    is_over: bool,
}

impl Stream {
    /// Takes over a stream and reads its schema.
    ///
    /// **Errors**: it was released before, or reports a failure; it has no functions; its schema is not that of a table.
    pub fn new(mut stream: FFI_ArrowArrayStream) -> Result<Self, Error> {
        if stream.release().is_none() {
            return Err(Error::released("ArrowArrayStream"));
        }
        let ask = stream.get_schema().ok_or_else(|| Error::invalid("the stream has no get_schema"))?;
        let mut schema = FFI_ArrowSchema::empty();
        // SAFETY: the stream is not released, and this is its own function; the schema is a place that it may fill.
        let code = unsafe { ask(&raw mut stream, &raw mut schema) };
        if code != 0 {
            return Err(failure(&mut stream, code));
        }
        let columns = Arc::new(columns(&schema)?);
        let first = caught(|| Ok(RecordBatch::new_empty(columns)))?;
        Ok(Self { source: stream, schema, first: Some(first), importer: Importer::default(), is_over: false })
    }

    fn read(&mut self) -> Result<Option<RecordBatch>, Error> {
        let ask = self.source.get_next().ok_or_else(|| Error::invalid("the stream has no get_next"))?;
        let mut array = FFI_ArrowArray::empty();
        // SAFETY: the stream is not released, and this is its own function; the array is a place that it may fill.
        let code = unsafe { ask(&raw mut self.source, &raw mut array) };
        if code != 0 {
            return Err(failure(&mut self.source, code));
        }
        // A released array marks the end.
        if array.is_released() { Ok(None) } else { self.importer.batch(array, &self.schema).map(Some) }
    }
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        if self.is_over {
            return None;
        }
        let read = self.read();
        self.is_over = !matches!(read, Ok(Some(_)));
        read.transpose()
    }
}

/// Creates the error of a failed function of a stream, with its message.
fn failure(stream: &mut FFI_ArrowArrayStream, code: i32) -> Error {
    let told = stream.get_last_error().and_then(|ask| {
        // SAFETY: the stream is not released, and this is its own function.
        let text = unsafe { ask(stream) };
        // SAFETY: NULL, or a string that lives until the next call to the stream; it is copied before.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
    });
    let told = told.unwrap_or_else(|| "it does not say why".to_owned());
    Error::new(ErrorKind::Failed { code, told })
}

#[cfg(test)]
mod tests {
    use arrow_array::builder::{ListBuilder, StringBuilder};
    use arrow_array::{Array, ListArray};
    use arrow_data::ArrayData;

    use super::check_values;

    /// Lists whose strings are not UTF-8, which only validation detects.
    fn spoilt() -> ArrayData {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for text in ["a", "b", "c", "d"] {
            lists.values().append_value(text);
            lists.append(true);
        }
        let lists: ListArray = lists.finish();
        let texts = lists.values().to_data();
        let buffers = vec![texts.buffers()[0].clone(), vec![b'a', 0xFF, b'c', b'd'].into()];
        // SAFETY: none; nothing reads the strings except the validation.
        let texts = unsafe { texts.into_builder().buffers(buffers).build_unchecked() };
        // SAFETY: as above.
        unsafe { lists.into_data().into_builder().child_data(vec![texts]).build_unchecked() }
    }

    #[test]
    fn what_two_slices_share_is_looked_at_once() {
        let lists = spoilt();
        let (first, second) = (lists.slice(0, 2), lists.slice(2, 2));
        assert!(check_values(&first, None).is_err() && check_values(&second, None).is_err());
        assert!(check_values(&second, Some(&first)).is_ok());
        // Equal bytes at another address are not the same.
        assert!(check_values(&second, Some(&spoilt())).is_err());
    }
}
