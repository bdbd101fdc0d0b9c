//! Reads items of `checks`, in the schema and in fields.

use super::field::{ReadField, inapplicable};
use super::item::Item;
use super::mapping::{Mapping, Place};
use super::{Reader, keyword, meant, nearest};
use crate::check::{Check, CheckKind, LATER, SPECS, Severity, Spec, Target, Tolerance};
use crate::error::{ErrorKind, Noun, tick};

/// The place of an item of `checks`.
enum Context<'f> {
    /// In a field, which is its column.
    Field(&'f ReadField),
    /// In the schema.
    Document(&'f [ReadField]),
}

impl<'d> Reader<'d> {
    /// Reads a field's own checks.
    pub(super) fn field_checks(&mut self, place: &Place<'d>, read: &mut ReadField) {
        for item in self.items(place, "a list of checks").unwrap_or_default() {
            if let Some(check) = self.check(&item, &Context::Field(read)) {
                self.check_once(&item, &check.kind, &read.field.checks);
                read.field.checks.push(check);
            }
        }
    }

    /// Reads the checks of the schema: those of one column go to their field.
    pub(super) fn document_checks(&mut self, place: &Place<'d>, fields: &mut [ReadField]) -> Vec<Check> {
        let mut checks = Vec::new();
        for item in self.items(place, "a list of checks").unwrap_or_default() {
            let Some(check) = self.check(&item, &Context::Document(fields)) else { continue };
            let owner = match check.columns.as_slice() {
                [column] => fields.iter_mut().find(|read| read.field.name == *column),
                _ => None,
            };
            let siblings = owner.map_or(&mut checks, |read| &mut read.field.checks);
            self.check_once(&item, &check.kind, siblings);
            siblings.push(check);
        }
        checks
    }

    /// Notes an implied check that is declared twice.
    fn check_once(&mut self, place: &Place<'d>, kind: &CheckKind, siblings: &[Check]) {
        let is_implied = matches!(
            kind,
            CheckKind::Structure | CheckKind::Columns | CheckKind::Type | CheckKind::Finite { .. }
        );
        if is_implied && siblings.iter().any(|check| check.kind.name() == kind.name()) {
            let reason = format!("the check `{}` is declared twice", kind.name());
            self.fault(place.node.span, &place.path, ErrorKind::Impossible { reason });
        }
    }

    fn check(&mut self, place: &Place<'d>, context: &Context<'_>) -> Option<Check> {
        let mut map = self.open_mapping(place, "a check")?;
        let spec = self.spec(&map)?;
        map.owner = format!("check `{}`", spec.name);
        self.check_keys(&map, &[&keyword::CHECK, spec.parameters], &keyword::CHECK_LATER);
        let targets = self.targets(&map, spec, context)?;
        for read in &targets {
            if read.is_typed && !spec.types.contains(&read.field.data_type) {
                let at = map.place("check")?;
                let kind = inapplicable(spec.name, &read.field.data_type, spec.types);
                self.fault(at.node.span, &at.path, kind);
                return None;
            }
        }
        if self.lacks(&map, spec.needs) {
            return None;
        }
        let target = targets.first().map(|read| (&read.field, read.is_typed));
        let kind = (spec.read)(&mut Item { reader: self, map: &map, target })?;
        let severity = match context {
            Context::Field(read) => read.severity,
            Context::Document(_) => Severity::Error,
        };
        let columns = targets.iter().map(|read| read.field.name.clone()).collect();
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

    /// The check that an item names.
    fn spec(&mut self, map: &Mapping<'d>) -> Option<&'static Spec> {
        if self.lacks(map, &["check"]) {
            // It may be there under a wrong name, so report the keys that no check has.
            let parameters = SPECS.iter().map(|spec| spec.parameters);
            let known: Vec<&[&'static str]> = [&keyword::CHECK[..]].into_iter().chain(parameters).collect();
            self.check_keys(map, &known, &keyword::CHECK_LATER);
            return None;
        }
        let place = map.place("check")?;
        let name = self.full_text(&place)?;
        let spec = SPECS.into_iter().find(|spec| spec.name == name);
        if spec.is_none() {
            let kind = if LATER.contains(&name.as_str()) {
                ErrorKind::NotSupported { what: name }
            } else {
                let nearest = meant(&name, SPECS.iter().map(|spec| spec.name));
                ErrorKind::UnknownName { noun: Noun::Check, name, nearest }
            };
            self.fault(place.node.span, &place.path, kind);
        }
        spec
    }

    /// The fields of the check's columns; `None` if an error was recorded.
    fn targets<'f>(
        &mut self,
        map: &Mapping<'d>,
        spec: &Spec,
        context: &Context<'f>,
    ) -> Option<Vec<&'f ReadField>> {
        let written = map.place("column").or_else(|| map.place("columns"));
        match (context, spec.target, written) {
            (Context::Field(_), Target::Table, _) => {
                let reason =
                    format!("`{}` is a check of the table: it stands in the schema's `checks`", spec.name);
                self.fault(map.span, &map.path, ErrorKind::Impossible { reason });
                None
            }
            (Context::Field(_), _, Some(place)) => {
                self.fault(
                    place.key_span,
                    &place.path,
                    ErrorKind::InvalidValue {
                        key: place.key.clone(),
                        reason: "is implied in a field's own checks; checks of other columns stand in the schema's `checks`"
                            .to_owned(),
                    },
                );
                None
            }
            (Context::Field(read), _, None) => Some(vec![read]),
            (Context::Document(_), Target::Table, None) => Some(Vec::new()),
            (Context::Document(_), Target::Table, Some(place)) => {
                let kind = ErrorKind::InvalidValue {
                    key: place.key.clone(),
                    reason: format!("means nothing for `{}`, which is a check of the whole table", spec.name),
                };
                self.fault(place.key_span, &place.path, kind);
                None
            }
            (Context::Document(_), _, None) => {
                let keys: &[&str] =
                    if spec.target == Target::Column { &["column"] } else { &["column", "columns"] };
                let kind = ErrorKind::MissingKey { owner: map.owner.clone(), keys: keys.to_vec() };
                self.fault(map.span, &map.path, kind);
                None
            }
            (Context::Document(fields), _, Some(_)) => self.columns(map, spec, fields),
        }
    }

    /// The fields that `column` or `columns` name.
    fn columns<'f>(
        &mut self,
        map: &Mapping<'d>,
        spec: &Spec,
        fields: &'f [ReadField],
    ) -> Option<Vec<&'f ReadField>> {
        let (one, several) = (map.place("column"), map.place("columns"));
        let places = match (one, several) {
            (Some(_), Some(place)) => {
                self.fault(
                    place.key_span,
                    &place.path,
                    ErrorKind::Impossible { reason: "`column` and `columns` are both given".to_owned() },
                );
                return None;
            }
            (Some(place), None) => vec![place],
            (None, Some(place)) => {
                let items = self.items(&place, "a list of column names")?;
                if items.is_empty() {
                    let reason = "`columns` names no column".to_owned();
                    self.fault(place.node.span, &place.path, ErrorKind::Impossible { reason });
                    return None;
                }
                if spec.target == Target::Column && items.len() > 1 {
                    let reason = format!(
                        "names several columns, and `{}` takes one: write one check for each",
                        spec.name
                    );
                    self.invalid(&place, reason);
                    return None;
                }
                items
            }
            (None, None) => return None,
        };
        let mut found: Vec<&ReadField> = Vec::new();
        for place in &places {
            let read = self.column(place, fields)?;
            if found.iter().any(|other| other.field.name == read.field.name) {
                self.invalid(place, format!("names {} twice", tick(&read.field.name)));
                return None;
            }
            found.push(read);
        }
        Some(found)
    }

    fn column<'f>(&mut self, place: &Place<'d>, fields: &'f [ReadField]) -> Option<&'f ReadField> {
        let name = self.full_text(place)?;
        if let Some(read) = fields.iter().find(|read| read.field.name == name) {
            return Some(read);
        }
        if self.is_full() {
            return None;
        }
        let of_alias = fields.iter().find(|read| read.field.aliases.contains(&name));
        let nearest = of_alias.map(|read| read.field.name.clone());
        let nearest = nearest.or_else(|| nearest_column(&name, fields));
        self.fault(
            place.node.span,
            &place.path,
            ErrorKind::UnknownName { noun: Noun::Column, name, nearest },
        );
        None
    }

    fn id(&mut self, map: &Mapping<'d>) -> Option<String> {
        let place = map.place("id")?;
        let id = self.full_text(&place)?;
        self.ids.push((id.clone(), place.node.span, place.path));
        Some(id)
    }

    fn tolerance(&mut self, map: &Mapping<'d>, spec: &Spec) -> Option<Tolerance> {
        let place = map.place("tolerance")?;
        if !spec.takes_tolerance {
            let reason = format!("does not apply to `{}`, which counts no failures", spec.name);
            let kind = ErrorKind::InvalidValue { key: place.key.clone(), reason };
            self.fault(place.key_span, &place.path, kind);
            return None;
        }
        let (text, number) = self.number(map, "tolerance")?;
        let is_whole = crate::grammar::is_integer(text);
        let tolerance = if is_whole {
            number.to_integer().and_then(|count| u64::try_from(count).ok()).map(Tolerance::Count)
        } else {
            Some(number.to_f64()).filter(|fraction| (0.0..1.0).contains(fraction)).map(Tolerance::Fraction)
        };
        match tolerance {
            Some(Tolerance::Count(0)) => None,
            Some(Tolerance::Fraction(fraction)) if fraction <= 0.0 => None,
            Some(tolerance) => Some(tolerance),
            None => {
                let reason = format!(
                    "`tolerance` {} is neither a whole number of failures nor a fraction below 1",
                    tick(text)
                );
                self.fault(place.node.span, &place.path, ErrorKind::Impossible { reason });
                None
            }
        }
    }
}

fn nearest_column(name: &str, fields: &[ReadField]) -> Option<String> {
    nearest(name, fields.iter().map(|read| read.field.name.as_str()))
}
