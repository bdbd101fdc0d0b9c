//! Check functions in Python.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow_schema::DataType;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList, PyTuple};
use trueline::{Custom, CustomCheck, Severity};

use crate::arrow::arrays;
use crate::error;
use crate::{export, table, value};

/// The checks that a list of dicts describes.
pub(crate) fn checks(given: &Bound<'_, PyAny>) -> PyResult<Vec<CustomCheck>> {
    given.try_iter()?.map(|item| check(item?.cast::<PyDict>()?)).collect()
}

fn check(given: &Bound<'_, PyDict>) -> PyResult<CustomCheck> {
    let required = |name: &str| {
        given.get_item(name)?.ok_or_else(|| PyValueError::new_err(format!("a check has no {name}")))
    };
    let id: String = required("id")?.extract()?;
    let columns: Vec<String> = required("columns")?.extract()?;
    let function = Function(required("function")?.unbind());
    let mut check = CustomCheck::new(id, columns, function);
    for (name, value) in given {
        let name: String = name.extract()?;
        check = match &*name {
            _ if value.is_none() => check,
            "expected" => check.expected(value.extract::<String>()?),
            "message" => check.message(value.extract::<String>()?),
            "sample_limit" => check.sample_limit(value.extract()?),
            "severity" => check.severity(match &*value.extract::<String>()? {
                "error" => Severity::Error,
                "warning" => Severity::Warning,
                other => {
                    let text = format!("severity must be error or warning, not {other:?}");
                    return Err(error::option(given.py(), text));
                }
            }),
            _ => check,
        };
    }
    Ok(check)
}

/// A function that receives a `Batch` and returns a result for each row.
struct Function(Py<PyAny>);

impl Custom for Function {
    fn judge(&self, batch: &RecordBatch) -> Result<BooleanArray, String> {
        let call = |py: Python<'_>| {
            let answer = self.0.bind(py).call1((Batch(batch.clone()),))?;
            booleans(&answer)
        };
        let result = Python::try_attach(|py| call(py).map_err(|error| exception_text(py, &error)));
        result.unwrap_or_else(|| Err("the interpreter has ended".to_owned()))
    }
}

/// An exception as text, with its notes.
fn exception_text(py: Python<'_>, error: &PyErr) -> String {
    let notes: Vec<String> =
        error.value(py).getattr("__notes__").and_then(|notes| notes.extract()).unwrap_or_default();
    let mut text = error.to_string();
    for note in notes {
        text = format!("{text} ({note})");
    }
    text
}

/// The booleans of an Arrow array or stream, or of any iterable of `bool` and `None`.
fn booleans(given: &Bound<'_, PyAny>) -> PyResult<BooleanArray> {
    if let Some(arrays) = arrays(given)? {
        let mut all = Vec::new();
        for array in arrays {
            if *array.data_type() != DataType::Boolean {
                let found = array.data_type().to_string();
                return Err(PyTypeError::new_err(format!("a check must give booleans, not {found}")));
            }
            all.extend(array.as_boolean().iter());
        }
        return Ok(BooleanArray::from(all));
    }
    let Ok(items) = given.try_iter() else {
        let kind = given.get_type().name()?.to_string();
        return Err(PyTypeError::new_err(format!("a check must give a boolean for each row, not {kind}")));
    };
    let answer = |item: PyResult<Bound<'_, PyAny>>| {
        let item = item?;
        item.extract::<Option<bool>>().map_err(|_| {
            let found =
                item.repr().map_or_else(|_| String::new(), |text| text.to_string_lossy().into_owned());
            PyTypeError::new_err(format!("a check must give True, False or None for each row, not {found}"))
        })
    };
    Ok(BooleanArray::from(items.map(answer).collect::<PyResult<Vec<_>>>()?))
}

/// The rows that a check function evaluates.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct Batch(RecordBatch);

#[pymethods]
impl Batch {
    fn __len__(&self) -> usize {
        self.0.num_rows()
    }

    /// The columns by name.
    #[getter]
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(py);
        for (field, array) in self.0.schema().fields().iter().zip(self.0.columns()) {
            columns.set_item(field.name(), Column { name: field.name().clone(), array: array.clone() })?;
        }
        Ok(columns)
    }

    /// Return the rows as dicts.
    fn to_records<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let schema = self.0.schema();
        let record = |row: usize| {
            let record = PyDict::new(py);
            for (field, array) in schema.fields().iter().zip(self.0.columns()) {
                record.set_item(field.name(), value::of(py, array, row)?)?;
            }
            Ok(record)
        };
        PyList::new(py, (0..self.0.num_rows()).map(record).collect::<PyResult<Vec<_>>>()?)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        table::stream(py, Ok(self.0.clone()))
    }
}

/// One column of the rows that a check function evaluates.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct Column {
    name: String,
    array: ArrayRef,
}

#[pymethods]
impl Column {
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    fn __len__(&self) -> usize {
        self.array.len()
    }

    /// Return the values as Python objects; timestamps are in UTC.
    fn to_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let values: PyResult<Vec<_>> =
            (0..self.array.len()).map(|row| value::of(py, &self.array, row)).collect();
        PyList::new(py, values?)
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let _ = requested_schema;
        export::array(py, &self.array, &self.name)
    }
}
