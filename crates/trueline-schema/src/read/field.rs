//! Reads fields.

use std::collections::HashMap;

use super::item::Item;
use super::mapping::{Mapping, Place};
use super::{Reader, keyword};
use crate::check::{Check, CheckKind, SPECS, Severity, Spec, Types, precision};
use crate::data_type::DataType;
use crate::document::{Span, Value};
use crate::error::{ErrorKind, tick};
use crate::field::Field;
use crate::grammar::Strptime;
use crate::resolve;

/// A field with what its checks must know of how it was read.
pub(super) struct ReadField {
    pub(super) field: Field,
    /// Whether the type could be read; if not, that was noted.
    pub(super) is_typed: bool,
    /// The default severity of its checks.
    pub(super) severity: Severity,
}

/// Keywords that are not checks and do not apply to every type.
pub(super) const SUITED: [(&str, Types); 8] = [
    ("true_values", Types::Boolean),
    ("false_values", Types::Boolean),
    ("group_char", Types::Numbers),
    ("decimal_char", Types::Fractional),
    ("allow_nan", Types::Floats),
    ("allow_infinite", Types::Floats),
    ("coerce", Types::Coercible),
    ("format", Types::Formatted),
];

impl<'d> Reader<'d> {
    pub(super) fn fields(&mut self, place: &Place<'d>) -> Vec<ReadField> {
        let Some(items) = self.items(place, "a list of fields") else { return Vec::new() };
        let fields: Vec<ReadField> = items.iter().filter_map(|item| self.field(item)).collect();
        self.check_names(&items);
        fields
    }

    fn field(&mut self, place: &Place<'d>) -> Option<ReadField> {
        let index = place.path.trim_start_matches("fields");
        let mut map = self.open_mapping(place, &format!("field {index}"))?;
        let name = match map.place("name").map(|place| &place.node.value) {
            Some(Value::Text(name)) if !name.is_empty() => name.clone(),
            _ => String::new(),
        };
        if !name.is_empty() {
            map.owner = format!("field {}", tick(&name));
        }
        self.check_keys(&map, &[&keyword::FIELD], &[]);
        if !self.lacks(&map, &["name"])
            && let Some(place) = map.place("name")
        {
            self.full_text(&place);
        }
        let (data_type, is_typed) = match map.place("type") {
            None => (DataType::Any, true),
            Some(place) => self.data_type(&place).map_or((DataType::Any, false), |found| (found, true)),
        };
        let mut field = Field::new(name, data_type);
        if is_typed {
            self.check_suited(&map, &field.data_type);
        }
        self.plain_keywords(&map, &mut field);
        self.text_keywords(&map, &mut field);
        let mut read = ReadField { field, is_typed, severity: Severity::Error };
        read.severity = self.word(&map, "severity", &keyword::SEVERITY).unwrap_or_default();
        self.check_keywords(&map, &mut read);
        if let Some(place) = map.place("checks") {
            self.field_checks(&place, &mut read);
        }
        Some(read)
    }

    /// Keywords that are taken as they are.
    fn plain_keywords(&mut self, map: &Mapping<'d>, field: &mut Field) {
        field.optional = self.boolean(map, "optional").unwrap_or(false);
        field.trim = self.boolean(map, "trim").unwrap_or(false);
        field.coerce = self.boolean(map, "coerce").unwrap_or(false);
        field.allow_nan = self.boolean(map, "allow_nan").unwrap_or(false);
        field.allow_infinite = self.boolean(map, "allow_infinite").unwrap_or(false);
        field.sensitive = self.boolean(map, "sensitive").unwrap_or(false);
        field.title = self.text(map, "title");
        field.description = self.text(map, "description");
        field.null_values = self.texts(map, "null_values");
        if let Some(place) = map.place("aliases") {
            let items = self.items(&place, "a list of names").unwrap_or_default();
            field.aliases = items.iter().filter_map(|item| self.full_text(item)).collect();
        }
    }

