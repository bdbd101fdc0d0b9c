//! One column of a schema.

use crate::check::Check;
use crate::data_type::DataType;

/// The definition of one column.
#[allow(clippy::struct_excessive_bools, reason = "each is a keyword of its own")]
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name of the column.
    pub name: String,
    /// The type of the values; default `any`.
    pub data_type: DataType,
    /// Whether the column may be missing; default false.
    pub optional: bool,
    /// The strings that mean null; by default those of the schema.
    pub null_values: Option<Vec<String>>,
    /// Whether white space around text values is ignored; default false.
    pub trim: bool,
    /// The strings that mean true; default `true True TRUE 1`.
    pub true_values: Vec<String>,
    /// The strings that mean false; default `false False FALSE 0`.
    pub false_values: Vec<String>,
    /// Whether JSON values may have another kind than that of the type; default false. A string is then parsed like a CSV cell,
    /// but never as null, and for `string` a number or boolean counts as its text. Other formats ignore it.
    pub coerce: bool,
    /// The character allowed between groups of digits; default none.
    pub group_char: Option<char>,
    /// The decimal point; default `.`.
    pub decimal_char: char,
    /// The strptime patterns of dates and times, tried in order; ISO 8601 if there are none.
    pub formats: Vec<String>,
    /// Whether NaN is valid; default false.
    pub allow_nan: bool,
    /// Whether infinities are valid; default false.
    pub allow_infinite: bool,
    /// Whether reports must not show values of the column; default false.
    pub sensitive: bool,
    /// A short title for people; it does not affect validation.
    pub title: Option<String>,
    /// A description for people; it does not affect validation.
    pub description: Option<String>,
    /// Alternative names of the column in the data.
    pub aliases: Vec<String>,
    /// The checks of the column, including keywords, in report order. An empty id means the default id.
    pub checks: Vec<Check>,
}

impl Field {
    /// The keywords that a field of a document may have.
    pub const KEYWORDS: &'static [&'static str] = &crate::read::keyword::FIELD;

    /// Creates a field with a name, a type and no other requirements.
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

/// The default strings that mean true.
pub(crate) const DEFAULT_TRUE: [&str; 4] = ["true", "True", "TRUE", "1"];
/// The default strings that mean false.
pub(crate) const DEFAULT_FALSE: [&str; 4] = ["false", "False", "FALSE", "0"];
