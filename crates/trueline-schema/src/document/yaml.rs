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
    let mut reader = Reader {
        text,
        parser: Parser::new_from_str(body),
        offsets: Offsets::new(text, body),
        budget: Budget::default(),
        anchors: HashMap::new(),
    };
    reader.document()
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

/// The offsets of characters: the parser counts characters, spans count bytes.
struct Offsets {
    /// The byte of every character and the end; `None` when all of them are ASCII.
    bytes: Option<Vec<u32>>,
    /// The bytes before the text that was given to the parser.
    lead: usize,
    length: usize,
}

impl Offsets {
    fn new(text: &str, body: &str) -> Self {
        let positions =
            || body.char_indices().map(|(offset, _)| u32::try_from(offset).unwrap_or(u32::MAX)).collect();
        let bytes = (!body.is_ascii()).then(positions);
        Self { bytes, lead: text.len() - body.len(), length: body.len() }
    }

    fn byte(&self, character: usize) -> usize {
        let offset = match &self.bytes {
            Some(bytes) => bytes.get(character).map_or(self.length, |offset| *offset as usize),
            None => character.min(self.length),
        };
        self.lead + offset
    }

    fn span(&self, span: YamlSpan) -> Span {
        Span::new(self.byte(span.start.index()), self.byte(span.end.index()))
    }
}

/// An anchored value with what its repetition costs.
struct Anchor {
    node: Node,
    nodes: usize,
    height: usize,
}

struct Reader<'a> {
    text: &'a str,
    parser: Parser<'a, StrInput<'a>>,
    offsets: Offsets,
    budget: Budget,
    anchors: HashMap<usize, Anchor>,
}

impl<'a> Reader<'a> {
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
                // The parser's own limit on brackets lies above ours and is met first, as it reads ahead.
                if message == "recursion limit exceeded" {
                    return Err(exceeded("levels of nesting", DEPTH, Span::new(start, start)));
                }
                if let Some(tab) = tab_near(self.text, start).filter(|_| speaks_of_tabs(&message)) {
                    return Err(syntax("a tab; YAML is indented with spaces", Span::new(tab, tab + 1)));
                }
                Err(syntax(&message, Span::new(start, start)))
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    /// Builds the value that begins with `event`. Recurses at most as deep as the limit on nesting.
    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Fatal> {
        self.budget.take(depth, span)?;
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
        self.budget.take(1, span)?;
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
        self.budget.take_aliased(anchor.nodes, span)?;
        if depth + anchor.height > DEPTH + 1 {
            return Err(exceeded("levels of nesting", DEPTH, span));
        }
        Ok(anchor.node.clone())
    }

    /// Keeps a copy of an anchored value. Copies count like aliases, because anchors may be nested.
    fn anchored(&mut self, anchor: usize, node: Node) -> Result<Node, Fatal> {
        if anchor != 0 {
            let (nodes, height) = measure(&node);
            self.budget.take_aliased(nodes, node.span)?;
            self.anchors.insert(anchor, Anchor { node: node.clone(), nodes, height });
        }
        Ok(node)
    }
}

/// How many values a tree has and how many levels.
fn measure(node: &Node) -> (usize, usize) {
    let children: Vec<(usize, usize)> = match &node.value {
        Value::Sequence(items) => items.iter().map(measure).collect(),
        Value::Mapping(entries) => entries.iter().map(|entry| measure(&entry.value)).collect(),
        _ => Vec::new(),
    };
    children.iter().fold((1, 1), |(nodes, height), (more, below)| (nodes + more, height.max(below + 1)))
}

/// What a scalar is: by its tag, by its quotes, else by the core schema.
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
    let is_right = match (tag.suffix.as_str(), &value) {
        ("null", Value::Null) | ("bool", Value::Boolean(_)) | ("float", Value::Number(_)) => true,
        ("int", Value::Number(text)) => crate::grammar::is_integer(text),
        _ => false,
    };
    if is_right { Ok(value) } else { Err(refused("a tag that its value does not have", span)) }
}

fn check_tag(tag: Option<&Tag>, suffix: &str, span: Span) -> Result<(), Fatal> {
    match tag {
        Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == suffix) => {
            Err(refused("a tag beyond those of the core schema", span))
        }
        _ => Ok(()),
    }
}

fn speaks_of_tabs(message: &str) -> bool {
    message.split(' ').any(|word| matches!(word, "tab" | "tabs"))
}

/// The tab that an error about tabs refers to: the parser gives the place after it, or the beginning of what contains it.
fn tab_near(text: &str, place: usize) -> Option<usize> {
    let start = text[..place].trim_end_matches([' ', '\t']).len();
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
