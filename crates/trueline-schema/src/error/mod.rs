//! Errors in schema documents.

mod render;

use std::fmt;

use crate::compose::Document;
use crate::data_type::DataType;
use crate::schema::Language;

/// The errors of a schema document, or of a schema made in code ([`Schema::check`](crate::Schema::check)), that cannot be used.
///
/// [`kind`](Self::kind), [`location`](Self::location) and the message describe the first error by location;
/// [`errors`](Self::errors) returns all of them.
///
/// # Example
/// ```
/// use trueline_schema::Schema;
/// let text = "fields:\n  - {name: amount, requierd: true}\n";
/// let Err(error) = Schema::from_yaml(text) else { panic!("a misspelt keyword") };
/// assert_eq!(error.to_string(), "unknown key `requierd` in field `amount`; did you mean `required`?");
/// let place = error.location().ok_or("no place")?;
/// assert_eq!((place.line, place.column, place.path.as_str()), (2, 20, "fields[0].requierd"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<[Problem]>);

impl Error {
    /// `problems` must not be empty.
    pub(crate) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| (problem.document, problem.offset));
        Self(problems.into_boxed_slice())
    }

    /// Returns the kind of the first error.
    pub fn kind(&self) -> &ErrorKind {
        &self.first().kind
    }

    /// Returns the location of the first error.
    pub fn location(&self) -> Option<Location> {
        self.first().location.clone()
    }

    /// Returns all errors, ordered by location; there is at least one.
    pub fn errors(&self) -> &[Problem] {
        &self.0
    }

    /// Renders all errors as text of several lines, each with its source line and a marker below the place.
    ///
    /// `name` is the name of the document and `text` its content, as parsed. Control characters of the text are escaped.
    pub fn render(&self, name: &str, text: &str) -> String {
        render::render(self, &|_| (name, text))
    }

    /// Renders all errors like [`render`](Self::render), for a schema composed of these documents.
    pub fn render_documents(&self, documents: &[Document<'_>]) -> String {
        render::render(self, &|index| {
            documents.get(index).map_or(("", ""), |document| (document.name, document.text))
        })
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.0.into_vec()
    }

    fn first(&self) -> &Problem {
        self.0.first().expect("an error has at least one problem")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.first(), f)
    }
}

impl std::error::Error for Error {}

/// One error of a schema document.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub(crate) kind: ErrorKind,
    pub(crate) location: Option<Location>,
    /// The number of characters on the line that the error covers; the marker is below them.
    pub(crate) width: usize,
    /// The index of the document that contains the error, if the schema is composed of several documents.
    pub(crate) document: usize,
    /// The byte offset at which the error starts; errors are sorted by it.
    pub(crate) offset: usize,
    /// The place in a schema that was made in code.
    pub(crate) place: Option<Box<Place>>,
}

/// A place in a schema that was made in code.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    /// The path in the schema: `fields[2]`.
    path: String,
    /// The place for people: ``field `amount` ``.
    owner: String,
}

impl Problem {
    /// An error without a location.
    pub(crate) fn without_location(kind: ErrorKind) -> Self {
        Self { kind, location: None, width: 0, document: 0, offset: 0, place: None }
    }

    /// An error in a schema that was made in code.
    pub(crate) fn in_schema(kind: ErrorKind, path: String, owner: String) -> Self {
        Self { place: Some(Box::new(Place { path, owner })), ..Self::without_location(kind) }
    }

    /// Assigns the error to a document of a composed schema. That document was parsed on its own; `start` is the offset of its
    /// first byte in the concatenated documents.
    pub(crate) fn in_document(mut self, document: usize, name: &str, start: usize) -> Self {
        self.document = document;
        self.offset += start;
        if let Some(location) = &mut self.location {
            location.document = Some(name.to_owned());
        }
        self
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the location of the error.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// Returns the path of the error: that of its location in a document, or in a schema made in code the path of the field or
    /// check, such as `fields[2].checks[0]`.
    pub fn path(&self) -> Option<&str> {
        let path = self.location.as_ref().map(|location| &location.path);
        path.or(self.place.as_ref().map(|place| &place.path)).map(String::as_str)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{}: ", place.owner)?;
        }
        fmt::Display::fmt(&self.kind, f)
    }
}

/// A location in a schema document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// The name of the document, if the schema is composed of several; `path` then refers to the composed schema.
    pub document: Option<String>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// The path in the document's tree, such as `fields[2].minimum`; empty for the document itself.
    pub path: String,
}

