//! Inputs that could not become a source.

use std::io::Read;
use std::sync::{Mutex, PoisonError};

use super::Source;
use crate::error::{Error, ErrorKind};

/// An input that is known to be unreadable: opening it returns the reason. So it has its place in a report, like an input
/// that fails when it is opened.
#[derive(Debug)]
pub struct UnreadSource {
    name: String,
    reason: Mutex<Option<Error>>,
}

impl UnreadSource {
    /// Creates an input with the name in `reason`.
    pub fn new(mut reason: Error) -> Self {
        let name = reason.name().cloned().unwrap_or_default();
        Self { name, reason: Mutex::new(Some(reason)) }
    }
}

impl Source for UnreadSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        let reason = self.reason.lock().unwrap_or_else(PoisonError::into_inner).take();
        Err(reason.unwrap_or_else(|| Error::new(ErrorKind::ReadTwice { name: self.name.clone() })))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}
