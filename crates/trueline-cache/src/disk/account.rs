//! How large the store is, without looking.
//!
//! Listing a folder of many entries takes longer than many a run of a program, so the size is not found that way each time something
//! is put in. Instead every writer appends the size of what it adds to one file, in a single write, which the system keeps whole and
//! puts at the end; the sum of that file is the size, for all processes alike. When it says that the store is too large, the entries are
//! listed, and the file starts anew with the true size.
//!
//! The sum errs: an entry that is replaced counts twice, and what others append in the moment in which the file starts anew is lost.
//! The first is put right by the listing that it brings about, the second is a few entries, once in many thousands. Records that make
//! no sense (a disk that was full, a machine that stopped) lead to a listing too.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::folder::Folder;

const NAME: &str = "account";
/// A number, and its complement, both little-endian.
const RECORD_BYTES: usize = 16;
/// Set in the number of a record that says how large the store was, as all others say what was added.
const TOTAL: u64 = 1 << 63;
/// How long the file gets before it is put together to one record.
const MAX_RECORDS: usize = 8192;
/// After so many records of this handle the file is read again, for those of others.
const READ_EVERY: u32 = 32;
/// And after this part of what the store may hold.
const READ_EVERY_SHARE: u64 = 256;

/// The sum, as this handle knows it.
#[derive(Debug)]
pub(super) struct Account {
    read_every_bytes: u64,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// What the file said.
    total: Option<u64>,
    /// Added by this handle since.
    records: u32,
    bytes: u64,
}

impl Account {
    pub(super) fn new(max_bytes: u64) -> Self {
        Self { read_every_bytes: max_bytes / READ_EVERY_SHARE, known: Mutex::default() }
    }

    /// Adds an entry. The size with it, or `None` where the file does not say.
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

    /// Starts anew with what a listing has found.
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

/// The sum of a file. `None` where it does not begin with a size, holds what is no record, or is too long.
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
        // Of two that start the file anew at once the later one counts.
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
