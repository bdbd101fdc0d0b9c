//! Reads the columns of an input as Arrow record batches, validating only their types.
//!
//! A read is a run with one custom check, which collects the rows instead of checking them. It runs on its own thread and stays
//! at most a few batches ahead of the consumer. A batch is handed out once it is known to have no error.

mod infer;

use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use arrow_array::{Array, BooleanArray, RecordBatch, RecordBatchReader, new_null_array};
use arrow_schema::{
    ArrowError, DataType as ArrowType, Field as ArrowField, Schema as ArrowSchema, SchemaRef,
};
use trueline_io::{Format, Source};
use trueline_report::escape::escape_text;
use trueline_report::{Report, Verdict, Violation};
use trueline_schema::{ColumnOrder, DataType, ExtraColumns, Schema};
use trueline_validate::CustomCheck;

use crate::error::{Error, ErrorKind};
use crate::part::Part;
use crate::progress::Cancel;
use crate::validator::Validator;

pub use infer::infer;

/// The capacity of the queue of batches.
const QUEUE: usize = 4;

/// Options of [`read`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ReadOptions {
    columns: Option<Vec<String>>,
    format: Option<Format>,
}

impl ReadOptions {
    /// Sets the columns to read, in this order. Default: all columns of the schema.
    pub fn columns<I>(mut self, columns: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the format of the input. Default: detected from its name or its first bytes.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }
}

/// An iterator over the rows of an input in batches. Dropping it ends the read.
#[derive(Debug)]
pub struct Reader {
    schema: SchemaRef,
    batches: Receiver<Result<RecordBatch, Error>>,
    cancel: Cancel,
    is_over: bool,
}

/// Reads the columns of an input with the types of a schema, ignoring its checks; [`infer`] finds the types if there is no
/// schema. Columns that are not in the schema are skipped.
///
/// **Shapes**: text is `Utf8View`; a timestamp without a unit has microseconds, a time and a duration nanoseconds.
///
/// **Errors**: a requested column is not in the schema. The reader returns an error, and ends, at the first cell of another
/// type, at a malformed record, at a missing column, and where the input cannot be read.
pub fn read(schema: &Schema, source: Box<dyn Source>, options: &ReadOptions) -> Result<Reader, Error> {
    let schema = types_of(schema, options)?;
    let cancel = Cancel::new();
    let (sender, batches) = mpsc::sync_channel(QUEUE);
    let collector = Arc::new(BatchCollector { sender, pending: Mutex::default(), cancel: cancel.clone() });
    let fields: Vec<ArrowField> = schema
        .fields
        .iter()
        .map(|field| ArrowField::new(&field.name, trueline_decode::arrow_type(&field.data_type), true))
        .collect();
    let arrow = Arc::new(ArrowSchema::new(fields));
    let (take, send) = (Arc::clone(&collector), Arc::clone(&collector));
    let check = CustomCheck::new("read", Vec::<String>::new(), move |batch: &RecordBatch| {
        take.lock().push(batch.clone());
        Ok(BooleanArray::from(vec![true; batch.num_rows()]))
    });
    // One thread, so that rows come in their order.
    let builder = Validator::builder(schema).threads(1).cancel(cancel.clone()).custom(check);
    let builder = builder.max_violations(1).parts(move |part| send.send_part(&part));
    let builder = options.format.into_iter().fold(builder, crate::ValidatorBuilder::format);
    let validator = builder.build()?;
    let run = move || collector.finish(validator.validate(&*source));
    let started = thread::Builder::new().name("trueline-read".to_owned()).spawn(run);
    started.map_err(|error| not_read(format!("no thread could be started: {error}")))?;
    Ok(Reader { schema: arrow, batches, cancel, is_over: false })
}

/// Reads all columns of an input like [`read`], in the types that [`infer`] finds, also where the input can be read only once.
///
/// **Errors**: as [`infer`] and [`read`]; the input is Parquet or Arrow and can be read only once.
pub fn read_inferred(source: Box<dyn Source>, options: &ReadOptions) -> Result<Reader, Error> {
    let (schema, begun) = infer::infer_begun(&*source, options.format)?;
    read(&schema, begun.map_or(source, |begun| Box::new(begun)), options)
}

