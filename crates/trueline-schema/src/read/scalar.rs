//! Reads scalar values: text, booleans, counts, words and lists of text.

use super::Reader;
use super::mapping::{Mapping, NodeRef};
use crate::document::Value;
use crate::error::{ErrorKind, any_of};
use crate::grammar::Decimal;
use crate::literal::quote;

impl<'d> Reader<'d> {
    /// Records that a value has the wrong kind.
    pub(super) fn wrong_kind(&mut self, node: &NodeRef<'d>, expected: &str) {
        let kind = ErrorKind::WrongKind {
            key: node.key.clone(),
            expected: expected.to_owned(),
            found: node.value().found(),
        };
        self.record_error_at(node, kind);
    }

    /// Records that a value is not allowed; `reason` completes the sentence that starts with its key.
    pub(super) fn invalid(&mut self, node: &NodeRef<'d>, reason: impl Into<String>) {
        let kind = ErrorKind::InvalidValue { key: node.key.clone(), reason: reason.into() };
        self.record_error_at(node, kind);
    }

    pub(super) fn text(&mut self, map: &Mapping<'d>, key: &str) -> Option<String> {
        map.get(key).and_then(|node| self.text_at(&node))
    }

    pub(super) fn text_at(&mut self, node: &NodeRef<'d>) -> Option<String> {
        let hint = match node.value() {
            Value::Text(text) => return Some(text.clone()),
            Value::Number(text) | Value::DateTime(text) => format!("text (quote it: {})", quote(text)),
            Value::Boolean(value) => format!("text (quote it: \"{value}\")"),
            _ => "text".to_owned(),
        };
        self.wrong_kind(node, &hint);
        None
    }

    /// A string that is not empty.
    pub(super) fn nonempty_text(&mut self, node: &NodeRef<'d>) -> Option<String> {
        let text = self.text_at(node)?;
        if text.is_empty() {
            self.invalid(node, "is empty");
            return None;
        }
        Some(text)
    }

    pub(super) fn boolean(&mut self, map: &Mapping<'d>, key: &str) -> Option<bool> {
        let node = map.get(key)?;
        if let Value::Boolean(value) = *node.value() {
            return Some(value);
        }
        self.wrong_kind(&node, "true or false");
        None
    }

    /// An integer of at least 0.
    pub(super) fn count(&mut self, map: &Mapping<'d>, key: &str) -> Option<u64> {
        let node = map.get(key)?;
        if let Value::Number(text) = node.value() {
            let whole = Decimal::parse(text).and_then(Decimal::to_integer);
            if let Some(count) = whole.and_then(|whole| u64::try_from(whole).ok()) {
                return Some(count);
            }
        }
        self.wrong_kind(&node, "a whole number from 0 on");
        None
    }

    /// A number: its text and its value.
    pub(super) fn number(&mut self, map: &Mapping<'d>, key: &str) -> Option<(&'d str, Decimal)> {
        let node = map.get(key)?;
        if let Value::Number(text) = node.value()
            && let Some(number) = Decimal::parse(text)
        {
            return Some((text, number));
        }
        self.wrong_kind(&node, "a number of at most 38 digits");
        None
    }

    /// The value of a word, which must be one of `words`.
    pub(super) fn word<T: Copy>(&mut self, map: &Mapping<'d>, key: &str, words: &[(&str, T)]) -> Option<T> {
        let node = map.get(key)?;
        if let Value::Text(text) = node.value()
            && let Some((_, value)) = words.iter().find(|(word, _)| word == text)
        {
            return Some(*value);
        }
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.wrong_kind(&node, &any_of(&words));
        None
    }

    /// A list of strings.
    pub(super) fn texts(&mut self, map: &Mapping<'d>, key: &str) -> Option<Vec<String>> {
        let node = map.get(key)?;
        let items = self.items(&node, "a list of texts")?;
        Some(items.iter().filter_map(|item| self.text_at(item)).collect())
    }

    /// The items of a list.
    pub(super) fn items(&mut self, node: &NodeRef<'d>, expected: &str) -> Option<Vec<NodeRef<'d>>> {
        let Value::Sequence(items) = node.value() else {
            self.wrong_kind(node, expected);
            return None;
        };
        Some(items.iter().enumerate().map(|(index, item)| node.item(index, item)).collect())
    }
}
