//! Uses `simd-json`: each line becomes a tape of its values, in place and without an allocation, which is read once.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::slice::Iter;

use simd_json::{Buffers, Node, StaticNode, Tape, fill_tape_padded};

use super::Part;
use super::lines::{Lines, PADDING, first_line, is_blank};
use super::log::{
    COUNTRY, Cell, DURATION, HOST, LEVEL, MESSAGE, REQUEST_ID, Record, SERVICE, STATUS, TIMESTAMP, USER_ID,
};

const _: () = assert!(PADDING >= simd_json::INPUT_PADDING);

pub(super) fn part(mut lines: Lines<'_>, file: &File) -> Part {
    let mut part = Part::default();
    let mut buffers = Buffers::new(4096);
    let mut tape = Tape::null();
    while let Some(piece) = lines.next() {
        let (mut start, mut rest) = (0, &mut *piece.bytes);
        while start < piece.length {
            let (length, next) = first_line(&rest[..piece.length - start]);
            if !is_blank(&rest[..length]) {
                part.rows += 1;
                let mut values = tape.reset();
                let parsed = fill_tape_padded(rest, length, &mut buffers, &mut values);
                let record = parsed.ok().and_then(|()| record(&values.0));
                match record {
                    Some(record) => part.logs.observe(&record),
                    // The parser has written into the line.
                    None => part.observe_carefully(&read_again(file, piece.position + start as u64, length)),
                }
                tape = values.reset();
            }
            start += next;
            rest = &mut rest[next..];
        }
    }
    part
}

#[cold]
fn read_again(file: &File, position: u64, length: usize) -> Vec<u8> {
    let mut line = vec![0; length];
    file.read_exact_at(&mut line, position).expect("readable");
    line
}

/// Returns the fields; `None` if a key is unknown or repeated, or a value that must be an object is not.
#[inline]
fn record<'a>(tape: &[Node<'a>]) -> Option<Record<'a>> {
    let mut cells = Record::default();
    let mut nodes = tape.iter();
    let mut seen = 0_u32;
    for _ in 0..members(nodes.next()?)? {
        let place = match key(&mut nodes)? {
            "timestamp" => TIMESTAMP,
            "level" => LEVEL,
            "service" => SERVICE,
            "message" => MESSAGE,
            "request_id" => REQUEST_ID,
            "status" => STATUS,
            "duration_ms" => DURATION,
            "context" => 10,
            "tags" => 11,
            _ => return None,
        };
        note(&mut seen, place)?;
        match place {
            10 => context(&mut nodes, &mut cells)?,
            11 => {
                cell(&mut nodes)?;
            }
            _ => cells[place] = cell(&mut nodes)?,
        }
    }
    Some(cells)
}

fn context<'a>(nodes: &mut Iter<'_, Node<'a>>, cells: &mut Record<'a>) -> Option<()> {
    let mut seen = 0;
    for _ in 0..nested(nodes)? {
        match key(nodes)? {
            "user" => {
                note(&mut seen, 0)?;
                user(nodes, cells)?;
            }
            "host" => {
                note(&mut seen, HOST)?;
                cells[HOST] = cell(nodes)?;
            }
            "region" => {
                note(&mut seen, 1)?;
                cell(nodes)?;
            }
            _ => return None,
        }
    }
    Some(())
}

fn user<'a>(nodes: &mut Iter<'_, Node<'a>>, cells: &mut Record<'a>) -> Option<()> {
    let mut seen = 0;
    for _ in 0..nested(nodes)? {
        let place = match key(nodes)? {
            "id" => USER_ID,
            "country" => COUNTRY,
            _ => return None,
        };
        note(&mut seen, place)?;
        cells[place] = cell(nodes)?;
    }
    Some(())
}

/// Returns the number of members of an object.
fn members(node: &Node<'_>) -> Option<usize> {
    if let Node::Object { len, .. } = node { Some(*len) } else { None }
}

/// Returns the number of members of an object that may be null.
fn nested(nodes: &mut Iter<'_, Node<'_>>) -> Option<usize> {
    match nodes.next()? {
        Node::Static(StaticNode::Null) => Some(0),
        node => members(node),
    }
}

#[inline]
fn key<'a>(nodes: &mut Iter<'_, Node<'a>>) -> Option<&'a str> {
    if let Node::String(key) = nodes.next()? { Some(key) } else { None }
}

/// Records a key; `None` if it is repeated.
#[inline]
fn note(seen: &mut u32, place: usize) -> Option<()> {
    let bit = 1 << place;
    let is_new = *seen & bit == 0;
    *seen |= bit;
    is_new.then_some(())
}

/// Returns the next value; lists and objects are skipped.
#[inline]
fn cell<'a>(nodes: &mut Iter<'_, Node<'a>>) -> Option<Cell<'a>> {
    Some(match nodes.next()? {
        Node::String(text) => Cell::Text(text),
        Node::Static(StaticNode::Null) => Cell::Null,
        Node::Static(StaticNode::I64(integer)) => Cell::Integer(*integer),
        Node::Static(StaticNode::U64(integer)) => {
            i64::try_from(*integer).map_or(Cell::Float(*integer as f64), Cell::Integer)
        }
        Node::Static(StaticNode::F64(float)) => Cell::Float(*float),
        Node::Static(StaticNode::Bool(_)) => Cell::Other,
        Node::Array { count, .. } | Node::Object { count, .. } => {
            *nodes = nodes.as_slice().get(*count..)?.iter();
            Cell::Other
        }
    })
}
