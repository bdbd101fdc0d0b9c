//! The slow path: processes the bytes with a role one by one, with the exact state of the state machine in `reference`.
//!
//! A byte without a role changes the state only because it separates two others. So it is enough to remember the offsets at
//! which a role has a special meaning: the first byte of a field (a quote opens), the first byte of a record (a comment
//! begins), the byte after a closing quote (a quote reopens) and the byte after an escape (no meaning).

use super::Sink;
use super::classes::{Classes, RoleMasks};
use crate::positions::FaultKind;
use crate::state::{State, StateKind};

/// No offset.
const NONE: usize = usize::MAX;

/// The state of the slow path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlowPath {
    mode: Mode,
    /// The start of the last field, and of the last record: only the byte at this offset has a special meaning.
    field: usize,
    record: usize,
    /// The offset after the last closing quote, while its field continues.
    closed: usize,
    /// The offset after the last active escape.
    escaped: usize,
    /// It ends at the first record end after `min_end`, or at the first record start at or after `until`.
    min_end: usize,
    until: usize,
    /// The number of records and comments that have ended.
    pub(super) records: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Unquoted,
    Quoted,
    Comment,
}

impl SlowPath {
    /// Starts at `at`, in `state`.
    pub(crate) fn new(state: State, at: usize, min_end: usize, until: usize) -> Self {
        let mut slow_path = Self {
            mode: Mode::Unquoted,
            field: NONE,
            record: NONE,
            closed: NONE,
            escaped: NONE,
            min_end,
            until,
            records: 0,
        };
        match state.0 {
            StateKind::RecordStart => (slow_path.field, slow_path.record) = (at, at),
            StateKind::FieldStart => slow_path.field = at,
            StateKind::Unquoted | StateKind::UnquotedCr => {}
            StateKind::QuoteInQuoted => slow_path.closed = at,
            StateKind::Quoted => slow_path.mode = Mode::Quoted,
            StateKind::Escaped => (slow_path.mode, slow_path.escaped) = (Mode::Quoted, at),
            StateKind::Comment | StateKind::CommentCr => slow_path.mode = Mode::Comment,
        }
        slow_path
    }

    /// Processes the `valid` bytes of the step at `at`. Returns the record start at which the slow path ends, if it does.
    #[inline(never)]
    pub(crate) fn step<S: Sink>(
        &mut self,
        roles: &RoleMasks,
        valid: u64,
        at: usize,
        classes: &Classes,
        sink: &mut S,
    ) -> Option<usize> {
        let mut rest = valid;
        loop {
            let relevant = match self.mode {
                Mode::Comment => roles.terminator,
                Mode::Quoted => roles.quote | roles.escape,
                Mode::Unquoted => roles.delimiter | roles.terminator | roles.quote | roles.comment,
            };
            let marked = rest & relevant;
            if marked == 0 {
                return None;
            }
            let bit = marked & marked.wrapping_neg();
            let offset = at + bit.trailing_zeros() as usize;
            // Everything above `bit`.
            rest &= !(bit | (bit - 1));
            match self.mode {
                Mode::Quoted if offset == self.escaped => {}
                Mode::Quoted if roles.escape & bit != 0 => self.escaped = offset + 1,
                Mode::Quoted => (self.mode, self.closed) = (Mode::Unquoted, offset + 1),
                Mode::Unquoted if roles.terminator & bit == 0 => {
                    self.unquoted(roles, bit, offset, classes, sink);
                }
                Mode::Unquoted | Mode::Comment => {
                    let is_crlf = roles.crlf & bit != 0;
                    self.end_field(offset.saturating_sub(usize::from(is_crlf)), classes, sink);
                    sink.record(offset, is_crlf, self.mode == Mode::Comment);
                    self.records += 1;
                    self.mode = Mode::Unquoted;
                    (self.field, self.record) = (offset + 1, offset + 1);
                    if offset > self.min_end || offset + 1 >= self.until {
                        return Some(offset + 1);
                    }
                }
            }
        }
    }

    /// Handles a delimiter, quote or comment byte outside quotes and comments.
    #[inline]
    fn unquoted<S: Sink>(
        &mut self,
        roles: &RoleMasks,
        bit: u64,
        offset: usize,
        classes: &Classes,
        sink: &mut S,
    ) {
        if roles.delimiter & bit != 0 {
            self.end_field(offset, classes, sink);
            sink.field(offset);
            self.field = offset + 1;
        } else if roles.quote & bit == 0 {
            if offset == self.record {
                self.mode = Mode::Comment;
            }
        } else if offset == self.field || offset == self.closed {
            self.closed = NONE;
            self.mode = Mode::Quoted;
        } else {
            self.end_field(offset, classes, sink);
            if classes.is_strict {
                sink.fault(offset, FaultKind::StrayQuote);
            }
        }
    }

    /// Reports a fault if this field has a closing quote that is not the last byte before `end`.
    #[inline]
    fn end_field<S: Sink>(&mut self, end: usize, classes: &Classes, sink: &mut S) {
        if self.closed != NONE && self.closed != end && classes.is_strict {
            sink.fault(self.closed.wrapping_sub(1), FaultKind::TextAfterQuote);
        }
        self.closed = NONE;
    }

    /// Ends at `at`, the end of the input, and returns the state there.
    pub(crate) fn finish<S: Sink>(mut self, at: usize, cr: u64, classes: &Classes, sink: &mut S) -> State {
        let after_cr = cr != 0 && classes.has_pending_cr;
        State(match self.mode {
            Mode::Comment if after_cr => StateKind::CommentCr,
            Mode::Comment => StateKind::Comment,
            Mode::Quoted if self.escaped == at => StateKind::Escaped,
            Mode::Quoted => StateKind::Quoted,
            Mode::Unquoted if self.record == at => StateKind::RecordStart,
            Mode::Unquoted if self.field == at => StateKind::FieldStart,
            Mode::Unquoted if self.closed == at => StateKind::QuoteInQuoted,
            Mode::Unquoted => {
                self.end_field(at, classes, sink);
                if after_cr { StateKind::UnquotedCr } else { StateKind::Unquoted }
            }
        })
    }
}
