//! Reads items of `checks`, in the schema and in fields.

use super::field::ParsedField;
use super::mapping::{Mapping, NodeRef};
use super::parameter::Parameters;
use super::{Reader, keyword, nearest, suggest};
use crate::check::{Check, CheckKind, RESERVED, SPECS, Severity, Spec, Target, Tolerance};
use crate::error::{ErrorKind, Noun};
use crate::rule;

/// Where an item of `checks` is written.
enum Context<'f> {
    /// In a field, which is the column of the check.
    Field(&'f ParsedField),
    /// At the top level of the schema, with all its fields.
    Document(&'f [ParsedField]),
}

impl<'d> Reader<'d> {
    /// Reads the checks of a field.
    pub(super) fn field_checks(&mut self, node: &NodeRef<'d>, parsed: &mut ParsedField) {
        for item in self.items(node, "a list of checks").unwrap_or_default() {
            if let Some(check) = self.check(&item, &Context::Field(parsed)) {
                self.check_declared_once(&item, &check.kind, &parsed.field.checks);
                parsed.field.checks.push(check);
            }
        }
    }

    /// Reads the checks of the schema. Checks of one column are added to the field of that column.
    pub(super) fn document_checks(&mut self, node: &NodeRef<'d>, fields: &mut [ParsedField]) -> Vec<Check> {
        let mut checks = Vec::new();
        for item in self.items(node, "a list of checks").unwrap_or_default() {
            let Some(check) = self.check(&item, &Context::Document(fields)) else { continue };
            let owner = match check.columns.as_slice() {
                [column] => fields.iter_mut().find(|parsed| parsed.field.name == *column),
                _ => None,
            };
            let siblings = owner.map_or(&mut checks, |parsed| &mut parsed.field.checks);
            self.check_declared_once(&item, &check.kind, siblings);
            siblings.push(check);
        }
        checks
    }

    /// Records an implied check that is declared twice.
    fn check_declared_once(&mut self, node: &NodeRef<'d>, kind: &CheckKind, siblings: &[Check]) {
        if let Some(kind) = rule::declared_twice(kind, siblings) {
            self.record_error_at(node, kind);
        }
    }

    fn check(&mut self, node: &NodeRef<'d>, context: &Context<'_>) -> Option<Check> {
        let mut map = self.open_mapping(node, "a check")?;
        let spec = self.spec(&map)?;
        map.owner = format!("check `{}`", spec.name);
        self.check_keys(&map, &[&keyword::CHECK, spec.parameters], &keyword::CHECK_RESERVED);
        let targets = self.targets(&map, spec, context)?;
        for parsed in &targets {
            if parsed.is_typed && !spec.types.contains(&parsed.field.data_type) {
                let at = map.get("check")?;
                let kind = rule::inapplicable(spec.name, &parsed.field.data_type, spec.types);
                self.record_error_at(&at, kind);
                return None;
            }
        }
        if self.lacks(&map, spec.needs) {
            return None;
        }
        let target = targets.first().map(|parsed| (&parsed.field, parsed.is_typed));
        let kind = (spec.read)(&mut Parameters { reader: self, map: &map, target })?;
        let severity = match context {
            Context::Field(parsed) => parsed.severity,
            Context::Document(_) => Severity::Error,
        };
        let columns = targets.iter().map(|parsed| parsed.field.name.clone()).collect();
        Some(Check {
            id: self.id(&map).unwrap_or_default(),
            kind,
            columns,
            severity: self.word(&map, "severity", &keyword::SEVERITY).unwrap_or(severity),
            tolerance: self.tolerance(&map, spec),
            message: self.text(&map, "message"),
            sample_limit: self.count(&map, "sample_limit"),
        })
    }

    /// The check that an item names; `None` if an error was recorded.
    fn spec(&mut self, map: &Mapping<'d>) -> Option<&'static Spec> {
        if self.lacks(map, &["check"]) {
            // The key may be misspelt, so keys that no check has are recorded too.
            let parameters = SPECS.iter().map(|spec| spec.parameters);
            let known: Vec<&[&'static str]> = [&keyword::CHECK[..]].into_iter().chain(parameters).collect();
            self.check_keys(map, &known, &keyword::CHECK_RESERVED);
            return None;
        }
        let node = map.get("check")?;
        let name = self.nonempty_text(&node)?;
        let spec = SPECS.into_iter().find(|spec| spec.name == name);
        if spec.is_none() {
            let kind = if RESERVED.contains(&name.as_str()) {
                ErrorKind::NotSupported { what: name }
            } else {
                let nearest = suggest(&name, SPECS.iter().map(|spec| spec.name));
                ErrorKind::UnknownName { noun: Noun::Check, name, nearest }
            };
            self.record_error_at(&node, kind);
        }
        spec
    }

    /// The fields of the columns of a check; `None` if an error was recorded.
    fn targets<'f>(
        &mut self,
        map: &Mapping<'d>,
        spec: &Spec,
        context: &Context<'f>,
    ) -> Option<Vec<&'f ParsedField>> {
        let written = map.get("column").or_else(|| map.get("columns"));
        match (context, spec.target, written) {
            (Context::Field(_), Target::Table, _) => {
                self.record_error(map.span, &map.path, rule::table_check_in_field(spec));
                None
            }
            (Context::Field(_), _, Some(node)) => {
                self.record_error(node.key_span, &node.path, rule::columns_in_field(&node.key));
                None
            }
            (Context::Field(parsed), _, None) => Some(vec![parsed]),
            (Context::Document(_), Target::Table, None) => Some(Vec::new()),
            (Context::Document(_), Target::Table, Some(node)) => {
                self.record_error(node.key_span, &node.path, rule::columns_of_table(&node.key, spec));
                None
            }
            (Context::Document(_), _, None) => {
                self.record_error(map.span, &map.path, rule::no_column(spec));
                None
            }
            (Context::Document(fields), _, Some(_)) => self.columns(map, spec, fields),
        }
    }

    /// The fields that `column` or `columns` names; `None` if an error was recorded.
    fn columns<'f>(
        &mut self,
        map: &Mapping<'d>,
        spec: &Spec,
        fields: &'f [ParsedField],
    ) -> Option<Vec<&'f ParsedField>> {
        let (one, several) = (map.get("column"), map.get("columns"));
        let nodes = match (one, several) {
            (Some(_), Some(node)) => {
                self.record_error(
                    node.key_span,
                    &node.path,
                    ErrorKind::Impossible { reason: "`column` and `columns` are both given".to_owned() },
                );
                return None;
            }
            (Some(node), None) => vec![node],
            (None, Some(node)) => {
                let items = self.items(&node, "a list of column names")?;
                if items.is_empty() {
                    let reason = "`columns` names no column".to_owned();
                    self.record_error_at(&node, ErrorKind::Impossible { reason });
                    return None;
                }
                if spec.target == Target::Column && items.len() > 1 {
                    self.record_error_at(&node, rule::several_columns(&node.key, spec));
                    return None;
                }
                items
            }
            (None, None) => return None,
        };
        let mut found: Vec<&ParsedField> = Vec::new();
        for node in &nodes {
            let parsed = self.column(node, fields)?;
            if found.iter().any(|other| other.field.name == parsed.field.name) {
                self.record_error_at(node, rule::column_twice(&node.key, &parsed.field.name));
                return None;
            }
            found.push(parsed);
        }
        Some(found)
    }

    /// The field that a name refers to; `None` if an error was recorded.
    fn column<'f>(&mut self, node: &NodeRef<'d>, fields: &'f [ParsedField]) -> Option<&'f ParsedField> {
        let name = self.nonempty_text(node)?;
        if let Some(parsed) = fields.iter().find(|parsed| parsed.field.name == name) {
            return Some(parsed);
        }
        if self.has_max_problems() {
            return None;
        }
        let of_alias = fields.iter().find(|parsed| parsed.field.aliases.contains(&name));
        let nearest = of_alias.map(|parsed| parsed.field.name.clone());
        let nearest = nearest.or_else(|| nearest_column(&name, fields));
        self.record_error_at(node, ErrorKind::UnknownName { noun: Noun::Column, name, nearest });
        None
    }

    fn id(&mut self, map: &Mapping<'d>) -> Option<String> {
        let node = map.get("id")?;
        let id = self.nonempty_text(&node)?;
        self.ids.push((id.clone(), node.span(), node.path));
        Some(id)
    }

    fn tolerance(&mut self, map: &Mapping<'d>, spec: &Spec) -> Option<Tolerance> {
        let node = map.get("tolerance")?;
        if !spec.takes_tolerance {
            self.record_error(node.key_span, &node.path, rule::no_tolerance(spec));
            return None;
        }
        let (text, number) = self.number(map, "tolerance")?;
        let is_integer = crate::grammar::is_integer(text);
        let tolerance = if is_integer {
            number.to_integer().and_then(|count| u64::try_from(count).ok()).map(Tolerance::Count)
        } else {
            Some(number.to_f64()).filter(|fraction| rule::is_fraction(*fraction)).map(Tolerance::Fraction)
        };
        match tolerance {
            Some(Tolerance::Count(0)) => None,
            Some(Tolerance::Fraction(fraction)) if fraction <= 0.0 => None,
            Some(tolerance) => Some(tolerance),
            None => {
                self.record_error_at(&node, rule::bad_tolerance(text));
                None
            }
        }
    }
}

fn nearest_column(name: &str, fields: &[ParsedField]) -> Option<String> {
    nearest(name, fields.iter().map(|parsed| parsed.field.name.as_str()))
}