/// The schema without its checks, of the columns that are asked for.
fn types_of(schema: &Schema, options: &ReadOptions) -> Result<Schema, Error> {
    let mut schema = schema.clone();
    schema.checks.clear();
    schema.extra_columns = ExtraColumns::Allow;
    schema.column_order = ColumnOrder::Any;
    if let Some(columns) = &options.columns {
        let find = |name: &String| {
            let field = schema.fields.iter().find(|field| field.name == *name).cloned();
            field.ok_or_else(|| not_read(format!("there is no column `{}`", escape_text(name))))
        };
        schema.fields = columns.iter().map(find).collect::<Result<_, _>>()?;
    }
    for field in &mut schema.fields {
        field.checks.clear();
        field.allow_nan = field.data_type.is_float();
        field.allow_infinite = field.allow_nan;
        if let DataType::Timestamp { unit: unit @ None, .. } = &mut field.data_type {
            *unit = Some(trueline_schema::TimeUnit::Microsecond);
        }
    }
    Ok(schema)
}

fn not_read(message: String) -> Error {
    Error::new(ErrorKind::NotRead { message })
}

/// Collects batches from the run and sends them to the reader.
struct BatchCollector {
    sender: SyncSender<Result<RecordBatch, Error>>,
    /// The batches of a part that is not validated yet.
    pending: Mutex<Vec<RecordBatch>>,
    cancel: Cancel,
}

impl BatchCollector {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<RecordBatch>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, item: Result<RecordBatch, Error>) {
        if self.cancel.is_cancelled() {
            return;
        }
        let ends = item.is_err();
        if self.sender.send(item).is_err() || ends {
            self.cancel.cancel();
        }
    }

    /// Sends the batches of a part, or an error if the part is invalid.
    fn send_part(&self, part: &Part) {
        let batches = std::mem::take(&mut *self.lock());
        if let Some(violation) = part.violations.first().filter(|_| !part.is_valid()) {
            self.send(Err(not_read(sentence(&part.input_name, violation))));
            return;
        }
        for batch in batches {
            self.send(Ok(batch));
        }
    }

    fn finish(&self, outcome: Result<Report, Error>) {
        match outcome {
            Ok(report) => {
                if let (Verdict::Unreadable, Some(error)) = (report.verdict, &report.error) {
                    let input = error.input.as_deref().unwrap_or("the input");
                    self.send(Err(not_read(format!("{}: {}", escape_text(input), error.message))));
                } else if let Some(violation) = report.violations.first() {
                    let input = report.inputs.first().map_or("the input", |input| &*input.name);
                    self.send(Err(not_read(sentence(input, violation))));
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::Cancelled { .. }) => {}
            Err(error) => self.send(Err(error)),
        }
    }
}

/// The message of an error: location, column, and what is wrong.
fn sentence(input: &str, violation: &Violation) -> String {
    let line = violation.location.line.map_or_else(String::new, |line| format!(", line {line}"));
    let column = violation
        .column
        .as_ref()
        .map_or_else(String::new, |name| format!(", column `{}`", escape_text(name)));
    let value =
        violation.value.as_ref().map_or_else(String::new, |value| format!(": `{}`", escape_text(value)));
    format!("{}{line}{column}: {}{value}", escape_text(input), escape_text(&violation.message))
}

impl Iterator for Reader {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let next = self.batches.recv().ok();
        self.is_over = !matches!(next, Some(Ok(_)));
        let external = |error| ArrowError::ExternalError(Box::new(error));
        next.map(|batch| {
            let batch = batch.map_err(external)?;
            // An optional column that is missing has the null type.
            let columns = self.schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
                if *column.data_type() == ArrowType::Null && *field.data_type() != ArrowType::Null {
                    new_null_array(field.data_type(), column.len())
                } else {
                    Arc::clone(column)
                }
            });
            RecordBatch::try_new(Arc::clone(&self.schema), columns.collect())
        })
    }
}

impl RecordBatchReader for Reader {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
