//! An object in parts, the next of which are requested in advance.
//!
//! Parts have a fixed size. A reader waits for the part with its offset and takes what it needs; a part that was taken
//! completely is dropped. Sequential reading requests the following parts, at first one, then twice as many
//! each time, so that inspecting the beginning does not fetch everything. Random offsets, as formats with an index use, are
//! requested exactly and not kept.
//!
//! Memory: the number of parts in the options, and for each thread that reads at random up to [`APART`] more.
//!
//! If you change this: a requested part must eventually arrive or fail, or its readers wait forever.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;

use super::options::ObjectOptions;
use super::pin::{Object, Pin};
use super::problem::Problem;
use super::remote::{Coming, Remote};

/// Parts that one read without order has on their way at once.
const APART: usize = 4;

/// The bytes of one object.
#[derive(Debug)]
pub(super) struct Parts {
    remote: Arc<Remote>,
    object: Object,
    pin: Arc<Pin>,
    part_bytes: u64,
    /// How many are held or on their way at most.
    most: usize,
    limit: Duration,
    slots: Mutex<Slots>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Slots {
    parts: BTreeMap<u64, Slot>,
    /// The first that was never asked for in order.
    next: u64,
    /// The last part that was read in order, and how many of the following are requested in advance.
    reached: Option<u64>,
    ahead: u64,
}

#[derive(Debug)]
enum Slot {
    Coming(AbortHandle),
    /// With how many bytes of it were taken.
    Here(Arc<Vec<u8>>, usize),
    Failed(Problem),
}

impl Parts {
    pub(super) fn new(remote: Arc<Remote>, object: Object, pin: Arc<Pin>, options: &ObjectOptions) -> Self {
        Self {
            remote,
            object,
            pin,
            part_bytes: options.part(),
            most: options.parts.clamp(1, 1 << 10),
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

    /// Reads some bytes at `byte_offset`; none only at the end.
    pub(super) fn read(self: &Arc<Self>, buffer: &mut [u8], byte_offset: u64) -> Result<usize, Problem> {
        if buffer.is_empty() || byte_offset >= self.size_bytes() {
            return Ok(0);
        }
        let part = byte_offset / self.part_bytes;
        let mut slots = self.lock();
        loop {
            let Some(slot) = slots.parts.get_mut(&part) else {
                if !self.is_next(&mut slots, part) {
                    drop(slots);
                    return self.read_apart(buffer, byte_offset);
                }
                for part in slots.next..=part {
                    self.ask_for(&mut slots, part);
                }
                continue;
            };
            match slot {
                Slot::Here(bytes, taken) => {
                    let bytes = Arc::clone(bytes);
                    let start = usize::try_from(byte_offset % self.part_bytes).unwrap_or(usize::MAX);
                    let length = buffer.len().min(bytes.len() - start);
                    *taken += length;
                    if *taken >= bytes.len() {
                        slots.parts.remove(&part);
                    }
                    self.reach(&mut slots, part);
                    drop(slots);
                    buffer[..length].copy_from_slice(&bytes[start..start + length]);
                    return Ok(length);
                }
                Slot::Failed(problem) => return Err(problem.clone()),
                Slot::Coming(_) => slots = self.changed.wait(slots).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Whether a part is the next in order, or, as threads overtake each other, the one after it; and there is room.
    fn is_next(&self, slots: &mut Slots, part: u64) -> bool {
        if !(slots.next..=slots.next + 1).contains(&part) {
            return false;
        }
        let wanted = if part == slots.next { 1 } else { 2 };
        while slots.parts.len() + wanted > self.most {
            // What nobody may take the rest of makes room.
            let oldest = slots.parts.iter().find(|(_, slot)| matches!(slot, Slot::Here(..)));
            let Some(oldest) = oldest.map(|(oldest, _)| *oldest).filter(|oldest| *oldest < part) else {
                return false;
            };
            slots.parts.remove(&oldest);
        }
        true
    }

    /// A part is read in order: more of the following may be requested.
    fn reach(self: &Arc<Self>, slots: &mut Slots, part: u64) {
        if slots.reached.is_none_or(|reached| part > reached) {
            slots.reached = Some(part);
            slots.ahead = (slots.ahead * 2).clamp(1, self.most as u64);
        }
        let count = self.size_bytes().div_ceil(self.part_bytes);
        while slots.next < count && slots.next <= part + slots.ahead && slots.parts.len() < self.most {
            let next = slots.next;
            self.ask_for(slots, next);
        }
    }

    fn ask_for(self: &Arc<Self>, slots: &mut Slots, part: u64) {
        let start = part * self.part_bytes;
        let range = start..(start + self.part_bytes).min(self.size_bytes());
        let parts = Arc::downgrade(self);
        let arrived = move |result: Result<Vec<u8>, Problem>| {
            let Some(parts) = parts.upgrade() else { return };
            let slot = match result {
                Ok(bytes) => Slot::Here(Arc::new(bytes), 0),
                Err(problem) => Slot::Failed(problem),
            };
            parts.lock().parts.insert(part, slot);
            parts.changed.notify_all();
        };
        let work = self.object.clone().range(Arc::clone(&self.pin), range);
        // A part that arrives waits for the lock that is held here, so the slot exists before.
        slots.parts.insert(part, Slot::Coming(self.remote.start(self.limit, work, arrived)));
        slots.next = slots.next.max(part + 1);
    }

    /// Reads exactly what is wanted, in several parts at once where it is much.
    fn read_apart(&self, buffer: &mut [u8], byte_offset: u64) -> Result<usize, Problem> {
        let end = byte_offset.saturating_add(buffer.len() as u64).min(self.size_bytes());
        let mut coming: VecDeque<Coming<Vec<u8>>> = VecDeque::with_capacity(APART);
        let mut asked = byte_offset;
        let mut filled = 0;
        loop {
            while coming.len() < APART && asked < end {
                let range = asked..asked.saturating_add(self.part_bytes).min(end);
                asked = range.end;
                coming.push_back(self.begin(range));
            }
            let Some(first) = coming.pop_front() else { return Ok(filled) };
            match first.wait() {
                Ok(bytes) => {
                    buffer[filled..filled + bytes.len()].copy_from_slice(&bytes);
                    filled += bytes.len();
                }
                // Told when its place is asked for again.
                Err(_) if filled > 0 => return Ok(filled),
                Err(problem) => return Err(problem),
            }
        }
    }

    fn begin(&self, range: Range<u64>) -> Coming<Vec<u8>> {
        self.remote.begin(self.limit, self.object.clone().range(Arc::clone(&self.pin), range))
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        for slot in self.lock().parts.values() {
            if let Slot::Coming(abort) = slot {
                abort.abort();
            }
        }
    }
}

/// A problem as an error of a reader.
pub(super) type Tell = Arc<dyn Fn(Problem) -> io::Error + Send + Sync>;

/// Reads an object in parts, from its start.
pub(super) struct PartsReader {
    parts: Arc<Parts>,
    byte_offset: u64,
    tell: Tell,
}

impl PartsReader {
    pub(super) fn new(parts: Arc<Parts>, tell: Tell) -> Self {
        Self { parts, byte_offset: 0, tell }
    }
}

impl io::Read for PartsReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.parts.read(buffer, self.byte_offset).map_err(|problem| (self.tell)(problem))?;
        self.byte_offset += bytes as u64;
        Ok(bytes)
    }
}

/// Reads an object in parts, from any place.
pub(super) struct PartsAt {
    parts: Arc<Parts>,
    tell: Tell,
}

impl PartsAt {
    pub(super) fn new(parts: Arc<Parts>, tell: Tell) -> Self {
        Self { parts, tell }
    }
}

impl crate::source::ReadAt for PartsAt {
    fn size_bytes(&self) -> u64 {
        self.parts.size_bytes()
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
        self.parts.read(buffer, byte_offset).map_err(|problem| (self.tell)(problem))
    }
}
