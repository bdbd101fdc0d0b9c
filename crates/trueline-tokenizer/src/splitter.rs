//! Where records end in a chunk that starts anywhere.
//!
//! A chunk is read once, for two starts at the same time: outside of quotes and inside. Both go by the same parity,
//! each takes the other's inside for its outside, and each has its own test of the opening quotes. In real files
//! exactly one of them passes (a closing quote read as an opening one stands in the wrong place), or both where
//! there are no quotes. Every other state at the start differs from one of the two only by what the first byte
//! does, or is read anew.
//!
//! Where neither start passes, the chunk has stray quotes or comments. Then the exact loop runs from both starts in
//! turns until they stand at the same record start, which in practice is a record or two away, and from there once.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

use crate::dialect::Dialect;
use crate::engine::{self, Carry, Census, Classes, Cursor, Marks, Quotes, Sink};
use crate::kernel::{Isa, Kernel, STEP, Task};
use crate::positions::FaultKind;
use crate::state::{Place, State};

/// Finds where a chunk can be cut, in two steps: [`survey`](Self::survey) reads the bytes, on any thread and in
/// any order; [`resolve`](Self::resolve) then runs along the chunks in their order and only hands on the state.
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

/// What one pass over a chunk has found out without knowing the state at its start.
#[derive(Clone, Copy, Debug)]
pub struct Survey {
    /// From just after a delimiter.
    outside: Option<Split>,
    /// From inside of quotes.
    inside: Option<Split>,
}

/// How a chunk ends, given how it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Split {
    /// The state behind the last byte of the chunk.
    pub end: State,
    /// The offset just past the last record terminator in the chunk (that of a blank line or a comment is one as
    /// well), or `None` when no record ends in it. A CRLF cut by a border ends its record at the LF.
    pub tail: Option<usize>,
}

impl Splitter {
    /// A splitter with the best kernel of this machine.
    pub fn new(dialect: &Dialect) -> Self {
        Self::with_kernel(dialect, Kernel::detect())
    }

    /// A splitter with a given kernel.
    pub fn with_kernel(dialect: &Dialect, kernel: Kernel) -> Self {
        Self { classes: Classes::new(dialect), kernel }
    }

