//! Reads mappings with known keys.

use super::{Reader, suggest};
use crate::document::{Entry, Node, Span, Value};
use crate::error::ErrorKind;

/// A node of the document together with its key and path, which errors about it need.
#[derive(Clone)]
pub(super) struct NodeRef<'d> {
    node: &'d Node,
    /// The key, or the key of the list and the index in it, as messages show it: `minimum`, `enum[1]`.
    pub(super) key: String,
    pub(super) key_span: Span,
    /// The path from the root: `fields[2].minimum`.
    pub(super) path: String,
}

impl<'d> NodeRef<'d> {
    pub(super) fn root(node: &'d Node) -> Self {
        let span = Span::new(node.span.start, node.span.start);
        Self { node, key: String::new(), key_span: span, path: String::new() }
    }

    pub(super) fn value(&self) -> &'d Value {
        &self.node.value
    }

    pub(super) fn span(&self) -> Span {
        self.node.span
    }

    /// An item of this list.
    pub(super) fn item(&self, index: usize, node: &'d Node) -> Self {
        Self {
            node,
            key: format!("{}[{index}]", self.key),
            key_span: node.span,
            path: format!("{}[{index}]", self.path),
        }
    }
}

/// A mapping of the document, with its path.
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

    /// The value of a key; the first one if the key occurs twice.
    pub(super) fn get(&self, key: &str) -> Option<NodeRef<'d>> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(self.entry_node(entry))
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    fn entry_node(&self, entry: &'d Entry) -> NodeRef<'d> {
        let mut path = self.path.clone();
        crate::document::push_key(&mut path, &entry.key);
        NodeRef { node: &entry.value, key: entry.key.clone(), key_span: entry.key_span, path }
    }
}

impl<'d> Reader<'d> {
    /// Reads a mapping and records its unknown keys. `reserved` keys are those that this version does not support.
    pub(super) fn mapping(
        &mut self,
        node: &NodeRef<'d>,
        owner: &str,
        known: &[&[&'static str]],
        reserved: &[&str],
    ) -> Option<Mapping<'d>> {
        let map = self.open_mapping(node, owner)?;
        self.check_keys(&map, known, reserved);
        Some(map)
    }

    /// Reads a mapping without checking its keys.
    pub(super) fn open_mapping(&mut self, node: &NodeRef<'d>, owner: &str) -> Option<Mapping<'d>> {
        let Value::Mapping(entries) = node.value() else {
            self.wrong_kind(node, "a mapping");
            return None;
        };
        Some(Mapping { entries, span: node.span(), path: node.path.clone(), owner: owner.to_owned() })
    }

    /// Records every key that is not known.
    pub(super) fn check_keys(&mut self, map: &Mapping<'d>, known: &[&[&'static str]], reserved: &[&str]) {
        for entry in map.entries {
            let key = entry.key.as_str();
            if self.has_max_problems() {
                return;
            }
            if known.iter().any(|keys| keys.contains(&key)) {
                continue;
            }
            let kind = if reserved.contains(&key) {
                ErrorKind::NotSupported { what: key.to_owned() }
            } else {
                let nearest = suggest(key, known.iter().flat_map(|keys| keys.iter().copied()));
                ErrorKind::UnknownKey { key: key.to_owned(), owner: map.owner.clone(), nearest }
            };
            let path = map.entry_node(entry).path;
            self.record_error(entry.key_span, &path, kind);
        }
    }

    /// Returns whether none of `keys` is present, and records it as an error.
    pub(super) fn lacks(&mut self, map: &Mapping<'d>, keys: &'static [&'static str]) -> bool {
        if keys.is_empty() || keys.iter().any(|key| map.has(key)) {
            return false;
        }
        let kind = ErrorKind::MissingKey { owner: map.owner.clone(), keys: keys.to_vec() };
        self.record_error(map.span, &map.path, kind);
        true
    }
}
