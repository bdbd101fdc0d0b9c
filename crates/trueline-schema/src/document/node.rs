//! The tree of a document.

use super::source::Span;

/// One value of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// A value, as its language defines it.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Boolean(bool),
    /// A number, as its decimal text.
    Number(String),
    /// A date or time that is not text (TOML has them), in RFC 3339 format.
    Moment(String),
    Text(String),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One pair of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

impl Node {
    /// What is there, for people.
    pub(crate) fn found(&self) -> String {
        use crate::error::tick;
        match &self.value {
            Value::Null => "nothing (null)".to_owned(),
            Value::Boolean(value) => value.to_string(),
            Value::Number(text) => format!("the number {}", tick(text)),
            Value::Moment(text) => format!("the date or time {}", tick(text)),
            Value::Text(text) => format!("the text {}", tick(text)),
            Value::Sequence(_) => "a list".to_owned(),
            Value::Mapping(_) => "a mapping".to_owned(),
        }
    }
}
