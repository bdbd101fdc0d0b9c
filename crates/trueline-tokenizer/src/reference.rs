//! The reference implementation: slow and simple, one byte per step. It defines CSV; everything else must agree with it.

use std::ops::Range;

use crate::dialect::{BlankLines, Dialect, Quoting, Terminator};
use crate::positions::{Fault, FaultKind};
use crate::splitter::Split;
use crate::state::{State, StateKind};

/// All records of `bytes`, according to the definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The fields of each record, quotes included.
    pub records: Vec<Vec<Range<usize>>>,
    /// The bytes of each record, without its terminator.
    pub spans: Vec<Range<usize>>,
    /// The start of the line after each record; `None` if the input ends first.
    pub line_ends: Vec<Option<usize>>,
    /// At most one fault per record, in record order.
    pub faults: Vec<Fault>,
    /// The end of the last complete line, or of all bytes if the input was the last.
    pub consumed: usize,
}

/// Returns the state after `byte`.
pub fn step(dialect: &Dialect, state: State, byte: u8) -> State {
    use StateKind::{
        Comment, CommentCr, Escaped, FieldStart, QuoteInQuoted, Quoted, RecordStart, Unquoted, UnquotedCr,
    };
    let ends = match dialect.terminator {
        Terminator::Auto | Terminator::Lf => byte == b'\n',
        Terminator::Cr => byte == b'\r',
        Terminator::CrLf => byte == b'\n' && matches!(state.0, UnquotedCr | CommentCr),
    };
    let pending = dialect.terminator == Terminator::CrLf && byte == b'\r';
    let next = match state.0 {
        Comment | CommentCr if ends => RecordStart,
        Comment | CommentCr if pending => CommentCr,
        Comment | CommentCr => Comment,
        Quoted if dialect.escape == Some(byte) => Escaped,
        Quoted if dialect.quote == Some(byte) => QuoteInQuoted,
        Quoted | Escaped => Quoted,
        RecordStart | FieldStart | Unquoted | UnquotedCr | QuoteInQuoted => {
            if ends {
                RecordStart
            } else if byte == dialect.delimiter {
                FieldStart
            } else if dialect.quote == Some(byte) && !matches!(state.0, Unquoted | UnquotedCr) {
                Quoted
            } else if dialect.comment == Some(byte) && state.0 == RecordStart {
                Comment
            } else if pending {
                UnquotedCr
            } else {
                Unquoted
            }
        }
    };
    State(next)
}

/// Computes what [`Splitter`](crate::Splitter) must find.
pub fn split(bytes: &[u8], dialect: &Dialect, start: State) -> Split {
    let mut split = Split { end: start, tail: None };
    for (at, &byte) in bytes.iter().enumerate() {
        split.end = step(dialect, split.end, byte);
        if split.end.is_record_start() {
            split.tail = Some(at + 1);
        }
    }
    split
}

/// Computes what [`Indexer`](crate::Indexer) must find, over all calls.
pub fn parse(bytes: &[u8], dialect: &Dialect, is_last: bool) -> Parsed {
    let mut parsed = Parsed::default();
    let mut line = Line::default();
    let mut state = State::START;
    for (at, &byte) in bytes.iter().enumerate() {
        if let Some(fault) = quote_fault(dialect, state, bytes, at) {
            line.fault.get_or_insert(fault);
        }
        state = step(dialect, state, byte);
        match state.0 {
            StateKind::FieldStart => {
                line.fields.push(line.field_start..at);
                line.field_start = at + 1;
            }
            StateKind::Comment => line.is_comment = true,
            StateKind::RecordStart => {
                let crlf = match dialect.terminator {
                    Terminator::Auto => at > line.start && bytes[at - 1] == b'\r',
                    Terminator::CrLf => true,
                    Terminator::Lf | Terminator::Cr => false,
                };
                line.close(bytes, dialect, at - usize::from(crlf), Some(at + 1), &mut parsed);
                line = Line { start: at + 1, field_start: at + 1, ..Line::default() };
                parsed.consumed = at + 1;
            }
            _ => {}
        }
    }
    if is_last {
        parsed.consumed = bytes.len();
        if matches!(state.0, StateKind::Quoted | StateKind::Escaped) {
            line.fault.get_or_insert((line.field_start, FaultKind::UnclosedQuote));
        }
        if !state.is_record_start() {
            line.close(bytes, dialect, bytes.len(), None, &mut parsed);
        }
    }
    parsed
}

/// Returns the fault that the byte at `at` reveals.
fn quote_fault(dialect: &Dialect, state: State, bytes: &[u8], at: usize) -> Option<(usize, FaultKind)> {
    let byte = bytes[at];
    if dialect.quoting == Quoting::Lenient {
        return None;
    }
    let is_quote = dialect.quote == Some(byte) && byte != dialect.delimiter;
    if is_quote && matches!(state.0, StateKind::Unquoted | StateKind::UnquotedCr) {
        return Some((at, FaultKind::StrayQuote));
    }
    if state.0 != StateKind::QuoteInQuoted {
        return None;
    }
    let begins_crlf = byte == b'\r'
        && bytes.get(at + 1) == Some(&b'\n')
        && matches!(dialect.terminator, Terminator::Auto | Terminator::CrLf);
    let closes = is_quote || begins_crlf || step(dialect, state, byte).0 != StateKind::Unquoted;
    let lone_cr = byte == b'\r' && dialect.terminator == Terminator::CrLf && !begins_crlf;
    (!closes || lone_cr).then(|| (at - 1, FaultKind::TextAfterQuote))
}

/// A line being read.
#[derive(Default)]
struct Line {
    start: usize,
    field_start: usize,
    fields: Vec<Range<usize>>,
    fault: Option<(usize, FaultKind)>,
    is_comment: bool,
}

impl Line {
    fn close(
        &mut self,
        bytes: &[u8],
        dialect: &Dialect,
        end: usize,
        line_end: Option<usize>,
        parsed: &mut Parsed,
    ) {
        let is_blank = end == self.start;
        if self.is_comment || (is_blank && dialect.blank_lines == BlankLines::Skip) {
            return;
        }
        self.fields.push(self.field_start..end);
        let fault = match std::str::from_utf8(&bytes[self.start..end]) {
            Ok(_) => self.fault.take(),
            Err(error) => Some((self.start + error.valid_up_to(), FaultKind::InvalidUtf8)),
        };
        if let Some((offset, kind)) = fault {
            let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            parsed.faults.push(Fault { record: narrow(parsed.records.len()), offset: narrow(offset), kind });
        }
        parsed.records.push(std::mem::take(&mut self.fields));
        parsed.spans.push(self.start..end);
        parsed.line_ends.push(line_end);
    }
}

/// Computes what [`count_line_ends`](crate::count_line_ends) must find.
pub fn count_line_ends(bytes: &[u8], previous: Option<u8>) -> u64 {
    let mut previous = previous;
    let mut count = 0;
    for &byte in bytes {
        count += u64::from(byte == b'\r' || (byte == b'\n' && previous != Some(b'\r')));
        previous = Some(byte);
    }
    count
}
