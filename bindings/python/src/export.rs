//! Exports arrays through the C data interface.

use arrow_array::Array;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_schema::Field;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

/// The two capsules that `__arrow_c_array__` returns.
pub(crate) fn array<'py>(py: Python<'py>, array: &dyn Array, name: &str) -> PyResult<Bound<'py, PyTuple>> {
    let field = Field::new(name, array.data_type().clone(), array.null_count() > 0);
    let schema =
        FFI_ArrowSchema::try_from(&field).map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    let schema = PyCapsule::new_with_value(py, schema, c"arrow_schema")?;
    let array = PyCapsule::new_with_value(py, FFI_ArrowArray::new(&array.to_data()), c"arrow_array")?;
    PyTuple::new(py, [schema, array])
}