    /// Reads keywords about how values are written.
    fn text_keywords(&mut self, map: &Mapping<'d>, field: &mut Field) {
        for (key, slot) in
            [("true_values", &mut field.true_values), ("false_values", &mut field.false_values)]
        {
            if let Some(texts) = self.texts(map, key) {
                *slot = texts;
                if slot.is_empty()
                    && let Some(place) = map.place(key)
                {
                    let reason = format!("`{key}` lists no texts");
                    self.fault(place.node.span, &place.path, ErrorKind::Impossible { reason });
                }
            }
        }
        let both = field.true_values.iter().find(|text| field.false_values.contains(text));
        if let Some(text) = both {
            let key = if map.has("true_values") { "true_values" } else { "false_values" };
            if let Some(place) = map.place(key) {
                let reason = format!("{} means both true and false; list the other side too", tick(text));
                self.fault(place.node.span, &place.path, ErrorKind::Impossible { reason });
            }
        }
        field.group_char = self.character(map, "group_char");
        if let Some(character) = self.character(map, "decimal_char") {
            field.decimal_char = character;
        }
        let takes_point = Types::Fractional.contains(&field.data_type);
        if takes_point
            && field.group_char == Some(field.decimal_char)
            && let Some(place) = map.place("group_char")
        {
            let reason = "`group_char` and `decimal_char` are the same character".to_owned();
            self.fault(place.node.span, &place.path, ErrorKind::Impossible { reason });
        }
        if Types::Moments.contains(&field.data_type)
            && let Some(place) = map.place("format")
        {
            field.formats = self.formats(&place, &field.data_type);
        }
    }

    /// One character that no number has otherwise.
    fn character(&mut self, map: &Mapping<'d>, key: &str) -> Option<char> {
        let place = map.place(key)?;
        let text = self.text_at(&place)?;
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(one), None) if !one.is_alphanumeric() && !matches!(one, '+' | '-' | '\n' | '\r') => {
                Some(one)
            }
            (Some(_), None) => {
                self.invalid(&place, "cannot be a letter, a digit, a sign or a line end");
                None
            }
            _ => {
                self.invalid(&place, "must be one character");
                None
            }
        }
    }

    /// The strptime patterns of a date or time.
    fn formats(&mut self, place: &Place<'d>, data_type: &DataType) -> Vec<String> {
        let items = match &place.node.value {
            Value::Sequence(_) => self.items(place, "strptime patterns").unwrap_or_default(),
            _ => vec![place.clone()],
        };
        if items.is_empty() {
            self.fault(
                place.node.span,
                &place.path,
                ErrorKind::Impossible { reason: "`format` lists no patterns".into() },
            );
        }
        let mut formats = Vec::new();
        for item in &items {
            let Some(pattern) = self.full_text(item) else { continue };
            match Strptime::compile(&pattern) {
                Err(message) => self.invalid(item, format!("is no strptime pattern: {message}")),
                Ok(compiled) => {
                    if let Some(lack) = lack(&compiled, data_type) {
                        let reason = format!("{} names no {lack}, which {data_type} needs", tick(&pattern));
                        self.fault(item.node.span, &item.path, ErrorKind::Impossible { reason });
                    }
                    if formats.contains(&pattern) {
                        self.invalid(item, "lists this pattern twice");
                    }
                    formats.push(pattern);
                }
            }
        }
        formats
    }

    /// Notes keywords that the type cannot carry.
    fn check_suited(&mut self, map: &Mapping<'d>, data_type: &DataType) {
        let of_checks = SPECS.iter().flat_map(|spec| spec.keywords.iter().map(|key| (*key, spec.types)));
        // `format` is a check of text and a way of writing dates.
        let of_checks = of_checks.filter(|(key, _)| *key != "format");
        for (key, types) in SUITED.into_iter().chain(of_checks) {
            if !types.contains(data_type)
                && let Some(place) = map.place(key)
            {
                let kind = inapplicable(key, data_type, types);
                self.fault(place.key_span, &place.path, kind);
            }
        }
    }

    /// Folds the keywords that ask for checks into checks.
    fn check_keywords(&mut self, map: &Mapping<'d>, read: &mut ReadField) {
        for spec in SPECS.into_iter().filter(|spec| spec.keywords.iter().any(|key| map.has(key))) {
            if read.is_typed && !spec.types.contains(&read.field.data_type) {
                continue;
            }
            if let Some(kind) = self.keyword_kind(map, spec, read) {
                let check = Check::new(kind, vec![read.field.name.clone()]);
                read.field.checks.push(Check { severity: read.severity, ..check });
            }
        }
    }

    fn keyword_kind(
        &mut self,
        map: &Mapping<'d>,
        spec: &'static Spec,
        read: &ReadField,
    ) -> Option<CheckKind> {
        match spec.name {
            "required" | "unique" => {
                let is_asked = self.boolean(map, spec.name)?;
                let unparametrised = Mapping::empty(map.span, &map.path);
                is_asked.then(|| self.run_spec(&unparametrised, spec, read)).flatten()
            }
            "precision" => {
                let place = map.place("precision")?;
                let map = self.mapping(&place, "`precision`", &[precision::PARAMETERS], &[])?;
                if self.lacks(&map, precision::PARAMETERS) {
                    return None;
                }
                self.run_spec(&map, spec, read)
            }
            "format" if !read.is_typed => None,
            _ => self.run_spec(map, spec, read),
        }
    }

    fn run_spec(&mut self, map: &Mapping<'d>, spec: &'static Spec, read: &ReadField) -> Option<CheckKind> {
        let target = Some((&read.field, read.is_typed));
        (spec.read)(&mut Item { reader: self, map, target })
    }

    /// Notes names and aliases that two fields have.
    fn check_names(&mut self, items: &[Place<'d>]) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        let mut aliases = Vec::new();
        for item in items {
            let Value::Mapping(entries) = &item.node.value else { continue };
            for entry in entries {
                match (entry.key.as_str(), &entry.value.value) {
                    ("name", Value::Text(name)) => {
                        self.check_name(name, entry.value.span, &format!("{}.name", item.path), &mut seen);
                    }
                    ("aliases", Value::Sequence(nodes)) => aliases.extend(
                        nodes
                            .iter()
                            .enumerate()
                            .map(|(index, node)| (node, format!("{}.aliases[{index}]", item.path))),
                    ),
                    _ => {}
                }
            }
        }
        for (node, path) in aliases {
            if let Value::Text(name) = &node.value {
                self.check_name(name, node.span, &path, &mut seen);
            }
        }
    }

    fn check_name(&mut self, name: &str, span: Span, path: &str, seen: &mut HashMap<String, Span>) {
        if let Some(first) = seen.get(name) {
            let first_line = self.source.place(*first).0;
            let first_document = self.source.document_name(*first).map(str::to_owned);
            let kind = ErrorKind::DuplicateField { name: name.to_owned(), first_line, first_document };
            self.fault(span, path, kind);
        } else {
            seen.insert(name.to_owned(), span);
        }
    }
}

