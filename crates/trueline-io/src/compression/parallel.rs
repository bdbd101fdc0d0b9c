//! Decompresses parts of one stream on several threads, in order.
//!
//! If the length of a part is known without decompressing it, parts are cut out and given to idle threads, a few
//! at a time. A piece is valid if it gives all its parts to their ends with nothing left over: then the result is that of one
//! thread. Everything else is discarded: the piece goes back to the front of the
//! stream, and one thread continues from there, with the same bytes and errors as without this module.
//!
//! If you change this: a cut must be at a boundary of parts, or all later pieces are discarded; the result cannot be wrong.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::ahead::Buffer;
use super::packed::Packed;
use super::stream::{Limits, Next, Parts, Stream};
use super::{Compression, gzip, parts, zstd};
use crate::error::Error;

/// Decompressed bytes that may be under way at once, where pieces are large.
const UNDER_WAY_BYTES: usize = 64 << 20;
/// The largest part that is decompressed apart.
pub(super) const PART_BYTES: usize = 32 << 20;

/// A stream cut into pieces.
pub(super) struct Parallel {
    compression: Compression,
    pieces: VecDeque<Piece>,
    /// How many may be under way.
    most: usize,
    piece_bytes: usize,
    /// What ended the cutting: bytes that could not be cut out completely, and a failed read after them.
    rest: Option<(Vec<u8>, Option<Error>)>,
    /// Memory to be used again.
    spare: Vec<Vec<u8>>,
    crew: Crew,
}

/// A few parts.
struct Piece {
    /// Where they begin in the stored stream.
    byte_offset: u64,
    /// How many bytes they give at most.
    most: usize,
    done: Receiver<Answer>,
}

/// What one thread is to do.
struct Task {
    packed: Vec<u8>,
    text: Buffer,
    most: usize,
    done: Sender<Answer>,
}

/// What became of it.
struct Done {
    packed: Vec<u8>,
    text: Buffer,
    /// The number of parts, if all of them were good.
    parts: Option<u64>,
}

/// The result of a task, or the panic of its thread.
type Answer = Result<Done, Box<dyn Any + Send>>;

impl Parallel {
    /// Begins at a border of parts, where what comes next can be cut. The stream is as it was when this gives nothing.
    pub(super) fn start(packed: &mut Packed, threads: usize, piece_bytes: usize) -> Option<Self> {
        let mut parallel = Self {
            compression: packed.compression(),
            pieces: VecDeque::new(),
            most: threads + 2,
            piece_bytes,
            rest: None,
            spare: Vec::new(),
            crew: Crew::default(),
        };
        let (byte_offset, bytes, most) = parallel.cut(packed);
        if !bytes.is_empty() {
            parallel.crew = Crew::new(parallel.compression, threads);
        }
        if parallel.crew.threads.is_empty() {
            let (rest, error) = parallel.rest.take().unwrap_or_default();
            packed.give_back([bytes, rest].concat(), error, byte_offset);
            return None;
        }
        parallel.send(byte_offset, bytes, most, Buffer::default());
        Some(parallel)
    }

    /// The next bytes, put in the place of `buffer`; false when the stream must go on by itself.
    pub(super) fn fill(&mut self, stream: &mut Stream, buffer: &mut Buffer) -> bool {
        loop {
            self.cut_ahead(&mut stream.packed, buffer);
            let Some(Piece { byte_offset, done, .. }) = self.pieces.pop_front() else {
                let byte_offset =
                    stream.packed.offset() - self.rest.as_ref().map_or(0, |(rest, _)| rest.len() as u64);
                self.give_back(&mut stream.packed, Vec::new(), byte_offset);
                return false;
            };
            let Done { packed, text, parts } = answer(&done);
            let decompressed = stream.packed.decompressed() + text.filled as u64;
            match parts {
                Some(parts) if stream.limits.allow(decompressed, byte_offset) => {
                    stream.packed.give(text.filled);
                    stream.packed.add_parts(parts);
                    *buffer = text;
                    self.spare.push(packed);
                }
                _ => {
                    self.give_back(&mut stream.packed, packed, byte_offset);
                    return false;
                }
            }
            // Parts without bytes are not the end.
            if buffer.filled > 0 {
                return true;
            }
        }
    }

    /// Cuts out as many pieces as may be under way. The first of them may have the memory of `buffer`.
    fn cut_ahead(&mut self, packed: &mut Packed, buffer: &mut Buffer) {
        while self.rest.is_none() && self.pieces.len() < self.most {
            let under_way: usize = self.pieces.iter().map(|piece| piece.most).sum();
            if !self.pieces.is_empty() && under_way >= UNDER_WAY_BYTES {
                return;
            }
            let (byte_offset, bytes, most) = self.cut(packed);
            if !bytes.is_empty() {
                self.send(byte_offset, bytes, most, std::mem::take(buffer));
            }
        }
    }

