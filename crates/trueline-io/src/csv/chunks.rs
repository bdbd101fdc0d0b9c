//! Chunks of an input cut exactly at record borders, by several threads at once.
//!
//! A thread claims the next chunk of bytes, surveys it alone, and then waits only for the one fact it cannot know by itself:
//! in which state the tokenizer arrives at the chunk's first byte. From that and the survey follow, usually without looking
//! at the bytes again, the state at the chunk's end and the last record border in it. What stands behind that border is
//! handed on to the next chunk, in front of its bytes. So the only thing that goes from chunk to chunk in order is small.
//!
//! If you change this: a chain link must be passed on for every claim, also for one that fails, or the others wait for ever.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use trueline_tokenizer::{Dialect, Splitter, State, Survey};

use super::{CsvOptions, Failure};
use crate::chunk::ChunkReader;

/// Room kept free in front of a chunk's bytes for the record that the chunk before could not finish.
const HEADROOM: usize = 64 << 10;

/// The records of one input, taken chunk by chunk.
pub struct Chunks {
    feed: Mutex<Feed>,
    links: Mutex<Links>,
    passed_on: Condvar,
    splitter: Splitter,
    max_record_bytes: u64,
}

/// Where the next bytes come from.
struct Feed {
    reader: ChunkReader,
    /// Bytes read while the header was looked for.
    rest: Option<Vec<u8>>,
    failure: Option<Failure>,
    sequence: u64,
    is_done: bool,
}

/// What each chunk needs from the one before.
struct Links {
    ready: HashMap<u64, Link>,
    is_stopped: bool,
}

struct Link {
    state: State,
    /// The unfinished record, and where it begins.
    carry: Vec<u8>,
    offset: u64,
    previous: Option<u8>,
}

/// A chunk of bytes of which one thread knows, so far, only what it can see by itself.
pub struct Claim {
    sequence: u64,
    /// [`HEADROOM`] free bytes, then the chunk.
    buffer: Vec<u8>,
    survey: Survey,
    is_last: bool,
    failure: Option<Failure>,
}

impl Claim {
    /// Number of the chunk, from 0, without gaps.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }
}

