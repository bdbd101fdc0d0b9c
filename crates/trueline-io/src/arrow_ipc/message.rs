//! A message: its metadata, checked before anything is allocated for it, and the parts of its body that are needed.
//!
//! The crate that decodes Arrow IPC slices a body as the message says, allocates the size that a compressed buffer
//! claims, and may panic. Therefore every length is checked here against the body and the limits, buffers are read and
//! decompressed here, and the decoder gets a new message that describes a body with only what it needs.

use std::ops::Range;

use arrow_buffer::Buffer;
use arrow_ipc::{
    BodyCompressionMethod, CompressionType, DictionaryBatch, DictionaryBatchArgs, FieldNode, Message,
    MessageArgs, MessageHeader, MetadataVersion, RecordBatch, RecordBatchArgs, root_as_message_with_opts,
};
use arrow_schema::{DataType, Field, Fields, UnionMode};
use flatbuffers::{FlatBufferBuilder, VerifierOptions};

use super::options::ArrowOptions;
use crate::batch::{Codec, Method, Problem, Reach};

/// Where buffers begin in a body of ours.
const ALIGNMENT: usize = 64;

/// The maximum number of rows, or values of a part, of a message without a bit for each: columns of nulls, and tables without
/// columns, can claim any number.
const MOST_WITHOUT_BITS: i64 = i32::MAX as i64;

/// The location of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Its description, in bytes from the start of the input.
    pub(super) byte_offset: u64,
    /// How many bytes its body has.
    pub(super) body_bytes: u64,
}

/// The bytes of a body.
pub(super) enum Body<'a> {
    /// In a file, from a place on.
    At(&'a Reach, u64),
    Read(&'a [u8]),
}

/// A message whose body has only what is needed, not compressed.
pub(super) struct Lean {
    /// The description.
    pub(super) message: Vec<u8>,
    pub(super) body: Buffer,
}

/// How much a description may be nested, and how many parts it may have.
pub(super) fn verifier(options: &ArrowOptions) -> VerifierOptions {
    VerifierOptions {
        max_depth: 64,
        max_tables: options.max_columns.saturating_mul(8),
        max_apparent_size: usize::try_from(options.max_metadata_bytes).unwrap_or(usize::MAX),
        ..VerifierOptions::default()
    }
}

/// The description in `bytes`.
pub(super) fn parse<'b>(
    bytes: &'b [u8],
    place: Place,
    options: &ArrowOptions,
) -> Result<Message<'b>, Problem> {
    let message = root_as_message_with_opts(&verifier(options), bytes).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_end_matches('.');
        Problem::damaged(place.byte_offset, format!("the message cannot be read: {first}"))
    })?;
    if message.version() < MetadataVersion::V4 {
        let message = "the message has a version from before Arrow 0.8, which is not read here";
        return Err(Problem::unsupported(place.byte_offset, message));
    }
    if u64::try_from(message.bodyLength()) != Ok(place.body_bytes) {
        let message = format!(
            "the message has a body of {} bytes, and says {}",
            place.body_bytes,
            message.bodyLength()
        );
        return Err(Problem::damaged(place.byte_offset, message));
    }
    Ok(message)
}

/// What is wanted of a batch.
pub(super) struct Wanted<'a> {
    pub(super) fields: &'a Fields,
    /// The indices of the columns that are read.
    pub(super) columns: &'a [usize],
    pub(super) version: MetadataVersion,
}

/// Reads what is wanted of a batch.
pub(super) fn lean(
    batch: &RecordBatch<'_>,
    wanted: &Wanted<'_>,
    body: &Body<'_>,
    place: Place,
    options: &ArrowOptions,
) -> Result<Gathered, Problem> {
    let damaged = |what: &str| Problem::damaged(place.byte_offset, format!("the message {what}"));
    let nodes = batch.nodes().ok_or_else(|| damaged("does not describe its columns"))?;
    let buffers = batch.buffers().ok_or_else(|| damaged("does not say where its buffers are"))?;
    for node in nodes {
        if node.length() < 0 || node.null_count() < 0 || node.null_count() > node.length() {
            let what = format!("has a column of {} rows with {} nulls", node.length(), node.null_count());
            return Err(damaged(&what));
        }
    }
    if batch.length() < 0 {
        return Err(damaged("has a negative number of rows"));
    }
    let variadic: Vec<i64> = batch.variadicBufferCounts().into_iter().flatten().collect();
    let mut walk = Walk { buffers: 0, nodes: 0, variadic: variadic.iter(), version: wanted.version };
    let mut needed = vec![false; buffers.len()];
    let mut longest = batch.length();
    let mut columns = wanted.columns.iter().peekable();
    for (index, field) in wanted.fields.iter().enumerate() {
        let (start, first_node) = (walk.buffers, walk.nodes);
        walk.field(field).ok_or_else(|| damaged("does not say how many buffers a column has"))?;
        if walk.buffers > buffers.len() || walk.nodes > nodes.len() {
            return Err(damaged("describes fewer columns than the schema has"));
        }
        if columns.next_if(|&&column| column == index).is_some() {
            needed[start..walk.buffers].fill(true);
            longest = (first_node..walk.nodes).map(|node| nodes.get(node).length()).fold(longest, i64::max);
        }
    }
    if walk.buffers != buffers.len() || walk.nodes != nodes.len() || walk.variadic.next().is_some() {
        return Err(damaged("describes more columns than the schema has"));
    }
    let codec = codec(batch, place)?;
    let mut gather =
        Gather { body, place, options, codec, bytes: Vec::new(), places: Vec::new(), packed: Vec::new() };
    for (buffer, needed) in buffers.iter().zip(needed) {
        let range = within(buffer.offset(), buffer.length(), place)?;
        gather.take(range.filter(|_| needed))?;
    }
    let bytes = place.body_bytes.max(gather.bytes.len() as u64);
    if longest > MOST_WITHOUT_BITS && longest.cast_unsigned() / 8 > bytes {
        let what = format!("says that it has {longest} rows, and has {bytes} bytes for them");
        return Err(damaged(&what));
    }
    Ok(Gathered {
        nodes: nodes.iter().copied().collect(),
        variadic,
        bytes: gather.bytes,
        places: gather.places,
        rows: batch.length(),
    })
}

