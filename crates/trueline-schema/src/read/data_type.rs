//! The types of fields, as text.

use super::Reader;
use super::mapping::Place;
use super::nearest;
use crate::data_type::{DataType, TimeUnit};
use crate::error::{ErrorKind, Noun};

/// Other names of types.
pub(crate) const ALIASES: [(&str, DataType); 2] =
    [("integer", DataType::Int64), ("number", DataType::Float64)];
/// Types that the vocabulary names and this version does not read.
const LATER: [&str; 2] = ["list", "struct"];

impl<'d> Reader<'d> {
    pub(super) fn data_type(&mut self, place: &Place<'d>) -> Option<DataType> {
        let text = self.text_at(place)?;
        match parse(&text) {
            Ok(data_type) => Some(data_type),
            Err(kind) => {
                self.fault(place.node.span, &place.path, kind);
                None
            }
        }
    }
}

fn parse(text: &str) -> Result<DataType, ErrorKind> {
    if let Some((name, _)) = text.split_once('<')
        && LATER.contains(&name)
    {
        return Err(ErrorKind::NotSupported { what: text.to_owned() });
    }
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
    if LATER.contains(&text) {
        return Err(ErrorKind::NotSupported { what: text.to_owned() });
    }
    let names = DataType::PLAIN.iter().map(DataType::name).chain(ALIASES.iter().map(|(name, _)| *name));
    let nearest = nearest(text, names.chain(["decimal"]));
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

/// Whether a text can name a zone: `UTC`, `Z`, an offset, or a name of the IANA database by its looks.
fn is_zone(text: &str) -> bool {
    if text.starts_with(['+', '-']) {
        return crate::grammar::parse_timestamp(&format!("2000-01-01T00:00:00{text}")).is_some();
    }
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
    };
    text.len() <= 64 && text.split('/').all(is_part)
}

fn invalid(reason: &str) -> ErrorKind {
    ErrorKind::InvalidValue { key: "type".to_owned(), reason: reason.to_owned() }
}
