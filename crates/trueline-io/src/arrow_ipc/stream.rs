//! Arrow IPC streams: one message after the other.
//!
//! A stream ends with a marker. A stream without it may have been truncated and is an error: a shorter
//! table never counts as the whole table.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::MessageHeader;
use arrow_schema::{Schema, SchemaRef};

use super::decode::{Dictionaries, Selection, schema_of};
use super::message::{Body, MessageLocation, parse};
use super::options::ArrowOptions;
use super::slices::Slices;
use crate::batch::{Problem, Projection};
use crate::error::Error;
use crate::text::Failure;

/// An Arrow IPC stream whose schema has been read.
pub struct ArrowStream {
    read: Box<dyn Read + Send>,
    options: ArrowOptions,
    selection: Arc<Selection>,
    dictionaries: Dictionaries,
    /// The number of bytes read.
    byte_offset: u64,
    is_done: bool,
}

impl fmt::Debug for ArrowStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrowStream")
            .field("options", &self.options)
            .field("byte_offset", &self.byte_offset)
            .field("is_done", &self.is_done)
            .finish_non_exhaustive()
    }
}

/// A batch that was read but not decoded; any thread can decode it.
pub struct ArrowMessage {
    metadata: Vec<u8>,
    body: Vec<u8>,
    location: MessageLocation,
    selection: Arc<Selection>,
    dictionaries: Dictionaries,
    options: ArrowOptions,
}

/// Without the bytes, which may be many or confidential.
impl fmt::Debug for ArrowMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrowMessage")
            .field("metadata_bytes", &self.metadata.len())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// A message whose metadata was read.
struct MessageMetadata {
    metadata: Vec<u8>,
    location: MessageLocation,
}

impl ArrowStream {
    /// Reads the schema.
    ///
    /// **Errors**: the input is damaged, exceeds a limit of `options`, or cannot be read.
    pub fn open(read: Box<dyn Read + Send>, options: ArrowOptions) -> Result<Self, Failure> {
        let nothing = Selection::new(Arc::new(Schema::empty()), Vec::new());
        let dictionaries = Dictionaries::default();
        let selection = Arc::new(nothing);
        let mut stream = Self { read, options, selection, dictionaries, byte_offset: 0, is_done: false };
        stream.read_schema().map_err(failure)?;
        Ok(stream)
    }

    fn read_schema(&mut self) -> Result<(), Problem> {
        let Some(MessageMetadata { metadata, location }) = self.metadata()? else {
            return Err(Problem::damaged(0, "the stream has no schema"));
        };
        let message = parse(
            &metadata,
            MessageLocation { body_bytes: body_bytes(&metadata), ..location },
            &self.options,
        )?;
        let schema = message.header_as_schema().filter(|_| message.bodyLength() == 0);
        let schema = schema.ok_or_else(|| {
            Problem::damaged(location.byte_offset, "the stream does not begin with a schema")
        })?;
        let schema = schema_of(schema, location.byte_offset, &self.options)?;
        let columns = (0..schema.fields().len()).collect();
        self.selection = Arc::new(Selection::new(schema, columns));
        Ok(())
    }

    /// Returns the columns of the stream and their types.
    pub fn schema(&self) -> &SchemaRef {
        &self.selection.schema
    }

    /// Returns the number of bytes read so far.
    pub fn byte_offset(&self) -> u64 {
        self.byte_offset
    }

    /// Selects the columns of the batches; by default, all. If `projection` names a part of a column, the whole column is read.
    pub fn project(&mut self, projection: &Projection) {
        let schema = Arc::clone(&self.selection.schema);
        self.selection = Arc::new(Selection::new(schema, projection.roots().collect()));
    }

    /// Returns the columns of the batches.
    pub fn batch_schema(&self) -> SchemaRef {
        self.selection.batch_schema()
    }

    /// Reads the next batch; `None` at the end.
    ///
    /// **Errors**: the input is damaged, exceeds a limit, or cannot be read. After an error the stream has ended.
    pub fn next_message(&mut self) -> Option<Result<ArrowMessage, Failure>> {
        if self.is_done {
            return None;
        }
        let next = self.advance();
        self.is_done = !matches!(next, Ok(Some(_)));
        next.map_err(failure).transpose()
    }

