//! Inputs of record batches and their parts.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
#[cfg(feature = "arrow-ipc")]
use trueline_io::arrow_ipc::{ArrowFile, ArrowMessage, ArrowReading, ArrowStream};
use trueline_io::batch::Projection;
#[cfg(feature = "parquet")]
use trueline_io::parquet::{ParquetInput, Part};
use trueline_io::text::Failure;
use trueline_validate::Pass;

use super::super::job::Job;
use crate::columns::Columns;

/// An input whose columns are known.
pub(in super::super) enum BatchInput {
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetInput>),
    #[cfg(feature = "arrow-ipc")]
    File(Box<ArrowFile>),
    #[cfg(feature = "arrow-ipc")]
    Stream(Mutex<ArrowStream>, SchemaRef),
}

impl BatchInput {
    #[cfg(feature = "arrow-ipc")]
    pub(in super::super) fn stream(stream: ArrowStream) -> Self {
        let schema = SchemaRef::clone(stream.schema());
        Self::Stream(Mutex::new(stream), schema)
    }

    /// The columns and their types.
    pub(in super::super) fn schema(&self) -> &SchemaRef {
        match self {
            #[cfg(feature = "parquet")]
            Self::Parquet(input) => input.schema(),
            #[cfg(feature = "arrow-ipc")]
            Self::File(file) => file.schema(),
            #[cfg(feature = "arrow-ipc")]
            Self::Stream(_, schema) => schema,
        }
    }

    /// The size in bytes if the whole input is available; otherwise 0.
    pub(in super::super) fn size_bytes(&self) -> u64 {
        match self {
            #[cfg(feature = "parquet")]
            Self::Parquet(input) => input.size_bytes(),
            #[cfg(feature = "arrow-ipc")]
            Self::File(file) => file.size_bytes(),
            #[cfg(feature = "arrow-ipc")]
            Self::Stream(..) => 0,
        }
    }
}

/// The parts of an input, claimed by threads in the order of the input.
pub(super) struct PartQueue<'a> {
    source: PartSource<'a>,
    next: AtomicU64,
    is_stopped: AtomicBool,
    /// All columns to read, and the columns of keys.
    columns: [Projection; 2],
    /// Whether rows are written to files, so that columns are read in the types of the file.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "Arrow has no others"))]
    keeps_types: bool,
}

