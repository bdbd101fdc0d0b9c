//! Arrow IPC streams: one message after the other.
//!
//! A stream ends with a marker. A stream without it may have been truncated and is an error: a shorter
//! table never counts as the whole table.

use std::io::{self, Read};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::MessageHeader;
use arrow_schema::{Schema, SchemaRef};

use super::decode::{Dictionaries, Selection, schema_of};
use super::message::{Body, Place, parse};
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
    /// How many bytes were read.
    byte_offset: u64,
    is_done: bool,
}

/// A batch that was read but not decoded; any thread can decode it.
pub struct ArrowMessage {
    description: Vec<u8>,
    body: Vec<u8>,
    place: Place,
    selection: Arc<Selection>,
    dictionaries: Dictionaries,
    options: ArrowOptions,
}

/// A message whose metadata was read.
struct Described {
    description: Vec<u8>,
    place: Place,
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
        let Some(Described { description, place }) = self.description()? else {
            return Err(Problem::damaged(0, "the stream has no schema"));
        };
        let message =
            parse(&description, Place { body_bytes: body_bytes(&description), ..place }, &self.options)?;
        let schema = message.header_as_schema().filter(|_| message.bodyLength() == 0);
        let schema = schema
            .ok_or_else(|| Problem::damaged(place.byte_offset, "the stream does not begin with a schema"))?;
        let schema = schema_of(schema, place.byte_offset, &self.options)?;
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
            let Some(Described { description, place }) = self.description()? else { return Ok(None) };
            let message = parse(&description, place, &self.options)?;
            let kind = message.header_type();
            let body = self.take(place.body_bytes, self.options.max_batch_bytes, "max_batch_bytes")?;
            match kind {
                MessageHeader::RecordBatch => {
                    return Ok(Some(ArrowMessage {
                        description,
                        body,
                        place,
                        selection: Arc::clone(&self.selection),
                        dictionaries: self.dictionaries.clone(),
                        options: self.options,
                    }));
                }
                MessageHeader::DictionaryBatch => {
                    let (body, dictionaries) = (Body::Read(&body), &mut self.dictionaries);
                    self.selection.dictionary(&message, &body, place, dictionaries, &self.options)?;
                }
                _ => {
                    let what = "the stream has a message that is neither a batch nor a dictionary";
                    return Err(Problem::damaged(place.byte_offset, what));
                }
            }
        }
    }

    /// Reads the description of the next message; `None` at the end of the stream.
    fn description(&mut self) -> Result<Option<Described>, Problem> {
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
        let description = self.take(length, self.options.max_metadata_bytes, "max_metadata_bytes")?;
        let place = Place { byte_offset: start, body_bytes: 0 };
        let body_bytes = body_bytes(&description);
        Ok(Some(Described { description, place: Place { body_bytes, ..place } }))
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

    /// So many bytes, for which room is made as they come.
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
            Err(error) => Err(self.unread(error)),
        }
    }

    fn unread(&self, error: io::Error) -> Problem {
        Problem::read(self.byte_offset, &Error::read(self.byte_offset, error))
    }
}

/// The body size that metadata claims; errors in it are found later.
fn body_bytes(description: &[u8]) -> u64 {
    arrow_ipc::root_as_message(description)
        .ok()
        .and_then(|message| u64::try_from(message.bodyLength()).ok())
        .unwrap_or_default()
}

impl ArrowMessage {
    /// Returns the byte offset of the message in the stream.
    pub fn byte_offset(&self) -> u64 {
        self.place.byte_offset
    }

    /// Decodes the batch, split if it has more rows than a batch may have.
    ///
    /// **Errors**: the message is damaged or exceeds a limit.
    pub fn decode(&self) -> Result<impl Iterator<Item = RecordBatch> + use<>, Failure> {
        let decode = || {
            let message = parse(&self.description, self.place, &self.options)?;
            self.selection.batch(
                &message,
                &Body::Read(&self.body),
                self.place,
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
