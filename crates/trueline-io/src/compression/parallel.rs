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
use super::compressed::Compressed;
use super::stream::{FormatDecoder, Limits, Next, Stream};
use super::{Compression, decoder, gzip, zstd};
use crate::error::Error;

/// The maximum of decompressed bytes in flight, if pieces are large.
const IN_FLIGHT_BYTES: usize = 64 << 20;
/// The largest part that is given to a worker.
pub(super) const PART_BYTES: usize = 32 << 20;

/// A stream cut into pieces.
pub(super) struct Parallel {
    compression: Compression,
    pieces: VecDeque<Piece>,
    /// The maximum number of pieces in flight.
    max_pieces: usize,
    piece_bytes: usize,
    /// Why no more pieces are cut out: the bytes of an incomplete part, and the error of a failed read after them.
    rest: Option<(Vec<u8>, Option<Error>)>,
    /// Memory to reuse.
    spare: Vec<Vec<u8>>,
    workers: Workers,
}

/// A piece of the stream, a few parts, in flight.
struct Piece {
    /// Its offset in the compressed stream.
    byte_offset: u64,
    /// Its maximum decompressed size.
    max_bytes: usize,
    done: Receiver<TaskResult>,
}

/// A piece for a worker to decompress.
struct Task {
    compressed: Vec<u8>,
    text: Buffer,
    max_bytes: usize,
    done: Sender<TaskResult>,
}

/// The result of a task.
struct Output {
    compressed: Vec<u8>,
    text: Buffer,
    /// The number of parts, if all of them are valid.
    parts: Option<u64>,
}

/// The result of a task, or the panic of its worker.
type TaskResult = Result<Output, Box<dyn Any + Send>>;

impl Parallel {
    /// Starts workers at a boundary of parts, if the next part can be cut out. Otherwise returns `None` and leaves the
    /// stream as it was.
    pub(super) fn start(compressed: &mut Compressed, threads: usize, piece_bytes: usize) -> Option<Self> {
        let mut parallel = Self {
            compression: compressed.compression(),
            pieces: VecDeque::new(),
            max_pieces: threads + 2,
            piece_bytes,
            rest: None,
            spare: Vec::new(),
            workers: Workers::default(),
        };
        let (byte_offset, bytes, max_bytes) = parallel.cut(compressed);
        if !bytes.is_empty() {
            parallel.workers = Workers::new(parallel.compression, threads);
        }
        if parallel.workers.threads.is_empty() {
            let (rest, error) = parallel.rest.take().unwrap_or_default();
            compressed.give_back([bytes, rest].concat(), error, byte_offset);
            return None;
        }
        parallel.send(byte_offset, bytes, max_bytes, Buffer::default());
        Some(parallel)
    }

    /// Replaces `buffer` by the next decompressed bytes. Returns false if the rest must be decompressed from `stream`.
    pub(super) fn fill(&mut self, stream: &mut Stream, buffer: &mut Buffer) -> bool {
        loop {
            self.cut_ahead(&mut stream.compressed, buffer);
            let Some(Piece { byte_offset, done, .. }) = self.pieces.pop_front() else {
                let byte_offset =
                    stream.compressed.offset() - self.rest.as_ref().map_or(0, |(rest, _)| rest.len() as u64);
                self.give_back(&mut stream.compressed, Vec::new(), byte_offset);
                return false;
            };
            let Output { compressed, text, parts } = wait(&done);
            let decompressed = stream.compressed.decompressed() + text.filled as u64;
            match parts {
                Some(parts) if stream.limits.allow(decompressed, byte_offset) => {
                    stream.compressed.add_decompressed(text.filled);
                    stream.compressed.add_parts(parts);
                    *buffer = text;
                    self.spare.push(compressed);
                }
                _ => {
                    self.give_back(&mut stream.compressed, compressed, byte_offset);
                    return false;
                }
            }
            // FormatDecoder without bytes are not the end.
            if buffer.filled > 0 {
                return true;
            }
        }
    }

    /// Cuts out pieces up to the limits of what may be in flight. The first of them takes the memory of `buffer`.
    fn cut_ahead(&mut self, compressed: &mut Compressed, buffer: &mut Buffer) {
        while self.rest.is_none() && self.pieces.len() < self.max_pieces {
            let in_flight: usize = self.pieces.iter().map(|piece| piece.max_bytes).sum();
            if !self.pieces.is_empty() && in_flight >= IN_FLIGHT_BYTES {
                return;
            }
            let (byte_offset, bytes, max_bytes) = self.cut(compressed);
            if !bytes.is_empty() {
                self.send(byte_offset, bytes, max_bytes, std::mem::take(buffer));
            }
        }
    }

