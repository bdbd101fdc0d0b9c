//! Decodes batches and dictionaries from rebuilt messages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::reader::{RecordBatchDecoder, read_dictionary};
use arrow_ipc::{Message, root_as_message};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};

use super::message::{Body, MessageLocation, ReducedMessage, RequestedColumns, gather};
use super::options::ArrowOptions;
use super::types;
use crate::batch::{Problem, guard};

/// The dictionaries read so far, by id.
#[derive(Clone, Default)]
pub(super) struct Dictionaries {
    values: Arc<HashMap<i64, ArrayRef>>,
    bytes: u64,
}

/// The selected columns of an input, and the dictionaries they need.
#[derive(Clone)]
pub(super) struct Selection {
    /// The columns of the input.
    pub(super) schema: SchemaRef,
    /// The indices of the selected columns, in order.
    pub(super) columns: Vec<usize>,
    /// The ids of the dictionaries that the selected columns need.
    dictionaries: HashSet<i64>,
}

impl Selection {
    pub(super) fn new(schema: SchemaRef, columns: Vec<usize>) -> Self {
        let mut dictionaries = HashSet::new();
        for &column in &columns {
            collect_dictionaries(schema.field(column), &mut dictionaries);
        }
        Self { schema, columns, dictionaries }
    }

    /// Decodes a record batch. The batch has a number of rows even if no column is selected.
    pub(super) fn batch(
        &self,
        message: &Message<'_>,
        body: &Body<'_>,
        location: MessageLocation,
        dictionaries: &Dictionaries,
        options: &ArrowOptions,
    ) -> Result<RecordBatch, Problem> {
        let batch =
            message.header_as_record_batch().ok_or_else(|| wrong_message(location, "a record batch"))?;
        let version = message.version();
        let requested = RequestedColumns { fields: self.schema.fields(), columns: &self.columns, version };
        let ReducedMessage { message, body } =
            gather(&batch, &requested, body, location, options)?.into_message(version, None);
        guard(location.byte_offset, || {
            let message = root_as_message(&message).map_err(|error| not_decoded(location, &error))?;
            let batch =
                message.header_as_record_batch().ok_or_else(|| wrong_message(location, "a record batch"))?;
            let schema = Arc::clone(&self.schema);
            RecordBatchDecoder::try_new(&body, batch, schema, &dictionaries.values, &version)
                .and_then(|decoder| decoder.with_projection(Some(&self.columns)).read_record_batch())
                .map_err(|error| not_decoded(location, &error))
        })
    }

    /// Decodes a dictionary batch, if a selected column needs it.
    pub(super) fn dictionary(
        &self,
        message: &Message<'_>,
        body: &Body<'_>,
        location: MessageLocation,
        dictionaries: &mut Dictionaries,
        options: &ArrowOptions,
    ) -> Result<(), Problem> {
        let batch =
            message.header_as_dictionary_batch().ok_or_else(|| wrong_message(location, "a dictionary"))?;
        if !self.dictionaries.contains(&batch.id()) {
            return Ok(());
        }
        let data = batch.data().ok_or_else(|| wrong_message(location, "a dictionary"))?;
        let value = dictionary_values(self.schema.fields(), batch.id()).ok_or_else(|| {
            Problem::damaged(location.byte_offset, "the message has a dictionary that no column has")
        })?;
        let version = message.version();
        let fields: Fields = vec![Field::new("", value, true)].into();
        let gathered = gather(
            &data,
            &RequestedColumns { fields: &fields, columns: &[0], version },
            body,
            location,
            options,
        )?;
        let bytes = if batch.isDelta() {
            dictionaries.bytes.saturating_add(gathered.bytes())
        } else {
            gathered.bytes()
        };
        if bytes > options.max_batch_bytes {
            let message = format!("the dictionaries have {bytes} bytes");
            return Err(Problem::limit(
                location.byte_offset,
                message,
                options.max_batch_bytes,
                "max_batch_bytes",
            ));
        }
        let ReducedMessage { message, body } =
            gathered.into_message(version, Some((batch.id(), batch.isDelta())));
        // Copy on write: other threads may still decode batches with the previous dictionaries.
        let values = Arc::make_mut(&mut dictionaries.values);
        guard(location.byte_offset, || {
            let message = root_as_message(&message).map_err(|error| not_decoded(location, &error))?;
            let batch = message
                .header_as_dictionary_batch()
                .ok_or_else(|| wrong_message(location, "a dictionary"))?;
            read_dictionary(&body, batch, &self.schema, values, &version)
                .map_err(|error| not_decoded(location, &error))
        })?;
        dictionaries.bytes = bytes;
        Ok(())
    }

