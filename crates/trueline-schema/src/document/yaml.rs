//! Parses YAML 1.2 to a tree, using the events of `saphyr-parser`.
//!
//! Plain scalars are resolved by the core schema: `NO` and `2020-01-31` are text, numbers keep their text. Anchors and aliases
//! are supported within a limit. Merge keys, tags outside the core schema, non-scalar keys and further documents are errors.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as YamlSpan, StrInput, Tag};

use super::limit::{Budget, DEPTH, exceeded};
use super::{Entry, Fatal, Node, Span, Value};
use crate::error::ErrorKind;
use crate::schema::Language;

pub(crate) fn parse(text: &str) -> Result<Node, Fatal> {
    check_printable(text)?;
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut builder = TreeBuilder {
        text,
        parser: Parser::new_from_str(body),
        offsets: ByteOffsets::new(text, body),
        budget: Budget::default(),
        anchors: HashMap::new(),
    };
    builder.document()
}

/// Rejects characters that YAML does not allow unescaped (section 5.1). The parser would read NUL as the end of the text.
fn check_printable(text: &str) -> Result<(), Fatal> {
    let is_bad = |character: char| {
        let is_control = character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{85}');
        is_control || matches!(character, '\u{FFFE}' | '\u{FFFF}')
    };
    let Some((offset, character)) = text.char_indices().find(|(_, character)| is_bad(*character)) else {
        return Ok(());
    };
    let message = format!("the character U+{:04X} must be escaped", u32::from(character));
    Err(syntax(&message, Span::new(offset, offset + character.len_utf8())))
}

/// Converts character indices of the parser to byte offsets of spans.
struct ByteOffsets {
    /// The byte offset of every character; `None` if all of them are ASCII.
    bytes: Option<Vec<u32>>,
    /// The length of the byte order mark, which the parser does not get.
    bom_length: usize,
    length: usize,
}

impl ByteOffsets {
    fn new(text: &str, body: &str) -> Self {
        let positions =
            || body.char_indices().map(|(offset, _)| u32::try_from(offset).unwrap_or(u32::MAX)).collect();
        let bytes = (!body.is_ascii()).then(positions);
        Self { bytes, bom_length: text.len() - body.len(), length: body.len() }
    }

    fn byte(&self, character: usize) -> usize {
        let offset = match &self.bytes {
            Some(bytes) => bytes.get(character).map_or(self.length, |offset| *offset as usize),
            None => character.min(self.length),
        };
        self.bom_length + offset
    }

    fn span(&self, span: YamlSpan) -> Span {
        Span::new(self.byte(span.start.index()), self.byte(span.end.index()))
    }
}

/// An anchored value, and its size for the limits on aliases.
struct Anchor {
    node: Node,
    /// The number of values.
    nodes: usize,
    /// The number of levels.
    depth: usize,
}

/// Builds a tree of the events of the parser.
struct TreeBuilder<'a> {
    text: &'a str,
    parser: Parser<'a, StrInput<'a>>,
    offsets: ByteOffsets,
    budget: Budget,
    anchors: HashMap<usize, Anchor>,
}

impl<'a> TreeBuilder<'a> {
    fn document(&mut self) -> Result<Node, Fatal> {
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) if root.is_some() => return Err(refused("a second document", span)),
                Event::DocumentStart(_) => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, span, 1)?);
                }
                _ => {}
            }
        }
        match root {
            Some(Node { value: Value::Null, span }) => Err(Fatal::new(ErrorKind::Empty, span)),
            Some(root) => Ok(root),
            None => Err(Fatal::new(ErrorKind::Empty, Span::default())),
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Fatal> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.offsets.span(span))),
            Some(Err(error)) => {
                let start = self.offsets.byte(error.marker().index());
                let message = error.info().to_owned();
                // The parser has its own limit on brackets, which is higher than ours. It may be exceeded first, because the
                // parser reads ahead.
                if message == "recursion limit exceeded" {
                    return Err(exceeded("levels of nesting", DEPTH, Span::new(start, start)));
                }
                if let Some(tab) = tab_near(self.text, start).filter(|_| mentions_tabs(&message)) {
                    return Err(syntax("a tab; YAML is indented with spaces", Span::new(tab, tab + 1)));
                }
                Err(syntax(&message, Span::new(start, start)))
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// Builds the value that starts with `event`. The limit on nesting bounds the recursion.
    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Fatal> {
        self.budget.count(depth, span)?;
        match event {
            Event::Alias(id) => self.alias(id, span, depth),
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(text, style, tag.as_deref(), span)?;
                self.anchored(anchor, Node { span, value })
            }
            Event::SequenceStart(anchor, tag) => {
                check_tag(tag.as_deref(), "seq", span)?;
                let mut items = Vec::new();
                let end = loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::SequenceEnd) {
                        break span.end;
                    }
                    items.push(self.node(event, span, depth + 1)?);
                };
                let span = Span::new(span.start, end.max(span.end));
                self.anchored(anchor, Node { span, value: Value::Sequence(items) })
            }
            Event::MappingStart(anchor, tag) => {
                check_tag(tag.as_deref(), "map", span)?;
                let mut entries = Vec::new();
                let end = loop {
                    let (event, span) = self.next()?;
                    if matches!(event, Event::MappingEnd) {
                        break span.end;
                    }
                    let (key, key_span) = self.key(event, span)?;
                    let (event, span) = self.next()?;
                    entries.push(Entry { key, key_span, value: self.node(event, span, depth + 1)? });
                };
                let span = Span::new(span.start, end.max(span.end));
                self.anchored(anchor, Node { span, value: Value::Mapping(entries) })
            }
            _ => Err(syntax("a value should be here", span)),
        }
    }

    fn key(&mut self, event: Event<'a>, span: Span) -> Result<(String, Span), Fatal> {
        self.budget.count(1, span)?;
        match event {
            Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<" => {
                Err(refused("the merge key `<<`", span))
            }
            Event::Scalar(_, _, anchor, _) if anchor != 0 => Err(refused("an anchor on a key", span)),
            Event::Scalar(.., Some(_)) => Err(refused("a tag on a key", span)),
            Event::Scalar(text, ..) => Ok((text.into_owned(), span)),
            Event::Alias(_) => Err(refused("an alias as a key", span)),
            _ => Err(refused("a list or mapping as a key", span)),
        }
    }

    fn alias(&mut self, id: usize, span: Span, depth: usize) -> Result<Node, Fatal> {
        let Some(anchor) = self.anchors.get(&id) else {
            return Err(refused("an alias within the value it repeats", span));
        };
        self.budget.count_aliased(anchor.nodes, span)?;
        if depth + anchor.depth > DEPTH + 1 {
            return Err(exceeded("levels of nesting", DEPTH, span));
        }
        Ok(anchor.node.clone())
    }

    /// Stores a copy of a value if it has an anchor. The copy counts like an alias, because anchored values may be nested.
    fn anchored(&mut self, anchor: usize, node: Node) -> Result<Node, Fatal> {
        if anchor != 0 {
            let (nodes, depth) = size(&node);
            self.budget.count_aliased(nodes, node.span)?;
            self.anchors.insert(anchor, Anchor { node: node.clone(), nodes, depth });
        }
        Ok(node)
    }
}

