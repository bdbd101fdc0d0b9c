//! An object in parts, the next of which are requested in advance.
//!
//! Parts have a fixed size. A reader waits for the part that contains its offset and copies what it needs; a part that was
//! copied completely is dropped. Sequential reading prefetches the following parts, at first one, then twice as many each time,
//! so that inspecting the beginning does not fetch everything. Random offsets, as formats with an index use, are requested
//! exactly and not kept.
//!
//! Memory: the number of parts in the options, and for each thread that reads at random up to [`MAX_RANDOM_REQUESTS`] more.
//!
//! If you change this: a requested part must eventually arrive or fail, or its readers wait forever.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;

use super::network::{NetworkThread, PendingRequest};
use super::options::ObjectOptions;
use super::pin::{Object, Pin};
use super::problem::Problem;

/// The maximum number of concurrent requests of one random read.
const MAX_RANDOM_REQUESTS: usize = 4;

/// The bytes of one object.
#[derive(Debug)]
pub(super) struct Parts {
    network: Arc<NetworkThread>,
    object: Object,
    pin: Arc<Pin>,
    part_bytes: u64,
    /// The maximum number of parts held or requested.
    max_slots: usize,
    limit: Duration,
    slots: Mutex<Slots>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Slots {
    parts: BTreeMap<u64, Slot>,
    /// The number of the next part to request in sequential order.
    next: u64,
    /// The last part that was read sequentially.
    last_read: Option<u64>,
    /// The number of parts after it that are prefetched.
    prefetch_parts: u64,
}

#[derive(Debug)]
enum Slot {
    Pending(AbortHandle),
    /// The bytes of the part, and how many of them were copied to readers.
    Ready(Arc<Vec<u8>>, usize),
    Failed(Problem),
}

impl Parts {
    pub(super) fn new(
        network: Arc<NetworkThread>,
        object: Object,
        pin: Arc<Pin>,
        options: &ObjectOptions,
    ) -> Self {
        Self {
            network,
            object,
            pin,
            part_bytes: options.part(),
            max_slots: options.parts.clamp(1, 1 << 10),
            limit: options.part_timeout,
            slots: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    pub(super) fn size_bytes(&self) -> u64 {
        self.pin.size_bytes()
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads some bytes at `byte_offset`; returns 0 only at the end.
    pub(super) fn read(self: &Arc<Self>, buffer: &mut [u8], byte_offset: u64) -> Result<usize, Problem> {
        if buffer.is_empty() || byte_offset >= self.size_bytes() {
            return Ok(0);
        }
        let part = byte_offset / self.part_bytes;
        let mut slots = self.lock();
        loop {
            let Some(slot) = slots.parts.get_mut(&part) else {
                if !self.is_sequential(&mut slots, part) {
                    drop(slots);
                    return self.read_random(buffer, byte_offset);
                }
                for part in slots.next..=part {
                    self.request(&mut slots, part);
                }
                continue;
            };
            match slot {
                Slot::Ready(bytes, taken) => {
                    let bytes = Arc::clone(bytes);
                    let start = usize::try_from(byte_offset % self.part_bytes).unwrap_or(usize::MAX);
                    let length = buffer.len().min(bytes.len() - start);
                    *taken += length;
                    if *taken >= bytes.len() {
                        slots.parts.remove(&part);
                    }
                    self.prefetch_after(&mut slots, part);
                    drop(slots);
                    buffer[..length].copy_from_slice(&bytes[start..start + length]);
                    return Ok(length);
                }
                Slot::Failed(problem) => return Err(problem.clone()),
                Slot::Pending(_) => slots = self.changed.wait(slots).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Whether a part continues sequential reading and there is room for it. As threads overtake each other, the part may also be
    /// the one after the next.
    fn is_sequential(&self, slots: &mut Slots, part: u64) -> bool {
        if !(slots.next..=slots.next + 1).contains(&part) {
            return false;
        }
        let wanted = if part == slots.next { 1 } else { 2 };
        while slots.parts.len() + wanted > self.max_slots {
            // To make room, drop the oldest part: its remaining bytes may never be read.
            let oldest = slots.parts.iter().find(|(_, slot)| matches!(slot, Slot::Ready(..)));
            let Some(oldest) = oldest.map(|(oldest, _)| *oldest).filter(|oldest| *oldest < part) else {
                return false;
            };
            slots.parts.remove(&oldest);
        }
        true
    }

    /// Prefetches the parts that follow a sequentially read part.
    fn prefetch_after(self: &Arc<Self>, slots: &mut Slots, part: u64) {
        if slots.last_read.is_none_or(|last_read| part > last_read) {
            slots.last_read = Some(part);
            slots.prefetch_parts = (slots.prefetch_parts * 2).clamp(1, self.max_slots as u64);
        }
        let count = self.size_bytes().div_ceil(self.part_bytes);
        while slots.next < count
            && slots.next <= part + slots.prefetch_parts
            && slots.parts.len() < self.max_slots
        {
            let next = slots.next;
            self.request(slots, next);
        }
    }

    fn request(self: &Arc<Self>, slots: &mut Slots, part: u64) {
        let start = part * self.part_bytes;
        let range = start..(start + self.part_bytes).min(self.size_bytes());
        let parts = Arc::downgrade(self);
        let on_response = move |result: Result<Vec<u8>, Problem>| {
            let Some(parts) = parts.upgrade() else { return };
            let slot = match result {
                Ok(bytes) => Slot::Ready(Arc::new(bytes), 0),
                Err(problem) => Slot::Failed(problem),
            };
            parts.lock().parts.insert(part, slot);
            parts.changed.notify_all();
        };
        let work = self.object.clone().range(Arc::clone(&self.pin), range);
        // The callback waits for the lock that is held here, so it finds the slot.
        slots.parts.insert(part, Slot::Pending(self.network.spawn_with(self.limit, work, on_response)));
        slots.next = slots.next.max(part + 1);
    }

    /// Reads exactly the requested bytes, with several concurrent requests if they exceed the size of a part.
    fn read_random(&self, buffer: &mut [u8], byte_offset: u64) -> Result<usize, Problem> {
        let end = byte_offset.saturating_add(buffer.len() as u64).min(self.size_bytes());
        let mut pending: VecDeque<PendingRequest<Vec<u8>>> = VecDeque::with_capacity(MAX_RANDOM_REQUESTS);
        let mut requested_end = byte_offset;
        let mut filled = 0;
        loop {
            while pending.len() < MAX_RANDOM_REQUESTS && requested_end < end {
                let range = requested_end..requested_end.saturating_add(self.part_bytes).min(end);
                requested_end = range.end;
                pending.push_back(self.request_range(range));
            }
            let Some(first) = pending.pop_front() else { return Ok(filled) };
            match first.wait() {
                Ok(bytes) => {
                    buffer[filled..filled + bytes.len()].copy_from_slice(&bytes);
                    filled += bytes.len();
                }
                // The caller reads again at this offset and then gets the problem.
                Err(_) if filled > 0 => return Ok(filled),
                Err(problem) => return Err(problem),
            }
        }
    }

    fn request_range(&self, range: Range<u64>) -> PendingRequest<Vec<u8>> {
        self.network.spawn(self.limit, self.object.clone().range(Arc::clone(&self.pin), range))
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        for slot in self.lock().parts.values() {
            if let Slot::Pending(abort) = slot {
                abort.abort();
            }
        }
    }
}

/// Converts a problem to the error of a reader.
pub(super) type ToIoError = Arc<dyn Fn(Problem) -> io::Error + Send + Sync>;

/// Reads an object in parts, from its start.
pub(super) struct PartsReader {
    parts: Arc<Parts>,
    byte_offset: u64,
    to_io_error: ToIoError,
}

impl PartsReader {
    pub(super) fn new(parts: Arc<Parts>, to_io_error: ToIoError) -> Self {
        Self { parts, byte_offset: 0, to_io_error }
    }
}

impl io::Read for PartsReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes =
            self.parts.read(buffer, self.byte_offset).map_err(|problem| (self.to_io_error)(problem))?;
        self.byte_offset += bytes as u64;
        Ok(bytes)
    }
}

/// Reads an object in parts, at any offset.
pub(super) struct PartsAt {
    parts: Arc<Parts>,
    to_io_error: ToIoError,
}

impl PartsAt {
    pub(super) fn new(parts: Arc<Parts>, to_io_error: ToIoError) -> Self {
        Self { parts, to_io_error }
    }
}

impl crate::source::ReadAt for PartsAt {
    fn size_bytes(&self) -> u64 {
        self.parts.size_bytes()
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
        self.parts.read(buffer, byte_offset).map_err(|problem| (self.to_io_error)(problem))
    }
}
