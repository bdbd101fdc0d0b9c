//! Arrow IPC inputs: files, whose batches several threads decode, and streams, which are read in turn.
//!
//! Nothing gets to the decoder that was not looked at before: descriptions are verified, every length in them is held
//! against the bytes that are there and the limits of [`ArrowOptions`], only the columns that are needed are read, and
//! compressed buffers are unpacked here. What is left to panic is caught.

mod decode;
mod file;
mod message;
mod options;
mod slices;
mod stream;
mod types;

pub use file::{ArrowBatches, ArrowFile, ArrowReading};
pub use options::ArrowOptions;
pub use stream::{ArrowMessage, ArrowStream};
