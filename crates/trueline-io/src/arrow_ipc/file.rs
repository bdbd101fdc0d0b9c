//! Arrow IPC files: the footer is checked against the file, then several threads decode batches, each from its offset.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::{Block, root_as_footer_with_opts};
use arrow_schema::SchemaRef;

use super::decode::{Dictionaries, Selection, schema_of};
use super::message::{Body, MessageLocation, parse, verifier};
use super::options::ArrowOptions;
use super::slices::Slices;
use crate::batch::{Problem, Projection, RangeReader};
use crate::source::ReadAt;
use crate::text::Failure;

/// Every Arrow file begins and ends with it.
pub(crate) const MAGIC: &[u8; 6] = b"ARROW1";

/// The magic of Feather version 1, the predecessor of the format.
const FEATHER: &[u8; 4] = b"FEA1";

/// Footer length and magic.
const TAIL_BYTES: u64 = 10;

/// An Arrow IPC file whose footer has been read and checked against the file.
///
/// Threads share it: each takes parts and reads them at their offsets.
pub struct ArrowFile {
    range_reader: RangeReader,
    options: ArrowOptions,
    schema: SchemaRef,
    dictionary_blocks: Vec<Block>,
    blocks: Vec<Block>,
}

/// A reading of selected columns of a file, with the dictionaries they need.
pub struct ArrowReading<'a> {
    file: &'a ArrowFile,
    selection: Selection,
    dictionaries: Dictionaries,
}

impl fmt::Debug for ArrowReading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrowReading").field("file", &self.file).finish_non_exhaustive()
    }
}

/// An iterator over the batches of a part.
pub struct ArrowBatches<'a> {
    reading: &'a ArrowReading<'a>,
    blocks: Range<usize>,
    current: Option<Slices>,
}

impl fmt::Debug for ArrowBatches<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrowBatches").field("blocks", &self.blocks).finish_non_exhaustive()
    }
}

impl ArrowFile {
    /// Reads the footer and checks it against the file: magic, lengths, counts, and the location of every batch.
    ///
    /// **Errors**: the input is damaged, exceeds a limit of `options`, or cannot be read.
    ///
    /// **Cost**: three reads, and memory for the footer.
    pub fn open(at: Arc<dyn ReadAt>, options: ArrowOptions) -> Result<Self, Failure> {
        Self::try_open(RangeReader::new(at), options).map_err(failure)
    }

    fn try_open(range_reader: RangeReader, options: ArrowOptions) -> Result<Self, Problem> {
        let range = find_footer(&range_reader, &options)?;
        let bytes = range_reader.read(range.clone())?;
        let damaged = |what: &str| Problem::damaged(range.start, format!("the footer {what}"));
        let footer = root_as_footer_with_opts(&verifier(&options), &bytes).map_err(|error| {
            let text = error.to_string();
            damaged(&format!(
                "cannot be read: {}",
                text.lines().next().unwrap_or_default().trim_end_matches('.')
            ))
        })?;
        let schema = footer.schema().ok_or_else(|| damaged("has no schema"))?;
        let schema = schema_of(schema, range.start, &options)?;
        let list = |blocks: Option<flatbuffers::Vector<'_, Block>>| -> Result<Vec<Block>, Problem> {
            blocks.into_iter().flatten().map(|block| checked(*block, range.start)).collect()
        };
        let (dictionary_blocks, blocks) = (list(footer.dictionaries())?, list(footer.recordBatches())?);
        Ok(Self { range_reader, options, schema, dictionary_blocks, blocks })
    }

    /// Returns the columns of the file and their types.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Returns the size of the file in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.range_reader.size_bytes()
    }

    /// Returns the parts in which the file is read, in row order, as ranges of batch numbers.
    pub fn parts(&self) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut bytes = 0;
        for (index, block) in self.blocks.iter().enumerate() {
            let more = block.bodyLength().cast_unsigned();
            let fits = bytes + more <= self.options.part_bytes;
            if let Some(part) = parts.last_mut().filter(|_| fits) {
                part.end = index + 1;
                bytes += more;
            } else {
                parts.push(index..index + 1);
                bytes = more;
            }
        }
        parts
    }

    /// Prepares to read the columns of `projection`. If it names a part of a column, the whole column is read.
    ///
    /// **Errors**: the dictionaries of the columns are damaged or cannot be read.
    ///
    /// **Cost**: memory for those dictionaries.
    pub fn reading(&self, projection: &Projection) -> Result<ArrowReading<'_>, Failure> {
        let selection = Selection::new(Arc::clone(&self.schema), projection.roots().collect());
        let mut dictionaries = Dictionaries::default();
        for block in &self.dictionary_blocks {
            self.read_dictionary(block, &selection, &mut dictionaries).map_err(failure)?;
        }
        Ok(ArrowReading { file: self, selection, dictionaries })
    }

    fn read_dictionary(
        &self,
        block: &Block,
        selection: &Selection,
        dictionaries: &mut Dictionaries,
    ) -> Result<(), Problem> {
        let (metadata, location, body) = self.read_metadata(block)?;
        let message = parse(&metadata, location, &self.options)?;
        selection.dictionary(&message, &body, location, dictionaries, &self.options)
    }

    /// Reads the metadata of a block, without its prefix.
    fn read_metadata(&self, block: &Block) -> Result<(Vec<u8>, MessageLocation, Body<'_>), Problem> {
        let start = block.offset().cast_unsigned();
        let body = start + u64::from(block.metaDataLength().cast_unsigned());
        let length = body - start;
        if length > self.options.max_metadata_bytes {
            let message = format!("the message has a description of {length} bytes");
            return Err(Problem::limit(
                start,
                message,
                self.options.max_metadata_bytes,
                "max_metadata_bytes",
            ));
        }
        let mut metadata = self.range_reader.read(start..body)?;
        // A marker and the length; files from before Arrow 0.15 have the length only.
        let prefix = if metadata.starts_with(&[0xff; 4]) { 8 } else { 4 };
        if metadata.len() < prefix {
            return Err(Problem::damaged(start, "the message has no description"));
        }
        metadata.drain(..prefix);
        let location = MessageLocation { byte_offset: start, body_bytes: block.bodyLength().cast_unsigned() };
        Ok((metadata, location, Body::At(&self.range_reader, body)))
    }
}

