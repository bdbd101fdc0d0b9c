//! The distinct keys of one partition: a hash table of slots that point to records in pages.
//!
//! A slot has 32 bits of the hash and 32 bits of the position of the record, so a key that is not in the table is nearly always
//! recognized by the slots alone, and records, which are only appended, need no room to grow.

use super::hashing;
use super::place::KeyPlace;
use super::record;

/// Records begin within the first 4 GiB, a limit of the slots.
const MAX_POSITION: usize = u32::MAX as usize - 1;

/// Keys with their first places and their counts.
#[derive(Debug)]
pub(super) struct Table {
    /// The tag in the high half, the position plus 1 in the low half; 0 if free. The number of slots is a power of two.
    slots: Vec<u64>,
    used: usize,
    pages: Vec<Vec<u8>>,
    /// Empty pages of the usual size, to be reused.
    spare: Vec<Vec<u8>>,
    page_bits: u32,
    held_bytes: usize,
    peak: usize,
    limit: usize,
}

/// The result of counting a key.
#[derive(Debug)]
pub(super) enum CountResult {
    /// The key is new and now in the table.
    First,
    /// The key was in the table; this is its `nth` occurrence.
    Again { nth: u64, first: KeyPlace },
    /// The key is not in the table, and there is no room.
    Full,
}

impl Table {
    /// Creates a table; `page_bytes` must be a power of two.
    pub(super) fn new(page_bytes: usize) -> Self {
        Self {
            slots: Vec::new(),
            used: 0,
            pages: Vec::new(),
            spare: Vec::new(),
            page_bits: page_bytes.trailing_zeros(),
            held_bytes: 0,
            peak: 0,
            limit: 0,
        }
    }

    /// Removes all keys. From now on, the table takes at most `limit` bytes and is sized for `keys` keys.
    pub(super) fn reset(&mut self, limit: usize, keys: u64) {
        let page_bytes = 1 << self.page_bits;
        for mut page in self.pages.drain(..) {
            if page.capacity() == page_bytes {
                page.clear();
                self.spare.push(page);
            }
        }
        // At most half of the limit is given to slots in advance, because keys may repeat.
        let expected = usize::try_from(keys + keys / 3).unwrap_or(usize::MAX);
        let most = (limit / 4 / size_of::<u64>()).max(16);
        let wanted = expected.clamp(16, most).next_power_of_two();
        self.slots.clear();
        if !(wanted..=4 * wanted).contains(&self.slots.capacity()) {
            self.slots = Vec::new();
            self.slots.reserve_exact(wanted);
        }
        self.slots.resize(wanted, 0);
        self.used = 0;
        self.limit = limit;
        let slots = self.slots.capacity() * size_of::<u64>();
        self.spare.truncate(limit.saturating_sub(slots) / page_bytes);
        self.held_bytes = slots + self.spare.len() * page_bytes;
        self.peak = self.held_bytes;
    }

    /// Returns the peak memory since the last reset, in bytes.
    pub(super) fn peak(&self) -> usize {
        self.peak.max(self.held_bytes)
    }

    /// Counts a key. If it is new, adds it, provided that the table `is_open` for new keys and there is room.
    #[inline]
    pub(super) fn count(&mut self, hash: u64, key: &[u8], place: &KeyPlace, is_open: bool) -> CountResult {
        let tag = hashing::tag(hash);
        let mask = self.slots.len() - 1;
        let mut at = tag as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                break;
            }
            if (slot >> 32) == u64::from(tag)
                && let Some((nth, first)) = self.count_again(slot, key)
            {
                return CountResult::Again { nth, first };
            }
            at = (at + 1) & mask;
        }
        if !is_open {
            return CountResult::Full;
        }
        self.insert(tag, key, place, at)
    }

    /// Counts the key of a record if it is `key`.
    fn count_again(&mut self, slot: u64, key: &[u8]) -> Option<(u64, KeyPlace)> {
        let position = hashing::tag(slot) as usize - 1;
        let page = &mut self.pages[position >> self.page_bits];
        record::count(&mut page[position & ((1 << self.page_bits) - 1)..], key)
    }

    fn insert(&mut self, tag: u32, key: &[u8], place: &KeyPlace, mut at: usize) -> CountResult {
        if self.used + self.used / 4 >= self.slots.len() - 1 {
            if !self.grow() {
                return CountResult::Full;
            }
            at = free_slot(&self.slots, tag);
        }
        let Some(position) = self.reserve_record(record::MAX_HEADER + key.len()) else {
            return CountResult::Full;
        };
        let Some(page) = self.pages.last_mut() else { return CountResult::Full };
        record::write(page, key, place);
        self.slots[at] = u64::from(tag) << 32 | (position as u64 + 1);
        self.used += 1;
        CountResult::First
    }

    /// Ensures that the last page has room for `bytes` more, and returns the position of that room.
    fn reserve_record(&mut self, bytes: usize) -> Option<usize> {
        let page_bytes: usize = 1 << self.page_bits;
        let fits = self
            .pages
            .last()
            .is_some_and(|page| page.len() < page_bytes && page.capacity() - page.len() >= bytes);
        if !fits {
            if bytes <= page_bytes
                && let Some(page) = self.spare.pop()
            {
                self.pages.push(page);
            } else {
                let capacity = bytes.max(page_bytes);
                if self.held_bytes + capacity > self.limit && self.used > 0 {
                    return None;
                }
                let page = Vec::with_capacity(capacity);
                self.held_bytes += page.capacity();
                self.pages.push(page);
            }
        }
        let start = self.pages.last().map_or(0, Vec::len);
        Some(((self.pages.len() - 1) << self.page_bits) + start).filter(|&position| position <= MAX_POSITION)
    }

    /// Doubles the slots, if the limit allows.
    fn grow(&mut self) -> bool {
        let bytes = 2 * self.slots.len() * size_of::<u64>();
        if self.held_bytes + bytes > self.limit && self.used > 0 {
            return false;
        }
        self.peak = self.peak.max(self.held_bytes + bytes);
        let old = std::mem::take(&mut self.slots);
        self.held_bytes = self.held_bytes + bytes - old.capacity() * size_of::<u64>();
        self.slots = vec![0; 2 * old.len()];
        for slot in old.into_iter().filter(|&slot| slot != 0) {
            let at = free_slot(&self.slots, hashing::tag(slot >> 32));
            self.slots[at] = slot;
        }
        true
    }
}

/// Returns the first free slot for a tag.
fn free_slot(slots: &[u64], tag: u32) -> usize {
    let mask = slots.len() - 1;
    let mut at = tag as usize & mask;
    while slots[at] != 0 {
        at = (at + 1) & mask;
    }
    at
}
