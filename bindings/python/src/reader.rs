//! Columns of files as Arrow streams.

use std::sync::{Mutex, PoisonError};

use arrow_array::RecordBatchReader;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use trueline::{Cancel, Format, ReadOptions, Reader};

use crate::data::Job;
use crate::error;
use crate::run::RunControl;
use crate::schema::Schema;

/// The rows of a file as an Arrow stream, which can be consumed once.
///
/// For `polars.DataFrame`, `pyarrow.table`, DuckDB and pandas.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct ArrowStream {
    reader: Mutex<Option<Reader>>,
    columns: Vec<(String, String)>,
}

#[pymethods]
impl ArrowStream {
    /// The names and Arrow types of the columns.
    #[getter]
    fn columns(&self) -> Vec<(String, String)> {
        self.columns.clone()
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        let reader =
            reader.ok_or_else(|| PyValueError::new_err("the rows were taken before; read the file again"))?;
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }

    fn __repr__(&self) -> String {
        let columns: Vec<String> =
            self.columns.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
        format!("<trueline.ArrowStream {{{}}}>", columns.join(", "))
    }
}

/// Read the columns of a file of `format`, with the types of a schema or inferred from its first rows.
#[pyfunction]
#[pyo3(signature = (data, schema, columns, format))]
pub(crate) fn read(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    schema: Option<&Bound<'_, Schema>>,
    columns: Option<Vec<String>>,
    format: &str,
) -> PyResult<ArrowStream> {
    let control = RunControl::new(Cancel::new());
    let Job::Sources { sources, format: own, .. } = Job::of(data, &control)? else {
        return Err(PyTypeError::new_err("a path or bytes are needed; Arrow data have columns already"));
    };
    let (1, None, Some(source)) = (sources.len(), own, sources.into_iter().next()) else {
        return Err(PyTypeError::new_err("a path of one file or bytes are needed"));
    };
    let format = Format::from_name(format).ok_or_else(|| PyValueError::new_err("a format that is none"))?;
    let options = ReadOptions::default().format(format);
    let options = columns.into_iter().fold(options, ReadOptions::columns);
    let document = schema.map(|schema| schema.get().document().clone());
    let reader = py.detach(|| match document {
        Some(schema) => trueline::read(&schema, source, &options),
        None => trueline::read_inferred(source, &options),
    });
    let reader = reader.map_err(|error| error::engine(py, &error))?;
    let fields = reader.schema();
    let columns = fields.fields().iter().map(|field| (field.name().clone(), field.data_type().to_string()));
    Ok(ArrowStream { columns: columns.collect(), reader: Mutex::new(Some(reader)) })
}
