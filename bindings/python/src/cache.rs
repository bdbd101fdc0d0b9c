//! The cache of earlier results.

use std::path::PathBuf;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use trueline::store::{DiskOptions, Pruned, default_folder};

use crate::error;

/// The results of earlier runs, cached in a folder, for `CachedValidator`.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct Cache {
    pub(crate) cache: trueline::Cache,
    #[pyo3(get)]
    folder: PathBuf,
}

#[pymethods]
impl Cache {
    #[new]
    #[pyo3(signature = (folder=None, ttl=None, max_bytes=None, trust_times=false))]
    fn new(
        py: Python<'_>,
        folder: Option<PathBuf>,
        ttl: Option<f64>,
        max_bytes: Option<u64>,
        trust_times: bool,
    ) -> PyResult<Self> {
        let Some(folder) = folder.or_else(default_folder) else {
            return Err(error::option(py, "there is no home folder; name a folder with cache_dir"));
        };
        let mut options = DiskOptions::default();
        if let Some(bytes) = max_bytes {
            options = options.max_bytes(bytes);
        }
        if let Some(seconds) = ttl {
            let ttl = Duration::try_from_secs_f64(seconds)
                .map_err(|_| error::option(py, format!("ttl must be a number of seconds, not {seconds}")))?;
            options = options.ttl(ttl);
        }
        let cache = trueline::Cache::on_disk(&folder, options).map_err(|error| failed(py, &error))?;
        Ok(Self { cache: cache.trust_times(trust_times), folder })
    }

    /// Return `entries`, `bytes`, `hits` and `misses`.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = py.detach(|| self.cache.stats()).map_err(|error| failed(py, &error))?;
        let members = PyDict::new(py);
        members.set_item("entries", stats.entries)?;
        members.set_item("hits", stats.hits)?;
        members.set_item("misses", stats.misses)?;
        members.set_item("bytes", stats.bytes)?;
        Ok(members)
    }

    fn prune<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        removed(py, py.detach(|| self.cache.prune()))
    }

    fn clear<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        removed(py, py.detach(|| self.cache.clear()))
    }

    /// Return why an entry could not be stored, once, for the first failure since the last call.
    fn take_warning(&self) -> Option<String> {
        self.cache.take_warning()
    }
}

fn removed(py: Python<'_>, pruned: Result<Pruned, trueline::store::Error>) -> PyResult<Bound<'_, PyDict>> {
    let pruned = pruned.map_err(|error| failed(py, &error))?;
    let members = PyDict::new(py);
    members.set_item("removed_entries", pruned.entries)?;
    members.set_item("removed_bytes", pruned.bytes)?;
    members.set_item("entries", pruned.left_entries)?;
    members.set_item("bytes", pruned.left_bytes)?;
    Ok(members)
}

fn failed(py: Python<'_>, error: &trueline::store::Error) -> PyErr {
    let cause = std::error::Error::source(error).map_or_else(String::new, |cause| format!(": {cause}"));
    error::exception(py, "OutputError", (format!("{error}{cause}"),))
}