/// A buffer's place in the body; `None` when it is empty.
fn within(offset: i64, length: i64, place: Place) -> Result<Option<Range<u64>>, Problem> {
    let range = u64::try_from(offset).ok().zip(u64::try_from(length).ok());
    let range = range.and_then(|(start, length)| Some(start..start.checked_add(length)?));
    let Some(range) = range.filter(|range| range.end <= place.body_bytes) else {
        let body = place.body_bytes;
        let message =
            format!("the message has a buffer of {length} bytes at {offset} of its body, which has {body}");
        return Err(Problem::damaged(place.byte_offset, message));
    };
    Ok(Some(range).filter(|range| !range.is_empty()))
}

fn codec(batch: &RecordBatch<'_>, place: Place) -> Result<Codec, Problem> {
    let Some(compression) = batch.compression() else { return Ok(Codec::new(Method::None)) };
    let method = match compression.codec() {
        CompressionType::LZ4_FRAME => Some(Method::Lz4Frame),
        CompressionType::ZSTD => Some(Method::Zstd),
        _ => None,
    };
    let method = method.filter(|_| compression.method() == BodyCompressionMethod::BUFFER);
    method.map(Codec::new).ok_or_else(|| {
        Problem::unsupported(place.byte_offset, "the message is compressed in a way that is not read here")
    })
}

/// The parts of a body that are needed, put together.
struct Gather<'a> {
    body: &'a Body<'a>,
    place: Place,
    options: &'a ArrowOptions,
    codec: Codec,
    bytes: Vec<u8>,
    places: Vec<arrow_ipc::Buffer>,
    packed: Vec<u8>,
}

impl Gather<'_> {
    fn take(&mut self, range: Option<Range<u64>>) -> Result<(), Problem> {
        let start = self.bytes.len().next_multiple_of(ALIGNMENT);
        if let Some(range) = range {
            if self.codec.is_none() {
                self.hold(start, range.end - range.start)?;
                self.bytes.resize(start, 0);
                let bytes = std::mem::take(&mut self.bytes);
                self.bytes = self.read(range, bytes)?;
            } else {
                self.unpack(range, start)?;
            }
        }
        let length = self.bytes.len().saturating_sub(start);
        let place = arrow_ipc::Buffer::new(if length == 0 { 0 } else { signed(start) }, signed(length));
        self.places.push(place);
        Ok(())
    }

    /// Appends the bytes at `range` of the body to `bytes`.
    fn read(&self, range: Range<u64>, bytes: Vec<u8>) -> Result<Vec<u8>, Problem> {
        let mut bytes = bytes;
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let start = bytes.len();
        match self.body {
            Body::At(reach, body) => {
                bytes.resize(start + length, 0);
                reach.fill(&mut bytes[start..], body + range.start)?;
            }
            Body::Read(body) => {
                let from = usize::try_from(range.start).unwrap_or(usize::MAX);
                bytes.extend_from_slice(&body[from..from + length]);
            }
        }
        Ok(bytes)
    }

    /// A compressed buffer begins with the number of its bytes, or with -1 where they are not compressed after all.
    fn unpack(&mut self, range: Range<u64>, start: usize) -> Result<(), Problem> {
        let offset = self.place.byte_offset;
        let mut packed = std::mem::take(&mut self.packed);
        packed.clear();
        let packed = self.read(range, packed)?;
        let damaged = |what: String| {
            Problem::damaged(offset, format!("the message has a compressed buffer that {what}"))
        };
        let Some((length, stored)) = packed.split_first_chunk::<8>() else {
            return Err(damaged("does not say how large it is".to_owned()));
        };
        let length = i64::from_le_bytes(*length);
        if length == 0 {
            self.packed = packed;
            return Ok(());
        }
        let plain = if length == -1 { Some(stored.len() as u64) } else { u64::try_from(length).ok() };
        let plain = plain.ok_or_else(|| damaged(format!("would have {length} bytes")))?;
        self.hold(start, plain)?;
        self.bytes.resize(start, 0);
        if length == -1 {
            self.bytes.extend_from_slice(stored);
        } else {
            let length = usize::try_from(plain).unwrap_or(usize::MAX);
            self.codec.decompress(stored, &mut self.bytes, length).map_err(damaged)?;
        }
        self.packed = packed;
        Ok(())
    }

    fn hold(&self, start: usize, more: u64) -> Result<(), Problem> {
        let bytes = (start as u64).saturating_add(more);
        if bytes <= self.options.max_batch_bytes {
            return Ok(());
        }
        let message = format!("the message has {bytes} bytes");
        Err(Problem::limit(self.place.byte_offset, message, self.options.max_batch_bytes, "max_batch_bytes"))
    }
}

