#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arrow;
mod cache;
mod columns;
mod debug;
pub mod document;
mod error;
pub mod fingerprint;
mod options;
mod outputs;
mod part;
mod pipeline;
mod progress;
mod read;
mod record;
mod state;
pub mod table;
mod thread;
mod validator;

pub use arrow_array;
pub use arrow_schema;
pub use cache::Cache;
pub use error::{Error, ErrorKind};
pub use options::{Limits, Trust};
pub use part::Part;
pub use progress::{Cancel, Progress};
pub use read::{ReadOptions, Reader, infer, read, read_inferred};
pub use record::RecordValidator;
pub use state::State;
pub use trueline_cache as store;
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
pub use trueline_io::batch::{catches_panics, silence_caught_panics};
pub use trueline_io::{
    AtomicFile, FileSource, Format, MemorySource, ReadAt, Source, StdinSource, Temporaries, UnreadSource,
    Version, sources_from_argument,
};
pub use trueline_io::{Error as SourceError, ErrorKind as SourceErrorKind};
#[cfg(feature = "object-store")]
pub use trueline_io::{ObjectOptions, ObjectSource, object_sources, object_store};
pub use trueline_report::{
    CheckResult, Decided, Engine, Excerpt, Input, Location, Related, Report, Rows, Run, RunError, SchemaInfo,
    StatisticsAudit, Status, Verdict, Violation, WrongStatistic, escape, render,
};
pub use trueline_schema::{self as schema, Language, Schema, Severity};
pub use trueline_tokenizer::{self as tokenizer, Kernel};
pub use trueline_validate::{Custom, CustomCheck};
pub use validator::{Validator, ValidatorBuilder};
