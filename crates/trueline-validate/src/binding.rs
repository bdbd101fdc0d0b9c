//! The mapping of the columns of an input to the fields of the schema.

mod missing;

use std::collections::HashMap;

use trueline_schema::{ColumnOrder, ExtraColumns, Schema};

use self::missing::MissingColumnHints;

/// The fields of a schema found in the columns of one input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Binding {
    /// The column of each schema field.
    pub sources: Vec<Option<usize>>,
    /// For each schema field without a column, the reason its checks are not evaluated.
    pub reasons: Vec<Option<String>>,
    /// The faults of the columns, in column order; missing columns last.
    pub faults: Vec<ColumnFault>,
    /// The columns that exist with a type that is not the schema's.
    pub mistyped: Vec<Mistyped>,
    /// The number of columns of the input.
    pub columns: usize,
    /// Whether the input has no columns but records that name their values, as JSON Lines do. `columns` is the number of fields
    /// then.
    pub is_of_records: bool,
}

/// A column whose type is not the schema's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mistyped {
    /// The schema field.
    pub field: usize,
    /// The type of the column, in words.
    pub found: String,
    /// The index of the column.
    pub source: usize,
}

/// One fault of an input's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnFault {
    /// The code, `columns.missing` and its siblings.
    pub code: &'static str,
    /// The column's name.
    pub name: String,
    /// The index of the column; `None` for a missing one.
    pub source: Option<usize>,
    /// A description of the fault, in words.
    pub message: String,
}

impl ColumnFault {
    /// Creates the fault of a header that cannot be read; `message` says why.
    pub fn header(message: &str) -> Self {
        fault("columns.unreadable", "", None, message.to_owned())
    }
}

impl Binding {
    /// Binds the columns of text formats by name.
    pub fn by_name<N: AsRef<str>>(schema: &Schema, names: &[N]) -> Self {
        Self::bind(schema, names, &[], true)
    }

    /// Binds the columns of typed data by name.
    ///
    /// A field without a column of its name may be a part of a column: `parts` gives the index of that column for each schema
    /// field.
    pub fn by_name_or_part<N: AsRef<str>>(schema: &Schema, names: &[N], parts: &[Option<usize>]) -> Self {
        Self::bind(schema, names, parts, false)
    }

    fn bind<N: AsRef<str>>(schema: &Schema, names: &[N], parts: &[Option<usize>], is_text: bool) -> Self {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, name) in names.iter().enumerate() {
            places.entry(name.as_ref()).or_default().push(index);
        }
        let mut binding = Self { columns: names.len(), ..Self::default() };
        binding.fault_names(names, &places);
        // Created only if a column is missing, which is rare.
        let mut hints = None;
        let mut missing = Vec::new();
        for (index, field) in schema.fields.iter().enumerate() {
            let mut found: Vec<usize> = std::iter::once(&field.name)
                .chain(&field.aliases)
                .filter_map(|name| places.get(name.as_str()))
                .flatten()
                .copied()
                .collect();
            found.sort_unstable();
            if found.is_empty() {
                found.extend(parts.get(index).copied().flatten());
            }
            let (source, reason) = match found.as_slice() {
                [source] => (Some(*source), None),
                [first, others @ ..] => {
                    for &other in
                        others.iter().filter(|&&other| names[other].as_ref() != names[*first].as_ref())
                    {
                        let message =
                            format!("column {} stands for the same field, `{}`", first + 1, field.name);
                        let name = names[other].as_ref();
                        binding.faults.push(fault("columns.duplicate", name, Some(other), message));
                    }
                    (None, Some(format!("column `{}` is there more than once", field.name)))
                }
                [] => {
                    if !field.optional {
                        let hints =
                            hints.get_or_insert_with(|| MissingColumnHints::new(schema, names, is_text));
                        let message = hints.message(field);
                        missing.push(fault("columns.missing", &field.name, None, message));
                    }
                    (None, Some(format!("column `{}` is missing", field.name)))
                }
            };
            binding.sources.push(source);
            binding.reasons.push(reason);
        }
        binding.fault_extras(schema, names, parts);
        binding.fault_order(schema, names);
        binding.faults.sort_by_key(|fault| fault.source);
        binding.faults.extend(missing);
        binding
    }

    /// Binds columns by position, for inputs without column names.
    pub fn by_position(schema: &Schema, columns: usize) -> Self {
        let mut binding = Self { columns, ..Self::default() };
        for (index, field) in schema.fields.iter().enumerate() {
            let found = index < columns;
            binding.sources.push(found.then_some(index));
            binding.reasons.push((!found).then(|| format!("column `{}` is missing", field.name)));
            if !found && !field.optional {
                binding.faults.push(fault(
                    "columns.missing",
                    &field.name,
                    None,
                    "the column is missing".into(),
                ));
            }
        }
        if schema.extra_columns == ExtraColumns::Forbid {
            for index in schema.fields.len()..columns {
                let name = format!("#{}", index + 1);
                binding.faults.push(fault(
                    "columns.extra",
                    &name,
                    Some(index),
                    "the column is not declared".into(),
                ));
            }
        }
        binding
    }

    fn fault_names<N: AsRef<str>>(&mut self, names: &[N], places: &HashMap<&str, Vec<usize>>) {
        for (index, name) in names.iter().enumerate() {
            let name = name.as_ref();
            if name.is_empty() {
                self.faults.push(fault("columns.empty", name, Some(index), "the column has no name".into()));
            } else if places[name][0] < index {
                let first = places[name][0] + 1;
                let message = format!("the name is already that of column {first}");
                self.faults.push(fault("columns.duplicate", name, Some(index), message));
            }
        }
    }

    /// Records that the column of a field has another type than the field; it then counts as missing.
    pub fn reject_type(&mut self, schema: &Schema, field: usize, found: &str) {
        let Some(source) = self.sources[field].take() else { return };
        let (name, expected) = (&schema.fields[field].name, &schema.fields[field].data_type);
        self.reasons[field] = Some(format!("column `{name}` is of type {found}, expected {expected}"));
        self.mistyped.push(Mistyped { field, found: found.to_owned(), source });
    }

    fn fault_extras<N: AsRef<str>>(&mut self, schema: &Schema, names: &[N], parts: &[Option<usize>]) {
        if schema.extra_columns != ExtraColumns::Forbid {
            return;
        }
        for (index, name) in names.iter().enumerate() {
            let name = name.as_ref();
            let declared = |field: &trueline_schema::Field| {
                field.name == name || field.aliases.iter().any(|alias| alias == name)
            };
            let is_whole = parts.contains(&Some(index));
            if !name.is_empty() && !is_whole && !schema.fields.iter().any(declared) {
                self.faults.push(fault(
                    "columns.extra",
                    name,
                    Some(index),
                    "the column is not declared".into(),
                ));
            }
        }
    }

    /// With `column_order: exact`, the existing declared columns must be in the order of their declaration.
    fn fault_order<N: AsRef<str>>(&mut self, schema: &Schema, names: &[N]) {
        if schema.column_order != ColumnOrder::Exact {
            return;
        }
        let mut furthest = None;
        for source in self.sources.clone().into_iter().flatten() {
            if furthest.is_some_and(|furthest| source < furthest) {
                let message = "the column stands before one that is declared earlier".to_owned();
                self.faults.push(fault("columns.order", names[source].as_ref(), Some(source), message));
            }
            furthest = furthest.max(Some(source));
        }
    }
}

