//! Reports.

use std::sync::Arc;

use arrow_array::BooleanArray;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use trueline::{Verdict, render};

use crate::check::CheckResults;
use crate::error;
use crate::mask::Mask;
use crate::violation::Violations;

/// The report of one run.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct Report(Arc<trueline::Report>, Option<BooleanArray>);

impl Report {
    pub(crate) fn new(report: trueline::Report) -> Self {
        Self(Arc::new(report), None)
    }

    /// A report with the validity of each row.
    pub(crate) fn with_mask(report: trueline::Report, valid: Option<BooleanArray>) -> Self {
        Self(Arc::new(report), valid)
    }

    pub(crate) fn verdict_of(&self) -> Verdict {
        self.0.verdict
    }

    /// Whether the only record of the run is valid, and its violations; an exception if it could not be
    /// validated.
    pub(crate) fn record_result<'py>(&self, py: Python<'py>) -> PyResult<(bool, Bound<'py, PyList>)> {
        if self.0.error.is_some() {
            let (message, report) = (self.summary(), Self(Arc::clone(&self.0), None));
            return Err(error::exception(py, "UnreadableError", (message, report)));
        }
        Ok((self.valid() && self.0.rows.invalid == 0, Violations::new(self.0.clone()).list(py)?))
    }

    fn render(&self, format: render::Format) -> PyResult<String> {
        let mut out = Vec::new();
        format.renderer().render(&self.0, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    /// The verdict in one line.
    fn summary(&self) -> String {
        let rows = self.0.rows;
        match &self.0.error {
            Some(error) => format!("unreadable: {} ({})", error.message, error.code),
            None if self.0.verdict == Verdict::Valid => format!("valid: {} rows", rows.total),
            None => format!("invalid: {} of {} rows", rows.invalid, rows.total),
        }
    }
}

#[pymethods]
impl Report {
    /// Read a report that `to_json` wrote.
    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        let report = serde_json::from_str(text);
        report.map(Self::new).map_err(|error| PyValueError::new_err(format!("this is no report: {error}")))
    }

    #[getter]
    fn valid(&self) -> bool {
        self.0.verdict == Verdict::Valid
    }

    #[getter]
    fn verdict(&self) -> &'static str {
        self.0.verdict.name()
    }

    #[getter]
    fn total_rows(&self) -> u64 {
        self.0.rows.total
    }

    #[getter]
    fn valid_count(&self) -> u64 {
        self.0.rows.valid
    }

    #[getter]
    fn invalid_count(&self) -> u64 {
        self.0.rows.invalid
    }

    #[getter]
    fn errors(&self) -> Violations {
        Violations::new(self.0.clone())
    }

    #[getter]
    fn errors_omitted(&self) -> u64 {
        self.0.violations_omitted
    }

    #[getter]
    fn checks(&self) -> CheckResults {
        CheckResults::new(Arc::clone(&self.0))
    }

    /// The validity of each row, if requested by `mask=True`.
    #[getter]
    fn valid_mask(&self) -> Option<Mask> {
        self.1.clone().map(Mask::new)
    }

    /// Why the verdict is `unreadable`.
    #[getter]
    fn error<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(error) = &self.0.error else { return Ok(None) };
        let members = PyDict::new(py);
        members.set_item("code", &error.code)?;
        members.set_item("message", &error.message)?;
        members.set_item("input", &error.input)?;
        members.set_item("row_index", error.row_index)?;
        members.set_item("line", error.line)?;
        members.set_item("byte_offset", error.byte_offset)?;
        Ok(Some(members))
    }

    fn is_valid(&self) -> bool {
        self.valid()
    }

    /// Return the report if the data is valid.
    ///
    /// Raises `ValidationError` or `UnreadableError` otherwise.
    pub(crate) fn raise_if_invalid(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        let class = match slf.get().0.verdict {
            Verdict::Valid => return Ok(slf),
            Verdict::Invalid => "ValidationError",
            Verdict::Unreadable => "UnreadableError",
        };
        let summary = slf.get().summary();
        Err(error::exception(slf.py(), class, (summary, slf)))
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.to_json(),))
    }

    fn to_text(&self) -> PyResult<String> {
        self.render(render::Format::Text)
    }

    fn to_html(&self) -> PyResult<String> {
        self.render(render::Format::Html)
    }

    fn to_markdown(&self) -> PyResult<String> {
        self.render(render::Format::Markdown)
    }

    fn to_junit(&self) -> PyResult<String> {
        self.render(render::Format::Junit)
    }

    fn to_sarif(&self) -> PyResult<String> {
        self.render(render::Format::Sarif)
    }

    fn __str__(&self) -> PyResult<String> {
        self.to_text()
    }

    fn __repr__(&self) -> String {
        format!("<trueline.Report {}>", self.summary())
    }

    /// Return the page in a sandboxed frame, so that neither its style nor its content affects the notebook.
    fn _repr_html_(&self) -> PyResult<String> {
        // The page already escapes data for HTML. The whole page is escaped again as an attribute value, except line ends.
        let page = self.to_html()?.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        Ok(format!(
            "<iframe sandbox srcdoc=\"{page}\" style=\"width:100%;height:32em;border:0\" title=\"trueline report\"></iframe>"
        ))
    }

    /// Compare the JSON documents, which do not contain excerpts.
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().to_json() == self.to_json())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<Self>().getattr("from_json")?, (self.to_json(),)))
    }
}