/// The number of values of a tree, and the number of its levels.
fn size(node: &Node) -> (usize, usize) {
    let children: Vec<(usize, usize)> = match &node.value {
        Value::Sequence(items) => items.iter().map(size).collect(),
        Value::Mapping(entries) => entries.iter().map(|entry| size(&entry.value)).collect(),
        _ => Vec::new(),
    };
    children.iter().fold((1, 1), |(nodes, depth), (more, below)| (nodes + more, depth.max(below + 1)))
}

/// The value of a scalar. A tag or quotes determine its type, otherwise the core schema does.
fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Value, Fatal> {
    let Some(tag) = tag else {
        let is_plain = style == ScalarStyle::Plain;
        return Ok(if is_plain { plain(&text) } else { Value::Text(text.into_owned()) });
    };
    let value = match (tag.is_yaml_core_schema(), tag.suffix.as_str()) {
        (true, "str") => return Ok(Value::Text(text.into_owned())),
        (true, "null" | "bool" | "int" | "float") => plain(&text),
        _ => return Err(refused("a tag beyond those of the core schema", span)),
    };
    let has_tag_type = match (tag.suffix.as_str(), &value) {
        ("null", Value::Null) | ("bool", Value::Boolean(_)) | ("float", Value::Number(_)) => true,
        ("int", Value::Number(text)) => crate::grammar::is_integer(text),
        _ => false,
    };
    if has_tag_type { Ok(value) } else { Err(refused("a tag that its value does not have", span)) }
}

fn check_tag(tag: Option<&Tag>, suffix: &str, span: Span) -> Result<(), Fatal> {
    match tag {
        Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == suffix) => {
            Err(refused("a tag beyond those of the core schema", span))
        }
        _ => Ok(()),
    }
}

fn mentions_tabs(message: &str) -> bool {
    message.split(' ').any(|word| matches!(word, "tab" | "tabs"))
}

/// The offset of the tab that an error about tabs refers to. The parser reports the position after the tab, or the start of the
/// construct that contains it.
fn tab_near(text: &str, offset: usize) -> Option<usize> {
    let start = text[..offset].trim_end_matches([' ', '\t']).len();
    text[start..].find('\t').map(|tab| start + tab)
}

/// Resolves a plain scalar by the core schema of YAML 1.2 (section 10.3.2).
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Boolean(true),
        "false" | "False" | "FALSE" => return Value::Boolean(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Number(text.to_owned()),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || crate::grammar::is_number(text) {
        return Value::Number(text.to_owned());
    }
    let radix = [("0x", 16), ("0o", 8)]
        .into_iter()
        .find_map(|(prefix, radix)| Some((text.strip_prefix(prefix)?, radix)));
    match radix {
        Some((digits, radix)) if !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix)) => {
            match u128::from_str_radix(digits, radix) {
                Ok(number) => Value::Number(number.to_string()),
                Err(_) => Value::Number(text.to_owned()),
            }
        }
        _ => Value::Text(text.to_owned()),
    }
}

fn refused(what: &'static str, span: Span) -> Fatal {
    Fatal::new(ErrorKind::Refused { what }, span)
}

fn syntax(message: &str, span: Span) -> Fatal {
    Fatal::new(ErrorKind::Syntax { language: Language::Yaml, message: message.to_owned() }, span)
}
