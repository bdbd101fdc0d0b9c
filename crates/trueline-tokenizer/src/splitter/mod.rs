//! Finds where records end in a chunk that starts anywhere.
//!
//! A chunk without quotes is fully described by its last line end. Any other chunk is read once for two starts at the same
//! time: outside quotes and inside. Both use the same parity: the inside of one is the outside of the other, and each has a
//! separate test of the opening quotes. In real files exactly one of them passes (a closing quote read as an opening quote
//! is at an invalid position), or both if there are no quotes. Every other state at the start differs from one of the two
//! only in the effect of the first byte, or is read again.
//!
//! If neither start passes, the chunk has stray quotes or comments. Then the exact loop runs from both starts alternately
//! until they reach the same record start, which in practice takes a record or two, and once from there.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

mod both;
mod pair;

use crate::dialect::Dialect;
use crate::engine::{self, Classes, Cursor, Marks, Sink};
use crate::kernel::{Isa, Kernel, STEP, Task};
use crate::positions::FaultKind;
use crate::state::{Place, State};
use both::{ReadBoth, Reading, Readings};
use pair::{FindQuotes, FindTail, ReadPair};

/// The number of bytes read from a quote on before the next stretch without quotes is searched; doubled each time no such
/// stretch of that length was found.
const LEAST_PATIENCE: usize = 512;
const MOST_PATIENCE: usize = 64 << 10;

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
    /// Starting just after a delimiter.
    outside: Option<Split>,
    /// Starting inside quotes.
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
            return self.survey_plain(chunk);
        }
        if !classes.is_simple {
            return self.survey_any(chunk);
        }
        let starts = self.kernel.run(ReadPair { classes, chunk, at });
        if starts.iter().all(|start| !start.is_legal) {
            return self.meet(chunk);
        }
        let [outside, inside] = starts.map(|start| {
            let runner = Runner { cursor: start.cursor, tail: start.tail };
            start.is_legal.then(|| self.run(chunk, runner, usize::MAX).split())
        });
        Survey { outside, inside }
    }

    /// Guesses how `chunk` ends, whatever precedes it, from its last `window` bytes; `None` if they do not show it. In
    /// typical files, quotes are well placed under only one reading, or there are none nearby. The caller must verify that a
    /// record ends at the tail.
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
            // There are no quotes, or both starts lead to the same result.
            (Some(one), Some(other)) if other.tail.is_none() || one == other => one,
            _ => return None,
        };
        Some(Split { end, tail: Some(start + tail?) })
    }

    /// Surveys a chunk without quotes and escapes: its last line end and what follows it describe it fully.
    fn survey_plain(&self, chunk: &[u8]) -> Survey {
        let tail = self.kernel.run(FindTail { classes: &self.classes, chunk });
        let cursor = match tail.0 {
            Some(at) => Cursor { at, state: State::START },
            None => Cursor { at: 0, state: State(Place::FieldStart) },
        };
        let outside = self.run(chunk, Runner { cursor, tail }, usize::MAX).split();
        Survey { outside: Some(outside), inside: Some(Split { end: State(Place::Quoted), tail: None }) }
    }

    /// Surveys a chunk under a dialect with escapes or comments.
    fn survey_any(&self, chunk: &[u8]) -> Survey {
        let readings = self.kernel.run(ReadBoth { classes: &self.classes, chunk });
        let Readings { outside, inside, at } = readings;
        if !outside.is_sound() && !inside.is_sound() {
            return self.meet(chunk);
        }
        let finish = |reading: &Reading| {
            let cursor = Cursor { at, state: reading.carry.state(&self.classes) };
            let runner = Runner { cursor, tail: reading.tail };
            reading.is_sound().then(|| self.run(chunk, runner, usize::MAX).split())
        };
        let mut survey = Survey { outside: finish(&outside), inside: finish(&inside) };
        if outside.is_legal && outside.is_troubled {
            // A comment or an escape does not show which start is correct.
            survey.outside = Some(self.split(chunk, State(Place::FieldStart)));
        }
        survey
    }

    /// Returns how `chunk` ends if it starts in `start`. `survey` must be that of the same chunk by the same splitter.
    ///
    /// **Cost**: independent of the length of the chunk, unless it starts in a rare state (in a comment, or between the two
    /// bytes of a CRLF, an escape or a doubled quote) or its quoting is so broken that the survey could not decide; then one
    /// more pass.
    pub fn resolve(&self, chunk: &[u8], survey: &Survey, start: State) -> Split {
        self.known(chunk, survey, start).unwrap_or_else(|| self.split(chunk, start))
    }

    /// Returns how `chunk` ends if it starts in `start`, without a survey: for a reader that knows the state because it
    /// reads the chunks in order.
    ///
    /// **Cost**: one pass.
    pub fn split(&self, chunk: &[u8], start: State) -> Split {
        self.skim(chunk, Runner::new(start), usize::MAX).split()
    }

    /// Continues exactly to the first record start at or after `until`. From a record start to the next quote, only the last
    /// line end counts.
    fn skim(&self, chunk: &[u8], mut runner: Runner, until: usize) -> Runner {
        let classes = &self.classes;
        if !classes.is_simple {
            return self.run(chunk, runner, until);
        }
        let end = chunk.len().min(until);
        let mut patience = LEAST_PATIENCE;
        loop {
            let mut quotes = runner.cursor.at;
            if runner.cursor.state == State::START {
                let rest = &chunk[runner.cursor.at..end];
                let plain = self.kernel.run(FindQuotes { classes, chunk: rest });
                quotes += plain;
                patience = if plain < patience { (2 * patience).min(MOST_PATIENCE) } else { LEAST_PATIENCE };
                if let Tail(Some(tail)) = self.kernel.run(FindTail { classes, chunk: &rest[..plain] }) {
                    runner.cursor.at += tail;
                    runner.tail = Tail(Some(runner.cursor.at));
                }
                if runner.cursor.at == until {
                    return runner;
                }
            }
            runner = self.run(chunk, runner, until.min(quotes + patience));
            if runner.cursor.at >= end {
                return runner;
            }
        }
    }

    /// Continues exactly to the first record start at or after `until`.
    fn run(&self, chunk: &[u8], runner: Runner, until: usize) -> Runner {
        self.kernel.run(RunTask { classes: &self.classes, chunk, runner, until })
    }

    /// Reads from both starts alternately until they meet.
    fn meet(&self, chunk: &[u8]) -> Survey {
        let mut outside = Runner::new(State(Place::FieldStart));
        let mut inside = Runner::new(State(Place::Quoted));
        loop {
            let (one, other) = (outside.cursor.at, inside.cursor.at);
            if one == chunk.len() && other == chunk.len() {
                break;
            }
            if one == other && outside.cursor.state == inside.cursor.state {
                outside = self.skim(chunk, outside, usize::MAX);
                inside = outside;
                break;
            }
            if one <= other && one < chunk.len() {
                outside = self.skim(chunk, outside, other.max(one + 1));
            } else {
                inside = self.skim(chunk, inside, one.max(other + 1));
            }
        }
        Survey { outside: Some(outside.split()), inside: Some(inside.split()) }
    }

    /// The result, if the survey determines it.
    fn known(&self, chunk: &[u8], survey: &Survey, start: State) -> Option<Split> {
        let Some(&first) = chunk.first() else { return Some(Split { end: start, tail: None }) };
        let is_quote = self.classes.quote() == Some(first);
        match start.0 {
            Place::RecordStart => survey.outside.filter(|_| self.classes.comment() != Some(first)),
            // A quote right after a closing one goes back inside, like one at the start of a field.
            Place::FieldStart | Place::QuoteInQuoted => survey.outside,
            Place::Unquoted => survey.outside.filter(|_| !is_quote),
            Place::UnquotedCr if first == b'\n' => {
                let second = chunk.get(1).copied();
                let is_plain = second != self.classes.quote() && second != self.classes.comment();
                let split = survey.outside.filter(|_| second.is_some() && is_plain)?;
                Some(Split { tail: split.tail.or(Some(1)), ..split })
            }
            Place::UnquotedCr => survey.outside.filter(|_| !is_quote),
            Place::Quoted => survey.inside,
            Place::Escaped => survey.inside.filter(|_| !is_quote && self.classes.escape() != Some(first)),
            Place::Comment | Place::CommentCr => None,
        }
    }
}

