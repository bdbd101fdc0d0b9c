//! Chunks of an input, cut exactly at record boundaries by several threads at once.
//!
//! A thread claims the next chunk of bytes and surveys it independently of the other chunks. It then waits for the one thing
//! that depends on them: the state of the tokenizer at the chunk's first byte. From the survey and that state it derives, usually
//! without reading the bytes again, the state at the end of the chunk and the last record boundary in it. The bytes after that
//! boundary are carried over: the next chunk puts them in front of its own bytes. So only this small part of the work is
//! sequential.
//!
//! If an earlier run read the same bytes, its cut of the chunk may be known, and the survey is not needed. If that cut does not
//! fit the preceding bytes, the chunk is scanned while the next ones wait.
//!
//! A file can be read at any offset, so the cut of a chunk may even be guessed from its last bytes ([`Chunks::guess`]). The
//! validation of the records shows whether they end there; if not, everything after is read again without guesses
//! ([`Chunks::go_back`]). Earlier claims belong to another *round* and are ignored.
//!
//! If you change this: every claim must publish the start of the next chunk or stop the round, even if it fails. Otherwise the
//! other threads wait forever.

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use trueline_tokenizer::{Split, Splitter, State, Survey};

use super::body::{BodyReader, HEADROOM, NextChunk, PADDING};
use super::digest::BlockDigester;
use super::failure::min_record_bytes;
use super::{Cut, Failure};
use crate::chunk::aligned;

/// A guess examines the last 1/32 of a chunk, but at least `MIN_GUESS_BYTES`.
const GUESS_FRACTION: usize = 32;
const MIN_GUESS_BYTES: usize = 32 << 10;

/// The records of one input, read chunk by chunk.
pub struct Chunks {
    claims: Mutex<ClaimState>,
    starts: Mutex<ChunkStarts>,
    start_ready: Condvar,
    splitter: Splitter,
    max_record_bytes: u64,
    /// Whether a record may contain quotes, for messages.
    has_quotes: bool,
    digester: Option<BlockDigester>,
}

/// What a thread needs to claim the next chunk: the reader, the number of the chunk, and the round it belongs to.
struct ClaimState {
    body: BodyReader,
    sequence: u64,
    round: u32,
    guesses: bool,
    /// The earliest read failure of a round with guesses. The next round ends at its offset instead of reading there again, if
    /// the failure is known by then.
    failed: Option<Failure>,
}

/// The starts of the chunks that can be resolved now, by the number of the chunk.
struct ChunkStarts {
    by_chunk: HashMap<u64, ChunkStart>,
    round: u32,
    is_stopped: bool,
}

/// What a chunk needs from the previous one.
struct ChunkStart {
    /// The state of the tokenizer at the first byte of the chunk.
    state: State,
    /// The bytes of the unfinished record before the chunk, and the offset at which it begins.
    carry: Vec<u8>,
    offset: u64,
    previous: Option<u8>,
}

/// Without the bytes, which may be many or confidential.
impl fmt::Debug for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chunks").field("max_record_bytes", &self.max_record_bytes).finish_non_exhaustive()
    }
}

/// A claimed chunk of bytes that has not been cut at record boundaries yet.
pub struct Claim {
    sequence: u64,
    /// [`HEADROOM`] free bytes or some more, the chunk, and [`PADDING`].
    buffer: Vec<u8>,
    /// The range of the chunk in the buffer.
    range: Range<usize>,
    prescan: Prescan,
    round: u32,
    /// Whether the cuts of chunks are guessed in its round.
    guesses: bool,
    digests: Vec<[u8; 32]>,
    is_last: bool,
    failure: Option<Failure>,
}

/// Without the bytes, which may be many or confidential.
impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("sequence", &self.sequence)
            .field("range", &self.range)
            .field("is_last", &self.is_last)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

/// What is known about the cut of a claimed chunk before the start of the chunk is known.
enum Prescan {
    /// The chunk was not surveyed (yet); an earlier run may provide its cut.
    Nothing,
    Survey(Survey),
    /// The whole cut, which may be wrong.
    Guess(Split),
}

