//! Sources of data that belong to the caller.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use trueline::{ReadAt, Source, SourceError};

use crate::callback::CallbackHandle;
use crate::pointer::Context;
use crate::revocable::Handle;

/// Bytes of the caller, read in place.
#[derive(Clone)]
pub(crate) struct MemorySource {
    name: String,
    bytes: Handle<&'static [u8]>,
    length: u64,
}

impl MemorySource {
    pub(crate) fn new(name: &str, bytes: Handle<&'static [u8]>) -> Self {
        let length = bytes.with(|bytes| bytes.len() as u64).unwrap_or_default();
        Self { name: name.to_owned(), bytes, length }
    }
}

impl Source for MemorySource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        Ok(Box::new(MemoryReader { bytes: self.clone(), at: 0 }))
    }

    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, SourceError> {
        Ok(Some(Box::new(self.clone())))
    }

    fn size_hint(&self) -> Option<u64> {
        Some(self.length)
    }

    fn can_reopen(&self) -> bool {
        true
    }

    fn reopen(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        self.open()
    }
}

impl ReadAt for MemorySource {
    fn size_bytes(&self) -> u64 {
        self.length
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
        let read = self.bytes.with(|bytes| {
            let start = usize::try_from(byte_offset).unwrap_or(usize::MAX).min(bytes.len());
            (&bytes[start..]).read(buffer)
        });
        read.unwrap_or_else(|| Err(run_ended()))
    }
}

struct MemoryReader {
    bytes: MemorySource,
    at: u64,
}

impl Read for MemoryReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// A read callback of the caller, and its context.
pub(crate) type ReadFunction = (extern "C" fn(*mut std::ffi::c_void, *mut u8, usize) -> i64, Context);

/// Bytes from a read callback, which can be read once.
pub(crate) struct CallbackSource {
    pub(crate) name: String,
    pub(crate) read: Handle<ReadFunction>,
    pub(crate) callbacks: CallbackHandle,
    /// The error of the callback, if it failed.
    pub(crate) failure: Failure,
}

/// The message of a failed read callback.
#[derive(Clone, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<String>>>);

impl Failure {
    fn set(&self, message: String) -> io::Error {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(message);
        io::Error::other("the read callback failed")
    }

    pub(crate) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Source for CallbackSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        let (read, callbacks) = (self.read.clone(), self.callbacks.clone());
        Ok(Box::new(CallbackReader { read, callbacks, failure: self.failure.clone(), is_finished: false }))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

struct CallbackReader {
    read: Handle<ReadFunction>,
    callbacks: CallbackHandle,
    failure: Failure,
    /// The callback has returned the end or a failure; it is not called again.
    is_finished: bool,
}

impl Read for CallbackReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.is_finished {
            return Ok(0);
        }
        if self.callbacks.is_cancelled() {
            return Err(run_ended());
        }
        let capacity = buffer.len();
        let answer = self.read.with(|(read, context)| read(context.0, buffer.as_mut_ptr(), capacity));
        let answer = answer.ok_or_else(run_ended)?;
        self.is_finished = answer <= 0;
        match usize::try_from(answer) {
            Err(_) => Err(self.failure.set(format!("the read callback failed with {answer}"))),
            Ok(count) if count > capacity => {
                self.is_finished = true;
                let message = format!("the read callback was asked for {capacity} bytes and gave {count}");
                Err(self.failure.set(message))
            }
            Ok(count) => Ok(count),
        }
    }
}

/// The error of a read if the run has ended or is cancelled.
pub(crate) fn run_ended() -> io::Error {
    io::Error::other("the run was ended")
}
