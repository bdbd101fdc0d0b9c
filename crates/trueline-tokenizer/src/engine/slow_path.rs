//! The exact loop: visits the marked bytes of a step one by one with the state of the byte-wise machine.
//!
//! A byte without a role changes the state only by separating two others. So it is enough to remember where a byte with a
//! role has a special meaning: the first byte of a field (a quote opens), the first byte of a record (a comment begins), the
//! byte after a closing quote (a quote reopens) and the byte after an escape (no meaning).

use super::Sink;
use super::classes::{Classes, Roles};
use crate::positions::FaultKind;
use crate::state::{Place, State};

/// No offset.
const NONE: usize = usize::MAX;

/// The state of the walk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walk {
    mode: Mode,
    /// The start of the last field, and of the last record, that can still matter.
    field: usize,
    record: usize,
    /// Just after the last closing quote, while its field continues.
    closed: usize,
    /// Just after the last active escape.
    escaped: usize,
    /// The walk ends at the first record end after `floor`, or record start at or after `until`.
    floor: usize,
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

impl Walk {
    /// Starts at `at`.
    pub(crate) fn enter(state: State, at: usize, floor: usize, until: usize) -> Self {
        let mut walk = Self {
            mode: Mode::Unquoted,
            field: NONE,
            record: NONE,
            closed: NONE,
            escaped: NONE,
            floor,
            until,
            records: 0,
        };
        match state.0 {
            Place::RecordStart => (walk.field, walk.record) = (at, at),
            Place::FieldStart => walk.field = at,
            Place::Unquoted | Place::UnquotedCr => {}
            Place::QuoteInQuoted => walk.closed = at,
            Place::Quoted => walk.mode = Mode::Quoted,
            Place::Escaped => (walk.mode, walk.escaped) = (Mode::Quoted, at),
            Place::Comment | Place::CommentCr => walk.mode = Mode::Comment,
        }
        walk
    }

    /// Walks over the `valid` bytes at `at`. Returns the record start at which the walk ends, if it does.
    #[inline(never)]
    pub(crate) fn step<S: Sink>(
        &mut self,
        roles: &Roles,
        valid: u64,
        at: usize,
        classes: &Classes,
        sink: &mut S,
    ) -> Option<usize> {
        let mut rest = valid;
        loop {
            let roles_that_count = match self.mode {
                Mode::Comment => roles.terminator,
                Mode::Quoted => roles.quote | roles.escape,
                Mode::Unquoted => roles.delimiter | roles.terminator | roles.quote | roles.comment,
            };
            let marked = rest & roles_that_count;
            if marked == 0 {
                return None;
            }
            let bit = marked & marked.wrapping_neg();
            let place = at + bit.trailing_zeros() as usize;
            // Everything above `bit`.
            rest &= !(bit | (bit - 1));
            match self.mode {
                Mode::Quoted if place == self.escaped => {}
                Mode::Quoted if roles.escape & bit != 0 => self.escaped = place + 1,
                Mode::Quoted => (self.mode, self.closed) = (Mode::Unquoted, place + 1),
                Mode::Unquoted if roles.terminator & bit == 0 => {
                    self.unquoted(roles, bit, place, classes, sink);
                }
                Mode::Unquoted | Mode::Comment => {
                    let is_crlf = roles.crlf & bit != 0;
                    self.expect_field_end(place.saturating_sub(usize::from(is_crlf)), classes, sink);
                    sink.record(place, is_crlf, self.mode == Mode::Comment);
                    self.records += 1;
                    self.mode = Mode::Unquoted;
                    (self.field, self.record) = (place + 1, place + 1);
                    if place > self.floor || place + 1 >= self.until {
                        return Some(place + 1);
                    }
                }
            }
        }
    }

    /// Handles a delimiter, quote or comment byte outside quotes and comments.
    #[inline]
    fn unquoted<S: Sink>(&mut self, roles: &Roles, bit: u64, place: usize, classes: &Classes, sink: &mut S) {
        if roles.delimiter & bit != 0 {
            self.expect_field_end(place, classes, sink);
            sink.field(place);
            self.field = place + 1;
        } else if roles.quote & bit == 0 {
            if place == self.record {
                self.mode = Mode::Comment;
            }
        } else if place == self.field || place == self.closed {
            self.closed = NONE;
            self.mode = Mode::Quoted;
        } else {
            self.expect_field_end(place, classes, sink);
            if classes.is_strict {
                sink.fault(place, FaultKind::StrayQuote);
            }
        }
    }

    /// Requires that a closing quote of this field, if there is one, is the last byte before `end`.
    #[inline]
    fn expect_field_end<S: Sink>(&mut self, end: usize, classes: &Classes, sink: &mut S) {
        if self.closed != NONE && self.closed != end && classes.is_strict {
            sink.fault(self.closed.wrapping_sub(1), FaultKind::TextAfterQuote);
        }
        self.closed = NONE;
    }

    /// Ends the walk at `at`, the end of the input.
    pub(crate) fn leave<S: Sink>(mut self, at: usize, cr: u64, classes: &Classes, sink: &mut S) -> State {
        let behind_cr = cr != 0 && classes.cr_is_pending;
        State(match self.mode {
            Mode::Comment if behind_cr => Place::CommentCr,
            Mode::Comment => Place::Comment,
            Mode::Quoted if self.escaped == at => Place::Escaped,
            Mode::Quoted => Place::Quoted,
            Mode::Unquoted if self.record == at => Place::RecordStart,
            Mode::Unquoted if self.field == at => Place::FieldStart,
            Mode::Unquoted if self.closed == at => Place::QuoteInQuoted,
            Mode::Unquoted => {
                self.expect_field_end(at, classes, sink);
                if behind_cr { Place::UnquotedCr } else { Place::Unquoted }
            }
        })
    }
}
