//! Violations, and the sequence of those that a report keeps. Both borrow from the report and are created on
//! access.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyIterator, PyList, PySlice};

use crate::owner::ViolationOwner;
use crate::table;

/// A violation: the check, the location, the value found and the expectation.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct Violation {
    owner: Arc<dyn ViolationOwner>,
    index: usize,
}

impl Violation {
    fn violation(&self) -> &trueline::Violation {
        &self.owner.violations()[self.index]
    }
}

#[pymethods]
impl Violation {
    #[getter]
    fn check_id(&self) -> &str {
        &self.violation().check_id
    }

    #[getter]
    fn code(&self) -> &str {
        &self.violation().code
    }

    #[getter]
    fn severity(&self) -> &'static str {
        self.violation().severity.name()
    }

    /// The index of the input, from 0.
    #[getter]
    fn input(&self) -> u32 {
        self.violation().input
    }

    /// The name of the input.
    #[getter]
    fn input_name(&self) -> Option<&str> {
        self.owner.input_name(self.violation().input)
    }

    #[getter]
    fn row_index(&self) -> Option<u64> {
        self.violation().location.row_index
    }

    #[getter]
    fn line(&self) -> Option<u64> {
        self.violation().location.line
    }

    #[getter]
    fn byte_offset(&self) -> Option<u64> {
        self.violation().location.byte_offset
    }

    #[getter]
    fn byte_length(&self) -> Option<u64> {
        self.violation().location.byte_length
    }

    #[getter]
    fn column(&self) -> Option<&str> {
        self.violation().column.as_deref()
    }

    #[getter]
    fn path(&self) -> Option<&str> {
        self.violation().path.as_deref()
    }

    #[getter]
    fn value(&self) -> Option<&str> {
        self.violation().value.as_deref()
    }

    #[getter]
    fn value_truncated(&self) -> bool {
        self.violation().value_truncated
    }

    #[getter]
    fn expected(&self) -> &str {
        &self.violation().expected
    }

    #[getter]
    fn message(&self) -> &str {
        &self.violation().message
    }

    /// The related location, such as the first occurrence of a duplicate key.
    #[getter]
    fn related<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(related) = &self.violation().related else { return Ok(None) };
        let place = PyDict::new(py);
        place.set_item("input", related.input)?;
        place.set_item("row_index", related.location.row_index)?;
        place.set_item("line", related.location.line)?;
        place.set_item("byte_offset", related.location.byte_offset)?;
        place.set_item("byte_length", related.location.byte_length)?;
        Ok(Some(place))
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let members = PyDict::new(py);
        members.set_item("check_id", self.check_id())?;
        members.set_item("code", self.code())?;
        members.set_item("severity", self.severity())?;
        members.set_item("input", self.input())?;
        members.set_item("input_name", self.input_name())?;
        members.set_item("row_index", self.row_index())?;
        members.set_item("line", self.line())?;
        members.set_item("byte_offset", self.byte_offset())?;
        members.set_item("byte_length", self.byte_length())?;
        members.set_item("column", self.column())?;
        members.set_item("path", self.path())?;
        members.set_item("value", self.value())?;
        members.set_item("value_truncated", self.value_truncated())?;
        members.set_item("expected", self.expected())?;
        members.set_item("message", self.message())?;
        members.set_item("related", self.related(py)?)?;
        Ok(members)
    }

    fn __str__(&self) -> String {
        let place = match (self.line(), self.row_index()) {
            (Some(line), _) => format!("line {line}: "),
            (None, Some(row)) => format!("row {row}: "),
            _ => String::new(),
        };
        let column = self
            .column()
            .map_or_else(String::new, |column| format!("{}: ", trueline::escape::escape_text(column)));
        format!("{place}{column}{}", trueline::escape::escape_text(self.message()))
    }

    fn __repr__(&self) -> String {
        format!("<trueline.Violation {} {}>", self.check_id(), self.__str__())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().violation() == self.violation())
    }
}

/// The violations that a report keeps, as a sequence; each is created on access.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct Violations(Arc<dyn ViolationOwner>);

impl Violations {
    pub(crate) fn new(owner: Arc<dyn ViolationOwner>) -> Self {
        Self(owner)
    }

    /// All violations as a list.
    pub(crate) fn list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, (0..self.0.violations().len()).map(|index| self.at(index)))
    }

    fn at(&self, index: usize) -> Violation {
        Violation { owner: Arc::clone(&self.0), index }
    }
}

#[pymethods]
impl Violations {
    fn __len__(&self) -> usize {
        self.0.violations().len()
    }

    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = index.py();
        let length = isize::try_from(self.0.violations().len())?;
        if let Ok(slice) = index.cast::<PySlice>() {
            let range = slice.indices(length)?;
            let mut at = range.start;
            let mut found = Vec::with_capacity(range.slicelength);
            for _ in 0..range.slicelength {
                found.push(self.at(usize::try_from(at)?));
                at += range.step;
            }
            return Ok(PyList::new(py, found)?.into_any());
        }
        let Ok(asked) = index.extract::<isize>() else {
            return Err(PyTypeError::new_err("the errors of a report are numbered"));
        };
        let at = if asked < 0 { asked + length } else { asked };
        if !(0..length).contains(&at) {
            return Err(PyIndexError::new_err(format!(
                "there are {length} errors, and none has number {asked}"
            )));
        }
        Ok(Bound::new(py, self.at(usize::try_from(at)?))?.into_any())
    }

    fn __iter__(&self) -> ViolationIterator {
        ViolationIterator { owner: Arc::clone(&self.0), next: AtomicUsize::new(0) }
    }

    fn __reversed__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let backwards: Vec<Violation> =
            (0..self.0.violations().len()).rev().map(|index| self.at(index)).collect();
        PyList::new(py, backwards)?.try_iter()
    }

    /// Return all items as an Arrow stream. A requested schema is ignored.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        table::violations(py, &*self.0)
    }

    /// Return all items as dicts, as data frames accept them.
    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        (0..self.0.violations().len()).map(|index| self.at(index).to_dict(py)).collect()
    }

    fn __repr__(&self) -> String {
        format!("<trueline.Violations {}>", self.0.violations().len())
    }
}

/// An iterator over violations.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct ViolationIterator {
    owner: Arc<dyn ViolationOwner>,
    next: AtomicUsize,
}

#[pymethods]
impl ViolationIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self) -> Option<Violation> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        (index < self.owner.violations().len()).then(|| Violation { owner: Arc::clone(&self.owner), index })
    }
}
