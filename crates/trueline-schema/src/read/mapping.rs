//! Reads mappings with known keys.

use super::{Reader, meant};
use crate::document::{Entry, Node, Span, Value};
use crate::error::ErrorKind;

/// A value with the key it was given for and its path.
#[derive(Clone)]
pub(super) struct Place<'d> {
    pub(super) node: &'d Node,
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) path: String,
}

impl<'d> Place<'d> {
    pub(super) fn root(node: &'d Node) -> Self {
        let span = Span::new(node.span.start, node.span.start);
        Self { node, key: String::new(), key_span: span, path: String::new() }
    }

    /// An item of the list in this place.
    pub(super) fn item(&self, index: usize, node: &'d Node) -> Self {
        Self {
            node,
            key: format!("{}[{index}]", self.key),
            key_span: node.span,
            path: format!("{}[{index}]", self.path),
        }
    }
}

/// A mapping whose keys have been looked through.
#[derive(Clone)]
pub(super) struct Mapping<'d> {
    entries: &'d [Entry],
    pub(super) span: Span,
    pub(super) path: String,
    /// What the mapping describes: ``field `amount` ``.
    pub(super) owner: String,
}

impl<'d> Mapping<'d> {
    /// A mapping without keys.
    pub(super) fn empty(span: Span, path: &str) -> Self {
        Self { entries: &[], span, path: path.to_owned(), owner: String::new() }
    }

    /// The value of a key; of a key given twice the first.
    pub(super) fn place(&self, key: &str) -> Option<Place<'d>> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(self.entry_place(entry))
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    fn entry_place(&self, entry: &'d Entry) -> Place<'d> {
        let mut path = self.path.clone();
        crate::document::push_key(&mut path, &entry.key);
        Place { node: &entry.value, key: entry.key.clone(), key_span: entry.key_span, path }
    }
}

impl<'d> Reader<'d> {
    /// Reads the mapping in this place and records its unknown keys.
    pub(super) fn mapping(
        &mut self,
        place: &Place<'d>,
        owner: &str,
        known: &[&[&'static str]],
        later: &[&str],
    ) -> Option<Mapping<'d>> {
        let map = self.open_mapping(place, owner)?;
        self.check_keys(&map, known, later);
        Some(map)
    }

    /// Reads the mapping in this place without checking its keys.
    pub(super) fn open_mapping(&mut self, place: &Place<'d>, owner: &str) -> Option<Mapping<'d>> {
        let Value::Mapping(entries) = &place.node.value else {
            self.wrong_kind(place, "a mapping");
            return None;
        };
        Some(Mapping { entries, span: place.node.span, path: place.path.clone(), owner: owner.to_owned() })
    }

    /// Notes every key that is not known.
    pub(super) fn check_keys(&mut self, map: &Mapping<'d>, known: &[&[&'static str]], later: &[&str]) {
        for entry in map.entries {
            let key = entry.key.as_str();
            if self.is_full() {
                return;
            }
            if known.iter().any(|keys| keys.contains(&key)) {
                continue;
            }
            let kind = if later.contains(&key) {
                ErrorKind::NotSupported { what: key.to_owned() }
            } else {
                let nearest = meant(key, known.iter().flat_map(|keys| keys.iter().copied()));
                ErrorKind::UnknownKey { key: key.to_owned(), owner: map.owner.clone(), nearest }
            };
            let path = map.entry_place(entry).path;
            self.fault(entry.key_span, &path, kind);
        }
    }

    /// Returns whether none of `keys` is present, and records it as an error.
    pub(super) fn lacks(&mut self, map: &Mapping<'d>, keys: &'static [&'static str]) -> bool {
        if keys.is_empty() || keys.iter().any(|key| map.has(key)) {
            return false;
        }
        let kind = ErrorKind::MissingKey { owner: map.owner.clone(), keys: keys.to_vec() };
        self.fault(map.span, &map.path, kind);
        true
    }
}
