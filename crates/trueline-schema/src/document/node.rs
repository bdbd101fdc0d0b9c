//! The tree of a document.

use super::source::Span;

/// One value of a document.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) value: Value,
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Boolean(bool),
    /// A number, as its decimal text.
    Number(String),
    /// A date, time or timestamp of TOML, which has types for them, in RFC 3339 notation.
    DateTime(String),
    Text(String),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// A key of a mapping and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

impl Value {
    /// Describes the value in error messages, such as "a list".
    pub(crate) fn found(&self) -> String {
        use crate::error::backticked;
        match self {
            Self::Null => "nothing (null)".to_owned(),
            Self::Boolean(value) => value.to_string(),
            Self::Number(text) => format!("the number {}", backticked(text)),
            Self::DateTime(text) => format!("the date or time {}", backticked(text)),
            Self::Text(text) => format!("the text {}", backticked(text)),
            Self::Sequence(_) => "a list".to_owned(),
            Self::Mapping(_) => "a mapping".to_owned(),
        }
    }
}
