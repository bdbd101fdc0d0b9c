//! Checks the metadata of a message before anything is allocated for it, and reads the buffers of its body that are needed.
//!
//! The crate that decodes Arrow IPC slices the body as the metadata says, allocates the size that a compressed buffer claims, and
//! may panic. Therefore every length is checked here against the body and the limits, buffers are read and
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
use crate::batch::{Codec, Method, Problem, RangeReader};

/// The alignment of buffers in a rebuilt body.
const ALIGNMENT: usize = 64;

/// The maximum number of rows, or of values of a column, of a message that has less than a bit for each. Columns of nulls, and
/// tables without columns, could otherwise claim any number.
const MAX_ROWS_WITHOUT_BUFFERS: i64 = i32::MAX as i64;

/// The location of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct MessageLocation {
    /// The byte offset of its metadata, from the start of the input.
    pub(super) byte_offset: u64,
    /// The size of its body in bytes.
    pub(super) body_bytes: u64,
}

/// The bytes of a body.
pub(super) enum Body<'a> {
    /// In a file, from an offset on.
    At(&'a RangeReader, u64),
    Read(&'a [u8]),
}

/// A rebuilt message whose body has only the needed buffers, not compressed.
pub(super) struct ReducedMessage {
    /// The metadata.
    pub(super) message: Vec<u8>,
    pub(super) body: Buffer,
}

/// Limits on the nesting and the size of metadata.
pub(super) fn verifier(options: &ArrowOptions) -> VerifierOptions {
    VerifierOptions {
        max_depth: 64,
        max_tables: options.max_columns.saturating_mul(8),
        max_apparent_size: usize::try_from(options.max_metadata_bytes).unwrap_or(usize::MAX),
        ..VerifierOptions::default()
    }
}

/// Parses and checks the metadata in `bytes`.
pub(super) fn parse<'b>(
    bytes: &'b [u8],
    location: MessageLocation,
    options: &ArrowOptions,
) -> Result<Message<'b>, Problem> {
    let message = root_as_message_with_opts(&verifier(options), bytes).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_end_matches('.');
        Problem::damaged(location.byte_offset, format!("the message cannot be read: {first}"))
    })?;
    if message.version() < MetadataVersion::V4 {
        let message = "the message has a version from before Arrow 0.8, which is not read here";
        return Err(Problem::unsupported(location.byte_offset, message));
    }
    if u64::try_from(message.bodyLength()) != Ok(location.body_bytes) {
        let message = format!(
            "the message has a body of {} bytes, and says {}",
            location.body_bytes,
            message.bodyLength()
        );
        return Err(Problem::damaged(location.byte_offset, message));
    }
    Ok(message)
}

/// The columns of a batch that are read.
pub(super) struct RequestedColumns<'a> {
    pub(super) fields: &'a Fields,
    /// The indices of the columns that are read.
    pub(super) columns: &'a [usize],
    pub(super) version: MetadataVersion,
}

