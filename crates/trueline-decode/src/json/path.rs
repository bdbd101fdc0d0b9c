//! Maps the keys of a record to columns.
//!
//! A column is found under its whole name, or under the path that its name describes: dots descend into objects. Aliases
//! work the same way. So the names of a schema are a tree, and a record is read along it.

/// A node of the tree: an object, or a value, or both.
pub(crate) type Node = u32;

/// The object that is the record.
pub(crate) const ROOT: Node = 0;

/// The tree of all names.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    nodes: Vec<NodeEntry>,
}

#[derive(Clone, Debug, Default)]
struct NodeEntry {
    /// Ordered by the hashes of the keys.
    children: Vec<Child>,
    /// The column of the value at this node.
    column: Option<u32>,
    /// The columns of values somewhere inside the value at this node.
    within: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Child {
    hash: u64,
    key: Box<[u8]>,
    node: Node,
}

/// Hashes a key: both ends of the key and its length.
#[inline]
pub(crate) fn hash_key(key: &[u8]) -> u64 {
    let ends = match (key.first_chunk::<8>(), key.last_chunk::<8>()) {
        (Some(first), Some(last)) => u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29),
        _ => key.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    (ends ^ key.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Paths {
    /// A tree without names.
    pub(crate) fn new() -> Self {
        Self { nodes: vec![NodeEntry::default()] }
    }

    /// Adds a name; `column` is `None` for a name that is declared but not read.
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
        let hash = hash_key(key);
        if let Some(child) = self.child(node, key, hash) {
            return child;
        }
        let child = Node::try_from(self.nodes.len()).expect("a schema has less than 2^32 names");
        self.nodes.push(NodeEntry::default());
        let children = &mut self.nodes[node as usize].children;
        let place = children.partition_point(|child| child.hash < hash);
        children.insert(place, Child { hash, key: key.into(), node: child });
        child
    }

    fn set(&mut self, node: Node, column: Option<u32>) {
        let entry = &mut self.nodes[node as usize];
        entry.column = entry.column.or(column);
    }

    /// Returns the node of a key, given its hash.
    #[inline]
    pub(crate) fn child(&self, node: Node, key: &[u8], hash: u64) -> Option<Node> {
        let children = &self.nodes[node as usize].children;
        let place = children.partition_point(|child| child.hash < hash);
        let same = children[place..].iter().take_while(|child| child.hash == hash);
        same.into_iter().find(|child| *child.key == *key).map(|child| child.node)
    }

    /// Returns the column of the value at a node.
    #[inline]
    pub(crate) fn column(&self, node: Node) -> Option<u32> {
        self.nodes[node as usize].column
    }

    /// Returns the columns of values inside the value at a node.
    #[inline]
    pub(crate) fn within(&self, node: Node) -> &[u32] {
        &self.nodes[node as usize].within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(paths: &Paths, node: Node, key: &[u8]) -> Option<Node> {
        paths.child(node, key, hash_key(key))
    }

    #[test]
    fn names_are_keys_and_paths() {
        let mut paths = Paths::new();
        paths.insert("a", Some(0));
        paths.insert("a.b.c", Some(1));
        paths.insert("a.b", None);
        paths.insert("", Some(2));
        let a = child(&paths, ROOT, b"a").unwrap();
        let b = child(&paths, a, b"b").unwrap();
        let c = child(&paths, b, b"c").unwrap();
        assert_eq!([a, b, c].map(|node| paths.column(node)), [Some(0), None, Some(1)]);
        assert_eq!(paths.within(a), [1]);
        assert_eq!(paths.within(b), [1]);
        assert!(paths.within(c).is_empty() && paths.within(ROOT).is_empty());
        let whole = child(&paths, ROOT, b"a.b.c").unwrap();
        assert_eq!(paths.column(whole), Some(1));
        assert_eq!(paths.column(child(&paths, ROOT, b"a.b").unwrap()), None);
        assert_eq!(paths.column(child(&paths, ROOT, b"").unwrap()), Some(2));
        assert_eq!(child(&paths, ROOT, b"b"), None);
    }

    #[test]
    fn keys_of_one_print_are_told_apart() {
        // Equal ends and lengths.
        let keys = ["abcdefghXijklmnop", "abcdefghYijklmnop"];
        assert_eq!(hash_key(keys[0].as_bytes()), hash_key(keys[1].as_bytes()));
        let mut paths = Paths::new();
        paths.insert(keys[0], Some(0));
        assert_eq!(child(&paths, ROOT, keys[1].as_bytes()), None);
        paths.insert(keys[1], Some(1));
        for (key, column) in keys.into_iter().zip(0..) {
            let node = child(&paths, ROOT, key.as_bytes()).unwrap();
            assert_eq!(paths.column(node), Some(column));
        }
    }
}