    /// The columns of the batches.
    pub(super) fn batch_schema(&self) -> SchemaRef {
        let fields: Fields =
            self.columns.iter().map(|&column| Arc::clone(&self.schema.fields()[column])).collect();
        Arc::new(Schema::new(fields))
    }
}

/// The child fields of a type.
fn children(data_type: &DataType) -> Vec<&Field> {
    match data_type {
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::FixedSizeList(field, _)
        | DataType::Map(field, _) => vec![field],
        DataType::RunEndEncoded(ends, values) => vec![ends, values],
        DataType::Struct(fields) => fields.iter().map(AsRef::as_ref).collect(),
        DataType::Union(fields, _) => fields.iter().map(|(_, field)| field.as_ref()).collect(),
        DataType::Dictionary(_, values) => children(values),
        _ => Vec::new(),
    }
}

#[expect(deprecated, reason = "the decoder has no other word for it yet")]
fn collect_dictionaries(field: &Field, into: &mut HashSet<i64>) {
    into.extend(field.dict_id());
    for field in children(field.data_type()) {
        collect_dictionaries(field, into);
    }
}

/// The type of the entries of a dictionary.
#[expect(deprecated, reason = "the decoder has no other word for it yet")]
fn dictionary_values(fields: &Fields, id: i64) -> Option<DataType> {
    fn find(field: &Field, id: i64) -> Option<DataType> {
        match field.data_type() {
            DataType::Dictionary(_, values) if field.dict_id() == Some(id) => Some(values.as_ref().clone()),
            other => children(other).into_iter().find_map(|field| find(field, id)),
        }
    }
    fields.iter().find_map(|field| find(field, id))
}

fn wrong_message(location: MessageLocation, what: &str) -> Problem {
    Problem::damaged(location.byte_offset, format!("the message is not {what}, which should stand here"))
}

fn not_decoded(location: MessageLocation, error: &dyn std::fmt::Display) -> Problem {
    Problem::damaged(location.byte_offset, format!("the message cannot be decoded: {error}"))
}

/// Converts and checks the schema in metadata.
pub(super) fn schema_of(
    schema: arrow_ipc::Schema<'_>,
    byte_offset: u64,
    options: &ArrowOptions,
) -> Result<SchemaRef, Problem> {
    if schema.endianness() != arrow_ipc::Endianness::Little {
        let message = "the input was written on a machine of the other byte order, which is not read here";
        return Err(Problem::unsupported(byte_offset, message));
    }
    let schema = guard(byte_offset, || {
        arrow_ipc::convert::try_fb_to_schema(schema)
            .map_err(|error| Problem::damaged(byte_offset, format!("the schema cannot be read: {error}")))
    })?;
    types::check(schema.fields())
        .map_err(|what| Problem::damaged(byte_offset, format!("the schema {what}, which cannot be")))?;
    let columns = schema.fields().len();
    if columns > options.max_columns {
        let message = format!("the input has {columns} columns");
        return Err(Problem::limit(byte_offset, message, options.max_columns as u64, "max_columns"));
    }
    Ok(Arc::new(schema))
}