enum PartSource<'a> {
    #[cfg(feature = "parquet")]
    Parquet(&'a ParquetInput, Vec<Part>),
    /// The file with all columns, and with the columns of keys.
    #[cfg(feature = "arrow-ipc")]
    File([ArrowReading<'a>; 2], Vec<std::ops::Range<usize>>),
    #[cfg(feature = "arrow-ipc")]
    Stream(&'a Mutex<ArrowStream>),
}

/// A part claimed by a thread.
pub(super) struct Claim {
    pub(super) sequence: u64,
    pub(super) content: PartContent,
    /// The offset up to which the input has been read with this part.
    pub(super) end_offset: u64,
}

pub(super) enum PartContent {
    #[cfg(feature = "parquet")]
    Parquet(Part),
    #[cfg(feature = "arrow-ipc")]
    File(std::ops::Range<usize>),
    #[cfg(feature = "arrow-ipc")]
    Message(Box<ArrowMessage>),
    /// The end of the input, or the failure that ended it early.
    End(Option<Failure>),
}

/// Which columns of a part are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ColumnSelection {
    All,
    Keys,
    #[cfg(feature = "parquet")]
    Some(Projection),
}

impl<'a> PartQueue<'a> {
    pub(super) fn new(input: &'a BatchInput, columns: &Columns, job: &Job<'_>) -> Result<Self, Failure> {
        let keys = projection(columns, |field| job.plan.is_key(field));
        let mut all = match job.pass {
            Pass::Prints => keys.clone(),
            _ => projection(columns, |field| job.plan.needs(field)),
        };
        let keeps_types = job.rows.is_some();
        if keeps_types {
            all = Projection::all(input.schema());
        } else if all.roots().len() == 0 && !input.schema().fields().is_empty() {
            // The number of rows is taken from decoded data only, so one column must be read.
            all = Projection::new([&[0][..]]);
        }
        let source = match input {
            #[cfg(feature = "parquet")]
            BatchInput::Parquet(input) => PartSource::Parquet(input, input.parts(&all)),
            #[cfg(feature = "arrow-ipc")]
            BatchInput::File(file) => {
                PartSource::File([file.reading(&all)?, file.reading(&keys)?], file.parts())
            }
            #[cfg(feature = "arrow-ipc")]
            BatchInput::Stream(stream, _) => {
                stream.lock().unwrap_or_else(PoisonError::into_inner).project(&all);
                PartSource::Stream(stream)
            }
        };
        Ok(Self {
            source,
            next: AtomicU64::new(0),
            is_stopped: AtomicBool::new(false),
            columns: [all, keys],
            keeps_types,
        })
    }

    /// The number of parts, if it is known in advance.
    pub(super) fn count(&self) -> Option<usize> {
        match &self.source {
            #[cfg(feature = "parquet")]
            PartSource::Parquet(_, parts) => Some(parts.len()),
            #[cfg(feature = "arrow-ipc")]
            PartSource::File(_, parts) => Some(parts.len()),
            #[cfg(feature = "arrow-ipc")]
            PartSource::Stream(_) => None,
        }
    }

    /// Claims the next part; `None` if there are no more.
    pub(super) fn claim(&self) -> Option<Claim> {
        if self.is_stopped.load(Ordering::Relaxed) {
            return None;
        }
        match &self.source {
            #[cfg(feature = "parquet")]
            PartSource::Parquet(input, parts) => {
                let sequence = self.next.fetch_add(1, Ordering::Relaxed);
                let part = parts.get(usize::try_from(sequence).ok()?)?.clone();
                Some(Claim { sequence, content: PartContent::Parquet(part), end_offset: input.size_bytes() })
            }
            #[cfg(feature = "arrow-ipc")]
            PartSource::File(_, parts) => {
                let sequence = self.next.fetch_add(1, Ordering::Relaxed);
                let blocks = parts.get(usize::try_from(sequence).ok()?)?.clone();
                Some(Claim { sequence, content: PartContent::File(blocks), end_offset: 0 })
            }
            #[cfg(feature = "arrow-ipc")]
            PartSource::Stream(stream) => {
                let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                if self.is_stopped.load(Ordering::Relaxed) {
                    return None;
                }
                let content = match stream.next_message() {
                    Some(Ok(message)) => PartContent::Message(Box::new(message)),
                    end => {
                        self.stop();
                        PartContent::End(end.and_then(Result::err))
                    }
                };
                let sequence = self.next.fetch_add(1, Ordering::Relaxed);
                Some(Claim { sequence, content, end_offset: stream.byte_offset() })
            }
        }
    }

    /// Ends the run: no more claims.
    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// The row group of a part of a Parquet file.
    #[cfg(feature = "parquet")]
    pub(super) fn parquet<'p>(&self, content: &'p PartContent) -> Option<(&'a ParquetInput, &'p Part)> {
        match (&self.source, content) {
            (PartSource::Parquet(input, _), PartContent::Parquet(part)) => Some((input, part)),
            _ => None,
        }
    }

    /// The columns of the wanted fields; any one column if there are none, so that rows are counted.
    #[cfg(feature = "parquet")]
    pub(super) fn projection(&self, columns: &Columns, is_wanted: impl Fn(usize) -> bool) -> Projection {
        let some = projection(columns, is_wanted);
        if some.roots().len() == 0 { self.columns[0].clone() } else { some }
    }

    /// Reads the batches of a part, with the columns of `selection`, until `visit` returns false.
    pub(super) fn read(
        &self,
        content: &PartContent,
        selection: &ColumnSelection,
        visit: &mut dyn FnMut(&RecordBatch) -> bool,
    ) -> Result<(), Failure> {
        let which = usize::from(*selection == ColumnSelection::Keys);
        match (&self.source, content) {
            #[cfg(feature = "parquet")]
            (PartSource::Parquet(input, _), PartContent::Parquet(part)) => {
                let columns = if let ColumnSelection::Some(columns) = selection {
                    columns
                } else {
                    &self.columns[which]
                };
                let batches = if self.keeps_types {
                    input.read_in_types(part, columns)?
                } else {
                    input.read(part, columns)?
                };
                for batch in batches {
                    if !visit(&batch?) {
                        break;
                    }
                }
                Ok(())
            }
            #[cfg(feature = "arrow-ipc")]
            (PartSource::File(readings, _), PartContent::File(blocks)) => {
                for batch in readings[which].read(blocks.clone()) {
                    if !visit(&batch?) {
                        break;
                    }
                }
                Ok(())
            }
            #[cfg(feature = "arrow-ipc")]
            (_, PartContent::Message(message)) => {
                for batch in message.decode()? {
                    if !visit(&batch) {
                        break;
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// The columns of the fields that are wanted.
fn projection(columns: &Columns, is_wanted: impl Fn(usize) -> bool) -> Projection {
    let paths = columns.paths.iter().enumerate().filter(|(field, _)| is_wanted(*field));
    Projection::new(paths.filter_map(|(_, path)| path.as_deref()))
}