    /// Cuts the next few parts out of the stream; none if it cannot be cut any more.
    fn cut(&mut self, packed: &mut Packed) -> (u64, Vec<u8>, usize) {
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.clear();
        let byte_offset = packed.offset();
        let mut most = 0;
        while most < self.piece_bytes && bytes.len() < self.piece_bytes {
            let whole = bytes.len();
            let part = match self.compression {
                Compression::Gzip => gzip::cut(packed, &mut bytes),
                _ => zstd::cut(packed, &mut bytes),
            };
            match part {
                Ok(Some(part)) => most += part,
                end => {
                    self.rest = Some((bytes.split_off(whole), end.err()));
                    break;
                }
            }
        }
        (byte_offset, bytes, most)
    }

    fn send(&mut self, byte_offset: u64, packed: Vec<u8>, most: usize, text: Buffer) {
        let (sender, done) = channel();
        self.crew.send(Task { packed, text, most, done: sender });
        self.pieces.push_back(Piece { byte_offset, most, done });
    }

    /// Returns `first` and everything cut out after it to the front of the stream.
    fn give_back(&mut self, packed: &mut Packed, first: Vec<u8>, byte_offset: u64) {
        let mut bytes = first;
        for piece in self.pieces.drain(..) {
            bytes.extend_from_slice(&answer(&piece.done).packed);
        }
        let (rest, error) = self.rest.take().unwrap_or_default();
        bytes.extend_from_slice(&rest);
        packed.give_back(bytes, error, byte_offset);
    }
}

/// Threads that decompress pieces.
#[derive(Default)]
struct Crew {
    tasks: Option<Sender<Task>>,
    threads: Vec<JoinHandle<()>>,
}

impl Crew {
    /// Up to `threads` threads, as many as the system gives.
    fn new(compression: Compression, threads: usize) -> Self {
        let (tasks, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        let threads = (0..threads).map_while(|_| {
            let receiver = Arc::clone(&receiver);
            let work = move || work(compression, &receiver);
            thread::Builder::new().name("decompress part".to_owned()).spawn(work).ok()
        });
        Self { threads: threads.collect(), tasks: Some(tasks) }
    }

    fn send(&self, task: Task) {
        if let Some(tasks) = &self.tasks {
            // The threads are there for as long as the crew is.
            let _ = tasks.send(task);
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.tasks = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Waits for what comes of a task; a panic goes on here.
fn answer(done: &Receiver<Answer>) -> Done {
    let answer = done.recv().expect("a thread answers also when it panics");
    answer.unwrap_or_else(|panic| resume_unwind(panic))
}

/// The loop of one thread: tasks, until there are no more.
fn work(compression: Compression, tasks: &Mutex<Receiver<Task>>) {
    let mut tools = None;
    loop {
        let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Task { packed, text, most, done }) = task else { return };
        let made = AssertUnwindSafe(|| undo(compression, &mut tools, packed, text, most));
        // If nobody waits any more, the result is dropped.
        let _ = done.send(catch_unwind(made));
    }
}

/// Undoes all parts of a piece, which give `most` bytes at most; `tools` are those of the piece before.
fn undo(
    compression: Compression,
    tools: &mut Option<Box<dyn Parts>>,
    packed: Vec<u8>,
    mut text: Buffer,
    most: usize,
) -> Done {
    let Some(parts) = tools.take().or_else(|| parts(compression).ok()) else {
        return Done { packed, text, parts: None };
    };
    let mut stream = Stream::new(Packed::whole(compression, packed), parts, Limits::default());
    let is_good = is_filled(&mut stream, &mut text, most);
    let (packed, parts) = stream.into_parts();
    let number = packed.part();
    if is_good {
        *tools = Some(parts);
    }
    Done { packed: packed.into_bytes(), text, parts: is_good.then_some(number) }
}

/// Puts the whole stream into a buffer; whether it was good and had no more than `most` bytes.
fn is_filled(stream: &mut Stream, text: &mut Buffer, most: usize) -> bool {
    text.filled = 0;
    if text.bytes.len() < most {
        text.bytes.resize(most, 0);
    }
    let mut beyond = [0];
    loop {
        let is_full = text.filled == most;
        let out = if is_full { &mut beyond[..] } else { &mut text.bytes[text.filled..most] };
        match stream.next(out, false) {
            Ok(Next::Bytes(bytes)) if !is_full => text.filled += bytes,
            Ok(Next::End) => return true,
            _ => return false,
        }
    }
}
