//! Chunks of an input cut exactly at record borders, by several threads at once.
//!
//! A thread claims the next chunk of bytes, surveys it alone, and then waits only for the one fact it cannot know by itself:
//! in which state the tokenizer arrives at the chunk's first byte. From that and the survey follow, usually without looking
//! at the bytes again, the state at the chunk's end and the last record border in it. What stands behind that border is
//! handed on to the next chunk, in front of its bytes. So the only thing that goes from chunk to chunk in order is small.
//!
//! Whoever met the same bytes before may know how the chunk was cut then, and need not survey it. Where that does not fit what comes
//! before, the chunk is looked through while the next ones wait.
//!
//! If you change this: a chain link must be passed on for every claim, also for one that fails, or the others wait for ever.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use trueline_tokenizer::{Split, Splitter, State, Survey};

use super::digest::Digesting;
use super::feed::{Feed, HEADROOM, Next, PADDING};
use super::{Cut, Failure};

/// The records of one input, taken chunk by chunk.
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
    /// [`HEADROOM`] free bytes, the chunk up to `end`, and [`PADDING`].
    buffer: Vec<u8>,
    end: usize,
    /// None before it is made, and where it may be known how the chunk is cut.
    survey: Option<Survey>,
    digests: Vec<[u8; 32]>,
    is_last: bool,
    failure: Option<Failure>,
}

impl Claim {
    /// Number of the chunk, from 0, without gaps.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The digests of its blocks, where they are made and it could be read.
    pub fn digests(&self) -> Option<&[[u8; 32]]> {
        self.failure.is_none().then_some(&*self.digests)
    }

    /// Whether the input ends behind it.
    pub fn is_last(&self) -> bool {
        self.is_last
    }
}

