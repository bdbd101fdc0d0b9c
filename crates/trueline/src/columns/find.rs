//! Maps columns of a batch, and parts of columns, to fields.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, make_array};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Fields, Schema as ArrowSchema};
use trueline_schema::{Field, Schema};
use trueline_validate::Binding;

use super::widen::accepts;

/// Where the fields of a schema are in the columns of an input.
pub(crate) struct Columns {
    pub(crate) binding: Binding,
    /// For each field the indices that lead to its column, if it exists with an accepted type.
    pub(crate) paths: Vec<Option<Vec<usize>>>,
}

impl Columns {
    /// Finds every field in the columns of `input`.
    pub(crate) fn find(schema: &Schema, input: &ArrowSchema) -> Self {
        let names: Vec<&String> = input.fields().iter().map(|field| field.name()).collect();
        let mut paths: Vec<Option<Vec<usize>>> =
            schema.fields.iter().map(|field| part(input.fields(), field)).collect();
        let parts: Vec<Option<usize>> = paths.iter().map(|path| path.as_ref().map(|path| path[0])).collect();
        let mut binding = Binding::by_name_or_part(schema, &names, &parts);
        for (index, path) in paths.iter_mut().enumerate() {
            let Some(source) = binding.sources[index] else {
                *path = None;
                continue;
            };
            if path.as_ref().is_none_or(|path| path[0] != source) {
                *path = Some(vec![source]);
            }
            let found = path.as_deref().and_then(|path| type_at(input.fields(), path));
            let Some(found) = found else { continue };
            if !accepts(found, &schema.fields[index].data_type) {
                binding.reject_type(schema, index, &found.to_string());
                *path = None;
            }
        }
        Self { binding, paths }
    }
}

/// The path to a member of a struct whose dotted name is that of a field. `None` if a column has that name, or if more than one
/// member has it.
fn part(columns: &Fields, field: &Field) -> Option<Vec<usize>> {
    let names = || std::iter::once(&field.name).chain(&field.aliases);
    let is_column = |name: &String| columns.iter().any(|column| column.name() == name);
    if names().any(is_column) {
        return None;
    }
    let mut found: Vec<Vec<usize>> = names().flat_map(|name| search(columns, name)).collect();
    let path = found.pop();
    path.filter(|_| found.is_empty())
}

/// All paths through structs whose member names, joined with dots, are the name.
fn search(fields: &Fields, name: &str) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> =
        (0..fields.len()).filter(|&at| fields[at].name() == name).map(|at| vec![at]).collect();
    if !found.is_empty() {
        return found;
    }
    for (dot, _) in name.match_indices('.') {
        for (at, field) in fields.iter().enumerate().filter(|(_, field)| *field.name() == name[..dot]) {
            let DataType::Struct(inner) = field.data_type() else { continue };
            found.extend(search(inner, &name[dot + 1..]).into_iter().map(|mut path| {
                path.insert(0, at);
                path
            }));
        }
    }
    found
}

fn type_at<'a>(fields: &'a Fields, path: &[usize]) -> Option<&'a DataType> {
    let (first, rest) = path.split_first()?;
    let data_type = fields.get(*first)?.data_type();
    match (rest, data_type) {
        ([], _) => Some(data_type),
        (_, DataType::Struct(inner)) => type_at(inner, rest),
        _ => None,
    }
}

/// Finds a path by names in batches that have only some of the columns of an input.
pub(crate) fn in_batch(input: &ArrowSchema, path: &[usize], batch: &ArrowSchema) -> Option<Vec<usize>> {
    fn follow(input: &Fields, path: &[usize], batch: &Fields, into: &mut Vec<usize>) -> Option<()> {
        let (first, rest) = path.split_first()?;
        let name = input.get(*first)?.name();
        let at = batch.iter().position(|field| field.name() == name)?;
        into.push(at);
        match (rest, input[*first].data_type(), batch[at].data_type()) {
            ([], _, _) => Some(()),
            (_, DataType::Struct(input), DataType::Struct(batch)) => follow(input, rest, batch, into),
            _ => None,
        }
    }
    let mut found = Vec::with_capacity(path.len());
    follow(input.fields(), path, batch.fields(), &mut found)?;
    Some(found)
}

/// The array at the end of a path. Its rows are also null where a struct on the path is null.
pub(crate) fn array_at(batch: &RecordBatch, path: &[usize]) -> Option<ArrayRef> {
    let (first, rest) = path.split_first()?;
    let mut array = ArrayRef::clone(batch.columns().get(*first)?);
    for index in rest {
        let parent = array.as_struct_opt()?;
        let child = ArrayRef::clone(parent.columns().get(*index)?);
        array = match parent.nulls() {
            None => child,
            Some(nulls) => masked(&child, nulls)?,
        };
    }
    Some(array)
}

/// The array with additional nulls.
fn masked(array: &ArrayRef, nulls: &NullBuffer) -> Option<ArrayRef> {
    if *array.data_type() == DataType::Null {
        return Some(ArrayRef::clone(array));
    }
    if matches!(array.data_type(), DataType::RunEndEncoded(_, _) | DataType::Union(_, _)) {
        // These types have no validity bitmap.
        let indices: arrow_array::UInt64Array =
            (0_u64..).zip(nulls.iter()).map(|(row, valid)| valid.then_some(row)).collect();
        return arrow_select::take::take(&super::flat::flat(array)?, &indices, None).ok();
    }
    let both = NullBuffer::union(array.nulls(), Some(nulls));
    let data = array.to_data().into_builder().nulls(both);
    data.build().ok().map(make_array)
}