    /// Reads `chunk`, which may start and end anywhere.
    ///
    /// **Cost**: one pass; about two where quotes stand in wrong places.
    pub fn survey(&self, chunk: &[u8]) -> Survey {
        let readings = self.kernel.run(SurveyTask { classes: &self.classes, chunk });
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
            // A comment or an escape says nothing about which start is the right one.
            survey.outside = Some(self.split(chunk, State(Place::FieldStart)));
        }
        survey
    }

    /// How `chunk` ends when it starts in `start`. `survey` is that of the same chunk by the same splitter.
    ///
    /// **Cost**: none that depends on the length of the chunk, unless it starts in a rare state (in a comment, or
    /// between the two bytes of a CRLF, an escape or a doubled quote) or its quoting is broken such that the survey
    /// could not tell; then one more pass.
    pub fn resolve(&self, chunk: &[u8], survey: &Survey, start: State) -> Split {
        self.known(chunk, survey, start).unwrap_or_else(|| self.split(chunk, start))
    }

    /// How `chunk` ends when it starts in `start`, without a survey: for a reader that knows the state because
    /// it reads the chunks in their order.
    ///
    /// **Cost**: one pass.
    pub fn split(&self, chunk: &[u8], start: State) -> Split {
        self.run(chunk, Runner::new(start), usize::MAX).split()
    }

    /// Reads on exactly, until the first record start at or behind `until`.
    fn run(&self, chunk: &[u8], runner: Runner, until: usize) -> Runner {
        self.kernel.run(RunTask { classes: &self.classes, chunk, runner, until })
    }

    /// Reads from both starts in turns until they meet.
    fn meet(&self, chunk: &[u8]) -> Survey {
        let mut outside = Runner::new(State(Place::FieldStart));
        let mut inside = Runner::new(State(Place::Quoted));
        loop {
            let (one, other) = (outside.cursor.at, inside.cursor.at);
            if one == chunk.len() && other == chunk.len() {
                break;
            }
            if one == other && outside.cursor.state == inside.cursor.state {
                outside = self.run(chunk, outside, usize::MAX);
                inside = outside;
                break;
            }
            if one <= other && one < chunk.len() {
                outside = self.run(chunk, outside, other.max(one + 1));
            } else {
                inside = self.run(chunk, inside, one.max(other + 1));
            }
        }
        Survey { outside: Some(outside.split()), inside: Some(inside.split()) }
    }

    /// The answer as far as the survey has it.
    fn known(&self, chunk: &[u8], survey: &Survey, start: State) -> Option<Split> {
        let Some(&first) = chunk.first() else { return Some(Split { end: start, tail: None }) };
        let is_quote = self.classes.quote() == Some(first);
        match start.0 {
            Place::RecordStart => survey.outside.filter(|_| self.classes.comment() != Some(first)),
            // A quote just behind a closing one goes back inside, as one at the start of a field does.
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

/// One of the two starts.
#[derive(Clone, Copy, Debug)]
struct Reading {
    carry: Carry,
    tail: Tail,
    /// Every quote so far stands where parity says.
    is_legal: bool,
    /// Something other than a quote is in the way.
    is_troubled: bool,
}

impl Reading {
    fn new(place: Place) -> Self {
        let carry = Carry::of(State(place)).unwrap_or_default();
        Self { carry, tail: Tail::default(), is_legal: true, is_troubled: false }
    }

    fn is_sound(&self) -> bool {
        self.is_legal && !self.is_troubled
    }

    /// Takes a step of which everything not `inside` is outside.
    #[inline(always)]
    fn step<I: Isa>(&mut self, isa: I, classes: &Classes, step: &Step<I>, inside: u64) {
        let delimiter = step.delimiter & !inside;
        let terminator = step.terminator & !inside;
        let separator = delimiter | terminator;
        let close = step.quote & !inside;
        let behind_separator = (separator << 1) | self.carry.field_start;
        let behind_close = (close << 1) | self.carry.after_close;
        self.is_legal &= step.quote & inside & !(behind_separator | behind_close) == 0;
        self.is_troubled |= step.escapes & !inside != 0;
        if classes.has_comment {
            let record_start = (terminator << 1) | self.carry.record_start;
            self.is_troubled |= classes.comments(isa, step.block) & record_start != 0;
        }
        self.tail.note(step.at, terminator);
        self.carry = Carry {
            in_quote: (inside.cast_signed() >> 63).cast_unsigned(),
            field_start: separator >> 63,
            record_start: terminator >> 63,
            after_close: close >> 63,
            cr: step.cr,
            escaped: step.escapes >> 63,
        };
    }
}

/// 64 bytes, seen without knowing which start is the right one.
struct Step<I: Isa> {
    at: usize,
    block: I::Block,
    delimiter: u64,
    terminator: u64,
    /// Quotes that are not escaped.
    quote: u64,
    /// Escapes in force.
    escapes: u64,
    /// 1 when the last byte is a CR.
    cr: u64,
}

struct SurveyTask<'a> {
    classes: &'a Classes,
    chunk: &'a [u8],
}

/// Both starts, `at` bytes read: all but a rest of less than 64, unless neither is sound.
struct Readings {
    outside: Reading,
    inside: Reading,
    at: usize,
}

impl Task for SurveyTask<'_> {
    type Output = Readings;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Readings {
        let Self { classes, chunk } = self;
        let mut outside = Reading::new(Place::FieldStart);
        let mut inside = Reading::new(Place::Quoted);
        let mut census = Census::default();
        let mut at = 0;
        while chunk.len() - at >= STEP && (outside.is_sound() || inside.is_sound()) {
            let steps = ((chunk.len() - at) / STEP).min(engine::GROUP_STEPS);
            let group = engine::chunks(chunk, at, steps);
            let special = engine::look(isa, classes, group, &mut census);
            if special {
                read_quoted(isa, classes, at, group, &mut outside, &mut inside);
            } else if outside.carry.in_quote == 0 {
                read_plain(isa, classes, at, group, &mut outside, &mut inside);
            } else {
                read_plain(isa, classes, at, group, &mut inside, &mut outside);
            }
            at += steps * STEP;
        }
        Readings { outside, inside, at }
    }
}

/// Reads a group with quotes or escapes for both.
#[inline(always)]
fn read_quoted<I: Isa>(
    isa: I,
    classes: &Classes,
    mut at: usize,
    group: &[[u8; STEP]],
    outside: &mut Reading,
    inside: &mut Reading,
) {
    for chunk in group {
        let block = isa.load(chunk);
        let ends = classes.terminators(isa, block, outside.carry.cr);
        // Parity as the outside start has it.
        let quotes = Quotes::read(isa, classes, block, outside.carry);
        let step = Step {
            at,
            block,
            delimiter: classes.delimiters(isa, block),
            terminator: ends.terminator,
            quote: quotes.open | quotes.close,
            escapes: quotes.escapes,
            cr: ends.cr >> 63,
        };
        outside.step(isa, classes, &step, quotes.inside);
        inside.step(isa, classes, &step, !quotes.inside);
        at += STEP;
    }
}

/// Reads a group without quotes and escapes: `free` is outside of quotes all through it, `quoted` inside.
#[inline(always)]
fn read_plain<I: Isa>(
    isa: I,
    classes: &Classes,
    mut at: usize,
    group: &[[u8; STEP]],
    free: &mut Reading,
    quoted: &mut Reading,
) {
    let mut delimiter = 0;
    for chunk in group {
        let block = isa.load(chunk);
        let ends = classes.terminators(isa, block, free.carry.cr);
        delimiter = classes.delimiters(isa, block);
        if classes.has_comment {
            let record_start = (ends.terminator << 1) | free.carry.record_start;
            free.is_troubled |= classes.comments(isa, block) & record_start != 0;
        }
        free.tail.note(at, ends.terminator);
        free.carry.cr = ends.cr >> 63;
        free.carry.record_start = ends.terminator >> 63;
        at += STEP;
    }
    free.carry.field_start = free.carry.record_start | (delimiter >> 63);
    (free.carry.after_close, free.carry.escaped) = (0, 0);
    quoted.carry = Carry { in_quote: u64::MAX, cr: free.carry.cr, ..Carry::default() };
}
