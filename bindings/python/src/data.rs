//! The data to validate.

use std::io::ErrorKind;
use std::path::PathBuf;

use arrow_array::BooleanArray;
use pyo3::exceptions::{PyFileNotFoundError, PyIsADirectoryError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple};
use trueline::{FileSource, Format, Report, Source, Validator, sources_from_argument};

use crate::arrow::Batches;
use crate::error;
use crate::run::RunControl;
use crate::source::{BytesSource, FileObjectSource, RecordSource};

/// Inputs up to this size are validated on the calling thread.
pub(crate) const SMALL_BYTES: u64 = 64 << 10;

/// What can be validated, for the error message about anything else.
const ACCEPTED: &str = "a path or a list of them, bytes, a binary file, an object with __arrow_c_stream__ or \
                        __arrow_c_array__ (pyarrow, Polars, pandas, DuckDB), or an iterable of dicts or of Arrow batches";

/// A report, and the validity of each row if requested.
pub(crate) type ReportAndMask = (Report, Option<BooleanArray>);

/// Data, ready to be validated on any thread.
pub(crate) enum Job {
    Sources {
        sources: Vec<Box<dyn Source>>,
        is_small: bool,
        format: Option<Format>,
    },
    Batches(Batches),
    /// Arrow batches, for which the validity of each row is requested.
    MaskedBatches(Batches),
}

impl Job {
    /// Determines what `data` is.
    pub(crate) fn of(data: &Bound<'_, PyAny>, control: &RunControl) -> PyResult<Self> {
        if is_arrow(data)? {
            return Batches::of(data).map(Self::Batches);
        }
        if is_path(data)? {
            return paths(data).map(Self::sources);
        }
        if let Some(bytes) = bytes(data)? {
            let bytes = BytesSource::new(bytes);
            let is_small = bytes.size_hint().is_some_and(|size| size <= SMALL_BYTES);
            return Ok(Self::Sources { sources: vec![Box::new(bytes)], is_small, format: None });
        }
        if data.hasattr("read")? {
            return Ok(Self::source(FileObjectSource::new(data, control.clone())));
        }
        if data.cast::<PyDict>().is_ok() {
            return Err(PyTypeError::new_err(
                "a dict is no table: give records as a list of dicts, and columns as a pandas, Polars or Arrow table",
            ));
        }
        if let Some(job) = from_list(data)? {
            return Ok(job);
        }
        let Ok(iterator) = data.try_iter() else {
            let kind = data.get_type().name()?.to_string();
            return Err(PyTypeError::new_err(format!("data must be {ACCEPTED}; not {kind}")));
        };
        let records = Box::new(RecordSource::new(iterator, control.clone()));
        Ok(Self::Sources { sources: vec![records], is_small: false, format: Some(Format::JsonLines) })
    }

    /// The format, if the kind of data fixes it and no option can change it.
    pub(crate) fn format(&self) -> Option<Format> {
        match self {
            Self::Sources { format, .. } => *format,
            Self::Batches(_) | Self::MaskedBatches(_) => Some(Format::Arrow),
        }
    }

    fn source(source: impl Source + 'static) -> Self {
        Self::sources(vec![Box::new(source)])
    }

    fn sources(sources: Vec<Box<dyn Source>>) -> Self {
        Self::Sources { sources, is_small: false, format: None }
    }

    /// Whether this is validated almost instantly without touching Python objects.
    pub(crate) fn is_small(&self) -> bool {
        matches!(self, Self::Sources { is_small: true, .. })
    }

    /// The same job, which also returns the validity of each row.
    pub(crate) fn with_mask(self) -> Self {
        match self {
            Self::Batches(batches) => Self::MaskedBatches(batches),
            other => other,
        }
    }

    /// Validates the data.
    pub(crate) fn run(
        self,
        validator: &Validator,
        control: &RunControl,
    ) -> Result<ReportAndMask, trueline::Error> {
        match self {
            Self::Sources { sources, .. } => {
                let sources: Vec<&dyn Source> = sources.iter().map(AsRef::as_ref).collect();
                validator.validate_all(&sources).map(|report| (report, None))
            }
            Self::Batches(batches) => {
                validator.validate_batches(batches.read(control)).map(|report| (report, None))
            }
            Self::MaskedBatches(batches) => {
                let (report, valid) = validator.mark_batches(batches.read(control))?;
                Ok((report, Some(valid)))
            }
        }
    }
}

/// The job for a list or tuple of paths or of Arrow batches, according to its first item; `None` for other lists.
fn from_list(data: &Bound<'_, PyAny>) -> PyResult<Option<Job>> {
    let items: Vec<Bound<'_, PyAny>> = if let Ok(list) = data.cast::<PyList>() {
        list.iter().collect()
    } else if let Ok(tuple) = data.cast::<PyTuple>() {
        tuple.iter().collect()
    } else {
        return Ok(None);
    };
    let Some(first) = items.first() else { return Ok(None) };
    if is_arrow(first)? {
        return Batches::of_all(&items).map(|batches| Some(Job::Batches(batches)));
    }
    if !is_path(first)? {
        return Ok(None);
    }
    for item in &items {
        if !is_path(item)? {
            let kind = item.get_type().name()?.to_string();
            return Err(PyTypeError::new_err(format!("a list of paths must have paths only, not {kind}")));
        }
    }
    let mut sources = Vec::new();
    for item in &items {
        sources.extend(paths(item)?);
    }
    Ok(Some(Job::sources(sources)))
}

fn is_arrow(data: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(data.hasattr("__arrow_c_stream__")? || data.hasattr("__arrow_c_array__")?)
}

fn is_path(data: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(data.cast::<PyString>().is_ok() || data.hasattr("__fspath__")?)
}

/// A `bytes` object itself, or a copy of another object with the buffer protocol.
fn bytes<'py>(data: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        return Ok(Some(bytes.clone()));
    }
    let builtins = data.py().import("builtins")?;
    for kind in ["bytearray", "memoryview"] {
        if data.is_instance(&builtins.getattr(kind)?)? {
            let copy = builtins.getattr("bytes")?.call1((data,))?;
            return Ok(Some(copy.cast_into::<PyBytes>()?));
        }
    }
    Ok(None)
}

/// The sources that a path names: a file, a folder with a trailing slash, a pattern, or an address.
fn paths(data: &Bound<'_, PyAny>) -> PyResult<Vec<Box<dyn Source>>> {
    let path: PathBuf = data.extract()?;
    let Some(argument) = path.to_str() else { return Ok(vec![Box::new(FileSource::new(path))]) };
    let py = data.py();
    let sources = py.detach(|| sources_from_argument(argument)).map_err(|fault| error::source(py, &fault))?;
    // A missing file is an exception before the run starts.
    if sources.len() == 1 && sources[0].name() == argument && !argument.contains("://") && argument != "-" {
        match std::fs::metadata(&path) {
            Err(fault) if matches!(fault.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename) => {
                let text = if argument.contains('\n') {
                    "no such file (a str is a path; text to be judged is given as bytes)"
                } else {
                    "no such file"
                };
                return Err(PyFileNotFoundError::new_err((2, text, argument.to_owned())));
            }
            Err(fault) if fault.kind() == ErrorKind::InvalidInput => {
                return Err(PyValueError::new_err(format!("{argument:?} cannot be the name of a file")));
            }
            Ok(metadata) if metadata.is_dir() => {
                let text = "is a folder; with a slash behind its name it is all files in it";
                return Err(PyIsADirectoryError::new_err((21, text, argument.to_owned())));
            }
            _ => {}
        }
    }
    Ok(sources)
}
