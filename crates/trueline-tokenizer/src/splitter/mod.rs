//! Finds where records end in a chunk that starts anywhere.
//!
//! A chunk without quotes is fully described by its last line end and the bytes after it. Any other chunk is read once for
//! two candidates for its start state at the same time: outside quotes and inside quotes. Both use the same quote parity,
//! because what is inside for one is outside for the other. Each candidate has a separate test of the positions of its
//! opening quotes. In real files exactly one candidate passes (a closing quote that is taken for an opening quote is at an
//! invalid position), or both if there are no quotes. Every other start state differs from one of the two only in the effect
//! of the first byte, or the chunk is read again.
//!
//! If neither candidate passes, the chunk has stray quotes or comments. Then the engine reads it from both start states
//! alternately until both reach the same record start, which in practice takes a record or two, and once from there.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

mod general;
mod simple;

use crate::dialect::Dialect;
use crate::engine::{self, Classes, Cursor, SeparatorMasks, Sink};
use crate::kernel::{Isa, Kernel, STEP, Task};
use crate::positions::FaultKind;
use crate::state::{State, StateKind};
use general::{Candidate, Candidates, SurveyGeneral};
use simple::{FindQuotes, FindTail, SurveySimple};

/// After a quote, the engine reads this many bytes before the next search for a stretch without quotes. The number is
/// doubled each time the search finds a shorter stretch than that, up to `MAX_BACKOFF`.
const MIN_BACKOFF: usize = 512;
const MAX_BACKOFF: usize = 64 << 10;

/// Finds where a chunk can be split, in two steps: [`survey`](Self::survey) reads the bytes, on any thread and in any order;
/// [`resolve`](Self::resolve) then goes through the chunks in order and only passes on the state.
///
/// ```
/// use trueline_tokenizer::{Dialect, Splitter, State};
/// let splitter = Splitter::new(&Dialect::default());
/// let chunks = [&b"a,b\nc,\"d"[..], &b"\nd\"\ne,f"[..]];
/// let surveys = chunks.map(|chunk| splitter.survey(chunk));
/// let first = splitter.resolve(chunks[0], &surveys[0], State::START);
/// assert_eq!(first.tail, Some(4));
/// let second = splitter.resolve(chunks[1], &surveys[1], first.end);
/// assert_eq!(second.tail, Some(4)); // the line end in the quotes is none
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Splitter {
    classes: Classes,
    kernel: Kernel,
}

/// The result of one pass over a chunk without knowing the state at its start.
#[derive(Clone, Copy, Debug)]
pub struct Survey {
    /// The result if the chunk starts just after a delimiter.
    outside: Option<Split>,
    /// The result if the chunk starts inside quotes.
    inside: Option<Split>,
}

/// How a chunk ends, given its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Split {
    /// The state after the last byte of the chunk.
    pub end: State,
    /// The offset just past the last record terminator in the chunk (including that of a blank line or a comment), or `None`
    /// if no record ends in it. A CRLF split by a boundary ends its record at the LF.
    pub tail: Option<usize>,
}

impl Split {
    /// Creates a split that is known.
    pub fn new(end: State, tail: Option<usize>) -> Self {
        Self { end, tail }
    }
}

impl Splitter {
    /// Creates a splitter with the best kernel for this machine.
    pub fn new(dialect: &Dialect) -> Self {
        Self::with_kernel(dialect, Kernel::detect())
    }

    /// Creates a splitter with a given kernel.
    pub fn with_kernel(dialect: &Dialect, kernel: Kernel) -> Self {
        Self { classes: Classes::new(dialect), kernel }
    }

    /// Reads `chunk`, which may start and end anywhere.
    ///
    /// **Cost**: one pass, which only searches for a quote if the chunk has none; about two if quotes are misplaced.
    pub fn survey(&self, chunk: &[u8]) -> Survey {
        let classes = &self.classes;
        let at = self.kernel.run(FindQuotes { classes, chunk });
        if at == chunk.len() {
            return self.survey_without_quotes(chunk);
        }
        if !classes.is_simple {
            return self.survey_general(chunk);
        }
        let candidates = self.kernel.run(SurveySimple { classes, chunk, at });
        if candidates.iter().all(|candidate| !candidate.has_valid_quotes) {
            return self.scan_both(chunk);
        }
        let [outside, inside] = candidates.map(|candidate| {
            let scan = Scan { cursor: candidate.cursor, tail: candidate.tail };
            candidate.has_valid_quotes.then(|| self.run_engine(chunk, scan, usize::MAX).split())
        });
        Survey { outside, inside }
    }

