//! Arrow data of other libraries, through the C data and C stream interfaces.
//!
//! What comes in is held against itself before anything is read of it: the structs by `shape`, then, with nulls counted anew by
//! `structs`, offsets, texts and keys by Arrow's own validation. Lengths of buffers must be believed, since the interface tells only those of views. Nulls where
//! a schema allows none are no fault here: to find them is what checks are for.
//!
//! If you change this: the structs are moved out of the caller's place, which is left empty, and dropped here; that is what releases
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

/// One array under its schema. Nothing is copied, but buffers that are not aligned as their type asks.
///
/// **Errors**: as [`batch`], but any type is taken.
pub fn array(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<ArrayRef, Error> {
    kind(schema)?;
    Importer::default().taken(array, schema)
}

/// One array of structs under its schema, as the batch of its members. Nothing is copied, but buffers that are not aligned as their
/// type asks. Every column may have nulls, whatever the schema says.
///
/// **Errors**: one of the two was released before; it is no struct, or has rows that are null; counts, lengths, pointers, offsets, texts or keys of
/// dictionaries that cannot be. A count of nulls that is wrong without being impossible is put right.
///
/// **Cost**: texts, offsets, keys and bitmaps are read once.
pub fn batch(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<RecordBatch, Error> {
    Importer::default().batch(array, schema)
}

/// Takes one batch of a table after the other.
///
/// Slices of one table share the values of lists, the members of structs, and dictionaries: what a batch shares with the one before it is not looked at
/// again. That one stays in memory until the next comes.
#[derive(Default)]
pub struct Importer {
    before: Option<ArrayData>,
}

impl Importer {
    /// The next batch, as [`batch()`] takes it.
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

    /// An array under a schema that nothing is wrong with.
    fn taken(&mut self, array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<ArrayRef, Error> {
        if array.is_released() {
            return Err(Error::released("ArrowArray"));
        }
        shape::check_array(&array, schema).map_err(Error::invalid)?;
        caught(|| {
            let array = structs::renewed(array, schema);
            // SAFETY: both are owned by us and not released; what they say about themselves was looked at, and the interface asks
            // for buffers as their type has them.
            let imported = unsafe { from_ffi(array, schema) }.map_err(Error::invalid)?;
            check_values(&imported, self.before.as_ref()).map_err(Error::invalid)?;
            self.before = Some(imported.clone());
            Ok(make_array(imported))
        })
    }
}

/// What is wrong with the values of an array, unless they are those of the one before: that one is still there, so that the same places in memory are the
/// same values.
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

/// The type that a schema names.
fn kind(schema: &FFI_ArrowSchema) -> Result<DataType, Error> {
    if schema.release().is_none() {
        return Err(Error::released("ArrowSchema"));
    }
    shape::check_schema(schema).map_err(Error::invalid)?;
    caught(|| DataType::try_from(schema).map_err(Error::invalid))
}

/// The columns that a schema names.
fn columns(schema: &FFI_ArrowSchema) -> Result<Schema, Error> {
    match kind(schema)? {
        // Others do not enforce what they say of nulls, and a batch would be refused for them.
        DataType::Struct(fields) => Ok(Schema::new(
            fields.iter().map(|field| field.as_ref().clone().with_nullable(true)).collect::<Fields>(),
        )),
        other => Err(Error::new(ErrorKind::NoTable { found: other.to_string() })),
    }
}

/// What Arrow's code panics over is bad data too.
fn caught<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        std::mem::forget(panic);
        Err(Error::invalid("its structs contradict one another"))
    })
}

/// Batches of a stream, until its end or a fault. The first has the columns and no rows: a table without rows may come as no batch at
/// all.
pub struct Stream {
    source: FFI_ArrowArrayStream,
    schema: FFI_ArrowSchema,
    first: Option<RecordBatch>,
    importer: Importer,
    is_over: bool,
}

impl Stream {
    /// Takes a stream over and asks it for its schema.
    ///
    /// **Errors**: it was released before, or says that it fails; it has no functions; its schema is none of a table.
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
        // The end is told by an array that is released.
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

/// Why a stream's function failed, in its own words.
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

    /// Lists whose texts are no UTF-8: only a look at these tells.
    fn spoilt() -> ArrayData {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for text in ["a", "b", "c", "d"] {
            lists.values().append_value(text);
            lists.append(true);
        }
        let lists: ListArray = lists.finish();
        let texts = lists.values().to_data();
        let buffers = vec![texts.buffers()[0].clone(), vec![b'a', 0xFF, b'c', b'd'].into()];
        // SAFETY: none; nothing reads the texts but the look at them.
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
        // The same bytes in another place are not the same.
        assert!(check_values(&second, Some(&spoilt())).is_err());
    }
}
