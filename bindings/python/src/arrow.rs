//! Imports Arrow data from other libraries, through the C data interface and its Python capsules (the Arrow
//! `PyCapsule` interface).
//!
//! A capsule holds a pointer to a struct of the C interface. The consumer moves the struct out and leaves an
//! empty one (without a `release`) behind, so that the capsule's destructor does nothing. The data then
//! belongs to this module, and the capsule is no longer needed. `trueline-arrow` checks the structs for
//! consistency before any data is read.
//!
//! If you change this: only the name of a capsule tells the type of its pointer, so compare it before you use
//! any pointer. A capsule may be passed twice, so an empty struct is an error and not the end of the data.
//!
//! **Source**: <https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>
#![allow(unsafe_code, reason = "the C data interface consists of pointers")]

use std::ffi::CStr;
use std::ptr::NonNull;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{ArrayRef, RecordBatch};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use trueline_arrow::{Error, ErrorKind, Importer, Stream};

use crate::error;
use crate::run::RunControl;

/// Record batches of one or more objects, as one table.
pub(crate) struct Batches(Vec<BatchSource>);

/// One batch, or a stream of batches.
enum BatchSource {
    Batch(Box<RecordBatch>),
    Stream(Box<Stream>),
}

impl Batches {
    /// The batches of one object.
    pub(crate) fn of(data: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(vec![batch_source(data, &mut Importer::default())?]))
    }

    /// The batches of several objects, in order.
    pub(crate) fn of_all(items: &[Bound<'_, PyAny>]) -> PyResult<Self> {
        let mut importer = Importer::default();
        items.iter().map(|item| batch_source(item, &mut importer)).collect::<PyResult<Vec<_>>>().map(Self)
    }

    /// Iterates over the batches. An error of a stream ends the iteration, and the run with an exception.
    pub(crate) fn read(self, control: &RunControl) -> impl Iterator<Item = RecordBatch> {
        let batches =
            self.0.into_iter().flat_map(|source| -> Box<dyn Iterator<Item = Result<RecordBatch, Error>>> {
                match source {
                    BatchSource::Batch(batch) => Box::new(std::iter::once(Ok(*batch))),
                    BatchSource::Stream(stream) => stream,
                }
            });
        batches.map_while(|batch| match batch {
            _ if control.cancel.is_cancelled() => None,
            Ok(batch) => Some(batch),
            Err(fault) => {
                let text = fault.to_string();
                if let Some(error) =
                    Python::try_attach(|py| error::exception(py, "UnreadableError", (text, py.None())))
                {
                    control.raise(error);
                }
                control.cancel.cancel();
                None
            }
        })
    }
}

fn batch_source(data: &Bound<'_, PyAny>, importer: &mut Importer) -> PyResult<BatchSource> {
    if data.hasattr("__arrow_c_stream__")? {
        return stream(data).map(|stream| BatchSource::Stream(Box::new(stream)));
    }
    if data.hasattr("__arrow_c_array__")? {
        let (array, schema) = pair(data)?;
        let batch = data.py().detach(move || importer.batch(array, &schema));
        let batch = batch.map_err(|error| unusable(data, &error))?;
        return Ok(BatchSource::Batch(Box::new(batch)));
    }
    let kind = data.get_type().name()?.to_string();
    Err(PyTypeError::new_err(format!("{kind} is no Arrow data; all items must be as the first is")))
}

/// The arrays of an object with Arrow capsules: one array, or the first column of a table. `None` for other
/// objects.
pub(crate) fn arrays(data: &Bound<'_, PyAny>) -> PyResult<Option<Vec<ArrayRef>>> {
    if data.hasattr("__arrow_c_array__")? {
        let (array, schema) = pair(data)?;
        let array = data.py().detach(move || trueline_arrow::array(array, &schema));
        return array.map(|array| Some(vec![array])).map_err(|error| unusable(data, &error));
    }
    if data.hasattr("__arrow_c_stream__")? {
        let mut arrays = Vec::new();
        for batch in stream(data)? {
            arrays.extend(batch.map_err(|error| unusable(data, &error))?.columns().first().cloned());
        }
        return Ok(Some(arrays));
    }
    Ok(None)
}