impl ReadField {
    /// Declares the implied checks of a field whose checks are not errors, and those implied by some formats.
    pub(super) fn declare_implied(&mut self) {
        if self.severity == Severity::Error {
            return;
        }
        let mut kinds: Vec<CheckKind> = resolve::implied(&self.field).collect();
        // Implied only where values can be of another kind than text.
        let is_declared = self.field.checks.iter().any(|check| check.kind == CheckKind::Type);
        if self.field.data_type == DataType::String && !is_declared {
            kinds.push(CheckKind::Type);
        }
        for kind in kinds {
            let check = Check::new(kind, vec![self.field.name.clone()]);
            self.field.checks.push(Check { severity: self.severity, ..check });
        }
    }
}

pub(super) fn inapplicable(keyword: &str, data_type: &DataType, types: Types) -> ErrorKind {
    ErrorKind::Inapplicable {
        keyword: keyword.to_owned(),
        data_type: data_type.clone(),
        applies_to: types.to_string(),
    }
}

/// What the type requires but a pattern does not contain.
fn lack(pattern: &Strptime, data_type: &DataType) -> Option<&'static str> {
    match data_type {
        DataType::Time => (!pattern.has_time()).then_some("part of a time"),
        DataType::Timestamp { zone: Some(_), .. } if !pattern.has_offset() => Some("offset"),
        _ => (!pattern.has_date()).then_some("part of a date"),
    }
}
