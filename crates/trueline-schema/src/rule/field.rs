//! Rules for fields.

use super::{impossible, invalid};
use crate::check::Types;
use crate::data_type::DataType;
use crate::error::{ErrorKind, backticked};
use crate::field::{DEFAULT_FALSE, DEFAULT_TRUE, Field};
use crate::grammar::Strptime;

/// The types that a keyword applies to, for keywords that are not checks.
pub(crate) const KEYWORD_TYPES: [(&str, Types); 8] = [
    ("true_values", Types::Boolean),
    ("false_values", Types::Boolean),
    ("group_char", Types::Numeric),
    ("decimal_char", Types::Fractional),
    ("allow_nan", Types::Floats),
    ("allow_infinite", Types::Floats),
    ("coerce", Types::Coercible),
    ("format", Types::Formatted),
];

pub(crate) fn inapplicable(keyword: &str, data_type: &DataType, types: Types) -> ErrorKind {
    ErrorKind::Inapplicable {
        keyword: keyword.to_owned(),
        data_type: data_type.clone(),
        applies_to: types.to_string(),
    }
}

/// An empty list under a key.
pub(crate) fn lists_nothing(key: &str, what: &str) -> ErrorKind {
    impossible(format!("`{key}` lists no {what}"))
}

pub(crate) fn value_twice(key: &str) -> ErrorKind {
    invalid(key, "lists this value twice")
}

pub(crate) fn pattern_twice(key: &str) -> ErrorKind {
    invalid(key, "lists this pattern twice")
}

/// The first text that means both true and false.
pub(crate) fn true_and_false(true_values: &[String], false_values: &[String]) -> Option<ErrorKind> {
    let both = true_values.iter().find(|text| false_values.contains(text))?;
    Some(impossible(format!("{} means both true and false; list the other side too", backticked(both))))
}

/// Why a character cannot be `group_char` or `decimal_char`, if so: it can occur in a number otherwise.
pub(crate) fn character(character: char) -> Option<&'static str> {
    let is_taken = character.is_alphanumeric() || matches!(character, '+' | '-' | '\n' | '\r');
    is_taken.then_some("cannot be a letter, a digit, a sign or a line end")
}

/// `group_char` and `decimal_char` of a type with a decimal point must differ.
pub(crate) fn same_chars(field: &Field) -> Option<ErrorKind> {
    let is_same =
        Types::Fractional.contains(&field.data_type) && field.group_char == Some(field.decimal_char);
    is_same.then(|| impossible("`group_char` and `decimal_char` are the same character"))
}

/// Checks a strptime pattern of a date or time type. `Ok` may contain a part that the type needs and the pattern lacks.
pub(crate) fn strptime(
    key: &str,
    pattern: &str,
    data_type: &DataType,
) -> Result<Option<ErrorKind>, ErrorKind> {
    let compiled = Strptime::compile(pattern)
        .map_err(|message| invalid(key, format!("is no strptime pattern: {message}")))?;
    Ok(missing_part(&compiled, data_type)
        .map(|part| impossible(format!("{} names no {part}, which {data_type} needs", backticked(pattern)))))
}

/// A part that the type requires and the pattern does not have.
fn missing_part(pattern: &Strptime, data_type: &DataType) -> Option<&'static str> {
    match data_type {
        DataType::Time => (!pattern.has_time()).then_some("part of a time"),
        DataType::Timestamp { zone: Some(_), .. } if !pattern.has_offset() => Some("offset"),
        _ => (!pattern.has_date()).then_some("part of a date"),
    }
}

/// All rules that the settings of a field do not satisfy, apart from its name and checks.
pub(super) fn problems(field: &Field) -> Vec<ErrorKind> {
    let mut problems = Vec::new();
    problems.extend(super::data_type::problem(&field.data_type, 0));
    for (key, types) in KEYWORD_TYPES {
        if is_set(field, key) && !types.contains(&field.data_type) {
            problems.push(inapplicable(key, &field.data_type, types));
        }
    }
    for (key, texts) in [("true_values", &field.true_values), ("false_values", &field.false_values)] {
        if texts.is_empty() {
            problems.push(lists_nothing(key, "texts"));
        }
    }
    problems.extend(true_and_false(&field.true_values, &field.false_values));
    for (key, char) in [("group_char", field.group_char), ("decimal_char", Some(field.decimal_char))] {
        problems.extend(char.and_then(character).map(|reason| invalid(key, reason)));
    }
    problems.extend(same_chars(field));
    if Types::Temporal.contains(&field.data_type) {
        formats(field, &mut problems);
    } else if field.data_type == DataType::String && !field.formats.is_empty() {
        problems.push(inapplicable("format", &field.data_type, Types::Temporal));
    }
    if field.aliases.iter().any(String::is_empty) {
        problems.push(invalid("aliases", "contains an empty name"));
    }
    problems
}

fn is_set(field: &Field, key: &str) -> bool {
    match key {
        "true_values" => field.true_values != DEFAULT_TRUE,
        "false_values" => field.false_values != DEFAULT_FALSE,
        "group_char" => field.group_char.is_some(),
        "decimal_char" => field.decimal_char != '.',
        "allow_nan" => field.allow_nan,
        "allow_infinite" => field.allow_infinite,
        "coerce" => field.coerce,
        _ => !field.formats.is_empty(),
    }
}

fn formats(field: &Field, problems: &mut Vec<ErrorKind>) {
    for (index, pattern) in field.formats.iter().enumerate() {
        if pattern.is_empty() {
            problems.push(invalid("format", "is empty"));
            continue;
        }
        match strptime("format", pattern, &field.data_type) {
            Ok(incomplete) => problems.extend(incomplete),
            Err(kind) => problems.push(kind),
        }
        if field.formats[..index].contains(pattern) {
            problems.push(pattern_twice("format"));
        }
    }
}