    fn advance(&mut self) -> Result<Option<ArrowMessage>, Problem> {
        loop {
            let Some(MessageMetadata { metadata, location }) = self.metadata()? else { return Ok(None) };
            let message = parse(&metadata, location, &self.options)?;
            let kind = message.header_type();
            let body = self.take(location.body_bytes, self.options.max_batch_bytes, "max_batch_bytes")?;
            match kind {
                MessageHeader::RecordBatch => {
                    return Ok(Some(ArrowMessage {
                        metadata,
                        body,
                        location,
                        selection: Arc::clone(&self.selection),
                        dictionaries: self.dictionaries.clone(),
                        options: self.options,
                    }));
                }
                MessageHeader::DictionaryBatch => {
                    let (body, dictionaries) = (Body::Read(&body), &mut self.dictionaries);
                    self.selection.dictionary(&message, &body, location, dictionaries, &self.options)?;
                }
                _ => {
                    let what = "the stream has a message that is neither a batch nor a dictionary";
                    return Err(Problem::damaged(location.byte_offset, what));
                }
            }
        }
    }

    /// Reads the metadata of the next message; `None` at the end of the stream.
    fn metadata(&mut self) -> Result<Option<MessageMetadata>, Problem> {
        let start = self.byte_offset;
        let mut length = self.word()?;
        if length == [0xff; 4] {
            length = self.word()?;
        }
        let Ok(length) = u64::try_from(i32::from_le_bytes(length)) else {
            return Err(Problem::damaged(start, "the stream has a message of a negative length"));
        };
        if length == 0 {
            return self.end().map(|()| None);
        }
        let metadata = self.take(length, self.options.max_metadata_bytes, "max_metadata_bytes")?;
        let location = MessageLocation { byte_offset: start, body_bytes: 0 };
        let body_bytes = body_bytes(&metadata);
        Ok(Some(MessageMetadata { metadata, location: MessageLocation { body_bytes, ..location } }))
    }

    /// Checks that nothing follows the end marker.
    fn end(&mut self) -> Result<(), Problem> {
        let end = self.byte_offset;
        if self.take_up_to(1)?.is_empty() {
            return Ok(());
        }
        Err(Problem::damaged(end, "the stream has bytes behind its end"))
    }

    fn word(&mut self) -> Result<[u8; 4], Problem> {
        let start = self.byte_offset;
        let bytes = self.take_up_to(4)?;
        match bytes.first_chunk::<4>() {
            Some(word) => Ok(*word),
            None if bytes.is_empty() => {
                Err(Problem::damaged(start, "the stream ends without the marker at its end: it was cut"))
            }
            None => Err(Problem::damaged(start, "the stream ends inside a message")),
        }
    }

    /// Reads exactly `length` bytes. Memory is allocated as they arrive, not for the claimed length.
    fn take(&mut self, length: u64, limit: u64, option: &str) -> Result<Vec<u8>, Problem> {
        if length > limit {
            let message = format!("the stream has a message of {length} bytes");
            return Err(Problem::limit(self.byte_offset, message, limit, option));
        }
        let bytes = self.take_up_to(length)?;
        if (bytes.len() as u64) < length {
            return Err(Problem::damaged(self.byte_offset, "the stream ends inside a message"));
        }
        Ok(bytes)
    }

    fn take_up_to(&mut self, length: u64) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        let result = (&mut self.read).take(length).read_to_end(&mut bytes);
        self.byte_offset += bytes.len() as u64;
        match result {
            Ok(_) => Ok(bytes),
            Err(error) => Err(self.read_error(error)),
        }
    }

    fn read_error(&self, error: io::Error) -> Problem {
        Problem::read(self.byte_offset, &Error::read(self.byte_offset, error))
    }
}

/// The body size that metadata claims; errors in it are found later.
fn body_bytes(metadata: &[u8]) -> u64 {
    arrow_ipc::root_as_message(metadata)
        .ok()
        .and_then(|message| u64::try_from(message.bodyLength()).ok())
        .unwrap_or_default()
}

impl ArrowMessage {
    /// Returns the byte offset of the message in the stream.
    pub fn byte_offset(&self) -> u64 {
        self.location.byte_offset
    }

    /// Decodes the batch, split if it has more rows than a batch may have.
    ///
    /// **Errors**: the message is damaged or exceeds a limit.
    pub fn decode(&self) -> Result<impl Iterator<Item = RecordBatch> + use<>, Failure> {
        let decode = || {
            let message = parse(&self.metadata, self.location, &self.options)?;
            self.selection.batch(
                &message,
                &Body::Read(&self.body),
                self.location,
                &self.dictionaries,
                &self.options,
            )
        };
        decode().map(|batch| Slices::new(batch, self.options.batch_rows)).map_err(failure)
    }
}

fn failure(problem: Problem) -> Failure {
    problem.into_failure("arrow")
}
