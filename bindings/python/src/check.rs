//! What became of one check.

use std::collections::BTreeMap;
use std::sync::Arc;

use pyo3::prelude::*;
use trueline::Report;

use crate::violation::severity;

/// The outcome of one check, as it stands in a report.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct CheckResult {
    report: Arc<Report>,
    index: usize,
}

impl CheckResult {
    pub(crate) fn new(report: Arc<Report>, index: usize) -> Self {
        Self { report, index }
    }

    fn check(&self) -> &trueline::CheckResult {
        &self.report.checks[self.index]
    }
}

#[pymethods]
impl CheckResult {
    #[getter]
    fn id(&self) -> &str {
        &self.check().id
    }

    /// Its kind, such as `range`.
    #[getter]
    fn kind(&self) -> &str {
        &self.check().check
    }

    #[getter]
    fn columns(&self) -> Vec<String> {
        self.check().columns.clone()
    }

    #[getter]
    fn severity(&self) -> &'static str {
        severity(self.check().severity)
    }

    #[getter]
    fn status(&self) -> &'static str {
        self.check().status.name()
    }

    #[getter]
    fn reason(&self) -> Option<&str> {
        self.check().reason.as_deref()
    }

    #[getter]
    fn evaluated(&self) -> u64 {
        self.check().evaluated
    }

    #[getter]
    fn failed(&self) -> u64 {
        self.check().failed
    }

    #[getter]
    fn null(&self) -> u64 {
        self.check().null
    }

    #[getter]
    fn not_evaluated(&self) -> u64 {
        self.check().not_evaluated
    }

    #[getter]
    fn codes(&self) -> BTreeMap<String, u64> {
        self.check().codes.clone()
    }

    #[getter]
    fn first_row_index(&self) -> Option<u64> {
        self.check().first_row_index
    }

    #[getter]
    fn expected(&self) -> &str {
        &self.check().expected
    }

    fn __repr__(&self) -> String {
        let check = self.check();
        format!("<trueline.CheckResult {} {}: {} failed>", check.id, check.status, check.failed)
    }
}
