//! Reads fields.

use std::collections::HashMap;

use super::mapping::{Mapping, NodeRef};
use super::parameter::Parameters;
use super::{Reader, keyword};
use crate::check::{Check, CheckKind, SPECS, Severity, Spec, Types, precision};
use crate::data_type::DataType;
use crate::document::{Span, Value};
use crate::error::{ErrorKind, backticked};
use crate::field::Field;
use crate::resolve;
use crate::rule;

/// A parsed field, and what the parsing of its checks needs in addition.
pub(super) struct ParsedField {
    pub(super) field: Field,
    /// Whether the type could be parsed; if not, an error was recorded.
    pub(super) is_typed: bool,
    /// The default severity of its checks.
    pub(super) severity: Severity,
}

impl<'d> Reader<'d> {
    pub(super) fn fields(&mut self, node: &NodeRef<'d>) -> Vec<ParsedField> {
        let Some(items) = self.items(node, "a list of fields") else { return Vec::new() };
        let fields: Vec<ParsedField> = items.iter().filter_map(|item| self.field(item)).collect();
        self.check_names(&items);
        fields
    }

    fn field(&mut self, node: &NodeRef<'d>) -> Option<ParsedField> {
        let index = node.path.trim_start_matches("fields");
        let mut map = self.open_mapping(node, &format!("field {index}"))?;
        let name = match map.get("name").map(|node| node.value()) {
            Some(Value::Text(name)) if !name.is_empty() => name.clone(),
            _ => String::new(),
        };
        if !name.is_empty() {
            map.owner = format!("field {}", backticked(&name));
        }
        self.check_keys(&map, &[&keyword::FIELD], &[]);
        if !self.lacks(&map, &["name"])
            && let Some(node) = map.get("name")
        {
            self.nonempty_text(&node);
        }
        let (data_type, is_typed) = match map.get("type") {
            None => (DataType::Any, true),
            Some(node) => self.data_type(&node).map_or((DataType::Any, false), |found| (found, true)),
        };
        let mut field = Field::new(name, data_type);
        if is_typed {
            self.check_keyword_types(&map, &field.data_type);
        }
        self.plain_keywords(&map, &mut field);
        self.notation_keywords(&map, &mut field);
        let mut parsed = ParsedField { field, is_typed, severity: Severity::Error };
        parsed.severity = self.word(&map, "severity", &keyword::SEVERITY).unwrap_or_default();
        self.check_keywords(&map, &mut parsed);
        if let Some(node) = map.get("checks") {
            self.field_checks(&node, &mut parsed);
        }
        Some(parsed)
    }

