//! The keys and words that are allowed in each place. The parameters of a check are defined with the check.

use crate::check::Severity;
use crate::csv::Terminator;
use crate::json::DuplicateKeys;
use crate::schema::{ColumnOrder, ExtraColumns};

/// Keys of the document.
pub(crate) const DOCUMENT: [&str; 9] = [
    "name",
    "description",
    "fields",
    "checks",
    "extra_columns",
    "column_order",
    "null_values",
    "csv",
    "json",
];

/// Keys of a field.
pub(crate) const FIELD: [&str; 36] = [
    "name",
    "type",
    "required",
    "optional",
    "unique",
    "minimum",
    "maximum",
    "exclusive_minimum",
    "exclusive_maximum",
    "multiple_of",
    "enum",
    "not_in",
    "const",
    "pattern",
    "min_length",
    "max_length",
    "starts_with",
    "ends_with",
    "contains",
    "format",
    "precision",
    "allow_nan",
    "allow_infinite",
    "null_values",
    "trim",
    "true_values",
    "false_values",
    "group_char",
    "decimal_char",
    "coerce",
    "sensitive",
    "title",
    "description",
    "aliases",
    "severity",
    "checks",
];

/// Keys of every item of `checks`.
pub(crate) const CHECK: [&str; 8] =
    ["check", "id", "column", "columns", "severity", "tolerance", "message", "sample_limit"];
/// Reserved keys of items of `checks` that this version does not support.
pub(crate) const CHECK_RESERVED: [&str; 2] = ["where", "group_by"];

/// Keys of the section `csv`.
pub(crate) const CSV: [&str; 10] = [
    "delimiter",
    "quote",
    "escape",
    "comment",
    "terminator",
    "header",
    "skip_lines",
    "quoting",
    "blank_lines",
    "encoding",
];

/// Keys of the section `json`.
pub(crate) const JSON: [&str; 1] = ["duplicate_keys"];

pub(crate) const EXTRA_COLUMNS: [(&str, ExtraColumns); 2] =
    [("allow", ExtraColumns::Allow), ("forbid", ExtraColumns::Forbid)];
pub(crate) const COLUMN_ORDER: [(&str, ColumnOrder); 2] =
    [("any", ColumnOrder::Any), ("exact", ColumnOrder::Exact)];
pub(crate) const SEVERITY: [(&str, Severity); 2] =
    [("error", Severity::Error), ("warning", Severity::Warning)];
pub(crate) const TERMINATOR: [(&str, Terminator); 4] =
    [("auto", Terminator::Auto), ("lf", Terminator::Lf), ("crlf", Terminator::CrLf), ("cr", Terminator::Cr)];
/// Whether stray quotes are allowed.
pub(crate) const QUOTING: [(&str, bool); 2] = [("strict", false), ("lenient", true)];
/// Whether blank lines are records.
pub(crate) const BLANK_LINES: [(&str, bool); 2] = [("skip", false), ("record", true)];
pub(crate) const DUPLICATE_KEYS: [(&str, DuplicateKeys); 3] =
    [("error", DuplicateKeys::Error), ("first", DuplicateKeys::First), ("last", DuplicateKeys::Last)];