fn fault(code: &'static str, name: &str, source: Option<usize>, message: String) -> ColumnFault {
    ColumnFault { code, name: name.to_owned(), source, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(more: &str) -> Schema {
        let text = format!(
            "fields:\n  - {{name: a, type: string}}\n  - {{name: b, type: string, aliases: [bee]}}\n{more}"
        );
        Schema::from_yaml(&text).expect("a schema")
    }

    fn codes(binding: &Binding) -> Vec<(&'static str, &str)> {
        binding.faults.iter().map(|fault| (fault.code, fault.name.as_str())).collect()
    }

    #[test]
    fn columns_are_found_by_name_and_alias() {
        let binding = Binding::by_name(&schema(""), &["bee", "x", "a"]);
        assert_eq!(binding.sources, [Some(2), Some(0)]);
        assert!(binding.faults.is_empty());
    }

    #[test]
    fn a_name_and_its_alias_are_one_column_too_many() {
        let binding = Binding::by_name(&schema("extra_columns: forbid\n"), &["bee", "a", "b"]);
        assert_eq!(binding.sources, [Some(1), None]);
        assert_eq!(codes(&binding), [("columns.duplicate", "b")]);
    }

    #[test]
    fn every_fault_of_the_columns_is_named() {
        let binding = Binding::by_name(&schema("extra_columns: forbid\n"), &["x", "a", "", "a"]);
        assert_eq!(binding.sources, [None, None]);
        let expected = [
            ("columns.extra", "x"),
            ("columns.empty", ""),
            ("columns.duplicate", "a"),
            ("columns.missing", "b"),
        ];
        assert_eq!(codes(&binding), expected);
        let binding = Binding::by_name(&schema("column_order: exact\n"), &["b", "a"]);
        assert_eq!(codes(&binding), [("columns.order", "b")]);
    }

    #[test]
    fn a_field_may_be_a_part_of_a_column() {
        let schema = schema("extra_columns: forbid\n");
        let binding = Binding::by_name_or_part(&schema, &["x", "a"], &[Some(0), Some(0)]);
        assert_eq!(binding.sources, [Some(1), Some(0)], "a column of the name goes first");
        assert!(binding.faults.is_empty(), "{:?}", binding.faults);
        let binding = Binding::by_name_or_part(&schema, &["x", "a"], &[None, None]);
        assert_eq!(codes(&binding), [("columns.extra", "x"), ("columns.missing", "b")]);
    }

    #[test]
    fn a_column_of_another_type_counts_as_missing_and_says_why() {
        let schema = schema("");
        let mut binding = Binding::by_name(&schema, &["a", "b"]);
        binding.reject_type(&schema, 1, "Int64");
        assert_eq!(binding.sources, [Some(0), None]);
        assert_eq!(binding.reasons[1].as_deref(), Some("column `b` is of type Int64, expected string"));
        assert_eq!(binding.mistyped, [Mistyped { field: 1, found: "Int64".to_owned(), source: 1 }]);
        assert!(binding.faults.is_empty());
    }

    #[test]
    fn without_names_position_decides() {
        let binding = Binding::by_position(&schema(""), 1);
        assert_eq!(binding.sources, [Some(0), None]);
        assert_eq!(codes(&binding), [("columns.missing", "b")]);
    }
}
