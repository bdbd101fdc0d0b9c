//! Ascending keys: all are distinct, and only the last one must be remembered.

use std::cmp::Ordering;

use super::buffer::take_number;

/// The first and last key, and the orders in which each key so far was greater than the previous one.
#[derive(Clone, Debug, Default)]
pub(super) struct Ascent {
    /// The first and the last key; `None` before the first one.
    ends: Option<[Vec<u8>; 2]>,
    orders: Orders,
}

/// The orders that hold: by bytes, which suits keys of one length, dates and names; by length and then bytes, which suits
/// numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Orders {
    by_bytes: bool,
    by_length: bool,
}

impl Default for Orders {
    fn default() -> Self {
        Self { by_bytes: true, by_length: true }
    }
}

impl Orders {
    #[inline]
    fn step(&mut self, before: &[u8], now: &[u8]) {
        let bytes = before.cmp(now);
        self.by_bytes &= bytes == Ordering::Less;
        self.by_length &= before.len().cmp(&now.len()).then(bytes) == Ordering::Less;
    }

    fn holds(self) -> bool {
        self.by_bytes || self.by_length
    }
}

impl Ascent {
    /// Creates the state of keys that are known not to ascend, or whose order does not matter.
    pub(super) fn broken() -> Self {
        Self { ends: None, orders: Orders { by_bytes: false, by_length: false } }
    }

    pub(super) fn holds(&self) -> bool {
        self.orders.holds()
    }

    /// Consumes the following keys as long as they ascend, and calls `seen` for each, also for the first that does not.
    #[inline]
    pub(super) fn extend<'k>(
        &mut self,
        keys: &mut impl Iterator<Item = &'k [u8]>,
        mut seen: impl FnMut(&'k [u8]),
    ) {
        if !self.holds() {
            return;
        }
        let Some(first) = keys.next() else { return };
        seen(first);
        match &self.ends {
            Some([_, last]) => self.orders.step(last, first),
            None => self.ends = Some([first.to_vec(), Vec::new()]),
        }
        let mut last = first;
        while self.holds()
            && let Some(key) = keys.next()
        {
            seen(key);
            self.orders.step(last, key);
            last = key;
        }
        if let Some([_, end]) = &mut self.ends {
            end.clear();
            end.extend_from_slice(last);
        }
    }

    /// Appends the state to `bytes`: the orders, and the first and last key if there are any.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let Orders { by_bytes, by_length } = self.orders;
        bytes.push(u8::from(by_bytes) | u8::from(by_length) << 1 | u8::from(self.ends.is_some()) << 2);
        for end in self.ends.iter().flatten() {
            bytes.extend_from_slice(&(end.len() as u64).to_le_bytes());
            bytes.extend_from_slice(end);
        }
    }

    /// Takes what `write` wrote from the front of `bytes`; `None` if it is damaged.
    pub(super) fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (flags, rest) = bytes.split_first()?;
        *bytes = rest;
        let mut end = || {
            let length = usize::try_from(take_number(bytes)?).ok()?;
            let (end, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            Some(end.to_vec())
        };
        let ends = if flags & 4 == 0 { None } else { Some([end()?, end()?]) };
        Some(Self { ends, orders: Orders { by_bytes: flags & 1 != 0, by_length: flags & 2 != 0 } })
    }

    /// Appends the keys that follow.
    pub(super) fn append(&mut self, later: &Self) {
        let Some([first, last]) = &later.ends else {
            self.orders.by_bytes &= later.orders.by_bytes;
            self.orders.by_length &= later.orders.by_length;
            return;
        };
        let mut orders = later.orders;
        orders.by_bytes &= self.orders.by_bytes;
        orders.by_length &= self.orders.by_length;
        if let Some([_, end]) = &self.ends {
            orders.step(end, first);
        }
        if orders.holds() {
            let first = self.ends.take().map_or_else(|| first.clone(), |[first, _]| first);
            self.ends = Some([first, last.clone()]);
        }
        self.orders = orders;
    }
}
