//! Finds repeated keys by sorting: 38 bits of each key's hash and 34 bits of its position are stored in eight bytes and a bucket,
//! equal hashes become adjacent, and only those keys are read again and compared.

use std::collections::HashMap;
use std::fs::File;
use std::hash::BuildHasher;
use std::os::unix::fs::FileExt;

use foldhash::fast::FixedState;

use crate::record::first_cell;

const BUCKETS: usize = 256;
/// The number of bits for the position of a record in the file: 16 GiB.
const PLACE_BITS: u32 = 34;

/// The keys of one thread.
#[derive(Clone)]
pub(crate) struct Keys {
    buckets: Vec<Vec<u64>>,
    state: FixedState,
}

impl Default for Keys {
    fn default() -> Self {
        Self { buckets: vec![Vec::new(); BUCKETS], state: FixedState::default() }
    }
}

impl Keys {
    /// Adds the key of the record that begins at `position`.
    #[inline]
    pub(crate) fn push(&mut self, key: &[u8], position: u64) {
        let hash = self.state.hash_one(key);
        assert!(position >> PLACE_BITS == 0, "a file of more than 16 GiB");
        let print = (hash << 8) & !((1 << PLACE_BITS) - 1);
        self.buckets[(hash >> 56) as usize].push(print | position);
    }
}

/// Returns the number of keys that repeat an earlier one. The key is the first cell of each record.
pub(crate) fn repeats(parts: &[&Keys], file: &File, threads: usize) -> u64 {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let (mut all, mut repeats) = (Vec::new(), 0);
        loop {
            let bucket = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if bucket >= BUCKETS {
                return repeats;
            }
            all.clear();
            for part in parts {
                all.extend_from_slice(&part.buckets[bucket]);
            }
            all.sort_unstable();
            repeats += repeats_in(&all, file);
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("sorted")).sum()
    })
}

fn repeats_in(sorted: &[u64], file: &File) -> u64 {
    let equal = |a: &u64, b: &u64| a >> PLACE_BITS == b >> PLACE_BITS;
    let mut repeats = 0;
    for group in sorted.chunk_by(equal).filter(|group| group.len() > 1) {
        let mut seen: HashMap<Vec<u8>, u64> = HashMap::new();
        for place in group {
            *seen.entry(key_at(file, place & ((1 << PLACE_BITS) - 1))).or_default() += 1;
        }
        repeats += group.len() as u64 - seen.len() as u64;
    }
    repeats
}

fn key_at(file: &File, position: u64) -> Vec<u8> {
    let mut size = 128;
    loop {
        let mut buffer = vec![0; size];
        let mut filled = 0;
        while filled < size {
            match file.read_at(&mut buffer[filled..], position + filled as u64).expect("readable") {
                0 => break,
                bytes => filled += bytes,
            }
        }
        let text = &buffer[..filled];
        // The second half of a line end may still precede the record.
        let start = text.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or(0);
        match first_cell(&text[start..]) {
            Some((key, rest)) if !rest.is_empty() => return key,
            Some((key, _)) if filled < size => return key,
            _ => {}
        }
        assert!(filled == size, "the record has no key");
        size *= 4;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_counted_by_their_bytes() {
        let long = "k".repeat(1000);
        let rows = [
            "a,1\n",
            "b,1\n",
            "\"a\",2\n",
            "\r\nb,3\n",
            &format!("{long},1\n"),
            &format!("{long},2"),
            "x,3\n",
        ];
        let names = ["a", "b", "a", "b", &long, &long, ""];
        let mut file = tempfile::tempfile().unwrap();
        io_write(&mut file, rows.concat().as_bytes());
        let (mut keys, mut position) = ([Keys::default(), Keys::default()], 0);
        for (index, (row, name)) in rows.iter().zip(names).take(6).enumerate() {
            keys[index % 2].push(name.as_bytes(), position);
            position += row.len() as u64;
        }
        assert_eq!(repeats(&keys.iter().collect::<Vec<_>>(), &file, 2), 3);
    }

    fn io_write(file: &mut File, bytes: &[u8]) {
        std::io::Write::write_all(file, bytes).unwrap();
    }
}