    /// Reads keywords whose values need no further checks.
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
        if let Some(node) = map.get("aliases") {
            let items = self.items(&node, "a list of names").unwrap_or_default();
            field.aliases = items.iter().filter_map(|item| self.nonempty_text(item)).collect();
        }
    }

    /// Reads keywords about the notation of values.
    fn notation_keywords(&mut self, map: &Mapping<'d>, field: &mut Field) {
        for (key, slot) in
            [("true_values", &mut field.true_values), ("false_values", &mut field.false_values)]
        {
            if let Some(texts) = self.texts(map, key) {
                *slot = texts;
                if slot.is_empty()
                    && let Some(node) = map.get(key)
                {
                    self.record_error_at(&node, rule::lists_nothing(key, "texts"));
                }
            }
        }
        if let Some(kind) = rule::true_and_false(&field.true_values, &field.false_values) {
            let key = if map.has("true_values") { "true_values" } else { "false_values" };
            if let Some(node) = map.get(key) {
                self.record_error_at(&node, kind);
            }
        }
        field.group_char = self.character(map, "group_char");
        if let Some(character) = self.character(map, "decimal_char") {
            field.decimal_char = character;
        }
        if let Some(kind) = rule::same_chars(field)
            && let Some(node) = map.get("group_char")
        {
            self.record_error_at(&node, kind);
        }
        if Types::Temporal.contains(&field.data_type)
            && let Some(node) = map.get("format")
        {
            field.formats = self.formats(&node, &field.data_type);
        }
    }

    /// One character that cannot occur in a number otherwise.
    fn character(&mut self, map: &Mapping<'d>, key: &str) -> Option<char> {
        let node = map.get(key)?;
        let text = self.text_at(&node)?;
        let mut characters = text.chars();
        let (Some(one), None) = (characters.next(), characters.next()) else {
            self.invalid(&node, "must be one character");
            return None;
        };
        if let Some(reason) = rule::character(one) {
            self.invalid(&node, reason);
            return None;
        }
        Some(one)
    }

    /// The strptime patterns of a date or time type.
    fn formats(&mut self, node: &NodeRef<'d>, data_type: &DataType) -> Vec<String> {
        let items = match node.value() {
            Value::Sequence(_) => self.items(node, "strptime patterns").unwrap_or_default(),
            _ => vec![node.clone()],
        };
        if items.is_empty() {
            self.record_error_at(node, rule::lists_nothing("format", "patterns"));
        }
        let mut formats = Vec::new();
        for item in &items {
            let Some(pattern) = self.nonempty_text(item) else { continue };
            match rule::strptime(&item.key, &pattern, data_type) {
                Err(kind) => self.record_error_at(item, kind),
                Ok(incomplete) => {
                    if let Some(kind) = incomplete {
                        self.record_error_at(item, kind);
                    }
                    if formats.contains(&pattern) {
                        self.record_error_at(item, rule::pattern_twice(&item.key));
                    }
                    formats.push(pattern);
                }
            }
        }
        formats
    }

    /// Records keywords that do not apply to the type.
    fn check_keyword_types(&mut self, map: &Mapping<'d>, data_type: &DataType) {
        let of_checks = SPECS.iter().flat_map(|spec| spec.keywords.iter().map(|key| (*key, spec.types)));
        // `format` is a check for strings and a notation for dates and times; `rule::KEYWORD_TYPES` has both.
        let of_checks = of_checks.filter(|(key, _)| *key != "format");
        for (key, types) in rule::KEYWORD_TYPES.into_iter().chain(of_checks) {
            if !types.contains(data_type)
                && let Some(node) = map.get(key)
            {
                let kind = rule::inapplicable(key, data_type, types);
                self.record_error(node.key_span, &node.path, kind);
            }
        }
    }

    /// Adds the checks that keywords declare.
    fn check_keywords(&mut self, map: &Mapping<'d>, parsed: &mut ParsedField) {
        for spec in SPECS.into_iter().filter(|spec| spec.keywords.iter().any(|key| map.has(key))) {
            if parsed.is_typed && !spec.types.contains(&parsed.field.data_type) {
                continue;
            }
            if let Some(kind) = self.keyword_kind(map, spec, parsed) {
                let check = Check::new(kind, vec![parsed.field.name.clone()]);
                parsed.field.checks.push(Check { severity: parsed.severity, ..check });
            }
        }
    }

    /// The check that keywords of a field declare.
    fn keyword_kind(
        &mut self,
        map: &Mapping<'d>,
        spec: &'static Spec,
        parsed: &ParsedField,
    ) -> Option<CheckKind> {
        match spec.name {
            "required" | "unique" => {
                let is_set = self.boolean(map, spec.name)?;
                let no_parameters = Mapping::empty(map.span, &map.path);
                is_set.then(|| self.read_parameters(&no_parameters, spec, parsed)).flatten()
            }
            "precision" => {
                let node = map.get("precision")?;
                let map = self.mapping(&node, "`precision`", &[precision::PARAMETERS], &[])?;
                if self.lacks(&map, precision::PARAMETERS) {
                    return None;
                }
                self.read_parameters(&map, spec, parsed)
            }
            "format" if !parsed.is_typed => None,
            _ => self.read_parameters(map, spec, parsed),
        }
    }

    /// Reads the parameters of a check from a mapping.
    fn read_parameters(
        &mut self,
        map: &Mapping<'d>,
        spec: &'static Spec,
        parsed: &ParsedField,
    ) -> Option<CheckKind> {
        let target = Some((&parsed.field, parsed.is_typed));
        (spec.read)(&mut Parameters { reader: self, map, target })
    }

    /// Records names and aliases that occur twice.
    fn check_names(&mut self, items: &[NodeRef<'d>]) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        let mut aliases = Vec::new();
        for item in items {
            let Value::Mapping(entries) = item.value() else { continue };
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
            let first_line = self.source.line_column(*first).0;
            let first_document = self.source.document_name(*first).map(str::to_owned);
            let kind = ErrorKind::DuplicateField { name: name.to_owned(), first_line, first_document };
            self.record_error(span, path, kind);
        } else {
            seen.insert(name.to_owned(), span);
        }
    }
}

impl ParsedField {
    /// Declares the implied checks explicitly if the severity of the field is not error, because implied checks have severity
    /// error.
    pub(super) fn declare_implied(&mut self) {
        if self.severity == Severity::Error {
            return;
        }
        let mut kinds: Vec<CheckKind> = resolve::implied(&self.field).collect();
        // For strings, `type` is implied only in formats with typed values (`Schema::with_typed_text`).
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