    /// Guesses how `chunk` ends, whatever precedes it, from its last `window` bytes; `None` if they do not show it. In
    /// typical files, quotes are well placed for only one start state, or there are none nearby. The caller must verify that
    /// a record ends at the tail.
    ///
    /// **Cost**: that of a survey of the window.
    pub fn guess(&self, chunk: &[u8], window: usize) -> Option<Split> {
        if !self.classes.is_simple || self.classes.quote().is_none() {
            return None;
        }
        let start = chunk.len().checked_sub(window)?;
        let Survey { outside, inside } = self.survey(&chunk[start..]);
        let Split { end, tail } = match (outside, inside) {
            (Some(one), None) | (None, Some(one)) => one,
            // There are no quotes, or both start states lead to the same result.
            (Some(one), Some(other)) if other.tail.is_none() || one == other => one,
            _ => return None,
        };
        Some(Split { end, tail: Some(start + tail?) })
    }

    /// Surveys a chunk without quotes and escapes, which its last line end and the bytes after it describe fully.
    fn survey_without_quotes(&self, chunk: &[u8]) -> Survey {
        let tail = self.kernel.run(FindTail { classes: &self.classes, chunk });
        let cursor = match tail.0 {
            Some(at) => Cursor { at, state: State::START },
            None => Cursor { at: 0, state: State(StateKind::FieldStart) },
        };
        let outside = self.run_engine(chunk, Scan { cursor, tail }, usize::MAX).split();
        Survey { outside: Some(outside), inside: Some(Split { end: State(StateKind::Quoted), tail: None }) }
    }

    /// Surveys a chunk under a dialect with escapes or comments.
    fn survey_general(&self, chunk: &[u8]) -> Survey {
        let candidates = self.kernel.run(SurveyGeneral { classes: &self.classes, chunk });
        let Candidates { outside, inside, at } = candidates;
        if !outside.is_usable() && !inside.is_usable() {
            return self.scan_both(chunk);
        }
        let finish = |candidate: &Candidate| {
            let cursor = Cursor { at, state: candidate.carry.state(&self.classes) };
            let scan = Scan { cursor, tail: candidate.tail };
            candidate.is_usable().then(|| self.run_engine(chunk, scan, usize::MAX).split())
        };
        let mut survey = Survey { outside: finish(&outside), inside: finish(&inside) };
        if outside.has_valid_quotes && outside.is_undecided {
            // A comment or an escape does not show which candidate is correct.
            survey.outside = Some(self.split(chunk, State(StateKind::FieldStart)));
        }
        survey
    }

    /// Returns how `chunk` ends if it starts in `start`. `survey` must be that of the same chunk by the same splitter.
    ///
    /// **Cost**: independent of the length of the chunk, unless it starts in a rare state (in a comment, or between the two
    /// bytes of a CRLF, an escape or a doubled quote) or its quoting is so broken that the survey could not decide; then one
    /// more pass.
    pub fn resolve(&self, chunk: &[u8], survey: &Survey, start: State) -> Split {
        self.split_from_survey(chunk, survey, start).unwrap_or_else(|| self.split(chunk, start))
    }

    /// Returns how `chunk` ends if it starts in `start`, without a survey: for a reader that knows the state because it
    /// reads the chunks in order.
    ///
    /// **Cost**: one pass.
    pub fn split(&self, chunk: &[u8], start: State) -> Split {
        self.advance(chunk, Scan::new(start), usize::MAX).split()
    }

    /// Continues to the first record start at or after `until`. From a record start to the next quote, it only searches for
    /// the last line end.
    fn advance(&self, chunk: &[u8], mut scan: Scan, until: usize) -> Scan {
        let classes = &self.classes;
        if !classes.is_simple {
            return self.run_engine(chunk, scan, until);
        }
        let end = chunk.len().min(until);
        let mut backoff = MIN_BACKOFF;
        loop {
            let mut quotes = scan.cursor.at;
            if scan.cursor.state == State::START {
                let rest = &chunk[scan.cursor.at..end];
                let plain = self.kernel.run(FindQuotes { classes, chunk: rest });
                quotes += plain;
                backoff = if plain < backoff { (2 * backoff).min(MAX_BACKOFF) } else { MIN_BACKOFF };
                if let Tail(Some(tail)) = self.kernel.run(FindTail { classes, chunk: &rest[..plain] }) {
                    scan.cursor.at += tail;
                    scan.tail = Tail(Some(scan.cursor.at));
                }
                if scan.cursor.at == until {
                    return scan;
                }
            }
            scan = self.run_engine(chunk, scan, until.min(quotes + backoff));
            if scan.cursor.at >= end {
                return scan;
            }
        }
    }

