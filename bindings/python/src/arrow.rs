//! Arrow data of other libraries, through the C data interface and its Python capsules (the Arrow `PyCapsule` interface).
//!
//! A capsule holds a pointer to a struct of the C interface. Whoever takes the struct out leaves an empty one (without a `release`)
//! behind, so that its destructor does nothing; after that the data belong to us, and no capsule is needed any longer. What
//! the structs say is held against itself by `trueline-arrow` before anything is read of them.
//!
//! If you change this: the name of the capsule is all that says what it points to, so it is compared before any
//! pointer is used; and a capsule may be handed out twice, so an empty struct is an error and not an end.
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
use crate::run::Watch;

/// Record batches from one or more objects, one table.
pub(crate) struct Batches(Vec<Origin>);

/// Where batches come from.
enum Origin {
    Batch(Box<RecordBatch>),
    Stream(Box<Stream>),
}

impl Batches {
    /// What one object has.
    pub(crate) fn of(data: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(vec![origin(data, &mut Importer::default())?]))
    }

    /// What several have, one behind the other.
    pub(crate) fn of_all(items: &[Bound<'_, PyAny>]) -> PyResult<Self> {
        let mut importer = Importer::default();
        items.iter().map(|item| origin(item, &mut importer)).collect::<PyResult<Vec<_>>>().map(Self)
    }

    /// The batches. A stream that fails ends them, and the run with an exception.
    pub(crate) fn read(self, watch: &Watch) -> impl Iterator<Item = RecordBatch> {
        let batches =
            self.0.into_iter().flat_map(|origin| -> Box<dyn Iterator<Item = Result<RecordBatch, Error>>> {
                match origin {
                    Origin::Batch(batch) => Box::new(std::iter::once(Ok(*batch))),
                    Origin::Stream(stream) => stream,
                }
            });
        batches.map_while(|batch| match batch {
            _ if watch.cancel.is_cancelled() => None,
            Ok(batch) => Some(batch),
            Err(fault) => {
                let text = fault.to_string();
                if let Some(error) =
                    Python::try_attach(|py| error::exception(py, "UnreadableError", (text, py.None())))
                {
                    watch.raise(error);
                }
                watch.cancel.cancel();
                None
            }
        })
    }
}

fn origin(data: &Bound<'_, PyAny>, importer: &mut Importer) -> PyResult<Origin> {
    if data.hasattr("__arrow_c_stream__")? {
        return stream(data).map(|stream| Origin::Stream(Box::new(stream)));
    }
    if data.hasattr("__arrow_c_array__")? {
        let (array, schema) = pair(data)?;
        let batch = data.py().detach(move || importer.batch(array, &schema));
        let batch = batch.map_err(|error| refusal(data, &error))?;
        return Ok(Origin::Batch(Box::new(batch)));
    }
    let kind = data.get_type().name()?.to_string();
    Err(PyTypeError::new_err(format!("{kind} is no Arrow data; all items must be as the first is")))
}

/// The arrays of an object with Arrow's capsules: one array, or the first column of a table. `None` of one without.
pub(crate) fn arrays(data: &Bound<'_, PyAny>) -> PyResult<Option<Vec<ArrayRef>>> {
    if data.hasattr("__arrow_c_array__")? {
        let (array, schema) = pair(data)?;
        let array = data.py().detach(move || trueline_arrow::array(array, &schema));
        return array.map(|array| Some(vec![array])).map_err(|error| refusal(data, &error));
    }
    if data.hasattr("__arrow_c_stream__")? {
        let mut arrays = Vec::new();
        for batch in stream(data)? {
            arrays.extend(batch.map_err(|error| refusal(data, &error))?.columns().first().cloned());
        }
        return Ok(Some(arrays));
    }
    Ok(None)
}

/// The stream that an object gives.
fn stream(data: &Bound<'_, PyAny>) -> PyResult<Stream> {
    let capsule = data.call_method0("__arrow_c_stream__")?;
    Stream::new(take_stream(&capsule)?).map_err(|error| refusal(data, &error))
}

/// The array that an object gives, and its schema.
fn pair(data: &Bound<'_, PyAny>) -> PyResult<(FFI_ArrowArray, FFI_ArrowSchema)> {
    let pair = data.call_method0("__arrow_c_array__")?;
    let pair = pair.cast::<PyTuple>()?;
    if pair.len() != 2 {
        return Err(PyTypeError::new_err("__arrow_c_array__ must give a pair of capsules"));
    }
    let schema = take_schema(&pair.get_item(0)?)?;
    Ok((take_array(&pair.get_item(1)?)?, schema))
}

/// Why an object's Arrow data are not taken: what is no table is of the wrong type, and what lies about itself of the wrong value.
fn refusal(data: &Bound<'_, PyAny>, error: &Error) -> PyErr {
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

/// Where the struct of a capsule of this name stands.
fn place<T>(capsule: &Bound<'_, PyAny>, name: &CStr) -> PyResult<NonNull<T>> {
    let capsule = capsule
        .cast::<PyCapsule>()
        .map_err(|_| PyTypeError::new_err(format!("a capsule named {} is needed", name.to_string_lossy())))?;
    let place = capsule.pointer_checked(Some(name))?.cast::<T>();
    if place.as_ptr().is_aligned() {
        Ok(place)
    } else {
        Err(PyValueError::new_err(format!(
            "the capsule named {} points to no struct",
            name.to_string_lossy()
        )))
    }
}

fn empty() -> PyErr {
    PyValueError::new_err("the Arrow data were taken by somebody else before")
}

fn take_stream(capsule: &Bound<'_, PyAny>) -> PyResult<FFI_ArrowArrayStream> {
    let place = place::<FFI_ArrowArrayStream>(capsule, c"arrow_array_stream")?;
    // SAFETY: a capsule of this name points to an `ArrowArrayStream` that lives as long as it does; an empty one is
    // put into its place.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(place.as_ptr()) };
    stream.release().map(|_| stream).ok_or_else(empty)
}

fn take_schema(capsule: &Bound<'_, PyAny>) -> PyResult<FFI_ArrowSchema> {
    let place = place::<FFI_ArrowSchema>(capsule, c"arrow_schema")?;
    // SAFETY: as above, for `ArrowSchema`.
    let schema = unsafe { FFI_ArrowSchema::from_raw(place.as_ptr()) };
    schema.release().map(|_| schema).ok_or_else(empty)
}

fn take_array(capsule: &Bound<'_, PyAny>) -> PyResult<FFI_ArrowArray> {
    let place = place::<FFI_ArrowArray>(capsule, c"arrow_array")?;
    // SAFETY: as above, for `ArrowArray`.
    let array = unsafe { FFI_ArrowArray::from_raw(place.as_ptr()) };
    if array.is_released() { Err(empty()) } else { Ok(array) }
}