/// The kind of an error in a schema document.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The document is not valid in its language.
    #[error("not valid {}: {}", language.name(), escaped(message))]
    Syntax {
        /// The language.
        language: Language,
        /// The syntax error.
        message: String,
    },
    /// The document uses a feature of its language that schema documents must not use.
    #[error("{what} cannot be used in a schema document")]
    Refused {
        /// The feature.
        what: &'static str,
    },
    /// The document exceeds a limit.
    #[error("the document has more than {limit} {what}")]
    Limit {
        /// What the limit counts.
        what: &'static str,
        /// The maximum.
        limit: u64,
    },
    /// The document is empty.
    #[error("the document is empty; it should be a mapping with `fields`")]
    Empty,
    /// A mapping contains a key twice.
    #[error("duplicate key {}, first given on line {first_line}", backticked(key))]
    DuplicateKey {
        /// The key.
        key: String,
        /// The line of its first occurrence.
        first_line: u32,
    },
    /// A key is unknown in its place.
    #[error("unknown key {} in {owner}{}", backticked(key), did_you_mean(nearest.as_ref()))]
    UnknownKey {
        /// The key.
        key: String,
        /// What has the key, such as ``field `amount` ``.
        owner: String,
        /// The most similar known key.
        nearest: Option<String>,
    },
    /// A name is unknown.
    #[error("unknown {noun} {}{}", backticked(name), did_you_mean(nearest.as_ref()))]
    UnknownName {
        /// What the name refers to.
        noun: Noun,
        /// The name.
        name: String,
        /// The most similar known name.
        nearest: Option<String>,
    },
    /// A feature is known but not supported by this version.
    #[error("{} is not supported by this version", backticked(what))]
    NotSupported {
        /// The feature.
        what: String,
    },
    /// A value has the wrong kind.
    #[error("{} should be {expected}, found {found}", if key.is_empty() { "the document".to_owned() } else { backticked(key) })]
    WrongKind {
        /// The key of the value; empty for the document itself.
        key: String,
        /// The expected kind.
        expected: String,
        /// The actual kind.
        found: String,
    },
    /// A required key is missing.
    #[error("{owner} needs {}", any_of(keys))]
    MissingKey {
        /// What lacks the key.
        owner: String,
        /// The keys, of which one is required.
        keys: Vec<&'static str>,
    },
    /// Two columns have the same name, or one column has a name twice.
    #[error("the column name {} is given twice{}{}", backticked(name), first_on(*first_line), of_document(first_document.as_ref()))]
    DuplicateField {
        /// The name.
        name: String,
        /// The line of its first occurrence; 0 in a schema made in code.
        first_line: u32,
        /// The document of its first occurrence, if there are several documents.
        first_document: Option<String>,
    },
    /// Two documents of a composed schema define a field or setting differently.
    #[error("{what} is given differently in {}, line {first_line}", backticked(first_document))]
    Conflict {
        /// The field or setting.
        what: String,
        /// The document that defines it first.
        first_document: String,
        /// The line of that definition.
        first_line: u32,
    },
    /// A keyword or check does not apply to columns of this type.
    #[error(
        "{} does not apply to type {data_type}; it applies to {applies_to}{}",
        backticked(keyword),
        type_hint(data_type)
    )]
    Inapplicable {
        /// The keyword or check.
        keyword: String,
        /// The type of the column.
        data_type: DataType,
        /// The types that it applies to.
        applies_to: String,
    },
    /// A value is not allowed for its key.
    #[error("{} {reason}", backticked(key))]
    InvalidValue {
        /// The key.
        key: String,
        /// Why the value is not allowed.
        reason: String,
    },
    /// A value does not belong to the type of the column.
    #[error("{} {value} is no value of type {data_type}: {reason}", backticked(key))]
    NotOfType {
        /// The key.
        key: String,
        /// The value, as written.
        value: String,
        /// The type.
        data_type: DataType,
        /// Why the value does not belong to the type.
        reason: String,
    },
    /// No data can satisfy the requirement, or none can violate it.
    #[error("{reason}")]
    Impossible {
        /// The reason.
        reason: String,
    },
    /// A regular expression does not compile or is too large.
    #[error("the pattern does not compile: {}", escaped(message))]
    Pattern {
        /// The error message.
        message: String,
        /// The byte offset of the error in the pattern.
        offset: Option<usize>,
    },
    /// Two checks have the same id.
    #[error("the id {} is already that of another check", backticked(id))]
    DuplicateId {
        /// The id.
        id: String,
    },
}

/// What an unknown name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Noun {
    /// A check.
    Check,
    /// A column.
    Column,
    /// A text encoding.
    Encoding,
    /// A text format.
    Format,
    /// A type.
    Type,
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Check => "check",
            Self::Column => "column",
            Self::Encoding => "encoding",
            Self::Format => "format",
            Self::Type => "type",
        })
    }
}

/// The maximum number of characters of a text from the document that a message shows.
const MAX_SHOWN_CHARS: usize = 160;

/// A text from the document in backticks, [`escaped`].
pub(crate) fn backticked(text: &str) -> String {
    format!("`{}`", escaped(text))
}

/// A text from the document on one line, truncated if long, with escapes for all characters that a terminal could interpret.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(MAX_SHOWN_CHARS));
    for (index, character) in text.chars().enumerate() {
        if index == MAX_SHOWN_CHARS {
            out.push('…');
            break;
        }
        push_escaped(&mut out, character);
    }
    out
}

/// Appends a character; control characters and invisible characters are escaped.
pub(crate) fn push_escaped(out: &mut String, character: char) {
    let hidden = character.is_control()
        || matches!(character, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}');
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if hidden => out.extend(character.escape_unicode()),
        _ => out.push(character),
    }
}

fn did_you_mean(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean {}?", backticked(nearest)))
}

fn first_on(line: u32) -> String {
    if line == 0 { String::new() } else { format!(", first on line {line}") }
}

fn of_document(document: Option<&String>) -> String {
    document.map_or_else(String::new, |document| format!(" of {}", backticked(document)))
}

/// Lists keys as `` `a`, `b` or `c` ``.
pub(crate) fn any_of(keys: &[&str]) -> String {
    let quoted: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    match quoted.as_slice() {
        [key] => key.clone(),
        [before @ .., last] => format!("{} or {last}", before.join(", ")),
        [] => String::new(),
    }
}

/// Suggests adding a type if the type is `any`: a field without a type has that type, which its author may not expect.
fn type_hint(data_type: &DataType) -> &'static str {
    if *data_type == DataType::Any { "; give the field a `type`" } else { "" }
}
