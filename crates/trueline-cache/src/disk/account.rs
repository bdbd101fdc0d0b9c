//! The size of the store, without listing it.
//!
//! Listing a folder of many entries takes longer than many runs of a program, so the size is not determined that way for each new
//! entry. Instead, every writer appends the size of its entry to one file, in a single write, which the system keeps intact and
//! at the end; the sum of that file is the size, for all processes alike. If the sum exceeds the limit, the entries are listed,
//! and the file is restarted with the actual size.
//!
//! The sum is inexact: an entry that is replaced counts twice, and records that others append while the file is restarted are
//! lost. The first is corrected by the listing that it causes, the second is a few entries, once in many thousands. Invalid
//! records (after a full disk or a crash) cause a listing too.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::folder::Folder;

const NAME: &str = "account";
/// A number and its complement, both little-endian.
const RECORD_BYTES: usize = 16;
/// Set in the number of a record with the size of the store; all other records contain the size of an added entry.
const TOTAL: u64 = 1 << 63;
/// The number of records at which they are combined into one.
const MAX_RECORDS: usize = 8192;
/// The number of records of this handle after which the file is read again, for those of others.
const READ_EVERY: u32 = 32;
/// The same for bytes: this fraction of the maximum size of the store.
const READ_EVERY_SHARE: u64 = 256;

/// The sum, as known to this handle.
#[derive(Debug)]
pub(super) struct Account {
    read_every_bytes: u64,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The sum when the file was last read.
    total: Option<u64>,
    /// What this handle has added since.
    records: u32,
    bytes: u64,
}

impl Account {
    pub(super) fn new(max_bytes: u64) -> Self {
        Self { read_every_bytes: max_bytes / READ_EVERY_SHARE, known: Mutex::default() }
    }

    /// Adds an entry. Returns the new size of the store, or `None` if the file does not contain it.
    pub(super) fn add(&self, folder: &Folder, bytes: u64) -> io::Result<Option<u64>> {
        let mut file = folder.append(NAME)?;
        file.write_all(&record(bytes & !TOTAL))?;
        let mut known = self.lock();
        known.records += 1;
        known.bytes = known.bytes.saturating_add(bytes);
        if let Some(total) = known.total
            && known.records < READ_EVERY
            && known.bytes < self.read_every_bytes
        {
            return Ok(Some(total.saturating_add(known.bytes)));
        }
        let total = sum(&file)?;
        *known = Known { total, ..Known::default() };
        if let Some(total) = total
            && file.metadata()?.len() >= (MAX_RECORDS * RECORD_BYTES) as u64
        {
            restart(&file, total)?;
        }
        Ok(total)
    }

    /// Restarts the file with the size determined by a listing.
    pub(super) fn set(&self, folder: &Folder, total: u64) -> io::Result<()> {
        restart(&folder.append(NAME)?, total)?;
        *self.lock() = Known { total: Some(total), ..Known::default() };
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn restart(mut file: &File, total: u64) -> io::Result<()> {
    file.set_len(0)?;
    file.write_all(&record(total | TOTAL))
}

/// Computes the sum of a file; `None` if it does not start with a size, contains an invalid record, or is too long.
fn sum(mut file: &File) -> io::Result<Option<u64>> {
    let max_bytes = 2 * MAX_RECORDS * RECORD_BYTES;
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(max_bytes as u64).read_to_end(&mut bytes)?;
    if bytes.len() == max_bytes {
        return Ok(None);
    }
    Ok(sum_records(&bytes))
}

fn sum_records(bytes: &[u8]) -> Option<u64> {
    let (records, rest) = bytes.as_chunks::<RECORD_BYTES>();
    let mut sum = None;
    for record in records {
        let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|index| record[at + index]));
        let value = number(0);
        if value != !number(8) {
            return None;
        }
        // If two restart the file at once, the later one counts.
        sum = Some(if value & TOTAL == 0 { u64::saturating_add(sum?, value) } else { value & !TOTAL });
    }
    sum.filter(|_| rest.is_empty())
}

fn record(number: u64) -> [u8; RECORD_BYTES] {
    let mut record = [0; RECORD_BYTES];
    record[..8].copy_from_slice(&number.to_le_bytes());
    record[8..].copy_from_slice(&(!number).to_le_bytes());
    record
}

#[cfg(test)]
mod tests {
    use super::{TOTAL, record, sum_records};

    #[test]
    fn records_add_up_from_a_size() {
        let sum = |numbers: &[u64]| {
            sum_records(&numbers.iter().flat_map(|&number| record(number)).collect::<Vec<_>>())
        };
        assert_eq!(sum(&[TOTAL | 5, 3, 4]), Some(12));
        assert_eq!(sum(&[TOTAL | 5, 3, TOTAL | 7, 1]), Some(8));
        assert_eq!(sum(&[TOTAL]), Some(0));
        assert_eq!(sum(&[3, TOTAL | 5]), None);
        assert_eq!(sum(&[]), None);
    }

    #[test]
    fn what_is_no_record_is_no_sum() {
        let bytes = [record(TOTAL | 5), record(3)].concat();
        for cut in 0..bytes.len() {
            assert_eq!(sum_records(&bytes[..cut]), (cut == 16).then_some(5), "{cut}");
        }
        for at in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[at] ^= 0x10;
            assert_eq!(sum_records(&bytes), None, "{at}");
        }
    }
}
