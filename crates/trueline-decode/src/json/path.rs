//! From the keys of a record to columns.
//!
//! A column is found under its whole name, or under the path that its name spells: dots descend into objects. Its aliases are
//! read in the same way. So the names of a schema are a tree, and a record is gone through along it.

use std::collections::HashMap;

/// A node of the tree: an object, or a value, or both.
pub(crate) type Node = u32;

/// The object that a record is.
pub(crate) const ROOT: Node = 0;

/// The tree of all names.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    nodes: Vec<NodeEntry>,
}

#[derive(Clone, Debug, Default)]
struct NodeEntry {
    children: HashMap<Box<[u8]>, Node>,
    /// The column whose value stands here.
    column: Option<u32>,
    /// The columns whose values stand somewhere within.
    within: Vec<u32>,
}

impl Paths {
    /// A tree without names.
    pub(crate) fn new() -> Self {
        Self { nodes: vec![NodeEntry::default()] }
    }

    /// Adds a name; `column` is nothing for a name that is declared and not read.
    pub(crate) fn insert(&mut self, name: &str, column: Option<u32>) {
        let whole = self.descend(ROOT, name.as_bytes());
        self.set(whole, column);
        if name.contains('.') {
            let mut node = ROOT;
            for key in name.split('.') {
                if let Some(column) = column.filter(|_| node != ROOT) {
                    self.nodes[node as usize].within.push(column);
                }
                node = self.descend(node, key.as_bytes());
            }
            self.set(node, column);
        }
    }

    fn descend(&mut self, node: Node, key: &[u8]) -> Node {
        if let Some(child) = self.child(node, key) {
            return child;
        }
        let child = Node::try_from(self.nodes.len()).expect("a schema has less than 2^32 names");
        self.nodes.push(NodeEntry::default());
        self.nodes[node as usize].children.insert(key.into(), child);
        child
    }

    fn set(&mut self, node: Node, column: Option<u32>) {
        let entry = &mut self.nodes[node as usize];
        entry.column = entry.column.or(column);
    }

    /// Where a key leads.
    pub(crate) fn child(&self, node: Node, key: &[u8]) -> Option<Node> {
        self.nodes[node as usize].children.get(key).copied()
    }

    /// The column whose value stands at a node.
    pub(crate) fn column(&self, node: Node) -> Option<u32> {
        self.nodes[node as usize].column
    }

    /// The columns whose values stand within the value at a node.
    pub(crate) fn within(&self, node: Node) -> &[u32] {
        &self.nodes[node as usize].within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_keys_and_paths() {
        let mut paths = Paths::new();
        paths.insert("a", Some(0));
        paths.insert("a.b.c", Some(1));
        paths.insert("a.b", None);
        paths.insert("", Some(2));
        let a = paths.child(ROOT, b"a").unwrap();
        let b = paths.child(a, b"b").unwrap();
        let c = paths.child(b, b"c").unwrap();
        assert_eq!([a, b, c].map(|node| paths.column(node)), [Some(0), None, Some(1)]);
        assert_eq!(paths.within(a), [1]);
        assert_eq!(paths.within(b), [1]);
        assert!(paths.within(c).is_empty() && paths.within(ROOT).is_empty());
        let whole = paths.child(ROOT, b"a.b.c").unwrap();
        assert_eq!(paths.column(whole), Some(1));
        assert_eq!(paths.column(paths.child(ROOT, b"a.b").unwrap()), None);
        assert_eq!(paths.column(paths.child(ROOT, b"").unwrap()), Some(2));
        assert_eq!(paths.child(ROOT, b"b"), None);
    }
}
