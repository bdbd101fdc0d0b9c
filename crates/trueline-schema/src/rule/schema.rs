//! Applies all rules to a schema.

use std::collections::{HashMap, HashSet};

use super::{check, csv, field, invalid};
use crate::check::{Check, Target};
use crate::data_type::DataType;
use crate::error::{Error, ErrorKind, Noun, Problem, backticked};
use crate::read::{MAX_PROBLEMS, nearest};
use crate::resolve;
use crate::schema::Schema;

/// A place in a schema.
#[derive(Clone, Copy)]
enum At {
    Csv,
    Field(usize),
    /// A check of a field.
    FieldCheck(usize, usize),
    /// A check of the schema.
    Check(usize),
}

struct Checker<'s> {
    schema: &'s Schema,
    /// The fields by their names.
    fields: HashMap<&'s str, usize>,
    problems: Vec<Problem>,
}

pub(crate) fn check(schema: &Schema) -> Result<(), Error> {
    let fields = HashMap::with_capacity(schema.fields.len());
    let mut checker = Checker { schema, fields, problems: Vec::new() };
    checker.csv();
    checker.names();
    for index in 0..schema.fields.len() {
        checker.field(index);
    }
    for (index, check) in schema.checks.iter().enumerate() {
        checker.table_check(index, check);
    }
    checker.ids();
    if checker.problems.is_empty() { Ok(()) } else { Err(Error::new(checker.problems)) }
}

impl<'s> Checker<'s> {
    fn record(&mut self, at: At, kind: ErrorKind) {
        if self.problems.len() < MAX_PROBLEMS {
            let (path, owner) = self.place(at);
            self.problems.push(Problem::in_schema(kind, path, owner));
        }
    }

    /// The path of a place, and its name for people.
    fn place(&self, at: At) -> (String, String) {
        let field = |index: usize| match self.schema.fields[index].name.as_str() {
            "" => format!("field [{index}]"),
            name => format!("field {}", backticked(name)),
        };
        match at {
            At::Csv => ("csv".to_owned(), "csv".to_owned()),
            At::Field(index) => (format!("fields[{index}]"), field(index)),
            At::FieldCheck(index, check) => {
                let name = self.schema.fields[index].checks[check].kind.name();
                (format!("fields[{index}].checks[{check}]"), format!("{}, check `{name}`", field(index)))
            }
            At::Check(check) => {
                let name = self.schema.checks[check].kind.name();
                (format!("checks[{check}]"), format!("check `{name}`"))
            }
        }
    }

    fn csv(&mut self) {
        for (key, byte) in csv::bytes(&self.schema.csv) {
            if let Some(reason) = byte.and_then(csv::byte) {
                self.record(At::Csv, invalid(key, reason));
            }
        }
        for (_, _, kind) in csv::same_bytes(&self.schema.csv) {
            self.record(At::Csv, kind);
        }
    }

    /// Names and aliases must be unique, and names not empty.
    fn names(&mut self) {
        let twice = |name: &str| ErrorKind::DuplicateField {
            name: name.to_owned(),
            first_line: 0,
            first_document: None,
        };
        for (index, field) in self.schema.fields.iter().enumerate() {
            if field.name.is_empty() {
                self.record(At::Field(index), invalid("name", "is empty"));
            } else if self.fields.contains_key(field.name.as_str()) {
                self.record(At::Field(index), twice(&field.name));
            } else {
                self.fields.insert(&field.name, index);
            }
        }
        let mut aliases = HashSet::new();
        for (index, field) in self.schema.fields.iter().enumerate() {
            for alias in field.aliases.iter().map(String::as_str) {
                if self.fields.contains_key(alias) || !aliases.insert(alias) {
                    self.record(At::Field(index), twice(alias));
                }
            }
        }
    }

    fn field(&mut self, index: usize) {
        let field = &self.schema.fields[index];
        for kind in field::problems(field) {
            self.record(At::Field(index), kind);
        }
        for (number, check) in field.checks.iter().enumerate() {
            let at = At::FieldCheck(index, number);
            let spec = check.kind.spec();
            if spec.target == Target::Table {
                self.record(at, check::table_check_in_field(spec));
                continue;
            }
            if !(check.columns.is_empty() || check.columns == [field.name.as_str()]) {
                self.record(at, check::columns_in_field("columns"));
            }
            if let Some(kind) = check::declared_twice(&check.kind, &field.checks[..number]) {
                self.record(at, kind);
            }
            self.check(at, check, Some(&field.data_type));
        }
    }

