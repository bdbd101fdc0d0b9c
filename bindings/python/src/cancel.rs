//! Cancels a run from another thread.

use pyo3::prelude::*;

/// A flag that ends the runs it is passed to, from any thread.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct Cancel(pub(crate) trueline::Cancel);

#[pymethods]
impl Cancel {
    #[new]
    fn new() -> Self {
        Self(trueline::Cancel::new())
    }

    /// End the runs.
    fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the runs were asked to end.
    #[getter]
    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
