//! Chunks of an input, cut exactly at record boundaries by several threads at once.
//!
//! A thread claims the next chunk of bytes, surveys it alone, and then waits only for what it cannot know:
//! the state of the tokenizer at the chunk's first byte. With that and the survey it knows, usually without reading
//! the bytes again, the state at the end of the chunk and the last record boundary in it. The bytes after that boundary
//! are passed to the next chunk, in front of its bytes. So only little data passes between chunks in order.
//!
//! If the same bytes were read before, it may be known how the chunk was cut, and the survey is not needed. If that does not fit
//! the preceding bytes, the chunk is scanned while the next ones wait.
//!
//! A file can be read at any offset, so the cut of a chunk may even be guessed from its last bytes ([`Chunks::guess`]). The
//! validation of the records shows whether they end there; if not, everything after is read again without guesses
//! ([`Chunks::go_back`]). Earlier claims belong to another *round* and are ignored.
//!
//! If you change this: every claim must pass on a chain link, even one that fails, or the others wait forever.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use trueline_tokenizer::{Split, Splitter, State, Survey};

use super::digest::Digesting;
use super::failure::least_bytes;
use super::feed::{Feed, HEADROOM, Next, PADDING};
use super::{Cut, Failure};
use crate::chunk::aligned;

/// A guess looks at one part in this many of a chunk, but at no fewer than `LEAST_GUESSED_BYTES`.
const GUESSED_PART: usize = 32;
const LEAST_GUESSED_BYTES: usize = 32 << 10;

/// The records of one input, read chunk by chunk.
pub struct Chunks {
    feed: Mutex<Counted>,
    links: Mutex<Links>,
    passed_on: Condvar,
    splitter: Splitter,
    max_record_bytes: u64,
    digesting: Option<Digesting>,
}

/// Where the next bytes come from, and the number of their chunk.
struct Counted {
    feed: Feed,
    sequence: u64,
    round: u32,
    guesses: bool,
    /// The first read that failed while there were guesses. Behind them it is not tried again, unless that came too late to be known.
    failed: Option<Failure>,
}

/// What each chunk needs from the one before.
struct Links {
    ready: HashMap<u64, Link>,
    round: u32,
    is_stopped: bool,
}

struct Link {
    state: State,
    /// The unfinished record, and where it begins.
    carry: Vec<u8>,
    offset: u64,
    previous: Option<u8>,
}

/// A claimed chunk of bytes that has not been cut at record boundaries yet.
pub struct Claim {
    sequence: u64,
    /// [`HEADROOM`] free bytes or some more, the chunk, and [`PADDING`].
    buffer: Vec<u8>,
    /// The range of the chunk in it.
    range: Range<usize>,
    seen: Seen,
    round: u32,
    /// Whether how chunks are cut is guessed in its round.
    guesses: bool,
    digests: Vec<[u8; 32]>,
    is_last: bool,
    failure: Option<Failure>,
}

/// What is known of how a chunk is cut.
enum Seen {
    /// Nothing before it is surveyed, and where a run before may have cut it.
    Nothing,
    Survey(Survey),
    /// All, if it is true.
    Guess(Split),
}

impl Claim {
    /// Returns the number of the chunk, from 0, without gaps.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Returns the digests of its blocks, if they are computed and it could be read.
    pub fn digests(&self) -> Option<&[[u8; 32]]> {
        self.failure.is_none().then_some(&*self.digests)
    }

    /// Returns whether the input ends after it.
    pub fn is_last(&self) -> bool {
        self.is_last
    }

    fn bytes(&self) -> &[u8] {
        &self.buffer[self.range.clone()]
    }
}

