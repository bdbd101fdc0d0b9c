//! Arrow IPC inputs: files, whose batches several threads decode, and streams, which are read in order.
//!
//! Nothing reaches the decoder unchecked: metadata is verified, every length in it is checked
//! against the actual bytes and the limits of [`ArrowOptions`], only the needed columns are read, and
//! compressed buffers are decompressed here. Remaining panics are caught.

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
