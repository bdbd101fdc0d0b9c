//! An object with `read`, such as an open file, a socket's file or `io.BytesIO`.

use std::io::{self, Read};

use pyo3::exceptions::{PyBlockingIOError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use trueline::{Source, SourceError};

use super::{cancelled, keep_exception};
use crate::run::RunControl;

/// The maximum number of bytes per read.
const MAX_READ_BYTES: usize = 1 << 20;

/// A file object, read once from its current position.
pub(crate) struct FileObjectSource {
    name: String,
    object: Py<PyAny>,
    control: RunControl,
}

impl FileObjectSource {
    pub(crate) fn new(object: &Bound<'_, PyAny>, control: RunControl) -> Self {
        let name = object.getattr("name").ok().and_then(|name| name.extract().ok());
        Self { name: name.unwrap_or_else(|| "<file>".to_owned()), object: object.clone().unbind(), control }
    }
}

impl Source for FileObjectSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        let object = Python::try_attach(|py| self.object.clone_ref(py));
        Ok(Box::new(Reader { object, control: self.control.clone() }))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

struct Reader {
    object: Option<Py<PyAny>>,
    control: RunControl,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(MAX_READ_BYTES);
        if length == 0 {
            return Ok(0);
        }
        let Some(object) = self.object.as_ref().filter(|_| !self.control.cancel.is_cancelled()) else {
            return Err(cancelled());
        };
        let read =
            Python::try_attach(|py| read(object.bind(py), &mut buffer[..length])).ok_or_else(cancelled)?;
        read.map_err(|error| keep_exception(&self.control, error))
    }
}

fn read(object: &Bound<'_, PyAny>, buffer: &mut [u8]) -> PyResult<usize> {
    let answer = object.call_method1("read", (buffer.len(),))?;
    if answer.is_none() {
        return Err(PyBlockingIOError::new_err("the file has no bytes yet; it must be one that waits"));
    }
    let Ok(bytes) = answer.cast::<PyBytes>() else {
        let kind = answer.get_type().name()?.to_string();
        let hint =
            if answer.cast::<PyString>().is_ok() { "; open the file in binary mode (\"rb\")" } else { "" };
        return Err(PyTypeError::new_err(format!("read must give bytes, not {kind}{hint}")));
    };
    let bytes = bytes.as_bytes();
    let Some(target) = buffer.get_mut(..bytes.len()) else {
        let (asked, given) = (buffer.len(), bytes.len());
        return Err(PyValueError::new_err(format!("read({asked}) gave {given} bytes")));
    };
    target.copy_from_slice(bytes);
    Ok(bytes.len())
}
