//! Reads the types of fields from text.
//!
//! A nested type is parsed recursively. Inner types are ranges of the whole text, so an error in one of them is reported at its
//! location.

use std::collections::HashSet;
use std::ops::Range;

use super::Reader;
use super::mapping::NodeRef;
use super::suggest;
use crate::data_type::{DataType, TimeUnit, is_plain_name};
use crate::error::{ErrorKind, Noun, backticked};
use crate::grammar::is_zone;
use crate::rule::{self, invalid_type as invalid};

/// Other names of types.
pub(crate) const ALIASES: [(&str, DataType); 2] =
    [("integer", DataType::Int64), ("number", DataType::Float64)];

/// An error, and the byte offset in the text at which it starts.
struct TypeError {
    kind: ErrorKind,
    offset: usize,
}

impl<'d> Reader<'d> {
    pub(super) fn data_type(&mut self, node: &NodeRef<'d>) -> Option<DataType> {
        let text = self.text_at(node)?;
        match parse(&text) {
            Ok(data_type) => Some(data_type),
            Err(TypeError { kind, offset }) => {
                let offset = (offset > 0).then_some(offset);
                let span = self.span_within(node.span(), &text, offset);
                self.record_error(span, &node.path, kind);
                None
            }
        }
    }
}

fn parse(text: &str) -> Result<DataType, TypeError> {
    parse_range(text, 0..text.len(), 0)
}

/// Parses the type in a range of a text.
fn parse_range(text: &str, range: Range<usize>, depth: usize) -> Result<DataType, TypeError> {
    let error = |kind| TypeError { kind, offset: range.start };
    let own = &text[range.clone()];
    let Some(open) = own.find('<').filter(|open| !own[..*open].contains('(')) else {
        return flat(own).map_err(error);
    };
    let name = own[..open].trim_end();
    if !matches!(name, "list" | "struct") {
        return Err(error(match flat(name) {
            Ok(_) => invalid(&format!("{name} takes no types within angle brackets")),
            Err(kind) => kind,
        }));
    }
    if !own.ends_with('>') {
        return Err(error(invalid(&format!("{name}<…> has no closing angle bracket at its end"))));
    }
    if depth == rule::MAX_TYPE_DEPTH {
        return Err(error(rule::too_deep()));
    }
    let inner = trimmed(text, range.start + open + 1..range.end - 1);
    match (name, inner.is_empty()) {
        ("list", true) => Err(error(invalid("list needs the type of its items: list<int64>"))),
        ("list", false) => Ok(DataType::List(Box::new(parse_range(text, inner, depth + 1)?))),
        (_, true) => Err(error(rule::no_members())),
        (_, false) => members(text, inner, depth).map(DataType::Struct),
    }
}

/// Parses the members of a struct in a range of a text.
fn members(text: &str, range: Range<usize>, depth: usize) -> Result<Vec<(String, DataType)>, TypeError> {
    let mut members: Vec<(String, DataType)> = Vec::new();
    let mut names = HashSet::new();
    let mut start = range.start;
    loop {
        let end = start + end_of_member(&text[start..range.end]);
        let member = trimmed(text, start..end);
        let error = |kind| TypeError { kind, offset: member.start };
        let own = &text[member.clone()];
        let colon = end_of_name(own);
        let Some(colon) = colon.filter(|colon| own[*colon..].starts_with(':')) else {
            return Err(error(invalid("struct takes members as name: type, separated by commas")));
        };
        let written = own[..colon].trim_end();
        let name = if written.starts_with('"') {
            serde_json::from_str(written).map_err(|_| error(invalid("has a name that is no JSON string")))?
        } else {
            written.to_owned()
        };
        if name.is_empty() || (!written.starts_with('"') && !is_plain_name(&name)) {
            let reason = "has a member whose name must be written in double quotes, as a JSON string";
            return Err(error(invalid(reason)));
        }
        if !names.insert(name.clone()) {
            return Err(error(rule::two_members(&name)));
        }
        let of_member = trimmed(text, member.start + colon + 1..member.end);
        if of_member.is_empty() {
            return Err(error(invalid(&format!("has no type for the member {}", backticked(&name)))));
        }
        members.push((name, parse_range(text, of_member, depth + 1)?));
        if end == range.end {
            return Ok(members);
        }
        start = end + 1;
    }
}