    /// Checks a check of the schema.
    fn table_check(&mut self, index: usize, check: &Check) {
        let at = At::Check(index);
        let spec = check.kind.spec();
        let earlier = &self.schema.checks[..index];
        if spec.target == Target::Table {
            if !check.columns.is_empty() {
                self.record(at, check::columns_of_table("columns", spec));
            }
            if let Some(kind) = check::declared_twice(&check.kind, earlier) {
                self.record(at, kind);
            }
            return self.check(at, check, None);
        }
        match check.columns.as_slice() {
            [] => self.record(at, check::no_column(spec)),
            [column] => {
                let field = self.column(at, column);
                let siblings = field.into_iter().flat_map(|field| &self.schema.fields[field].checks);
                let siblings = siblings.chain(earlier.iter().filter(|other| other.columns == check.columns));
                if let Some(kind) = check::declared_twice(&check.kind, siblings) {
                    self.record(at, kind);
                }
                self.check(at, check, field.map(|field| &self.schema.fields[field].data_type));
            }
            columns => {
                if spec.target == Target::Column {
                    return self.record(at, check::several_columns("columns", spec));
                }
                for (number, column) in columns.iter().enumerate() {
                    if columns[..number].contains(column) {
                        self.record(at, check::column_twice("columns", column));
                    } else if let Some(field) = self.column(at, column) {
                        self.types(at, check, &self.schema.fields[field].data_type);
                    }
                }
                for kind in check::problems(check, None) {
                    self.record(at, kind);
                }
            }
        }
    }

    /// The field of a column; records that there is none.
    fn column(&mut self, at: At, column: &str) -> Option<usize> {
        if let Some(field) = self.fields.get(column) {
            return Some(*field);
        }
        if self.problems.len() < MAX_PROBLEMS {
            let names = self.schema.fields.iter().map(|field| field.name.as_str());
            let of_alias =
                self.schema.fields.iter().find(|field| field.aliases.iter().any(|alias| alias == column));
            let nearest = of_alias.map(|field| field.name.clone()).or_else(|| nearest(column, names));
            self.record(at, ErrorKind::UnknownName { noun: Noun::Column, name: column.to_owned(), nearest });
        }
        None
    }

    /// Whether a check applies to a type; records it if not.
    fn types(&mut self, at: At, check: &Check, data_type: &DataType) -> bool {
        let spec = check.kind.spec();
        let applies = spec.types.contains(data_type);
        if !applies {
            self.record(at, super::inapplicable(spec.name, data_type, spec.types));
        }
        applies
    }

    /// Checks the parameters of a check of at most one column.
    fn check(&mut self, at: At, check: &Check, data_type: Option<&DataType>) {
        if data_type.is_none_or(|data_type| self.types(at, check, data_type)) {
            for kind in check::problems(check, data_type) {
                self.record(at, kind);
            }
        }
    }

    /// Explicit ids must be unique, and differ from the default ids of other checks.
    fn ids(&mut self) {
        let schema: &'s Schema = self.schema;
        let of_fields = schema.fields.iter().enumerate().flat_map(|(index, field)| {
            field.checks.iter().enumerate().map(move |(number, check)| (At::FieldCheck(index, number), check))
        });
        let of_schema = schema.checks.iter().enumerate().map(|(index, check)| (At::Check(index), check));
        let explicit: Vec<_> = of_fields.chain(of_schema).filter(|(_, check)| !check.id.is_empty()).collect();
        if explicit.is_empty() {
            return;
        }
        let mut used: HashSet<String> = resolve::default_ids(schema).into_iter().flatten().collect();
        for (at, check) in explicit {
            if !used.insert(check.id.clone()) {
                self.record(at, ErrorKind::DuplicateId { id: check.id.clone() });
            }
        }
    }
}