    /// Cuts the next parts out of the stream: their offset, bytes and maximum decompressed size. No bytes if nothing can be
    /// cut out any more.
    fn cut(&mut self, compressed: &mut Compressed) -> (u64, Vec<u8>, usize) {
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.clear();
        let byte_offset = compressed.offset();
        let mut max_bytes = 0;
        while max_bytes < self.piece_bytes && bytes.len() < self.piece_bytes {
            let whole = bytes.len();
            let part = match self.compression {
                Compression::Gzip => gzip::cut(compressed, &mut bytes),
                _ => zstd::cut(compressed, &mut bytes),
            };
            match part {
                Ok(Some(part)) => max_bytes += part,
                end => {
                    self.rest = Some((bytes.split_off(whole), end.err()));
                    break;
                }
            }
        }
        (byte_offset, bytes, max_bytes)
    }

    fn send(&mut self, byte_offset: u64, compressed: Vec<u8>, max_bytes: usize, text: Buffer) {
        let (sender, done) = channel();
        self.workers.send(Task { compressed, text, max_bytes, done: sender });
        self.pieces.push_back(Piece { byte_offset, max_bytes, done });
    }

    /// Returns `first` and everything cut out after it to the front of the stream.
    fn give_back(&mut self, compressed: &mut Compressed, first: Vec<u8>, byte_offset: u64) {
        let mut bytes = first;
        for piece in self.pieces.drain(..) {
            bytes.extend_from_slice(&wait(&piece.done).compressed);
        }
        let (rest, error) = self.rest.take().unwrap_or_default();
        bytes.extend_from_slice(&rest);
        compressed.give_back(bytes, error, byte_offset);
    }
}

/// Threads that decompress pieces.
#[derive(Default)]
struct Workers {
    tasks: Option<Sender<Task>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts up to `threads` threads, as many as the system allows.
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
            // The threads run until the sender is dropped.
            let _ = tasks.send(task);
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.tasks = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Waits for the result of a task, and propagates its panic.
fn wait(done: &Receiver<TaskResult>) -> Output {
    let result = done.recv().expect("a worker answers also when it panics");
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

/// The loop of one worker: tasks, until there are no more.
fn work(compression: Compression, tasks: &Mutex<Receiver<Task>>) {
    let mut spare = None;
    loop {
        let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Task { compressed, text, max_bytes, done }) = task else { return };
        let made =
            AssertUnwindSafe(|| decompress_piece(compression, &mut spare, compressed, text, max_bytes));
        // If no one waits any more, the result is dropped.
        let _ = done.send(catch_unwind(made));
    }
}

/// Decompresses all parts of a piece, `max_bytes` at most; `spare` is the decoder of the piece before, to be reused.
fn decompress_piece(
    compression: Compression,
    spare: &mut Option<Box<dyn FormatDecoder>>,
    compressed: Vec<u8>,
    mut text: Buffer,
    max_bytes: usize,
) -> Output {
    let Some(decoder) = spare.take().or_else(|| decoder(compression).ok()) else {
        return Output { compressed, text, parts: None };
    };
    let mut stream = Stream::new(Compressed::whole(compression, compressed), decoder, Limits::default());
    let is_good = is_filled(&mut stream, &mut text, max_bytes);
    let (compressed, used) = stream.into_inner();
    let number = compressed.part();
    if is_good {
        *spare = Some(used);
    }
    Output { compressed: compressed.into_bytes(), text, parts: is_good.then_some(number) }
}

/// Decompresses the whole stream to a buffer. Returns whether it is valid and has at most `max_bytes`.
fn is_filled(stream: &mut Stream, text: &mut Buffer, max_bytes: usize) -> bool {
    text.filled = 0;
    if text.bytes.len() < max_bytes {
        text.bytes.resize(max_bytes, 0);
    }
    let mut beyond = [0];
    loop {
        let is_full = text.filled == max_bytes;
        let out = if is_full { &mut beyond[..] } else { &mut text.bytes[text.filled..max_bytes] };
        match stream.next(out, false) {
            Ok(Next::Bytes(bytes)) if !is_full => text.filled += bytes,
            Ok(Next::End) => return true,
            _ => return false,
        }
    }
}
