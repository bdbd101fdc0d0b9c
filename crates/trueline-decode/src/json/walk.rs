//! Reads one record the slow, simple way: from its tokens to the values of the columns. This defines the results of all faster
//! paths.
//!
//! Keys are compared after unescaping, so `"\u0069d"` is `id`. An object with duplicate keys, anywhere in the record, and a
//! record with two values for one column (under its name and an alias, or under a path and the whole name) are treated
//! alike: the record is broken, or the first or the last value counts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use trueline_schema::DuplicateKeys;
use trueline_tokenizer::json::{Fault, FaultKind, Token, TokenKind, Tokens, unescape};

use super::path::{Node, Paths, ROOT, hash_key};
use super::slot::{Kind, Slot};

/// The maximum number of characters of a key that are shown.
const MAX_SHOWN: usize = 64;
/// Up to this many keys of an object are compared one by one.
const MAX_LINEAR: usize = 16;

/// Why a record becomes no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) code: &'static str,
    /// Counted from the start of the record.
    pub(crate) range: Range<usize>,
    pub(crate) found: String,
}

/// Finds the values of columns in single records, token by token.
#[derive(Clone, Debug)]
pub(crate) struct Walker {
    pub(crate) paths: Paths,
    pub(crate) duplicates: DuplicateKeys,
    pub(crate) max_depth: usize,
    /// The values of the columns in the last record; offsets count from its start.
    pub(crate) row: Vec<Slot>,
    /// The offsets of keys in the last record that are ignored because they occur again.
    ignored_keys: Vec<usize>,
}

/// An open array or object.
struct Frame<'a> {
    /// The target of its value.
    target: Target,
    start: usize,
    kind: Kind,
    /// The keys of an object so far.
    keys: Keys<'a>,
}

/// A key and its range.
struct Entry<'a> {
    key: Cow<'a, [u8]>,
    range: Range<usize>,
}

/// The keys of an object.
#[derive(Default)]
struct Keys<'a> {
    entries: Vec<Entry<'a>>,
    /// The entry of each key, if there are many.
    index: HashMap<Cow<'a, [u8]>, usize>,
}

impl<'a> Keys<'a> {
    /// The entry of a key.
    fn find(&self, key: &[u8]) -> Option<usize> {
        if self.entries.len() <= MAX_LINEAR {
            return self.entries.iter().position(|entry| *entry.key == *key);
        }
        self.index.get(key).copied()
    }

    fn push(&mut self, key: Cow<'a, [u8]>, range: Range<usize>) {
        let number = self.entries.len();
        if number == MAX_LINEAR {
            self.index = self.entries.iter().map(|entry| entry.key.clone()).zip(0..).collect();
        }
        if number >= MAX_LINEAR {
            self.index.insert(key.clone(), number);
        }
        self.entries.push(Entry { key, range });
    }
}

/// The target of the next value: the node of its key.
#[derive(Clone, Default)]
struct Target {
    node: Option<Node>,
    /// The key before it.
    key: Range<usize>,
}

impl Walker {
    /// Creates a walker for `columns` columns.
    pub(crate) fn new(paths: Paths, columns: usize, duplicates: DuplicateKeys, max_depth: usize) -> Self {
        Self { paths, duplicates, max_depth, row: vec![Slot::default(); columns], ignored_keys: Vec::new() }
    }

    /// Finds the values of the columns in one record and stores them in `row`. Returns the first key at
    /// the top level that is not declared.
    ///
    /// **Errors**: why the record becomes no row. The first fault of the text takes precedence over rules about keys.
    pub(crate) fn walk(&mut self, text: &[u8]) -> Result<Option<Range<usize>>, Broken> {
        self.ignored_keys.clear();
        let walked = self.walk_once(text);
        if self.ignored_keys.is_empty() {
            return walked;
        }
        // Values before the last occurrence of a key must be ignored.
        self.ignored_keys.sort_unstable();
        self.walk_once(text)
    }

    fn walk_once(&mut self, text: &[u8]) -> Result<Option<Range<usize>>, Broken> {
        self.row.fill(Slot::default());
        let mut tokens = Tokens::new(text, self.max_depth);
        let fault = |fault: Fault| broken(&fault, text.len());
        let first = tokens.next().map_err(fault)?;
        let Some(Token { kind: TokenKind::BeginObject, range, .. }) = first else {
            while tokens.next().map_err(fault)?.is_some() {}
            let found = first.map_or("nothing", |token| kind_of(&token).name());
            let found = format!("{found} where an object is expected");
            return Err(Broken { code: "structure.json", range: 0..text.len(), found });
        };
        let root = Target { node: Some(ROOT), key: 0..0 };
        let mut stack =
            vec![Frame { target: root, start: range.start, kind: Kind::Object, keys: Keys::default() }];
        let mut target = Target::default();
        let mut extra = None;
        // Faults of keys are only reported if the text is JSON.
        let mut repeated: Option<Range<usize>> = None;
        while let Some(token) = tokens.next().map_err(fault)? {
            let Some(top) = stack.last_mut() else { continue };
            match token.kind {
                TokenKind::Key => {
                    let is_extra = self.key(text, &token, top, &mut target, &mut repeated);
                    if is_extra && stack.len() == 1 && extra.is_none() {
                        extra = Some(token.range);
                    }
                }
                TokenKind::BeginObject | TokenKind::BeginArray => {
                    let (start, kind) = (token.range.start, kind_of(&token));
                    let target = std::mem::take(&mut target);
                    stack.push(Frame { target, start, kind, keys: Keys::default() });
                }
                TokenKind::EndObject | TokenKind::EndArray => {
                    let Some(Frame { target, start, kind, .. }) = stack.pop() else { continue };
                    let slot = Slot::new(start..token.range.end, kind);
                    if !stack.is_empty() {
                        self.value(slot, target, &mut repeated);
                    }
                }
                _ => {
                    let slot = Slot::new(token.range.clone(), kind_of(&token));
                    self.value(slot, std::mem::take(&mut target), &mut repeated);
                }
            }
        }
        match repeated {
            Some(range) => {
                let found = format!("the key {} a second time", truncate_key(&text[range.clone()]));
                Err(Broken { code: "structure.duplicate_key", range, found })
            }
            None => Ok(extra),
        }
    }

