//! One column of a schema.

use crate::check::Check;
use crate::data_type::DataType;

/// What one column should be.
#[allow(clippy::struct_excessive_bools, reason = "each is a keyword of its own")]
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name of the column.
    pub name: String,
    /// The type of its values; default `any`.
    pub data_type: DataType,
    /// Whether the column may be missing; default false.
    pub optional: bool,
    /// The texts that mean null; the schema's when none are given.
    pub null_values: Option<Vec<String>>,
    /// Whether white space around the text is ignored; default false.
    pub trim: bool,
    /// The texts that mean true; default `true True TRUE 1`.
    pub true_values: Vec<String>,
    /// The texts that mean false; default `false False FALSE 0`.
    pub false_values: Vec<String>,
    /// Whether values of JSON may be of another kind than their type's: a string is then read as a cell of CSV would be, though never as a null, and for
    /// `string` a number or a boolean is its own text; default false. Means nothing elsewhere.
    pub coerce: bool,
    /// The character that may stand between groups of digits; default none.
    pub group_char: Option<char>,
    /// The decimal point; default `.`.
    pub decimal_char: char,
    /// The strptime patterns of dates and times, tried in order; ISO 8601 when there are none.
    pub formats: Vec<String>,
    /// Whether NaN is a good value; default false.
    pub allow_nan: bool,
    /// Whether infinities are good values; default false.
    pub allow_infinite: bool,
    /// Whether values must not be shown in reports; default false.
    pub sensitive: bool,
    /// A short title for people; no part of the meaning.
    pub title: Option<String>,
    /// A description for people; no part of the meaning.
    pub description: Option<String>,
    /// Other names that the column may have in the data.
    pub aliases: Vec<String>,
    /// The checks of the column, keywords included, in the order of reports. An empty id stands for the default one.
    pub checks: Vec<Check>,
}

impl Field {
    /// The keywords that a field of a document may have.
    pub const KEYWORDS: &'static [&'static str] = &crate::read::keyword::FIELD;

    /// A field that asks for nothing but its type.
    pub fn new(name: impl Into<String>, data_type: DataType) -> Self {
        Self {
            name: name.into(),
            data_type,
            optional: false,
            null_values: None,
            trim: false,
            true_values: DEFAULT_TRUE.map(str::to_owned).to_vec(),
            false_values: DEFAULT_FALSE.map(str::to_owned).to_vec(),
            coerce: false,
            group_char: None,
            decimal_char: '.',
            formats: Vec::new(),
            allow_nan: false,
            allow_infinite: false,
            sensitive: false,
            title: None,
            description: None,
            aliases: Vec::new(),
            checks: Vec::new(),
        }
    }
}

/// The texts that mean true unless a field lists others.
pub(crate) const DEFAULT_TRUE: [&str; 4] = ["true", "True", "TRUE", "1"];
/// The texts that mean false unless a field lists others.
pub(crate) const DEFAULT_FALSE: [&str; 4] = ["false", "False", "FALSE", "0"];
