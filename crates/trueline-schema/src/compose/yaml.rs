//! Writes a tree as a YAML document.
//!
//! The document, its sections and lists use block style. A list of scalars, and the content of a check or field, is on one line
//! if it is short. Strings that could be read as something else are quoted.

use std::fmt::Write as _;

use crate::document::{Entry, Node, Value};

/// The line width above which a node is written in block style.
const MAX_WIDTH: usize = 110;

pub(super) fn write(root: &Node) -> String {
    let mut out = String::new();
    write_block(&mut out, root, 0);
    out
}

/// Writes a node in block style, indented by a number of spaces.
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

/// Writes a key and its value. The indentation has been written.
fn write_pair(out: &mut String, entry: &Entry, indent: usize) {
    let (key, value) = (text(&entry.key), flow(&entry.value));
    // Lists at the top level are always in block style, which is easier to read; other values only if they are long.
    let is_list =
        indent == 0 && matches!(&entry.value.value, Value::Sequence(items) if items.iter().any(is_nested));
    if is_short(&value, indent + key.len() + 2) && !is_list || !is_nested(&entry.value) {
        let _infallible = writeln!(out, "{key}: {value}");
    } else {
        let _infallible = writeln!(out, "{key}:");
        write_block(out, &entry.value, indent + 2);
    }
}

/// Writes an item of a list. The indentation and the dash have been written.
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
        // A nested list starts on the next line, after the dash of its item.
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
    indent + value.chars().count() <= MAX_WIDTH
}

/// Whether the node is a list or mapping that is not empty.
fn is_nested(node: &Node) -> bool {
    match &node.value {
        Value::Sequence(items) => !items.is_empty(),
        Value::Mapping(entries) => !entries.is_empty(),
        _ => false,
    }
}

/// The node in flow style, which is one line.
fn flow(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::Number(number) => number.clone(),
        Value::DateTime(text) => quoted(text),
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

/// A string, in quotes unless every version of YAML reads it as a string without them.
fn text(value: &str) -> String {
    let is_word = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && value.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let lower = value.to_ascii_lowercase();
    let is_reserved = matches!(
        &*lower,
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n" | "nan" | "inf"
    );
    if is_word && !is_reserved { value.to_owned() } else { quoted(value) }
}

/// A string in double quotes. Characters other than printable ASCII, letters and digits are escaped.
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
