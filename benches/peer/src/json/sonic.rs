//! Uses `sonic-rs`: `serde` converts each line to a struct with strings borrowed from it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, Visitor};
use serde_derive::Deserialize;

use super::Part;
use super::lines::{Lines, first_line, is_blank};
use super::log::Cell;

/// The record of the schema. Records that do not fit take the slow, careful path.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Log<'a> {
    #[serde(borrow)]
    timestamp: Option<Text<'a>>,
    #[serde(borrow)]
    level: Option<Text<'a>>,
    #[serde(borrow)]
    service: Option<Text<'a>>,
    #[serde(borrow)]
    message: Option<Text<'a>>,
    #[serde(borrow)]
    request_id: Option<Text<'a>>,
    status: Option<i64>,
    duration_ms: Option<f64>,
    #[serde(borrow)]
    context: Option<Context<'a>>,
    #[serde(default, rename = "tags")]
    _tags: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Context<'a> {
    #[serde(borrow)]
    user: Option<User<'a>>,
    #[serde(borrow)]
    host: Option<Text<'a>>,
    #[serde(default, rename = "region")]
    _region: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct User<'a> {
    id: Option<i64>,
    #[serde(borrow)]
    country: Option<Text<'a>>,
}

pub(super) fn part(mut lines: Lines<'_>) -> Part {
    let mut part = Part::default();
    while let Some(piece) = lines.next() {
        let mut rest = &piece.bytes[..piece.length];
        while !rest.is_empty() {
            let (length, next) = first_line(rest);
            let line = &rest[..length];
            if !is_blank(line) {
                part.rows += 1;
                match sonic_rs::from_slice::<Log<'_>>(line) {
                    Ok(log) => part.logs.observe(&log.cells()),
                    Err(_) => part.observe_carefully(line),
                }
            }
            rest = &rest[next..];
        }
    }
    part
}

impl Log<'_> {
    #[inline]
    fn cells(&self) -> super::log::Record<'_> {
        let context = self.context.as_ref();
        let user = context.and_then(|context| context.user.as_ref());
        [
            text(self.timestamp.as_ref()),
            text(self.level.as_ref()),
            text(self.service.as_ref()),
            text(self.message.as_ref()),
            text(self.request_id.as_ref()),
            self.status.map_or(Cell::Null, Cell::Integer),
            self.duration_ms.map_or(Cell::Null, Cell::Float),
            user.and_then(|user| user.id).map_or(Cell::Null, Cell::Integer),
            text(user.and_then(|user| user.country.as_ref())),
            text(context.and_then(|context| context.host.as_ref())),
        ]
    }
}

fn text<'a>(text: Option<&'a Text<'_>>) -> Cell<'a> {
    text.map_or(Cell::Null, |text| Cell::Text(&text.0))
}

/// A string: borrowed, or owned if it has escapes. (`serde` borrows a `Cow` only by itself, not in an option.)
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor).map(Text)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    #[inline]
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
