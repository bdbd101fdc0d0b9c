//! The fast path through one record that is known to be JSON: along its tokens.
//!
//! It only handles usual records. Anything unusual (a key with an escape, a possibly duplicate key, two values for one
//! column, a value in place of an object with columns) is left to `walk`, which is the definition.

use std::ops::Range;

use trueline_tokenizer::json::{END, Positions, SCALAR, STRING};

use super::path::{Node, Paths, ROOT, hash_key};

/// The maximum number of keys of an object that are compared with each other.
const MAX_KEYS: usize = 64;

/// The result of scanning a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScanResult {
    /// A row, and the token of its first key at the top level that is not declared.
    Row(Option<u32>),
    /// The record is unusual and left to the exact path (`walk`).
    Unusual,
}

/// Scans records along their tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scanner {
    /// For each column, the token of its value in the last record, 0 if there is none.
    pub(crate) row: Vec<u32>,
    /// The tokens of nulls in the last record in place of objects with columns: any other value there would be unusual.
    pub(crate) nulls: Vec<u32>,
    stack: Vec<Frame>,
    /// The hashes of the keys of all open objects.
    hashes: Vec<u64>,
}

/// An open array or object.
#[derive(Clone, Copy, Debug)]
struct Frame {
    /// Its node in the tree of names, if any.
    node: Option<Node>,
    /// The index of the first hash of its keys.
    from: usize,
}

/// The bytes of a block with its tokens.
#[derive(Clone, Copy)]
pub(crate) struct BlockTokens<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) offsets: &'a [u32],
    pub(crate) kinds: &'a [u8],
}

impl<'a> BlockTokens<'a> {
    /// Returns the tokens of a block.
    pub(crate) fn of(bytes: &'a [u8], positions: &'a Positions) -> Self {
        Self { bytes, offsets: positions.offsets(), kinds: positions.kinds() }
    }

    /// Returns the raw bytes of a string or scalar, without the white space after it.
    pub(crate) fn range(&self, token: usize) -> Range<usize> {
        let start = self.offsets[token] as usize;
        let mut end = self.offsets[token + 1] as usize;
        while end > start && matches!(self.bytes[end - 1], b' ' | b'\t' | b'\r') {
            end -= 1;
        }
        start..end
    }

    /// Returns the content of a string.
    pub(crate) fn content(&self, token: usize) -> &'a [u8] {
        let Range { start, end } = self.range(token);
        self.bytes.get(start + 1..end.saturating_sub(1)).unwrap_or_default()
    }
}

impl Scanner {
    /// Creates a scanner for `columns` columns.
    pub(crate) fn new(columns: usize) -> Self {
        Self { row: vec![0; columns], ..Self::default() }
    }

    /// Finds the values of the columns in a record, given its tokens and whether its keys may have escapes; stores them in
    /// `row`.
    pub(crate) fn scan(
        &mut self,
        paths: &Paths,
        block: &BlockTokens<'_>,
        tokens: Range<usize>,
        has_backslash: bool,
    ) -> ScanResult {
        let Self { row, nulls, stack, hashes } = self;
        row.fill(0);
        nulls.clear();
        stack.clear();
        hashes.clear();
        if block.kinds[tokens.start] != b'{' {
            return ScanResult::Unusual;
        }
        stack.push(Frame { node: Some(ROOT), from: 0 });
        let mut target: Option<Node> = None;
        let mut extra = None;
        let mut token = tokens.start + 1;
        while token < tokens.end {
            let kind = block.kinds[token];
            match kind {
                STRING if block.kinds[token + 1] == b':' => {
                    let key = block.content(token);
                    let Some(Frame { node, from }) = stack.last().copied() else {
                        return ScanResult::Unusual;
                    };
                    let hash = hash_key(key);
                    let seen = &hashes[from..];
                    if seen.len() >= MAX_KEYS
                        || seen.contains(&hash)
                        || (has_backslash && key.contains(&b'\\'))
                    {
                        return ScanResult::Unusual;
                    }
                    hashes.push(hash);
                    target = node.and_then(|node| paths.child(node, key, hash));
                    if target.is_none() && stack.len() == 1 && extra.is_none() {
                        extra = Some(narrow(token));
                    }
                    // The colon adds no information.
                    token += 1;
                }
                STRING | SCALAR | b'{' | b'[' => {
                    let node = target.take();
                    if let Some(node) = node {
                        if kind != b'{' && !paths.within(node).is_empty() {
                            if kind != SCALAR || block.bytes[block.offsets[token] as usize] != b'n' {
                                return ScanResult::Unusual;
                            }
                            nulls.push(narrow(token));
                        }
                        if let Some(column) = paths.column(node) {
                            let slot = &mut row[column as usize];
                            if *slot != 0 {
                                return ScanResult::Unusual;
                            }
                            *slot = narrow(token);
                        }
                    }
                    if matches!(kind, b'{' | b'[') {
                        stack.push(Frame { node: node.filter(|_| kind == b'{'), from: hashes.len() });
                    }
                }
                b'}' | b']' => {
                    let Some(frame) = stack.pop() else { return ScanResult::Unusual };
                    hashes.truncate(frame.from);
                }
                END => break,
                _ => {}
            }
            token += 1;
        }
        ScanResult::Row(extra)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "there are fewer tokens than bytes in a block")]
fn narrow(token: usize) -> u32 {
    token as u32
}
