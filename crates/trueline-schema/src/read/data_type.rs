//! Reads the types of fields from text.
//!
//! A nested type is parsed from the outside in, with the locations of one text, so that an inner error is reported at its
//! location.

use std::collections::HashSet;
use std::ops::Range;

use super::Reader;
use super::mapping::Place;
use super::meant;
use crate::data_type::{DataType, TimeUnit, is_plain_name};
use crate::error::{ErrorKind, Noun, tick};
use crate::grammar::is_zone;

/// Other names of types.
pub(crate) const ALIASES: [(&str, DataType); 2] =
    [("integer", DataType::Int64), ("number", DataType::Float64)];
/// How many types may lie within one another.
const MAX_DEPTH: usize = 32;

/// An error, and the byte offset in the text where it begins.
struct Fault {
    kind: ErrorKind,
    at: usize,
}

impl<'d> Reader<'d> {
    pub(super) fn data_type(&mut self, place: &Place<'d>) -> Option<DataType> {
        let text = self.text_at(place)?;
        match parse(&text) {
            Ok(data_type) => Some(data_type),
            Err(Fault { kind, at }) => {
                let within = (at > 0).then_some(at);
                let span = self.span_within(place.node.span, &text, within);
                self.fault(span, &place.path, kind);
                None
            }
        }
    }
}

fn parse(text: &str) -> Result<DataType, Fault> {
    nested(text, 0..text.len(), 0)
}

/// The type at a place of a text.
fn nested(text: &str, place: Range<usize>, depth: usize) -> Result<DataType, Fault> {
    let fault = |kind| Fault { kind, at: place.start };
    let own = &text[place.clone()];
    let Some(open) = own.find('<').filter(|open| !own[..*open].contains('(')) else {
        return flat(own).map_err(fault);
    };
    let name = own[..open].trim_end();
    if !matches!(name, "list" | "struct") {
        return Err(fault(match flat(name) {
            Ok(_) => invalid(&format!("{name} takes no types within angle brackets")),
            Err(kind) => kind,
        }));
    }
    if !own.ends_with('>') {
        return Err(fault(invalid(&format!("{name}<…> has no closing angle bracket at its end"))));
    }
    if depth == MAX_DEPTH {
        return Err(fault(invalid(&format!("has more than {MAX_DEPTH} types within one another"))));
    }
    let inner = trimmed(text, place.start + open + 1..place.end - 1);
    match (name, inner.is_empty()) {
        ("list", true) => Err(fault(invalid("list needs the type of its items: list<int64>"))),
        ("list", false) => Ok(DataType::List(Box::new(nested(text, inner, depth + 1)?))),
        (_, true) => Err(fault(invalid("struct needs its members: struct<a: int64, b: string>"))),
        (_, false) => members(text, inner, depth).map(DataType::Struct),
    }
}

/// The members of a struct.
fn members(text: &str, place: Range<usize>, depth: usize) -> Result<Vec<(String, DataType)>, Fault> {
    let mut members: Vec<(String, DataType)> = Vec::new();
    let mut names = HashSet::new();
    let mut start = place.start;
    loop {
        let end = start + end_of_member(&text[start..place.end]);
        let member = trimmed(text, start..end);
        let fault = |kind| Fault { kind, at: member.start };
        let own = &text[member.clone()];
        let colon = end_of_name(own);
        let Some(colon) = colon.filter(|colon| own[*colon..].starts_with(':')) else {
            return Err(fault(invalid("struct takes members as name: type, separated by commas")));
        };
        let written = own[..colon].trim_end();
        let name = if written.starts_with('"') {
            serde_json::from_str(written).map_err(|_| fault(invalid("has a name that is no JSON string")))?
        } else {
            written.to_owned()
        };
        if name.is_empty() || (!written.starts_with('"') && !is_plain_name(&name)) {
            let reason = "has a member whose name must be written in double quotes, as a JSON string";
            return Err(fault(invalid(reason)));
        }
        if !names.insert(name.clone()) {
            return Err(fault(invalid(&format!("has two members of the name {}", tick(&name)))));
        }
        let of_member = trimmed(text, member.start + colon + 1..member.end);
        if of_member.is_empty() {
            return Err(fault(invalid(&format!("has no type for the member {}", tick(&name)))));
        }
        members.push((name, nested(text, of_member, depth + 1)?));
        if end == place.end {
            return Ok(members);
        }
        start = end + 1;
    }
}

/// The end of the first of several members: a comma outside brackets and quotes, or the end.
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

/// A place without the white space around it.
fn trimmed(text: &str, place: Range<usize>) -> Range<usize> {
    let own = &text[place.clone()];
    let start = place.start + own.len() - own.trim_start().len();
    start..start + own.trim().len()
}

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
        "struct" => return Err(invalid("struct needs its members: struct<a: int64, b: string>")),
        _ => {}
    }
    let names = DataType::PLAIN.iter().map(DataType::name).chain(ALIASES.iter().map(|(name, _)| *name));
    let nearest = meant(text, names.chain(["decimal", "list", "struct"]));
    Err(ErrorKind::UnknownName { noun: Noun::Type, name: text.to_owned(), nearest })
}

fn decimal(parameters: &[&str]) -> Result<DataType, ErrorKind> {
    let small = |text: &str| if text.starts_with('+') { None } else { text.parse::<u8>().ok() };
    let [precision, scale] = parameters else {
        return Err(invalid("decimal takes two parameters: decimal(10,2)"));
    };
    match (small(precision), small(scale)) {
        (Some(precision @ 1..=38), Some(scale)) if scale <= precision => {
            Ok(DataType::Decimal { precision, scale })
        }
        (Some(1..=38), Some(_)) => Err(invalid("has more digits after the point than digits")),
        _ => Err(invalid("takes 1 to 38 digits, and 0 to as many of them after the point")),
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
        Some(_) => return Err(invalid("has no zone such as UTC, +01:00 or Europe/Berlin after its unit")),
        None => None,
    };
    Ok(DataType::Timestamp { unit: Some(unit), zone })
}

fn invalid(reason: &str) -> ErrorKind {
    ErrorKind::InvalidValue { key: "type".to_owned(), reason: reason.to_owned() }
}