impl Claim {
    /// Returns the number of the chunk, from 0, without gaps.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Returns the digests of the blocks of the chunk, if digests are computed and the chunk could be read.
    pub fn digests(&self) -> Option<&[[u8; 32]]> {
        self.failure.is_none().then_some(&*self.digests)
    }

    /// Returns whether the input ends after this chunk.
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

/// Without the bytes, which may be many or confidential.
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span")
            .field("sequence", &self.sequence)
            .field("range", &self.range)
            .field("byte_offset", &self.byte_offset)
            .field("is_last", &self.is_last)
            .field("is_cut", &self.is_cut)
            .field("basis", &self.basis)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
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
        body: BodyReader,
        byte_offset: u64,
        previous: Option<u8>,
        splitter: Splitter,
        (max_record_bytes, has_quotes): (u64, bool),
    ) -> Self {
        let first = ChunkStart { state: State::START, carry: Vec::new(), offset: byte_offset, previous };
        let digester = body.digester();
        Self {
            claims: Mutex::new(ClaimState { body, sequence: 0, round: 0, guesses: false, failed: None }),
            starts: Mutex::new(ChunkStarts {
                by_chunk: HashMap::from([(0, first)]),
                round: 0,
                is_stopped: false,
            }),
            start_ready: Condvar::new(),
            splitter,
            max_record_bytes,
            has_quotes,
            digester,
        }
    }

    /// Enables guessing where chunks are cut, if everything can be read again at its offset and no digests are computed. Each
    /// span must then be checked against the previous one: if it does not begin where the records of that one ended, or is in
    /// doubt, call [`Chunks::go_back`].
    #[must_use]
    pub fn guess(mut self) -> Self {
        let claims = self.claims.get_mut().unwrap_or_else(PoisonError::into_inner);
        claims.guesses = self.digester.is_none() && claims.body.is_seekable();
        self
    }

    /// Starts a new round of chunks that guess: continues from where the records of the last valid chunk ended, with the number
    /// of the next one, without further guesses. Threads that found nothing more to claim do not return for it.
    pub fn go_back(&self, sequence: u64, byte_offset: u64) {
        let mut claims = lock(&self.claims);
        debug_assert!(claims.body.is_seekable(), "cuts are only guessed for seekable inputs");
        let previous = claims.body.seek(byte_offset).unwrap_or_else(|failure| {
            claims.failed = Some(failure);
            None
        });
        (claims.sequence, claims.guesses) = (sequence, false);
        claims.round += 1;
        let mut starts = lock(&self.starts);
        let chunk_start =
            ChunkStart { state: State::START, carry: Vec::new(), offset: byte_offset, previous };
        *starts = ChunkStarts {
            by_chunk: HashMap::from([(sequence, chunk_start)]),
            round: claims.round,
            is_stopped: false,
        };
        self.start_ready.notify_all();
    }

    /// Reads the next chunk into `buffer` (any vector; its memory is reused). `None` if there is no more.
    ///
    /// Then survey it ([`Chunks::survey`]), unless its cut may be known: a chunk that was not surveyed and is cut differently
    /// costs a pass over its bytes in [`Chunks::resolve`], while others wait.
    pub fn claim(&self, buffer: Vec<u8>) -> Option<Claim> {
        let mut buffer = buffer;
        let start = aligned(&buffer, HEADROOM);
        let (sequence, next, mut digests, round, guesses, failed) = {
            let mut claims = lock(&self.claims);
            let next = claims.body.next(&mut buffer, start, 0)?;
            claims.sequence += 1;
            let digests = claims.body.take_digests();
            let ClaimState { sequence, round, guesses, failed, .. } = &*claims;
            (sequence - 1, next, digests, *round, *guesses, failed.clone().filter(|_| !guesses))
        };
        // Chunks with their own offsets are read by many threads at once.
        let (read_chunk, is_digested) = match next {
            NextChunk::Read(read_chunk) => (read_chunk, false),
            NextChunk::InFile(file_chunk) => {
                let digests = self.digester.map(|digester| (digester, &mut digests));
                let byte_offset = file_chunk.byte_offset();
                (file_chunk.read(&mut buffer, start, digests).truncate_at(byte_offset, failed), true)
            }
        };
        if let Some(failure) = &read_chunk.failure {
            let mut claims = lock(&self.claims);
            if claims.round == round {
                claims.body.stop();
            }
            if guesses && claims.failed.as_ref().is_none_or(|first| failure.byte_offset < first.byte_offset) {
                claims.failed = Some(failure.clone());
            }
        }
        let range = start..start + read_chunk.bytes;
        if buffer.len() < range.end + PADDING {
            buffer.resize(range.end + PADDING, 0);
        }
        if let Some(digester) = self.digester.filter(|_| sequence > 0 && !is_digested) {
            digests = digester.digest_blocks(&buffer[range.clone()]);
        }
        Some(Claim {
            sequence,
            buffer,
            range,
            prescan: Prescan::Nothing,
            round,
            guesses,
            digests,
            is_last: read_chunk.is_last,
            failure: read_chunk.failure,
        })
    }

    /// Determines everything about the cut that does not depend on the previous chunk.
    ///
    /// Call it before [`Chunks::resolve`], so that the next chunks do not wait for this work.
    pub fn survey(&self, claim: &mut Claim) {
        let bytes = claim.bytes();
        let window = (bytes.len() / GUESS_FRACTION).max(MIN_GUESS_BYTES).min(bytes.len());
        let guess = claim.guesses.then(|| self.splitter.guess(bytes, window)).flatten();
        claim.prescan = guess.map_or_else(|| Prescan::Survey(self.splitter.survey(bytes)), Prescan::Guess);
    }

    /// Waits for the previous chunk and cuts this one at its last record boundary. `None` if the run was stopped
    /// or has gone back; the next claim tells whether there is more.
    ///
    /// `cut` is how the chunk was cut when it had the same bytes; it is used if the preceding bytes are the same too.
    ///
    /// All claims must be resolved, in any order of threads, or the run must be stopped.
    pub fn resolve(&self, claim: Claim, cut: Option<&Cut>) -> Option<Span> {
        let chunk_start = self.wait_for_start(claim.sequence, claim.round)?;
        let split = self.cached_split(&claim, cut, &chunk_start).unwrap_or_else(|| {
            let bytes = claim.bytes();
            match &claim.prescan {
                Prescan::Guess(split) => *split,
                Prescan::Survey(survey) => self.splitter.resolve(bytes, survey, chunk_start.state),
                Prescan::Nothing => self.splitter.split(bytes, chunk_start.state),
            }
        });
        let Claim { sequence, buffer, range, digests, is_last, failure, round, guesses, .. } = claim;
        let id = ChunkId { sequence, round, guesses };
        let Range { start, end } = range;
        let tail = split.tail.map(|tail| start + tail);
        let ChunkStart { carry, offset, previous, .. } = chunk_start;
        if is_last {
            // Records truncated by a failure are not validated: only what ends at a boundary is known to be complete.
            let is_whole = failure.is_none() || guesses;
            let chunk = start..if is_whole { end } else { tail.unwrap_or(start) };
            let chunk = (is_whole || tail.is_some()).then_some(chunk);
            let span = id.span(buffer, carry, chunk, offset, previous);
            // Other threads may have claimed chunks after the failure.
            self.stop_round(round);
            // After a guessed cut the last record boundary before the failure is not known. The caller finds it, as in a
            // sequence.
            let is_cut = guesses && failure.is_some();
            return Some(Span { is_last: failure.is_none(), is_cut, failure, digests, ..span });
        }
        let Some(tail) = tail else {
            let chunk_start = ChunkStart { state: split.end, carry, offset, previous };
            return Some(Span { digests, ..self.carry_whole_chunk(id, buffer, start..end, chunk_start) });
        };
        let rest = buffer[tail..end].to_vec();
        let boundary = offset + (carry.len() + tail - start) as u64;
        let previous_byte = buffer.get(tail.wrapping_sub(1)).copied();
        let next = ChunkStart { state: split.end, carry: rest, offset: boundary, previous: previous_byte };
        self.publish_start(id, next);
        Some(Span { digests, ..id.span(buffer, carry, Some(start..tail), offset, previous) })
    }

    /// The split of a chunk according to the cut of an earlier run, if the preceding bytes are the same.
    fn cached_split(&self, claim: &Claim, cut: Option<&Cut>, chunk_start: &ChunkStart) -> Option<Split> {
        let cut = cut.filter(|_| matches!(claim.prescan, Prescan::Nothing) && claim.failure.is_none())?;
        let digester = self.digester?;
        let tail = cut.bytes.checked_sub(chunk_start.carry.len())?;
        let bytes = claim.bytes();
        let fits = cut.fits(chunk_start.offset, chunk_start.previous, || digester.digest(&chunk_start.carry));
        // A record begins at the boundary, so the tokenizer is in its start state there.
        let rest = bytes.get(tail..).filter(|_| fits && tail > 0)?;
        let end = self.splitter.split(rest, State::START).end;
        Some(Split::new(end, Some(tail)))
    }

    /// Handles a chunk in which no record ends: all its bytes are carried over to the next chunk.
    fn carry_whole_chunk(
        &self,
        id: ChunkId,
        buffer: Vec<u8>,
        chunk: Range<usize>,
        chunk_start: ChunkStart,
    ) -> Span {
        let ChunkStart { state, mut carry, offset, previous } = chunk_start;
        carry.extend_from_slice(&buffer[chunk]);
        let failure = (min_record_bytes(&carry) > self.max_record_bytes && !state.is_record_start())
            .then(|| Failure::record_size(self.max_record_bytes, offset, self.has_quotes));
        if failure.is_some() {
            self.stop_round(id.round);
        } else {
            self.publish_start(id, ChunkStart { state, carry, offset, previous });
        }
        let span = id.span(buffer, Vec::new(), None, offset, previous);
        let basis = if failure.is_some() && id.guesses { Basis::Doubt } else { span.basis };
        Span { basis, failure, ..span }
    }

    fn wait_for_start(&self, sequence: u64, round: u32) -> Option<ChunkStart> {
        let mut starts = lock(&self.starts);
        loop {
            if starts.round != round {
                return None;
            }
            if let Some(chunk_start) = starts.by_chunk.remove(&sequence) {
                return Some(chunk_start);
            }
            if starts.is_stopped {
                return None;
            }
            starts = self.start_ready.wait(starts).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Publishes the start of the next chunk.
    fn publish_start(&self, id: ChunkId, chunk_start: ChunkStart) {
        let mut starts = lock(&self.starts);
        if starts.round == id.round {
            starts.by_chunk.insert(id.sequence + 1, chunk_start);
            self.start_ready.notify_all();
        }
    }

    /// Ends a round, unless a later round has begun: there are no more claims, and waiting threads return.
    fn stop_round(&self, round: u32) {
        let mut claims = lock(&self.claims);
        if claims.round == round {
            claims.body.stop();
            lock(&self.starts).is_stopped = true;
            self.start_ready.notify_all();
        }
    }

    /// Ends the run: there are no more claims, and no thread waits any longer.
    pub fn stop(&self) {
        lock(&self.claims).body.stop();
        lock(&self.starts).is_stopped = true;
        self.start_ready.notify_all();
    }
}

/// Identifies a chunk within a round.
#[derive(Clone, Copy)]
struct ChunkId {
    sequence: u64,
    round: u32,
    guesses: bool,
}

impl ChunkId {
    /// Creates the span of a chunk: the carried bytes, followed by the bytes in the range `chunk` of the buffer. With `None`
    /// there is no whole record, and the span is empty.
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
