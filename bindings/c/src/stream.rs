//! Inputs that the caller writes in pieces.
//!
//! The engine reads its input and the caller writes it, so the run has a separate thread, and a short queue
//! of pieces connects the two.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use trueline::{Report, Source, SourceError};

use crate::callback::CallbackHandle;
use crate::fault::{self, Fault, fault};
use crate::source::run_ended;
use crate::status::Status;
use crate::validator::Runner;

/// The maximum size of a piece, and the maximum number of pieces in the queue: 4 MiB in total.
const PIECE_BYTES: usize = 256 << 10;
const QUEUE_PIECES: usize = 16;
/// The time between two questions whether the run should end, while it waits for data.
const PAUSE: Duration = Duration::from_millis(100);

/// An input that is validated while it is written. Free it with `trueline_stream_free`, finished or not.
pub struct Stream {
    /// `None` after the input was ended.
    pieces: Option<SyncSender<Vec<u8>>>,
    run: Option<JoinHandle<Result<Report, Fault>>>,
    is_abandoned: Arc<AtomicBool>,
}

impl Stream {
    pub(crate) fn new(runner: Arc<Runner>, name: &str) -> Result<Self, Fault> {
        let (sender, receiver) = mpsc::sync_channel(QUEUE_PIECES);
        let is_abandoned = Arc::new(AtomicBool::new(false));
        let (name, abandoned) = (name.to_owned(), Arc::clone(&is_abandoned));
        let run = move || {
            runner.run(|validator, callbacks| {
                let (receiver, callbacks) = (Mutex::new(Some(receiver)), callbacks.clone());
                let source = PieceSource { name, receiver, callbacks, is_abandoned: abandoned };
                Ok(validator.validate(&source)?)
            })
        };
        let run = thread::Builder::new().name("trueline".to_owned()).spawn(run).map_err(|error| {
            fault(Status::Internal, c"internal.thread", format!("no thread could be started: {error}"))
        })?;
        Ok(Self { pieces: Some(sender), run: Some(run), is_abandoned })
    }

    /// Passes bytes to the engine; blocks while the queue is full.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let pieces = self.pieces.as_ref().ok_or_else(ended)?;
        for piece in bytes.chunks(PIECE_BYTES) {
            if pieces.send(piece.to_vec()).is_err() {
                // The run has ended before its input, as it does when a limit is exceeded; its report says why.
                break;
            }
        }
        Ok(())
    }

    /// Ends the input and waits for the report.
    pub(crate) fn finish(&mut self) -> Result<Report, Fault> {
        self.pieces.take().ok_or_else(ended)?;
        let run = self.run.take().ok_or_else(ended)?;
        run.join().unwrap_or_else(|panic| {
            let fault = fault::panic(&*panic);
            std::mem::forget(panic);
            Err(fault)
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.is_abandoned.store(true, Ordering::Release);
        self.pieces = None;
        if let Some(run) = self.run.take() {
            // The result is not needed.
            if let Err(panic) = run.join() {
                std::mem::forget(panic);
            }
        }
    }
}

fn ended() -> Fault {
    fault(Status::State, c"stream.ended", "the stream was finished before; nothing more can come of it")
}

/// A source of the pieces in the queue, which can be read once.
struct PieceSource {
    name: String,
    receiver: Mutex<Option<Receiver<Vec<u8>>>>,
    callbacks: CallbackHandle,
    is_abandoned: Arc<AtomicBool>,
}

impl Source for PieceSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        let pieces = self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (callbacks, is_abandoned) = (self.callbacks.clone(), Arc::clone(&self.is_abandoned));
        Ok(Box::new(PieceReader { pieces, callbacks, is_abandoned, piece: Vec::new(), at: 0 }))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

struct PieceReader {
    /// `None` after the end.
    pieces: Option<Receiver<Vec<u8>>>,
    callbacks: CallbackHandle,
    is_abandoned: Arc<AtomicBool>,
    /// The current piece, and the number of its bytes that are read.
    piece: Vec<u8>,
    at: usize,
}

impl PieceReader {
    /// Waits for the next piece; `None` after the last one. Asks for each piece, at the end, and while it
    /// waits, whether the run should end.
    fn receive(&mut self) -> io::Result<Option<Vec<u8>>> {
        while let Some(pieces) = &self.pieces {
            let received = pieces.recv_timeout(PAUSE);
            // The input of a stream that is freed before its end must not count as complete.
            if self.is_abandoned.load(Ordering::Acquire) || self.callbacks.is_cancelled() {
                return Err(run_ended());
            }
            match received {
                Ok(piece) => return Ok(Some(piece)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.pieces = None,
            }
        }
        Ok(None)
    }
}

impl Read for PieceReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            let Some(next) = self.receive()? else { return Ok(0) };
            (self.piece, self.at) = (next, 0);
        }
        let count = (&self.piece[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}