impl std::fmt::Debug for ArrowFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ArrowFile").field("batches", &self.blocks.len()).finish_non_exhaustive()
    }
}

/// Locates the footer.
fn find_footer(range_reader: &RangeReader, options: &ArrowOptions) -> Result<Range<u64>, Problem> {
    let size = range_reader.size_bytes();
    let mut head = [0; 8];
    range_reader.fill(&mut head[..usize::try_from(size).unwrap_or(8).min(8)], 0)?;
    if head.starts_with(FEATHER) {
        let message = "the file is of Feather version 1, which is not read here; write it again as Arrow IPC";
        return Err(Problem::unsupported(0, message));
    }
    if size < head.len() as u64 + TAIL_BYTES {
        return Err(Problem::damaged(0, format!("the file has {size} bytes, fewer than any Arrow file")));
    }
    let mut tail = [0; 10];
    range_reader.fill(&mut tail, size - TAIL_BYTES)?;
    let [a, b, c, d, magic @ ..] = tail;
    if &magic != MAGIC {
        let message = "the file does not end with `ARROW1`: it was cut, or it is no Arrow file";
        return Err(Problem::damaged(size - 6, message));
    }
    if !head.starts_with(MAGIC) {
        return Err(Problem::damaged(0, "the file ends as an Arrow file and does not begin with `ARROW1`"));
    }
    let length = i32::from_le_bytes([a, b, c, d]);
    let end = size - TAIL_BYTES;
    let start =
        u64::try_from(length).ok().and_then(|length| end.checked_sub(length)).filter(|&start| start >= 8);
    let Some(start) = start else {
        return Err(Problem::damaged(
            end,
            format!("the footer would have {length} bytes, in a file of {size}"),
        ));
    };
    if end - start > options.max_metadata_bytes {
        let message = format!("the footer has {length} bytes");
        return Err(Problem::limit(end, message, options.max_metadata_bytes, "max_metadata_bytes"));
    }
    Ok(start..end)
}

/// Checks that a block lies between the magic and the footer.
fn checked(block: Block, footer: u64) -> Result<Block, Problem> {
    let numbers = [block.offset(), i64::from(block.metaDataLength()), block.bodyLength()].map(u64::try_from);
    if let [Ok(offset), Ok(metadata), Ok(body)] = numbers
        && offset
            .checked_add(metadata)
            .and_then(|start| start.checked_add(body))
            .is_some_and(|end| end <= footer)
        && offset >= 8
    {
        return Ok(block);
    }
    let message = format!(
        "the footer has a message of {} and {} bytes at byte {}, and it begins itself at {footer}",
        block.metaDataLength(),
        block.bodyLength(),
        block.offset()
    );
    Err(Problem::damaged(footer, message))
}

fn failure(problem: Problem) -> Failure {
    problem.into_failure("arrow")
}

impl ArrowReading<'_> {
    /// Returns the columns of the batches.
    pub fn schema(&self) -> SchemaRef {
        self.selection.batch_schema()
    }

    /// Returns the batches of a part.
    pub fn read(&self, part: Range<usize>) -> ArrowBatches<'_> {
        ArrowBatches { reading: self, blocks: part, current: None }
    }

    fn read_batch(&self, block: usize) -> Result<RecordBatch, Problem> {
        let (metadata, location, body) = self.file.read_metadata(&self.file.blocks[block])?;
        let message = parse(&metadata, location, &self.file.options)?;
        self.selection.batch(&message, &body, location, &self.dictionaries, &self.file.options)
    }
}

impl Iterator for ArrowBatches<'_> {
    type Item = Result<RecordBatch, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(slice) = self.current.as_mut().and_then(Iterator::next) {
                return Some(Ok(slice));
            }
            match self.reading.read_batch(self.blocks.next()?) {
                Ok(batch) => self.current = Some(Slices::new(batch, self.reading.file.options.batch_rows)),
                Err(problem) => {
                    (self.blocks, self.current) = (0..0, None);
                    return Some(Err(failure(problem)));
                }
            }
        }
    }
}