/// Whole records, one behind the other.
pub struct Span {
    /// Number of the chunk, from 0, without gaps.
    pub sequence: u64,
    /// The records stand in [`Span::range`] of it.
    pub buffer: Vec<u8>,
    /// Where the records stand in the buffer.
    pub range: Range<usize>,
    /// Where the first of them begins in the decompressed input.
    pub byte_offset: u64,
    /// The byte before it.
    pub previous: Option<u8>,
    /// Whether the input ends here; only then may the last record lack its terminator.
    pub is_last: bool,
    /// What ended the input behind these records.
    pub failure: Option<Failure>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Chunks {
    pub(super) fn new(
        reader: ChunkReader,
        rest: Vec<u8>,
        byte_offset: u64,
        previous: Option<u8>,
        failure: Option<Failure>,
        dialect: &Dialect,
        options: CsvOptions,
    ) -> Self {
        let first = Link { state: State::START, carry: Vec::new(), offset: byte_offset, previous };
        Self {
            feed: Mutex::new(Feed { reader, rest: Some(rest), failure, sequence: 0, is_done: false }),
            links: Mutex::new(Links { ready: HashMap::from([(0, first)]), is_stopped: false }),
            passed_on: Condvar::new(),
            splitter: Splitter::with_kernel(dialect, options.kernel),
            max_record_bytes: options.max_record_bytes,
        }
    }

    /// Reads the next chunk into `buffer` (any vector; its memory is used again). `None` when there is no more.
    pub fn claim(&self, buffer: Vec<u8>) -> Option<Claim> {
        let mut buffer = buffer;
        let (sequence, is_last, failure) = lock(&self.feed).next(&mut buffer)?;
        let survey = self.splitter.survey(&buffer[HEADROOM..]);
        Some(Claim { sequence, buffer, survey, is_last, failure })
    }

    /// Waits for the chunk before and cuts this one at its last record border. `None` when the run was stopped.
    ///
    /// Claims must all be resolved, in any order of threads, or the run be stopped.
    pub fn resolve(&self, claim: Claim) -> Option<Span> {
        let link = self.take(claim.sequence)?;
        let Claim { sequence, buffer, survey, is_last, failure } = claim;
        let split = self.splitter.resolve(&buffer[HEADROOM..], &survey, link.state);
        let tail = split.tail.map(|tail| HEADROOM + tail);
        let Link { carry, offset, previous, .. } = link;
        if is_last {
            // Records that a failure cuts short are not judged: only what ends at a border is known to be whole.
            let end = if failure.is_some() { tail.unwrap_or(HEADROOM) } else { buffer.len() };
            let whole = failure.is_none() || tail.is_some();
            let span = span(sequence, buffer, carry, whole.then_some(end), offset, previous);
            self.stop_feed();
            return Some(Span { is_last: failure.is_none(), failure, ..span });
        }
        let Some(tail) = tail else {
            return Some(self.carry_on(sequence, &buffer, carry, offset, previous, split.end));
        };
        let rest = buffer[tail..].to_vec();
        let border = offset + (carry.len() + tail - HEADROOM) as u64;
        let before_border = buffer.get(tail.wrapping_sub(1)).copied();
        self.pass_on(
            sequence + 1,
            Link { state: split.end, carry: rest, offset: border, previous: before_border },
        );
        Some(span(sequence, buffer, carry, Some(tail), offset, previous))
    }

    /// A chunk in which no record ends: all of it goes on to the next.
    fn carry_on(
        &self,
        sequence: u64,
        buffer: &[u8],
        carry: Vec<u8>,
        offset: u64,
        previous: Option<u8>,
        state: State,
    ) -> Span {
        let mut carry = carry;
        carry.extend_from_slice(&buffer[HEADROOM..]);
        let failure = (carry.len() as u64 > self.max_record_bytes && !state.is_record_start())
            .then(|| Failure::record_size(self.max_record_bytes, offset));
        if failure.is_some() {
            self.stop_feed();
            self.stop();
        } else {
            self.pass_on(sequence + 1, Link { state, carry, offset, previous });
        }
        Span {
            sequence,
            buffer: Vec::new(),
            range: 0..0,
            byte_offset: offset,
            previous,
            is_last: false,
            failure,
        }
    }

    fn take(&self, sequence: u64) -> Option<Link> {
        let mut links = lock(&self.links);
        loop {
            if let Some(link) = links.ready.remove(&sequence) {
                return Some(link);
            }
            if links.is_stopped {
                return None;
            }
            links = self.passed_on.wait(links).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn pass_on(&self, sequence: u64, link: Link) {
        lock(&self.links).ready.insert(sequence, link);
        self.passed_on.notify_all();
    }

    fn stop_feed(&self) {
        lock(&self.feed).is_done = true;
    }

    /// Ends the run: no more claims, and nobody waits any longer.
    pub fn stop(&self) {
        self.stop_feed();
        lock(&self.links).is_stopped = true;
        self.passed_on.notify_all();
    }
}

/// Puts the carried bytes in front of the chunk's, up to `end` in the buffer (`None`: there is no whole record).
fn span(
    sequence: u64,
    buffer: Vec<u8>,
    carry: Vec<u8>,
    end: Option<usize>,
    byte_offset: u64,
    previous: Option<u8>,
) -> Span {
    let mut buffer = buffer;
    let range = match end {
        None => 0..0,
        Some(end) if carry.len() <= HEADROOM => {
            let start = HEADROOM - carry.len();
            buffer[start..HEADROOM].copy_from_slice(&carry);
            start..end
        }
        Some(end) => {
            let mut joined = carry;
            joined.extend_from_slice(&buffer[HEADROOM..end]);
            buffer = joined;
            0..buffer.len()
        }
    };
    Span { sequence, buffer, range, byte_offset, previous, is_last: false, failure: None }
}

impl Feed {
    /// The next chunk behind [`HEADROOM`] bytes of `buffer`: its number, whether it is the last, and what ended it.
    fn next(&mut self, buffer: &mut Vec<u8>) -> Option<(u64, bool, Option<Failure>)> {
        if self.is_done {
            return None;
        }
        buffer.resize(HEADROOM, 0);
        let is_last;
        let mut failure = None;
        if let Some(rest) = self.rest.take() {
            buffer.extend_from_slice(&rest);
            failure = self.failure.take();
            is_last = failure.is_some();
        } else {
            match self.reader.next_into(buffer) {
                Ok(bytes) => is_last = bytes == 0,
                Err(error) => {
                    failure = Some(Failure::read(&error, self.reader.offset()));
                    is_last = true;
                }
            }
        }
        self.is_done = is_last;
        let sequence = self.sequence;
        self.sequence += 1;
        Some((sequence, is_last, failure))
    }
}
