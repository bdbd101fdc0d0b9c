//! Reads scalar values: text, booleans, counts, words and lists of text.

use super::Reader;
use super::mapping::{Mapping, Place};
use crate::document::Value;
use crate::error::{ErrorKind, any_of};
use crate::grammar::Decimal;
use crate::literal::quote;

impl<'d> Reader<'d> {
    pub(super) fn wrong_kind(&mut self, place: &Place<'d>, expected: &str) {
        let kind = ErrorKind::WrongKind {
            key: place.key.clone(),
            expected: expected.to_owned(),
            found: place.node.found(),
        };
        self.fault(place.node.span, &place.path, kind);
    }

    pub(super) fn invalid(&mut self, place: &Place<'d>, reason: impl Into<String>) {
        let kind = ErrorKind::InvalidValue { key: place.key.clone(), reason: reason.into() };
        self.fault(place.node.span, &place.path, kind);
    }

    pub(super) fn text(&mut self, map: &Mapping<'d>, key: &str) -> Option<String> {
        map.place(key).and_then(|place| self.text_at(&place))
    }

    pub(super) fn text_at(&mut self, place: &Place<'d>) -> Option<String> {
        let hint = match &place.node.value {
            Value::Text(text) => return Some(text.clone()),
            Value::Number(text) | Value::Moment(text) => format!("text (quote it: {})", quote(text)),
            Value::Boolean(value) => format!("text (quote it: \"{value}\")"),
            _ => "text".to_owned(),
        };
        self.wrong_kind(place, &hint);
        None
    }

    /// A text that is not empty.
    pub(super) fn full_text(&mut self, place: &Place<'d>) -> Option<String> {
        let text = self.text_at(place)?;
        if text.is_empty() {
            self.invalid(place, "is empty");
            return None;
        }
        Some(text)
    }

    pub(super) fn boolean(&mut self, map: &Mapping<'d>, key: &str) -> Option<bool> {
        let place = map.place(key)?;
        if let Value::Boolean(value) = place.node.value {
            return Some(value);
        }
        self.wrong_kind(&place, "true or false");
        None
    }

    /// A whole number from 0 on.
    pub(super) fn count(&mut self, map: &Mapping<'d>, key: &str) -> Option<u64> {
        let place = map.place(key)?;
        if let Value::Number(text) = &place.node.value {
            let whole = Decimal::parse(text).and_then(Decimal::to_integer);
            if let Some(count) = whole.and_then(|whole| u64::try_from(whole).ok()) {
                return Some(count);
            }
        }
        self.wrong_kind(&place, "a whole number from 0 on");
        None
    }

    /// A number as written and its value.
    pub(super) fn number(&mut self, map: &Mapping<'d>, key: &str) -> Option<(&'d str, Decimal)> {
        let place = map.place(key)?;
        if let Value::Number(text) = &place.node.value
            && let Some(number) = Decimal::parse(text)
        {
            return Some((text, number));
        }
        self.wrong_kind(&place, "a number of at most 38 digits");
        None
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, map: &Mapping<'d>, key: &str, words: &[(&str, T)]) -> Option<T> {
        let place = map.place(key)?;
        if let Value::Text(text) = &place.node.value
            && let Some((_, value)) = words.iter().find(|(word, _)| word == text)
        {
            return Some(*value);
        }
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.wrong_kind(&place, &any_of(&words));
        None
    }

    /// A list of strings.
    pub(super) fn texts(&mut self, map: &Mapping<'d>, key: &str) -> Option<Vec<String>> {
        let place = map.place(key)?;
        let items = self.items(&place, "a list of texts")?;
        Some(items.iter().filter_map(|item| self.text_at(item)).collect())
    }

    /// The items of a list.
    pub(super) fn items(&mut self, place: &Place<'d>, expected: &str) -> Option<Vec<Place<'d>>> {
        let Value::Sequence(nodes) = &place.node.value else {
            self.wrong_kind(place, expected);
            return None;
        };
        Some(nodes.iter().enumerate().map(|(index, node)| place.item(index, node)).collect())
    }
}
