//! Arrow data of other libraries, through the C data interface and its Python capsules (the Arrow `PyCapsule` interface).
//!
//! A capsule holds a pointer to a struct of the C interface. Whoever takes the struct out leaves an empty one (without a `release`)
//! behind, so that its destructor does nothing; after that the data belong to us, and no capsule is needed any longer. Nothing is
//! copied, but buffers that are not aligned as their type asks.
//!
//! If you change this: the name of the capsule is all that says what it points to, so it is compared before any
//! pointer is used; and a capsule may be handed out twice, so an empty struct is an error and not an end.
//!
//! **Source**: <https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>
#![allow(unsafe_code, reason = "the C data interface consists of pointers")]

use std::ffi::CStr;
use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, RecordBatchReader, make_array};
use arrow_schema::{ArrowError, DataType, Schema};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

use crate::error;
use crate::run::Watch;

/// Record batches from one or more objects, one table.
pub(crate) struct Batches(Vec<Origin>);

/// Where batches come from.
enum Origin {
    Batch(Box<RecordBatch>),
    Stream(Box<RecordBatchStreamReader>),
}

impl Batches {
    /// What one object has.
    pub(crate) fn of(data: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self(vec![origin(data)?]))
    }

    /// What several have, one behind the other.
    pub(crate) fn of_all(items: &[Bound<'_, PyAny>]) -> PyResult<Self> {
        items.iter().map(origin).collect::<PyResult<Vec<_>>>().map(Self)
    }

    /// The batches. A stream that fails ends them, and the run with an exception.
    pub(crate) fn read(self, watch: &Watch) -> impl Iterator<Item = RecordBatch> {
        let batches = self.0.into_iter().flat_map(
            |origin| -> Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>> {
                match origin {
                    Origin::Batch(batch) => Box::new(std::iter::once(Ok(*batch))),
                    // A table without rows has columns too, and may come as no batch at all.
                    Origin::Stream(stream) => {
                        let columns = RecordBatch::new_empty(stream.schema());
                        Box::new(std::iter::once(Ok(columns)).chain(stream))
                    }
                }
            },
        );
        batches.map_while(|batch| match batch {
            _ if watch.cancel.is_cancelled() => None,
            Ok(batch) => Some(batch),
            Err(fault) => {
                let text = format!("the Arrow stream failed: {fault}");
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

fn origin(data: &Bound<'_, PyAny>) -> PyResult<Origin> {
    if data.hasattr("__arrow_c_stream__")? {
        let capsule = data.call_method0("__arrow_c_stream__")?;
        let stream = RecordBatchStreamReader::try_new(take_stream(&capsule)?)
            .map_err(|error| no_table(data, &error))?;
        return Ok(Origin::Stream(Box::new(stream)));
    }
    if data.hasattr("__arrow_c_array__")? {
        let pair = data.call_method0("__arrow_c_array__")?;
        let pair = pair.cast::<PyTuple>()?;
        if pair.len() != 2 {
            return Err(PyTypeError::new_err("__arrow_c_array__ must give a pair of capsules"));
        }
        let schema = take_schema(&pair.get_item(0)?)?;
        let array = take_array(&pair.get_item(1)?)?;
        return Ok(Origin::Batch(Box::new(batch(data, array, &schema)?)));
    }
    let kind = data.get_type().name()?.to_string();
    Err(PyTypeError::new_err(format!("{kind} is no Arrow data; all items must be as the first is")))
}

/// The arrays of an object with Arrow's capsules: one array, or the first column of a table. `None` of one without.
pub(crate) fn arrays(data: &Bound<'_, PyAny>) -> PyResult<Option<Vec<ArrayRef>>> {
    if data.hasattr("__arrow_c_array__")? {
        let pair = data.call_method0("__arrow_c_array__")?;
        let pair = pair.cast::<PyTuple>()?;
        let schema = take_schema(&pair.get_item(0)?)?;
        let array = take_array(&pair.get_item(1)?)?;
        // SAFETY: as in `batch`.
        let imported = unsafe { from_ffi(array, &schema) }.map_err(|error| no_table(data, &error))?;
        return Ok(Some(vec![make_array(imported)]));
    }
    if data.hasattr("__arrow_c_stream__")? {
        let capsule = data.call_method0("__arrow_c_stream__")?;
        let stream = RecordBatchStreamReader::try_new(take_stream(&capsule)?)
            .map_err(|error| no_table(data, &error))?;
        let mut arrays = Vec::new();
        for batch in stream {
            arrays.extend(batch.map_err(|error| no_table(data, &error))?.columns().first().cloned());
        }
        return Ok(Some(arrays));
    }
    Ok(None)
}

fn no_table(data: &Bound<'_, PyAny>, error: &ArrowError) -> PyErr {
    let kind = data.get_type().name().map_or_else(|_| "the object".to_owned(), |name| name.to_string());
    PyTypeError::new_err(format!("{kind} gives no Arrow table: {error}"))
}

/// A struct array as the batch of its members.
fn batch(data: &Bound<'_, PyAny>, array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> PyResult<RecordBatch> {
    // SAFETY: both were moved out of capsules of the right names that were not empty, so they are a pair as the C data
    // interface has it, owned by us.
    let imported = unsafe { from_ffi(array, schema) }.map_err(|error| no_table(data, &error))?;
    let DataType::Struct(fields) = imported.data_type().clone() else {
        let found = imported.data_type().to_string();
        return Err(PyTypeError::new_err(format!("a table is needed, and this is one column of {found}")));
    };
    let array = make_array(imported);
    if array.null_count() > 0 {
        return Err(PyValueError::new_err("a struct array with nulls is no table"));
    }
    let options = RecordBatchOptions::new().with_row_count(Some(array.len()));
    let columns = array.as_struct().columns().to_vec();
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
        .map_err(|error| no_table(data, &error))
}

/// Where the struct of a capsule of this name stands.
fn place<T>(capsule: &Bound<'_, PyAny>, name: &CStr) -> PyResult<NonNull<T>> {
    let capsule = capsule
        .cast::<PyCapsule>()
        .map_err(|_| PyTypeError::new_err(format!("a capsule named {} is needed", name.to_string_lossy())))?;
    Ok(capsule.pointer_checked(Some(name))?.cast())
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
    // SAFETY: as above, for `ArrowSchema`. The first member of the struct is its format, which an empty one has not.
    let is_empty = unsafe { place.cast::<*const u8>().read() }.is_null();
    if is_empty {
        return Err(empty());
    }
    // SAFETY: as above.
    Ok(unsafe { FFI_ArrowSchema::from_raw(place.as_ptr()) })
}

fn take_array(capsule: &Bound<'_, PyAny>) -> PyResult<FFI_ArrowArray> {
    let place = place::<FFI_ArrowArray>(capsule, c"arrow_array")?;
    // SAFETY: as above, for `ArrowArray`.
    let array = unsafe { FFI_ArrowArray::from_raw(place.as_ptr()) };
    if array.is_released() { Err(empty()) } else { Ok(array) }
}