/// Checks the metadata of a batch, and reads the buffers of the requested columns.
pub(super) fn gather(
    batch: &RecordBatch<'_>,
    requested: &RequestedColumns<'_>,
    body: &Body<'_>,
    location: MessageLocation,
    options: &ArrowOptions,
) -> Result<GatheredBatch, Problem> {
    let damaged = |what: &str| Problem::damaged(location.byte_offset, format!("the message {what}"));
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
    let mut counter =
        BufferCounter { buffers: 0, nodes: 0, variadic: variadic.iter(), version: requested.version };
    let mut needed = vec![false; buffers.len()];
    let mut longest = batch.length();
    let mut columns = requested.columns.iter().peekable();
    for (index, field) in requested.fields.iter().enumerate() {
        let (start, first_node) = (counter.buffers, counter.nodes);
        counter.field(field).ok_or_else(|| damaged("does not say how many buffers a column has"))?;
        if counter.buffers > buffers.len() || counter.nodes > nodes.len() {
            return Err(damaged("describes fewer columns than the schema has"));
        }
        if columns.next_if(|&&column| column == index).is_some() {
            needed[start..counter.buffers].fill(true);
            longest =
                (first_node..counter.nodes).map(|node| nodes.get(node).length()).fold(longest, i64::max);
        }
    }
    if counter.buffers != buffers.len() || counter.nodes != nodes.len() || counter.variadic.next().is_some() {
        return Err(damaged("describes more columns than the schema has"));
    }
    let codec = codec(batch, location)?;
    let mut body_builder = BodyBuilder {
        body,
        location,
        options,
        codec,
        bytes: Vec::new(),
        buffers: Vec::new(),
        compressed: Vec::new(),
    };
    for (buffer, needed) in buffers.iter().zip(needed) {
        let range = within(buffer.offset(), buffer.length(), location)?;
        body_builder.append(range.filter(|_| needed))?;
    }
    let bytes = location.body_bytes.max(body_builder.bytes.len() as u64);
    if longest > MAX_ROWS_WITHOUT_BUFFERS && longest.cast_unsigned() / 8 > bytes {
        let what = format!("says that it has {longest} rows, and has {bytes} bytes for them");
        return Err(damaged(&what));
    }
    Ok(GatheredBatch {
        nodes: nodes.iter().copied().collect(),
        variadic,
        bytes: body_builder.bytes,
        buffers: body_builder.buffers,
        rows: batch.length(),
    })
}

/// The range of a buffer within the body; `None` if it is empty.
fn within(offset: i64, length: i64, location: MessageLocation) -> Result<Option<Range<u64>>, Problem> {
    let range = u64::try_from(offset).ok().zip(u64::try_from(length).ok());
    let range = range.and_then(|(start, length)| Some(start..start.checked_add(length)?));
    let Some(range) = range.filter(|range| range.end <= location.body_bytes) else {
        let body = location.body_bytes;
        let message =
            format!("the message has a buffer of {length} bytes at {offset} of its body, which has {body}");
        return Err(Problem::damaged(location.byte_offset, message));
    };
    Ok(Some(range).filter(|range| !range.is_empty()))
}

fn codec(batch: &RecordBatch<'_>, location: MessageLocation) -> Result<Codec, Problem> {
    let Some(compression) = batch.compression() else { return Ok(Codec::new(Method::None)) };
    let method = match compression.codec() {
        CompressionType::LZ4_FRAME => Some(Method::Lz4Frame),
        CompressionType::ZSTD => Some(Method::Zstd),
        _ => None,
    };
    let method = method.filter(|_| compression.method() == BodyCompressionMethod::BUFFER);
    method.map(Codec::new).ok_or_else(|| {
        Problem::unsupported(location.byte_offset, "the message is compressed in a way that is not read here")
    })
}

/// Builds a body from the needed buffers of another one.
struct BodyBuilder<'a> {
    body: &'a Body<'a>,
    location: MessageLocation,
    options: &'a ArrowOptions,
    codec: Codec,
    bytes: Vec<u8>,
    buffers: Vec<arrow_ipc::Buffer>,
    compressed: Vec<u8>,
}