/// The Arrow stream of an object.
fn stream(data: &Bound<'_, PyAny>) -> PyResult<Stream> {
    let capsule = data.call_method0("__arrow_c_stream__")?;
    Stream::new(take_stream(&capsule)?).map_err(|error| unusable(data, &error))
}

/// The Arrow array of an object, and its schema.
fn pair(data: &Bound<'_, PyAny>) -> PyResult<(FFI_ArrowArray, FFI_ArrowSchema)> {
    let pair = data.call_method0("__arrow_c_array__")?;
    let pair = pair.cast::<PyTuple>()?;
    if pair.len() != 2 {
        return Err(PyTypeError::new_err("__arrow_c_array__ must give a pair of capsules"));
    }
    let schema = take_schema(&pair.get_item(0)?)?;
    Ok((take_array(&pair.get_item(1)?)?, schema))
}

/// The exception for unusable Arrow data: a `TypeError` if it is not a table, a `ValueError` if it is
/// inconsistent.
fn unusable(data: &Bound<'_, PyAny>, error: &Error) -> PyErr {
    let kind = data.get_type().name().map_or_else(|_| "the object".to_owned(), |name| name.to_string());
    let text = format!("{kind}: {error}");
    match error.kind() {
        ErrorKind::NoTable { .. } => PyTypeError::new_err(text),
        ErrorKind::Failed { .. } => {
            let py = data.py();
            error::exception(py, "UnreadableError", (text, py.None()))
        }
        _ => PyValueError::new_err(text),
    }
}

/// The pointer of a capsule with this name to its struct.
fn struct_pointer<T>(capsule: &Bound<'_, PyAny>, name: &CStr) -> PyResult<NonNull<T>> {
    let capsule = capsule
        .cast::<PyCapsule>()
        .map_err(|_| PyTypeError::new_err(format!("a capsule named {} is needed", name.to_string_lossy())))?;
    let pointer = capsule.pointer_checked(Some(name))?.cast::<T>();
    if pointer.as_ptr().is_aligned() {
        Ok(pointer)
    } else {
        Err(PyValueError::new_err(format!(
            "the capsule named {} points to no struct",
            name.to_string_lossy()
        )))
    }
}

/// The exception if a struct is empty because its data were moved out before.
fn already_consumed() -> PyErr {
    PyValueError::new_err("the Arrow data were taken by somebody else before")
}

fn take_stream(capsule: &Bound<'_, PyAny>) -> PyResult<FFI_ArrowArrayStream> {
    let pointer = struct_pointer::<FFI_ArrowArrayStream>(capsule, c"arrow_array_stream")?;
    // SAFETY: a capsule of this name points to an `ArrowArrayStream` that lives as long as it does; an empty one is
    // put into its place.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
    stream.release().map(|_| stream).ok_or_else(already_consumed)
}

fn take_schema(capsule: &Bound<'_, PyAny>) -> PyResult<FFI_ArrowSchema> {
    let pointer = struct_pointer::<FFI_ArrowSchema>(capsule, c"arrow_schema")?;
    // SAFETY: as above, for `ArrowSchema`.
    let schema = unsafe { FFI_ArrowSchema::from_raw(pointer.as_ptr()) };
    schema.release().map(|_| schema).ok_or_else(already_consumed)
}

fn take_array(capsule: &Bound<'_, PyAny>) -> PyResult<FFI_ArrowArray> {
    let pointer = struct_pointer::<FFI_ArrowArray>(capsule, c"arrow_array")?;
    // SAFETY: as above, for `ArrowArray`.
    let array = unsafe { FFI_ArrowArray::from_raw(pointer.as_ptr()) };
    if array.is_released() { Err(already_consumed()) } else { Ok(array) }
}