/// Records, one behind the other.
pub struct Span {
    /// Number of the chunk, from 0, without gaps.
    pub sequence: u64,
    /// The records stand in [`Span::range`] of it. Behind them are at least 64 zero bytes, so that who reads a cell may
    /// load as many beyond its end.
    pub buffer: Vec<u8>,
    /// Where the records stand in the buffer.
    pub range: Range<usize>,
    /// Where the first of them begins in the decompressed input.
    pub byte_offset: u64,
    /// The byte before it.
    pub previous: Option<u8>,
    /// Whether the input ends here; only then may the last record lack its terminator.
    pub is_last: bool,
    /// Whether the range may end with a part of a record that is to be left alone. Only spans of a
    /// [`Sequence`](super::Sequence) do; others hold whole records.
    pub is_cut: bool,
    /// What ended the input behind these records.
    pub failure: Option<Failure>,
    /// How many bytes of the range were carried on from before the chunk.
    pub carried_bytes: usize,
    /// The digest of each block of the chunk, where digests are made; the carried bytes belong to blocks before.
    pub digests: Vec<[u8; 32]>,
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
            feed: Mutex::new(Counted { feed, sequence: 0 }),
            links: Mutex::new(Links { ready: HashMap::from([(0, first)]), is_stopped: false }),
            passed_on: Condvar::new(),
            splitter,
            max_record_bytes,
            digesting,
        }
    }

    /// Reads the next chunk into `buffer` (any vector; its memory is used again). `None` when there is no more.
    ///
    /// It is to be surveyed then ([`Chunks::survey`]), unless it may be known how it is cut: a chunk that was not surveyed, and is cut otherwise,
    /// costs a pass over its bytes in [`Chunks::resolve`], while others wait.
    pub fn claim(&self, buffer: Vec<u8>) -> Option<Claim> {
        let mut buffer = buffer;
        let (sequence, next, mut digests) = {
            let mut counted = lock(&self.feed);
            let next = counted.feed.next(&mut buffer, HEADROOM, 0)?;
            counted.sequence += 1;
            (counted.sequence - 1, next, counted.feed.take_digests())
        };
        // What has a place of its own is read by many threads at once.
        let (filled, is_digested) = match next {
            Next::Filled(filled) => (filled, false),
            Next::Place(place) => {
                let digests = self.digesting.map(|digesting| (digesting, &mut digests));
                (place.read(&mut buffer, HEADROOM, digests), true)
            }
        };
        if filled.failure.is_some() {
            self.stop_feed();
        }
        let end = HEADROOM + filled.bytes;
        if buffer.len() < end + PADDING {
            buffer.resize(end + PADDING, 0);
        }
        if let Some(digesting) = self.digesting.filter(|_| sequence > 0 && !is_digested) {
            digests = digesting.of(&buffer[HEADROOM..end]);
        }
        Some(Claim {
            sequence,
            buffer,
            end,
            survey: None,
            digests,
            is_last: filled.is_last,
            failure: filled.failure,
        })
    }

    /// Finds out all that can be known of a chunk by itself, before others wait for where it is cut.
    pub fn survey(&self, claim: &mut Claim) {
        claim.survey = Some(self.splitter.survey(&claim.buffer[HEADROOM..claim.end]));
    }

    /// Waits for the chunk before and cuts this one at its last record border. `None` when the run was stopped.
    ///
    /// `cut` is how it was cut when its bytes were the same; it is believed where what comes before is the same too.
    ///
    /// Claims must all be resolved, in any order of threads, or the run be stopped.
    pub fn resolve(&self, claim: Claim, cut: Option<&Cut>) -> Option<Span> {
        let link = self.take(claim.sequence)?;
        let split = self.known(&claim, cut, &link).unwrap_or_else(|| {
            let bytes = &claim.buffer[HEADROOM..claim.end];
            match &claim.survey {
                Some(survey) => self.splitter.resolve(bytes, survey, link.state),
                None => self.splitter.split(bytes, link.state),
            }
        });
        let Claim { sequence, buffer, end, digests, is_last, failure, .. } = claim;
        let tail = split.tail.map(|tail| HEADROOM + tail);
        let Link { carry, offset, previous, .. } = link;
        if is_last {
            // Records that a failure cuts short are not judged: only what ends at a border is known to be whole.
            let end = if failure.is_some() { tail.unwrap_or(HEADROOM) } else { end };
            let whole = failure.is_none() || tail.is_some();
            let span = span(sequence, buffer, carry, whole.then_some(end), offset, previous);
            // Others may have claimed what comes behind a failure.
            self.stop();
            return Some(Span { is_last: failure.is_none(), failure, digests, ..span });
        }
        let Some(tail) = tail else {
            let link = Link { state: split.end, carry, offset, previous };
            return Some(Span { digests, ..self.carry_on(sequence, buffer, end, link) });
        };
        let rest = buffer[tail..end].to_vec();
        let border = offset + (carry.len() + tail - HEADROOM) as u64;
        let before_border = buffer.get(tail.wrapping_sub(1)).copied();
        self.pass_on(
            sequence + 1,
            Link { state: split.end, carry: rest, offset: border, previous: before_border },
        );
        Some(Span { digests, ..span(sequence, buffer, carry, Some(tail), offset, previous) })
    }

    /// Where a chunk is cut that was seen before behind the same bytes.
    fn known(&self, claim: &Claim, cut: Option<&Cut>, link: &Link) -> Option<Split> {
        let cut = cut.filter(|_| claim.survey.is_none() && claim.failure.is_none())?;
        let digesting = self.digesting?;
        let tail = cut.bytes.checked_sub(link.carry.len())?;
        let bytes = &claim.buffer[HEADROOM..claim.end];
        let fits = cut.fits(link.offset, link.previous, || digesting.digest(&link.carry));
        // Behind a border a record begins, whatever came before.
        let rest = bytes.get(tail..).filter(|_| fits && tail > 0)?;
        let end = self.splitter.split(rest, State::START).end;
        Some(Split::new(end, Some(tail)))
    }

    /// A chunk in which no record ends: all of it goes on to the next.
    fn carry_on(&self, sequence: u64, buffer: Vec<u8>, end: usize, link: Link) -> Span {
        let Link { state, mut carry, offset, previous } = link;
        carry.extend_from_slice(&buffer[HEADROOM..end]);
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
            buffer,
            range: 0..0,
            byte_offset: offset,
            previous,
            is_last: false,
            is_cut: false,
            failure,
            carried_bytes: 0,
            digests: Vec::new(),
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
        lock(&self.feed).feed.stop();
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
    let carried_bytes = if end.is_some() { carry.len() } else { 0 };
    let range = match end {
        None => 0..0,
        Some(end) if carry.len() <= HEADROOM => {
            let start = HEADROOM - carry.len();
            buffer[start..HEADROOM].copy_from_slice(&carry);
            buffer[end..end + PADDING].fill(0);
            start..end
        }
        Some(end) => {
            let mut joined = carry;
            joined.extend_from_slice(&buffer[HEADROOM..end]);
            let length = joined.len();
            joined.resize(length + PADDING, 0);
            buffer = joined;
            0..length
        }
    };
    Span {
        sequence,
        buffer,
        range,
        byte_offset,
        previous,
        is_last: false,
        is_cut: false,
        failure: None,
        carried_bytes,
        digests: Vec::new(),
    }
}