/// Consecutive records.
pub struct Span {
    /// Number of the chunk, from 0, without gaps.
    pub sequence: u64,
    /// The bytes; the records are at [`Span::range`]. They are followed by at least 64 zero bytes, so that code that reads a cell
    /// may load as many bytes beyond its end.
    pub buffer: Vec<u8>,
    /// The range of the records in the buffer.
    pub range: Range<usize>,
    /// The offset of the first record in the decompressed input.
    pub byte_offset: u64,
    /// The byte before the first record.
    pub previous: Option<u8>,
    /// Whether the input ends here; only then may the last record lack its terminator.
    pub is_last: bool,
    /// Whether the range may end with a partial record, which must be ignored. Only possible for spans of a
    /// [`Sequence`](super::Sequence) and for [`Chunks`] that guess; others hold whole records.
    pub is_cut: bool,
    /// What its boundaries are based on.
    pub basis: Basis,
    /// The failure that ended the input after these records.
    pub failure: Option<Failure>,
    /// The number of bytes of the range that come from before the chunk.
    pub carried_bytes: usize,
    /// The digest of each block of the chunk, if digests are computed; the carried bytes belong to earlier blocks.
    pub digests: Vec<[u8; 32]>,
}

/// What the boundaries of a span are based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Basis {
    /// All preceding bytes were read.
    Known,
    /// A guess: it is right if the records of the previous span end where this one begins.
    Guess,
    /// No record ended within the limit, perhaps because of a wrong guess: the content of the span is meaningless, including its
    /// failure. [`Chunks::go_back`] to where the records of the previous span end.
    Doubt,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Chunks {
    pub(super) fn new(
        feed: Feed,
        byte_offset: u64,
        previous: Option<u8>,
        splitter: Splitter,
        max_record_bytes: u64,
    ) -> Self {
        let first = Link { state: State::START, carry: Vec::new(), offset: byte_offset, previous };
        let digesting = feed.digesting();
        Self {
            feed: Mutex::new(Counted { feed, sequence: 0, round: 0, guesses: false, failed: None }),
            links: Mutex::new(Links { ready: HashMap::from([(0, first)]), round: 0, is_stopped: false }),
            passed_on: Condvar::new(),
            splitter,
            max_record_bytes,
            digesting,
        }
    }

    /// Enables guessing where chunks are cut, if everything can be read again at its offset and no digests are computed. Each
    /// span must then be checked against the previous one: if it does not begin where the records of that one ended, or is in
    /// doubt, call [`Chunks::go_back`].
    #[must_use]
    pub fn guess(mut self) -> Self {
        let counted = self.feed.get_mut().unwrap_or_else(PoisonError::into_inner);
        counted.guesses = self.digesting.is_none() && counted.feed.has_places();
        self
    }

    /// Starts a new round of chunks that guess: continues from where the records of the last valid chunk ended, with the number
    /// of the next one, without further guesses. Threads that found nothing more to claim do not return for it.
    pub fn go_back(&self, sequence: u64, byte_offset: u64) {
        let mut counted = lock(&self.feed);
        debug_assert!(counted.feed.has_places(), "nothing is guessed without");
        let previous = counted.feed.go_to(byte_offset).unwrap_or_else(|failure| {
            counted.failed = Some(failure);
            None
        });
        (counted.sequence, counted.guesses) = (sequence, false);
        counted.round += 1;
        let mut links = lock(&self.links);
        let link = Link { state: State::START, carry: Vec::new(), offset: byte_offset, previous };
        *links = Links { ready: HashMap::from([(sequence, link)]), round: counted.round, is_stopped: false };
        self.passed_on.notify_all();
    }

    /// Reads the next chunk into `buffer` (any vector; its memory is reused). `None` if there is no more.
    ///
    /// Then survey it ([`Chunks::survey`]), unless its cut may be known: a chunk that was not surveyed and is cut differently
    /// costs a pass over its bytes in [`Chunks::resolve`], while others wait.
    pub fn claim(&self, buffer: Vec<u8>) -> Option<Claim> {
        let mut buffer = buffer;
        let start = aligned(&buffer, HEADROOM);
        let (sequence, next, mut digests, round, guesses, failed) = {
            let mut counted = lock(&self.feed);
            let next = counted.feed.next(&mut buffer, start, 0)?;
            counted.sequence += 1;
            let digests = counted.feed.take_digests();
            let Counted { sequence, round, guesses, failed, .. } = &*counted;
            (sequence - 1, next, digests, *round, *guesses, failed.clone().filter(|_| !guesses))
        };
        // Chunks with their own offsets are read by many threads at once.
        let (filled, is_digested) = match next {
            Next::Filled(filled) => (filled, false),
            Next::Place(place) => {
                let digests = self.digesting.map(|digesting| (digesting, &mut digests));
                let byte_offset = place.byte_offset();
                (place.read(&mut buffer, start, digests).cut(byte_offset, failed), true)
            }
        };
        if let Some(failure) = &filled.failure {
            let mut counted = lock(&self.feed);
            if counted.round == round {
                counted.feed.stop();
            }
            if guesses && counted.failed.as_ref().is_none_or(|first| failure.byte_offset < first.byte_offset)
            {
                counted.failed = Some(failure.clone());
            }
        }
        let range = start..start + filled.bytes;
        if buffer.len() < range.end + PADDING {
            buffer.resize(range.end + PADDING, 0);
        }
        if let Some(digesting) = self.digesting.filter(|_| sequence > 0 && !is_digested) {
            digests = digesting.of(&buffer[range.clone()]);
        }
        Some(Claim {
            sequence,
            buffer,
            range,
            seen: Seen::Nothing,
            round,
            guesses,
            digests,
            is_last: filled.is_last,
            failure: filled.failure,
        })
    }

    /// Determines all that can be known of a chunk alone, before others wait for its cut.
    pub fn survey(&self, claim: &mut Claim) {
        let bytes = claim.bytes();
        let window = (bytes.len() / GUESSED_PART).max(LEAST_GUESSED_BYTES).min(bytes.len());
        let guess = claim.guesses.then(|| self.splitter.guess(bytes, window)).flatten();
        claim.seen = guess.map_or_else(|| Seen::Survey(self.splitter.survey(bytes)), Seen::Guess);
    }

    /// Waits for the previous chunk and cuts this one at its last record boundary. `None` if the run was stopped
    /// or has gone back; the next claim tells whether there is more.
    ///
    /// `cut` is how the chunk was cut when it had the same bytes; it is used if the preceding bytes are the same too.
    ///
    /// All claims must be resolved, in any order of threads, or the run must be stopped.
    pub fn resolve(&self, claim: Claim, cut: Option<&Cut>) -> Option<Span> {
        let link = self.take(claim.sequence, claim.round)?;
        let split = self.known(&claim, cut, &link).unwrap_or_else(|| {
            let bytes = claim.bytes();
            match &claim.seen {
                Seen::Guess(split) => *split,
                Seen::Survey(survey) => self.splitter.resolve(bytes, survey, link.state),
                Seen::Nothing => self.splitter.split(bytes, link.state),
            }
        });
        let Claim { sequence, buffer, range, digests, is_last, failure, round, guesses, .. } = claim;
        let number = Number { sequence, round, guesses };
        let Range { start, end } = range;
        let tail = split.tail.map(|tail| start + tail);
        let Link { carry, offset, previous, .. } = link;
        if is_last {
            // Records truncated by a failure are not validated: only what ends at a boundary is known to be complete.
            let is_whole = failure.is_none() || guesses;
            let chunk = start..if is_whole { end } else { tail.unwrap_or(start) };
            let chunk = (is_whole || tail.is_some()).then_some(chunk);
            let span = number.span(buffer, carry, chunk, offset, previous);
            // Others may have claimed what follows a failure.
            self.stop_round(round);
            // Behind a guess it is not known what ends before the failure; that is found as in a sequence.
            let is_cut = guesses && failure.is_some();
            return Some(Span { is_last: failure.is_none(), is_cut, failure, digests, ..span });
        }
        let Some(tail) = tail else {
            let link = Link { state: split.end, carry, offset, previous };
            return Some(Span { digests, ..self.carry_on(number, buffer, start..end, link) });
        };
        let rest = buffer[tail..end].to_vec();
        let border = offset + (carry.len() + tail - start) as u64;
        let before_border = buffer.get(tail.wrapping_sub(1)).copied();
        let next = Link { state: split.end, carry: rest, offset: border, previous: before_border };
        self.pass_on(number, next);
        Some(Span { digests, ..number.span(buffer, carry, Some(start..tail), offset, previous) })
    }

    /// The cut of a chunk that was seen before after the same bytes.
    fn known(&self, claim: &Claim, cut: Option<&Cut>, link: &Link) -> Option<Split> {
        let cut = cut.filter(|_| matches!(claim.seen, Seen::Nothing) && claim.failure.is_none())?;
        let digesting = self.digesting?;
        let tail = cut.bytes.checked_sub(link.carry.len())?;
        let bytes = claim.bytes();
        let fits = cut.fits(link.offset, link.previous, || digesting.digest(&link.carry));
        // Behind a border a record begins, whatever came before.
        let rest = bytes.get(tail..).filter(|_| fits && tail > 0)?;
        let end = self.splitter.split(rest, State::START).end;
        Some(Split::new(end, Some(tail)))
    }

    /// A chunk in which no record ends: all of it goes on to the next.
    fn carry_on(&self, number: Number, buffer: Vec<u8>, chunk: Range<usize>, link: Link) -> Span {
        let Link { state, mut carry, offset, previous } = link;
        carry.extend_from_slice(&buffer[chunk]);
        let failure = (least_bytes(&carry) > self.max_record_bytes && !state.is_record_start())
            .then(|| Failure::record_size(self.max_record_bytes, offset));
        if failure.is_some() {
            self.stop_round(number.round);
        } else {
            self.pass_on(number, Link { state, carry, offset, previous });
        }
        let span = number.span(buffer, Vec::new(), None, offset, previous);
        let basis = if failure.is_some() && number.guesses { Basis::Doubt } else { span.basis };
        Span { basis, failure, ..span }
    }

    fn take(&self, sequence: u64, round: u32) -> Option<Link> {
        let mut links = lock(&self.links);
        loop {
            if links.round != round {
                return None;
            }
            if let Some(link) = links.ready.remove(&sequence) {
                return Some(link);
            }
            if links.is_stopped {
                return None;
            }
            links = self.passed_on.wait(links).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Hands on what the next chunk needs.
    fn pass_on(&self, number: Number, link: Link) {
        let mut links = lock(&self.links);
        if links.round == number.round {
            links.ready.insert(number.sequence + 1, link);
            self.passed_on.notify_all();
        }
    }

    /// Ends a round, unless it is over: no more claims, and nobody waits any longer.
    fn stop_round(&self, round: u32) {
        let mut counted = lock(&self.feed);
        if counted.round == round {
            counted.feed.stop();
            lock(&self.links).is_stopped = true;
            self.passed_on.notify_all();
        }
    }

    /// Ends the run: there are no more claims, and no thread waits any longer.
    pub fn stop(&self) {
        lock(&self.feed).feed.stop();
        lock(&self.links).is_stopped = true;
        self.passed_on.notify_all();
    }
}

/// A chunk of a round.
#[derive(Clone, Copy)]
struct Number {
    sequence: u64,
    round: u32,
    guesses: bool,
}

impl Number {
    /// Puts the carried bytes in front of those of the chunk, which are at an offset of the buffer (`None`: there is no whole
    /// record).
    fn span(
        self,
        buffer: Vec<u8>,
        carry: Vec<u8>,
        chunk: Option<Range<usize>>,
        byte_offset: u64,
        previous: Option<u8>,
    ) -> Span {
        let mut buffer = buffer;
        let carried_bytes = if chunk.is_some() { carry.len() } else { 0 };
        let range = match chunk {
            None => 0..0,
            Some(Range { start: chunk, end }) if carry.len() <= HEADROOM => {
                let start = chunk - carry.len();
                buffer[start..chunk].copy_from_slice(&carry);
                buffer[end..end + PADDING].fill(0);
                start..end
            }
            Some(chunk) => {
                let mut joined = carry;
                joined.extend_from_slice(&buffer[chunk]);
                let length = joined.len();
                joined.resize(length + PADDING, 0);
                buffer = joined;
                0..length
            }
        };
        Span {
            sequence: self.sequence,
            buffer,
            range,
            byte_offset,
            previous,
            is_last: false,
            is_cut: self.guesses,
            basis: if self.guesses { Basis::Guess } else { Basis::Known },
            failure: None,
            carried_bytes,
            digests: Vec::new(),
        }
    }
}