    /// Continues with the engine to the first record start at or after `until`.
    fn run_engine(&self, chunk: &[u8], scan: Scan, until: usize) -> Scan {
        self.kernel.run(RunEngine { classes: &self.classes, chunk, scan, until })
    }

    /// Reads from both start states alternately until both reach the same offset in the same state.
    fn scan_both(&self, chunk: &[u8]) -> Survey {
        let mut outside = Scan::new(State(StateKind::FieldStart));
        let mut inside = Scan::new(State(StateKind::Quoted));
        loop {
            let (one, other) = (outside.cursor.at, inside.cursor.at);
            if one == chunk.len() && other == chunk.len() {
                break;
            }
            if one == other && outside.cursor.state == inside.cursor.state {
                outside = self.advance(chunk, outside, usize::MAX);
                inside = outside;
                break;
            }
            if one <= other && one < chunk.len() {
                outside = self.advance(chunk, outside, other.max(one + 1));
            } else {
                inside = self.advance(chunk, inside, one.max(other + 1));
            }
        }
        Survey { outside: Some(outside.split()), inside: Some(inside.split()) }
    }

    /// The result of [`resolve`](Self::resolve), if the survey determines it.
    fn split_from_survey(&self, chunk: &[u8], survey: &Survey, start: State) -> Option<Split> {
        let Some(&first) = chunk.first() else { return Some(Split { end: start, tail: None }) };
        let is_quote = self.classes.quote() == Some(first);
        match start.0 {
            StateKind::RecordStart => survey.outside.filter(|_| self.classes.comment() != Some(first)),
            // A quote right after a closing quote opens again, like one at the start of a field.
            StateKind::FieldStart | StateKind::QuoteInQuoted => survey.outside,
            StateKind::Unquoted => survey.outside.filter(|_| !is_quote),
            StateKind::UnquotedCr if first == b'\n' => {
                let second = chunk.get(1).copied();
                let is_plain = second != self.classes.quote() && second != self.classes.comment();
                let split = survey.outside.filter(|_| second.is_some() && is_plain)?;
                Some(Split { tail: split.tail.or(Some(1)), ..split })
            }
            StateKind::UnquotedCr => survey.outside.filter(|_| !is_quote),
            StateKind::Quoted => survey.inside,
            StateKind::Escaped => survey.inside.filter(|_| !is_quote && self.classes.escape() != Some(first)),
            StateKind::Comment | StateKind::CommentCr => None,
        }
    }
}

/// A sink that keeps only the end of the last record.
#[derive(Clone, Copy, Debug, Default)]
struct Tail(Option<usize>);

impl Tail {
    /// Updates it with the terminators of the step at `at`.
    #[inline(always)]
    fn update(&mut self, at: usize, terminators: u64) {
        if terminators != 0 {
            self.0 = Some(at + STEP - terminators.leading_zeros() as usize);
        }
    }
}

impl Sink for Tail {
    #[inline(always)]
    fn steps<I: Isa>(&mut self, _isa: I, at: usize, masks: &[SeparatorMasks]) {
        for (step, masks) in masks.iter().enumerate() {
            self.update(at + step * STEP, masks.terminators);
        }
    }

    #[inline(always)]
    fn reserve(&mut self) {}

    #[inline(always)]
    fn field(&mut self, _at: usize) {}

    #[inline(always)]
    fn record(&mut self, at: usize, _is_crlf: bool, _is_comment: bool) {
        self.0 = Some(at + 1);
    }

    #[inline(always)]
    fn fault(&mut self, _at: usize, _kind: FaultKind) {}
}

/// The progress of one pass over a chunk.
#[derive(Clone, Copy, Debug)]
struct Scan {
    cursor: Cursor,
    tail: Tail,
}

impl Scan {
    fn new(state: State) -> Self {
        Self { cursor: Cursor { at: 0, state }, tail: Tail::default() }
    }

    fn split(&self) -> Split {
        Split { end: self.cursor.state, tail: self.tail.0 }
    }
}

struct RunEngine<'a> {
    classes: &'a Classes,
    chunk: &'a [u8],
    scan: Scan,
    until: usize,
}

impl Task for RunEngine<'_> {
    type Output = Scan;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Scan {
        let Self { classes, chunk, mut scan, until } = self;
        engine::run(isa, classes, chunk, &mut scan.cursor, until, &mut scan.tail);
        scan
    }
}
