//! Writes a tree as a YAML document.
//!
//! The document, its sections and lists use block style. A list of scalars, and the content of a check or field, is on one line
//! if it is short. Strings that could be read as something else are quoted.

use std::fmt::Write as _;

use crate::document::{Entry, Node, Value};

/// Longer lines are broken up.
const WIDTH: usize = 110;

pub(super) fn write(root: &Node) -> String {
    let mut out = String::new();
    write_block(&mut out, root, 0);
    out
}

/// Writes a node as separate lines, indented by this many spaces.
fn write_block(out: &mut String, node: &Node, indent: usize) {
    match &node.value {
        Value::Mapping(entries) if !entries.is_empty() => {
            for entry in entries {
                let _infallible = write!(out, "{:indent$}", "");
                write_pair(out, entry, indent);
            }
        }
        Value::Sequence(items) if !items.is_empty() => {
            for item in items {
                let _infallible = write!(out, "{:indent$}- ", "");
                write_item(out, item, indent + 2);
            }
        }
        _ => {
            let _infallible = writeln!(out, "{:indent$}{}", "", flow(node));
        }
    }
}

/// Writes a key and its value; the line has been begun.
fn write_pair(out: &mut String, entry: &Entry, indent: usize) {
    let (key, value) = (text(&entry.key), flow(&entry.value));
    // The lists of a document are lists for people; everything else is as short as it can be.
    let is_list =
        indent == 0 && matches!(&entry.value.value, Value::Sequence(items) if items.iter().any(is_nested));
    if is_short(&value, indent + key.len() + 2) && !is_list || !is_nested(&entry.value) {
        let _infallible = writeln!(out, "{key}: {value}");
    } else {
        let _infallible = writeln!(out, "{key}:");
        write_block(out, &entry.value, indent + 2);
    }
}

/// Writes an item of a list; the line has been begun.
fn write_item(out: &mut String, item: &Node, indent: usize) {
    let value = flow(item);
    match &item.value {
        Value::Mapping(entries) if !entries.is_empty() && !is_short(&value, indent) => {
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    let _infallible = write!(out, "{:indent$}", "");
                }
                write_pair(out, entry, indent);
            }
        }
        // A list in a list begins on the line below its dash, which is a null otherwise.
        Value::Sequence(items) if !items.is_empty() && !is_short(&value, indent) => {
            out.push('\n');
            write_block(out, item, indent);
        }
        _ => {
            let _infallible = writeln!(out, "{value}");
        }
    }
}

fn is_short(value: &str, indent: usize) -> bool {
    indent + value.chars().count() <= WIDTH
}

fn is_nested(node: &Node) -> bool {
    match &node.value {
        Value::Sequence(items) => !items.is_empty(),
        Value::Mapping(entries) => !entries.is_empty(),
        _ => false,
    }
}

/// A node on one line.
fn flow(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Number(number) => number.clone(),
        Value::Moment(moment) => quoted(moment),
        Value::Text(value) => text(value),
        Value::Sequence(items) => {
            format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", "))
        }
        Value::Mapping(entries) => {
            let pairs = entries.iter().map(|entry| format!("{}: {}", text(&entry.key), flow(&entry.value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text, in quotes unless it is plainly a text and nothing else, in any version of YAML.
fn text(value: &str) -> String {
    let is_word = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && value.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let lower = value.to_ascii_lowercase();
    let is_other = matches!(
        &*lower,
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n" | "nan" | "inf"
    );
    if is_word && !is_other { value.to_owned() } else { quoted(value) }
}

/// In double quotes: all that is not printable ASCII or a letter is escaped.
fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for character in value.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(character),
            _ if character.is_alphanumeric() => out.push(character),
            _ => {
                let _infallible = match u32::from(character) {
                    code @ 0..=0xffff => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
    out
}