impl BodyBuilder<'_> {
    fn append(&mut self, range: Option<Range<u64>>) -> Result<(), Problem> {
        let start = self.bytes.len().next_multiple_of(ALIGNMENT);
        if let Some(range) = range {
            if self.codec.is_none() {
                self.check_limit(start, range.end - range.start)?;
                self.bytes.resize(start, 0);
                let bytes = std::mem::take(&mut self.bytes);
                self.bytes = self.read(range, bytes)?;
            } else {
                self.unpack(range, start)?;
            }
        }
        let length = self.bytes.len().saturating_sub(start);
        let location = arrow_ipc::Buffer::new(if length == 0 { 0 } else { signed(start) }, signed(length));
        self.buffers.push(location);
        Ok(())
    }

    /// Appends the bytes at `range` of the body to `bytes`.
    fn read(&self, range: Range<u64>, bytes: Vec<u8>) -> Result<Vec<u8>, Problem> {
        let mut bytes = bytes;
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let start = bytes.len();
        match self.body {
            Body::At(range_reader, body) => {
                bytes.resize(start + length, 0);
                range_reader.fill(&mut bytes[start..], body + range.start)?;
            }
            Body::Read(body) => {
                let from = usize::try_from(range.start).unwrap_or(usize::MAX);
                bytes.extend_from_slice(&body[from..from + length]);
            }
        }
        Ok(bytes)
    }

    /// Decompresses a buffer. It begins with its uncompressed size, or with -1 if it is not compressed.
    fn unpack(&mut self, range: Range<u64>, start: usize) -> Result<(), Problem> {
        let offset = self.location.byte_offset;
        let mut compressed = std::mem::take(&mut self.compressed);
        compressed.clear();
        let compressed = self.read(range, compressed)?;
        let damaged = |what: String| {
            Problem::damaged(offset, format!("the message has a compressed buffer that {what}"))
        };
        let Some((length, stored)) = compressed.split_first_chunk::<8>() else {
            return Err(damaged("does not say how large it is".to_owned()));
        };
        let length = i64::from_le_bytes(*length);
        if length == 0 {
            self.compressed = compressed;
            return Ok(());
        }
        let plain = if length == -1 { Some(stored.len() as u64) } else { u64::try_from(length).ok() };
        let plain = plain.ok_or_else(|| damaged(format!("would have {length} bytes")))?;
        self.check_limit(start, plain)?;
        self.bytes.resize(start, 0);
        if length == -1 {
            self.bytes.extend_from_slice(stored);
        } else {
            let length = usize::try_from(plain).unwrap_or(usize::MAX);
            self.codec.decompress(stored, &mut self.bytes, length).map_err(damaged)?;
        }
        self.compressed = compressed;
        Ok(())
    }

    fn check_limit(&self, start: usize, more: u64) -> Result<(), Problem> {
        let bytes = (start as u64).saturating_add(more);
        if bytes <= self.options.max_batch_bytes {
            return Ok(());
        }
        let message = format!("the message has {bytes} bytes");
        Err(Problem::limit(
            self.location.byte_offset,
            message,
            self.options.max_batch_bytes,
            "max_batch_bytes",
        ))
    }
}

#[allow(clippy::cast_possible_wrap, reason = "a body is shorter than 2^63 bytes")]
fn signed(length: usize) -> i64 {
    length as i64
}

/// Counts the buffers and nodes of columns, in the order of the decoder.
struct BufferCounter<'a> {
    buffers: usize,
    nodes: usize,
    variadic: std::slice::Iter<'a, i64>,
    version: MetadataVersion,
}

impl BufferCounter<'_> {
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
            DataType::List(child) | DataType::LargeList(child) | DataType::Map(child, _) => {
                self.buffers += 2;
                self.field(child)?;
            }
            DataType::ListView(child) | DataType::LargeListView(child) => {
                self.buffers += 3;
                self.field(child)?;
            }
            DataType::FixedSizeList(child, _) => {
                self.buffers += 1;
                self.field(child)?;
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

/// The buffers read of a batch, and the metadata that describes them.
pub(super) struct GatheredBatch {
    nodes: Vec<FieldNode>,
    variadic: Vec<i64>,
    bytes: Vec<u8>,
    buffers: Vec<arrow_ipc::Buffer>,
    rows: i64,
}

impl GatheredBatch {
    /// The number of bytes read, after decompression.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Builds the message of a record batch, or, with `dictionary` (its id, and whether it is a delta), of a dictionary batch.
    pub(super) fn into_message(
        self,
        version: MetadataVersion,
        dictionary: Option<(i64, bool)>,
    ) -> ReducedMessage {
        let mut builder = FlatBufferBuilder::new();
        let nodes = builder.create_vector(&self.nodes);
        let buffers = builder.create_vector(&self.buffers);
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
        ReducedMessage { message: builder.finished_data().to_vec(), body }
    }
}
