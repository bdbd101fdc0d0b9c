//! The validity of each row.

use arrow_array::BooleanArray;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator, PyList, PyTuple};

use crate::export;

/// The validity of each row: an Arrow array of booleans without nulls.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct Mask(BooleanArray);

impl Mask {
    pub(crate) fn new(valid: BooleanArray) -> Self {
        Self(valid)
    }
}

#[pymethods]
impl Mask {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __getitem__(&self, index: isize) -> PyResult<bool> {
        let length = isize::try_from(self.0.len())?;
        let at = if index < 0 { index + length } else { index };
        if (0..length).contains(&at) {
            return Ok(self.0.value(usize::try_from(at)?));
        }
        Err(PyIndexError::new_err(format!("there are {length} rows, and none has number {index}")))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.to_list(py)?.try_iter()
    }

    fn to_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, self.0.values().iter())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let _ = requested_schema;
        export::array(py, &self.0, "valid")
    }

    /// Return a `NumPy` array; this imports `NumPy`.
    #[pyo3(signature = (dtype=None, copy=None))]
    fn __array__<'py>(
        &self,
        py: Python<'py>,
        dtype: Option<&Bound<'py, PyAny>>,
        copy: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let _ = copy;
        let bytes: Vec<u8> = self.0.values().iter().map(u8::from).collect();
        let numpy = py.import("numpy")?;
        let array = numpy.call_method1("frombuffer", (PyBytes::new(py, &bytes), "bool"))?;
        match dtype {
            Some(dtype) => array.call_method1("astype", (dtype,)),
            None => Ok(array),
        }
    }

    fn __repr__(&self) -> String {
        format!("<trueline.Mask {} of {} rows valid>", self.0.true_count(), self.0.len())
    }
}