/// The end of the first member: a comma outside brackets and quotes, or the end of the text.
fn end_of_member(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b',' if depth == 0 => return at,
            b'<' | b'(' => depth += 1,
            b'>' | b')' => depth = depth.saturating_sub(1),
            b'"' => at += end_of_quoted(&text[at..]) - 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// The end of a member's name: after its closing quote and white space, or at the first colon.
fn end_of_name(text: &str) -> Option<usize> {
    if text.starts_with('"') {
        let end = end_of_quoted(text);
        return Some(text.len() - text[end..].trim_start().len());
    }
    text.find(':')
}

/// The length in bytes of the string at the start of a text, including quotes; everything if it is not closed.
fn end_of_quoted(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The range without the white space at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let own = &text[range.clone()];
    let start = range.start + own.len() - own.trim_start().len();
    start..start + own.trim().len()
}

/// Parses a type that is not nested.
fn flat(text: &str) -> Result<DataType, ErrorKind> {
    let Some((name, rest)) = text.split_once('(') else {
        return plain(text);
    };
    let Some(parameters) = rest.strip_suffix(')') else {
        let reason = "has no closing parenthesis; a type with a comma must be quoted within braces";
        return Err(invalid(reason));
    };
    let parameters: Vec<&str> = parameters.split(',').map(str::trim).collect();
    match name.trim_end() {
        "decimal" => decimal(&parameters),
        "timestamp" => timestamp(&parameters),
        other => match plain(other) {
            Ok(_) => Err(invalid(&format!("{other} takes no parameters"))),
            Err(kind) => Err(kind),
        },
    }
}

/// Parses a type without parameters.
fn plain(text: &str) -> Result<DataType, ErrorKind> {
    let alias = ALIASES.into_iter().find(|(name, _)| *name == text).map(|(_, data_type)| data_type);
    if let Some(found) = alias.or_else(|| DataType::PLAIN.into_iter().find(|plain| plain.name() == text)) {
        return Ok(found);
    }
    if text == "decimal" {
        return Err(invalid(
            "decimal needs its digits and how many of them stand after the point: decimal(10,2)",
        ));
    }
    match text {
        "list" => return Err(invalid("list needs the type of its items: list<int64>")),
        "struct" => return Err(rule::no_members()),
        _ => {}
    }
    let names = DataType::PLAIN.iter().map(DataType::name).chain(ALIASES.iter().map(|(name, _)| *name));
    let nearest = suggest(text, names.chain(["decimal", "list", "struct"]));
    Err(ErrorKind::UnknownName { noun: Noun::Type, name: text.to_owned(), nearest })
}

fn decimal(parameters: &[&str]) -> Result<DataType, ErrorKind> {
    let parse_u8 = |text: &str| if text.starts_with('+') { None } else { text.parse::<u8>().ok() };
    let [precision, scale] = parameters else {
        return Err(invalid("decimal takes two parameters: decimal(10,2)"));
    };
    match (parse_u8(precision), parse_u8(scale)) {
        (Some(precision), Some(scale)) => {
            rule::decimal(precision, scale).map_or(Ok(DataType::Decimal { precision, scale }), Err)
        }
        _ => Err(rule::decimal_digits()),
    }
}

fn timestamp(parameters: &[&str]) -> Result<DataType, ErrorKind> {
    let ([unit] | [unit, _]) = parameters else {
        return Err(invalid("timestamp takes a unit and a zone at most: timestamp(us,UTC)"));
    };
    let Some(unit) = TimeUnit::from_name(unit) else {
        return Err(invalid("has an unknown unit; known are s, ms, us and ns"));
    };
    let zone = match parameters.get(1) {
        Some(zone) if is_zone(zone) => Some(if *zone == "Z" { "UTC" } else { *zone }.to_owned()),
        Some(_) => return Err(rule::no_zone()),
        None => None,
    };
    Ok(DataType::Timestamp { unit: Some(unit), zone })
}