#[allow(clippy::cast_possible_wrap, reason = "a body is shorter than 2^63 bytes")]
fn signed(length: usize) -> i64 {
    length as i64
}

/// Goes through the columns as the decoder does, counting.
struct Walk<'a> {
    buffers: usize,
    nodes: usize,
    variadic: std::slice::Iter<'a, i64>,
    version: MetadataVersion,
}

impl Walk<'_> {
    fn field(&mut self, field: &Field) -> Option<()> {
        self.nodes += 1;
        match field.data_type() {
            DataType::Null => {}
            DataType::Utf8View | DataType::BinaryView => {
                self.buffers = self
                    .buffers
                    .checked_add(2)?
                    .checked_add(usize::try_from(*self.variadic.next()?).ok()?)?;
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Binary | DataType::LargeBinary => {
                self.buffers += 3;
            }
            DataType::List(inner) | DataType::LargeList(inner) | DataType::Map(inner, _) => {
                self.buffers += 2;
                self.field(inner)?;
            }
            DataType::ListView(inner) | DataType::LargeListView(inner) => {
                self.buffers += 3;
                self.field(inner)?;
            }
            DataType::FixedSizeList(inner, _) => {
                self.buffers += 1;
                self.field(inner)?;
            }
            DataType::Struct(fields) => {
                self.buffers += 1;
                fields.iter().try_for_each(|field| self.field(field))?;
            }
            DataType::RunEndEncoded(ends, values) => {
                self.field(ends)?;
                self.field(values)?;
            }
            DataType::Union(fields, mode) => {
                self.buffers += 1
                    + usize::from(*mode == UnionMode::Dense)
                    + usize::from(self.version < MetadataVersion::V5);
                fields.iter().try_for_each(|(_, field)| self.field(field))?;
            }
            _ => self.buffers += 2,
        }
        Some(())
    }
}

/// What was read of a batch.
pub(super) struct Gathered {
    nodes: Vec<FieldNode>,
    variadic: Vec<i64>,
    bytes: Vec<u8>,
    places: Vec<arrow_ipc::Buffer>,
    rows: i64,
}

impl Gathered {
    /// How many bytes were read, after decompression.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// As a message of a record batch, or with `dictionary` (its number, and whether it adds to one) of a dictionary.
    pub(super) fn into_message(self, version: MetadataVersion, dictionary: Option<(i64, bool)>) -> Lean {
        let mut builder = FlatBufferBuilder::new();
        let nodes = builder.create_vector(&self.nodes);
        let buffers = builder.create_vector(&self.places);
        let variadic = (!self.variadic.is_empty()).then(|| builder.create_vector(&self.variadic));
        let batch = RecordBatch::create(
            &mut builder,
            &RecordBatchArgs {
                length: self.rows,
                nodes: Some(nodes),
                buffers: Some(buffers),
                compression: None,
                variadicBufferCounts: variadic,
            },
        );
        let (header_type, header) = match dictionary {
            None => (MessageHeader::RecordBatch, batch.as_union_value()),
            Some((id, is_delta)) => {
                let args = DictionaryBatchArgs { id, data: Some(batch), isDelta: is_delta };
                let batch = DictionaryBatch::create(&mut builder, &args);
                (MessageHeader::DictionaryBatch, batch.as_union_value())
            }
        };
        let body = Buffer::from_vec(self.bytes);
        let args = MessageArgs {
            version,
            header_type,
            header: Some(header),
            bodyLength: signed(body.len()),
            custom_metadata: None,
        };
        let message = Message::create(&mut builder, &args);
        builder.finish(message, None);
        Lean { message: builder.finished_data().to_vec(), body }
    }
}