    /// Handles a key: sets the target of its value. Returns whether the key is not declared.
    fn key<'a>(
        &mut self,
        text: &'a [u8],
        token: &Token,
        object: &mut Frame<'a>,
        target: &mut Target,
        repeated: &mut Option<Range<usize>>,
    ) -> bool {
        let content = &text[token.range.start + 1..token.range.end - 1];
        let key = if token.has_escapes { unescape(content) } else { Cow::Borrowed(content) };
        let node = object.target.node.and_then(|node| self.paths.child(node, &key, hash_key(&key)));
        let is_extra = node.is_none();
        if !self.ignored_keys.is_empty() && self.ignored_keys.binary_search(&token.range.start).is_ok() {
            *target = Target::default();
            return false;
        }
        *target = Target { node, key: token.range.clone() };
        let Some(earlier) = object.keys.find(&key) else {
            object.keys.push(key, token.range.clone());
            return is_extra;
        };
        match self.duplicates {
            DuplicateKeys::Error => {
                repeated.get_or_insert(token.range.clone());
                *target = Target::default();
            }
            DuplicateKeys::First => *target = Target::default(),
            DuplicateKeys::Last => {
                let entry = &mut object.keys.entries[earlier];
                self.ignored_keys.push(std::mem::replace(&mut entry.range, token.range.clone()).start);
            }
        }
        is_extra
    }

    /// Handles a value that has been read completely.
    fn value(&mut self, slot: Slot, target: Target, repeated: &mut Option<Range<usize>>) {
        let Some(node) = target.node else { return };
        if !matches!(slot.kind, Kind::Object | Kind::Null) {
            for column in self.paths.within(node) {
                let within = &mut self.row[*column as usize];
                if within.kind == Kind::Absent {
                    *within = Slot { kind: Kind::NotObject, ..slot };
                }
            }
        }
        let Some(column) = self.paths.column(node) else { return };
        let old = &mut self.row[column as usize];
        let is_set = !matches!(old.kind, Kind::Absent | Kind::NotObject);
        // Values are handled when they end, so one that began earlier may come later.
        let is_first = slot.start < old.start;
        match self.duplicates {
            DuplicateKeys::Error if is_set => drop(repeated.get_or_insert(target.key)),
            DuplicateKeys::First if is_set && !is_first => {}
            DuplicateKeys::Last if is_set && is_first => {}
            _ => *old = slot,
        }
    }
}

pub(crate) fn kind_of(token: &Token) -> Kind {
    match token.kind {
        TokenKind::Null => Kind::Null,
        TokenKind::True => Kind::True,
        TokenKind::False => Kind::False,
        TokenKind::Number => Kind::Number,
        TokenKind::BeginArray | TokenKind::EndArray => Kind::Array,
        TokenKind::BeginObject | TokenKind::EndObject => Kind::Object,
        TokenKind::String | TokenKind::Key if token.has_escapes => Kind::Escaped,
        TokenKind::String | TokenKind::Key => Kind::String,
    }
}

/// Describes a record that is not JSON: from the first bad byte on, or all of it if it only ends too early.
pub(crate) fn broken(fault: &Fault, length: usize) -> Broken {
    let (code, found) = match fault.kind {
        FaultKind::InvalidUtf8 => ("structure.utf8", "bytes that are not UTF-8".to_owned()),
        kind => ("structure.json", kind.to_string()),
    };
    let start = if fault.offset < length { fault.offset } else { 0 };
    Broken { code, range: start..length, found }
}

/// Formats a raw key for people.
fn truncate_key(key: &[u8]) -> String {
    let key = String::from_utf8_lossy(key);
    match key.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &key[..end]),
        None => key.into_owned(),
    }
}

/// Returns the kind of a scalar, given its first byte.
pub(crate) fn kind_of_scalar(first: u8) -> Kind {
    match first {
        b'n' => Kind::Null,
        b't' => Kind::True,
        b'f' => Kind::False,
        _ => Kind::Number,
    }
}
