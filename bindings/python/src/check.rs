//! The result of one check.

use std::collections::BTreeMap;
use std::sync::Arc;

use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyIterator, PyList, PySlice};
use trueline::Report;

use crate::table;

/// The result of one check.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct CheckResult {
    report: Arc<Report>,
    index: usize,
}

impl CheckResult {
    fn result(&self) -> &trueline::CheckResult {
        &self.report.checks[self.index]
    }
}

#[pymethods]
impl CheckResult {
    #[getter]
    fn id(&self) -> &str {
        &self.result().id
    }

    /// The kind, such as `range`.
    #[getter]
    fn check(&self) -> &str {
        &self.result().check
    }

    #[getter]
    fn columns(&self) -> Vec<String> {
        self.result().columns.clone()
    }

    #[getter]
    fn severity(&self) -> &'static str {
        self.result().severity.name()
    }

    #[getter]
    fn status(&self) -> &'static str {
        self.result().status.name()
    }

    #[getter]
    fn reason(&self) -> Option<&str> {
        self.result().reason.as_deref()
    }

    #[getter]
    fn evaluated(&self) -> u64 {
        self.result().evaluated
    }

    #[getter]
    fn failed(&self) -> u64 {
        self.result().failed
    }

    #[getter]
    fn null(&self) -> u64 {
        self.result().null
    }

    #[getter]
    fn not_evaluated(&self) -> u64 {
        self.result().not_evaluated
    }

    #[getter]
    fn codes(&self) -> BTreeMap<String, u64> {
        self.result().codes.clone()
    }

    #[getter]
    fn first_row_index(&self) -> Option<u64> {
        self.result().first_row_index
    }

    /// The value that a check of the table or of a whole column observed, such as a number of rows.
    #[getter]
    fn observed<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(observed) = &self.result().observed else { return Ok(None) };
        if let Some(number) = observed.as_i64() {
            return Ok(Some(number.into_pyobject(py)?.into_any()));
        }
        Ok(match observed.as_f64() {
            Some(number) => Some(number.into_pyobject(py)?.into_any()),
            None => Some(observed.to_string().into_pyobject(py)?.into_any()),
        })
    }

    #[getter]
    fn expected(&self) -> &str {
        &self.result().expected
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let members = PyDict::new(py);
        members.set_item("id", self.id())?;
        members.set_item("check", self.check())?;
        members.set_item("columns", self.columns())?;
        members.set_item("severity", self.severity())?;
        members.set_item("status", self.status())?;
        members.set_item("reason", self.reason())?;
        members.set_item("evaluated", self.evaluated())?;
        members.set_item("failed", self.failed())?;
        members.set_item("null", self.null())?;
        members.set_item("not_evaluated", self.not_evaluated())?;
        members.set_item("codes", self.codes())?;
        members.set_item("first_row_index", self.first_row_index())?;
        members.set_item("observed", self.observed(py)?)?;
        members.set_item("expected", self.expected())?;
        Ok(members)
    }

    fn __repr__(&self) -> String {
        let check = self.result();
        format!("<trueline.CheckResult {} {}: {} failed>", check.id, check.status, check.failed)
    }
}

/// The results of all checks, in schema order, as a sequence that also accepts check ids.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct CheckResults(Arc<Report>);

impl CheckResults {
    pub(crate) fn new(report: Arc<Report>) -> Self {
        Self(report)
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.0.checks.iter().position(|check| check.id == id)
    }

    fn all(&self) -> Vec<CheckResult> {
        (0..self.0.checks.len()).map(|index| CheckResult { report: Arc::clone(&self.0), index }).collect()
    }
}

#[pymethods]
impl CheckResults {
    fn __len__(&self) -> usize {
        self.0.checks.len()
    }

    /// Return items by index, by slice, or by the id of a check.
    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = index.py();
        if let Ok(id) = index.extract::<&str>() {
            let index = self
                .position(id)
                .ok_or_else(|| PyKeyError::new_err(format!("there is no check with the id {id:?}")))?;
            return Ok(Bound::new(py, CheckResult { report: Arc::clone(&self.0), index })?.into_any());
        }
        if index.cast::<PySlice>().is_err() && index.extract::<isize>().is_err() {
            return Err(PyTypeError::new_err("the checks of a report are asked for by number or id"));
        }
        PyList::new(py, self.all())?.as_any().get_item(index)
    }

    /// Return whether there is a check with this id, or a result is one of these.
    fn __contains__(&self, item: &Bound<'_, PyAny>) -> bool {
        if let Ok(result) = item.cast::<CheckResult>() {
            return Arc::ptr_eq(&result.get().report, &self.0);
        }
        item.extract::<&str>().is_ok_and(|id| self.position(id).is_some())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.all())?.try_iter()
    }

    /// Return all items as an Arrow stream. A requested schema is ignored.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        table::checks(py, &self.0.checks)
    }

    /// Return all items as dicts, as data frames accept them.
    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        self.all().iter().map(|check| check.to_dict(py)).collect()
    }

    fn __repr__(&self) -> String {
        format!("<trueline.CheckResults {}>", self.0.checks.len())
    }
}
