//! Reads the parameters of a check.

use super::Reader;
use super::mapping::Mapping;
use crate::data_type::DataType;
use crate::error::ErrorKind;
use crate::field::Field;
use crate::grammar::Decimal;
use crate::literal::Literal;
use crate::rule;

/// The parameters of a check, which are keys of an item of `checks` or of a field.
pub(crate) struct Parameters<'r, 'd> {
    pub(super) reader: &'r mut Reader<'d>,
    pub(super) map: &'r Mapping<'d>,
    /// The field of the check's column, and whether the field's type could be read.
    pub(super) target: Option<(&'r Field, bool)>,
}

impl<'d> Parameters<'_, 'd> {
    /// The field of the check's column.
    pub(crate) fn field(&self) -> Option<&Field> {
        self.target.map(|(field, _)| field)
    }

    /// The type of the check's column; `None` if it could not be read.
    pub(crate) fn data_type(&self) -> Option<&DataType> {
        self.target.and_then(|(field, is_typed)| is_typed.then_some(&field.data_type))
    }

    /// Records an error at the value of a key, or at the whole item if the key is missing.
    pub(crate) fn record_error(&mut self, key: &str, kind: ErrorKind) {
        match self.map.get(key) {
            Some(node) => self.reader.record_error_at(&node, kind),
            None => self.reader.record_error(self.map.span, &self.map.path, kind),
        }
    }

    pub(crate) fn nonempty_text(&mut self, key: &str) -> Option<String> {
        let node = self.map.get(key)?;
        self.reader.nonempty_text(&node)
    }

    pub(crate) fn boolean(&mut self, key: &str) -> Option<bool> {
        self.reader.boolean(self.map, key)
    }

    pub(crate) fn count(&mut self, key: &str) -> Option<u64> {
        self.reader.count(self.map, key)
    }

    /// A count that fits into 32 bits.
    pub(crate) fn count_u32(&mut self, key: &str) -> Option<u32> {
        let count = self.count(key)?;
        let small = u32::try_from(count).ok();
        if small.is_none() {
            self.record_error(
                key,
                ErrorKind::InvalidValue { key: key.to_owned(), reason: "is too large".to_owned() },
            );
        }
        small
    }

    pub(crate) fn number(&mut self, key: &str) -> Option<(&'d str, Decimal)> {
        self.reader.number(self.map, key)
    }

    pub(crate) fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        self.reader.word(self.map, key, words)
    }

    /// A value of the column's type.
    pub(crate) fn literal(&mut self, key: &str) -> Option<Literal> {
        let node = self.map.get(key)?;
        let data_type = self.data_type()?.clone();
        self.reader.literal(&node, &data_type)
    }

    /// A list of at least one distinct value of the column's type.
    pub(crate) fn literals(&mut self, key: &str) -> Option<Vec<Literal>> {
        let node = self.map.get(key)?;
        let items = self.reader.items(&node, "a list of values")?;
        if items.is_empty() {
            self.record_error(key, rule::lists_nothing(key, "values"));
            return None;
        }
        let data_type = self.data_type()?.clone();
        let mut seen = std::collections::HashSet::new();
        let mut literals = Vec::with_capacity(items.len());
        for item in &items {
            let Some(literal) = self.reader.literal(item, &data_type) else { continue };
            if seen.insert(literal.clone()) {
                literals.push(literal);
            } else {
                self.reader.record_error_at(item, rule::value_twice(&item.key));
            }
        }
        Some(literals)
    }

    /// A regular expression that compiles.
    pub(crate) fn pattern(&mut self, key: &str) -> Option<String> {
        let node = self.map.get(key)?;
        let text = self.reader.nonempty_text(&node)?;
        if let Err(error) = self.reader.compile_pattern(&text) {
            let span = self.reader.span_within(node.span(), &text, error.offset);
            let kind = ErrorKind::Pattern { message: error.message, offset: error.offset };
            self.reader.record_error(span, &node.path, kind);
        }
        Some(text)
    }
}