/// Keeps the end of the last record.
#[derive(Clone, Copy, Debug, Default)]
struct Tail(Option<usize>);

impl Tail {
    #[inline(always)]
    fn note(&mut self, at: usize, terminators: u64) {
        if terminators != 0 {
            self.0 = Some(at + STEP - terminators.leading_zeros() as usize);
        }
    }
}

impl Sink for Tail {
    #[inline(always)]
    fn steps<I: Isa>(&mut self, _isa: I, at: usize, marks: &[Marks]) {
        for (step, marks) in marks.iter().enumerate() {
            self.note(at + step * STEP, marks.terminators);
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

/// One exact reading of a chunk.
#[derive(Clone, Copy, Debug)]
struct Runner {
    cursor: Cursor,
    tail: Tail,
}

impl Runner {
    fn new(state: State) -> Self {
        Self { cursor: Cursor { at: 0, state }, tail: Tail::default() }
    }

    fn split(&self) -> Split {
        Split { end: self.cursor.state, tail: self.tail.0 }
    }
}

struct RunTask<'a> {
    classes: &'a Classes,
    chunk: &'a [u8],
    runner: Runner,
    until: usize,
}

impl Task for RunTask<'_> {
    type Output = Runner;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Runner {
        let Self { classes, chunk, mut runner, until } = self;
        engine::run(isa, classes, chunk, &mut runner.cursor, until, &mut runner.tail);
        runner
    }
}
