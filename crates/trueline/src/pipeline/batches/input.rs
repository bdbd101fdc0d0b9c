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

/// The parts of an input, dealt out in their order.
pub(super) struct Parts<'a> {
    kind: Kind<'a>,
    next: AtomicU64,
    is_stopped: AtomicBool,
    /// The columns that are read, and those that keys are made of.
    columns: [Projection; 2],
    /// Whether rows are written as well, and so have the types of the file.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "Arrow has no others"))]
    keeps_types: bool,
}

enum Kind<'a> {
    #[cfg(feature = "parquet")]
    Parquet(&'a ParquetInput, Vec<Part>),
    /// The same file, for all columns and for those of keys.
    #[cfg(feature = "arrow-ipc")]
    File([ArrowReading<'a>; 2], Vec<std::ops::Range<usize>>),
    #[cfg(feature = "arrow-ipc")]
    Stream(&'a Mutex<ArrowStream>),
}

/// A part that one thread has to itself.
pub(super) struct Claim {
    pub(super) sequence: u64,
    pub(super) content: Content,
    /// How far the input is read with this part.
    pub(super) end_offset: u64,
}

pub(super) enum Content {
    #[cfg(feature = "parquet")]
    Parquet(Part),
    #[cfg(feature = "arrow-ipc")]
    File(std::ops::Range<usize>),
    #[cfg(feature = "arrow-ipc")]
    Message(Box<ArrowMessage>),
    /// What ended the input, if it was not its end.
    End(Option<Failure>),
}

/// Which columns of a part are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    All,
    Keys,
    #[cfg(feature = "parquet")]
    Some(Projection),
}

impl<'a> Parts<'a> {
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
            // How many rows there are is believed of what was decoded only.
            all = Projection::new([&[0][..]]);
        }
        let kind = match input {
            #[cfg(feature = "parquet")]
            BatchInput::Parquet(input) => Kind::Parquet(input, input.parts(&all)),
            #[cfg(feature = "arrow-ipc")]
            BatchInput::File(file) => Kind::File([file.reading(&all)?, file.reading(&keys)?], file.parts()),
            #[cfg(feature = "arrow-ipc")]
            BatchInput::Stream(stream, _) => {
                stream.lock().unwrap_or_else(PoisonError::into_inner).project(&all);
                Kind::Stream(stream)
            }
        };
        Ok(Self {
            kind,
            next: AtomicU64::new(0),
            is_stopped: AtomicBool::new(false),
            columns: [all, keys],
            keeps_types,
        })
    }

    /// How many parts there are, where that is known.
    pub(super) fn count(&self) -> Option<usize> {
        match &self.kind {
            #[cfg(feature = "parquet")]
            Kind::Parquet(_, parts) => Some(parts.len()),
            #[cfg(feature = "arrow-ipc")]
            Kind::File(_, parts) => Some(parts.len()),
            #[cfg(feature = "arrow-ipc")]
            Kind::Stream(_) => None,
        }
    }

    /// Claims the next part; `None` if there are no more.
    pub(super) fn claim(&self) -> Option<Claim> {
        if self.is_stopped.load(Ordering::Relaxed) {
            return None;
        }
        match &self.kind {
            #[cfg(feature = "parquet")]
            Kind::Parquet(input, parts) => {
                let sequence = self.next.fetch_add(1, Ordering::Relaxed);
                let part = parts.get(usize::try_from(sequence).ok()?)?.clone();
                Some(Claim { sequence, content: Content::Parquet(part), end_offset: input.size_bytes() })
            }
            #[cfg(feature = "arrow-ipc")]
            Kind::File(_, parts) => {
                let sequence = self.next.fetch_add(1, Ordering::Relaxed);
                let blocks = parts.get(usize::try_from(sequence).ok()?)?.clone();
                Some(Claim { sequence, content: Content::File(blocks), end_offset: 0 })
            }
            #[cfg(feature = "arrow-ipc")]
            Kind::Stream(stream) => {
                let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                if self.is_stopped.load(Ordering::Relaxed) {
                    return None;
                }
                let content = match stream.next_message() {
                    Some(Ok(message)) => Content::Message(Box::new(message)),
                    end => {
                        self.stop();
                        Content::End(end.and_then(Result::err))
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
    pub(super) fn parquet<'p>(&self, content: &'p Content) -> Option<(&'a ParquetInput, &'p Part)> {
        match (&self.kind, content) {
            (Kind::Parquet(input, _), Content::Parquet(part)) => Some((input, part)),
            _ => None,
        }
    }

    /// The columns of the wanted fields; any one column if there are none, so that rows are counted.
    #[cfg(feature = "parquet")]
    pub(super) fn projection(&self, columns: &Columns, is_wanted: impl Fn(usize) -> bool) -> Projection {
        let some = projection(columns, is_wanted);
        if some.roots().len() == 0 { self.columns[0].clone() } else { some }
    }

    /// Reads the batches of a part, with the columns of `extent`, until `visit` has seen enough.
    pub(super) fn read(
        &self,
        content: &Content,
        extent: &Extent,
        visit: &mut dyn FnMut(&RecordBatch) -> bool,
    ) -> Result<(), Failure> {
        let which = usize::from(*extent == Extent::Keys);
        match (&self.kind, content) {
            #[cfg(feature = "parquet")]
            (Kind::Parquet(input, _), Content::Parquet(part)) => {
                let columns = if let Extent::Some(columns) = extent { columns } else { &self.columns[which] };
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
            (Kind::File(readings, _), Content::File(blocks)) => {
                for batch in readings[which].read(blocks.clone()) {
                    if !visit(&batch?) {
                        break;
                    }
                }
                Ok(())
            }
            #[cfg(feature = "arrow-ipc")]
            (_, Content::Message(message)) => {
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
