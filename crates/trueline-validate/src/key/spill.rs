//! The temporary file: blocks of one size, chained into lists.
//!
//! Each block begins with the number of the next block of its chain, which is reserved when the block is written. So a chain of
//! any length is identified by two numbers, and memory does not grow with the file. A hash of the block is stored with it, so
//! that lost writes cannot make keys appear unique.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use super::error::{Error, ErrorKind};
use super::hashing::Hashing;

/// The bytes at the start of a block: the next block of the chain, and the checksum.
pub(super) const BLOCK_HEADER: usize = 16;
/// The maximum number of blocks that are remembered for reuse after they were read.
const MAX_FREE: usize = 1024;

/// A linked list of blocks in the file.
#[derive(Debug)]
pub(super) struct Chain {
    first: u64,
    /// The block reserved to follow the last one written.
    next: u64,
    /// The number of bytes still to be read, without block headers. All blocks except the last are full.
    pub(super) bytes: u64,
}

/// The file, created with the first block and without a name, so that nothing is left behind however the process ends.
#[derive(Debug)]
pub(super) struct SpillFile {
    folder: PathBuf,
    pub(super) file: Option<File>,
    block_bytes: usize,
    hashing: Hashing,
    end: u64,
    free: Vec<u64>,
    pub(super) written_bytes: u64,
    /// The number of operations before one fails, for tests.
    #[cfg(test)]
    pub(super) fault: Option<u64>,
}

impl SpillFile {
    /// Creates a file of blocks with `block_bytes` bytes each, without their headers.
    pub(super) fn new(folder: PathBuf, block_bytes: usize, hashing: Hashing) -> Self {
        Self {
            folder,
            file: None,
            block_bytes,
            hashing,
            end: 0,
            free: Vec::new(),
            written_bytes: 0,
            #[cfg(test)]
            fault: None,
        }
    }

    pub(super) fn damaged(&self) -> Error {
        Error::new(ErrorKind::Damaged { folder: self.folder.clone() })
    }

    /// Writes the next block of a chain, and starts the chain if there is none. `block` has room for the header at its start.
    pub(super) fn write(&mut self, chain: &mut Option<Chain>, block: &mut [u8]) -> Result<(), Error> {
        let chain = if let Some(chain) = chain {
            chain
        } else {
            let first = self.allocate();
            chain.insert(Chain { first, next: first, bytes: 0 })
        };
        let number = chain.next;
        chain.next = self.allocate();
        chain.bytes += (block.len() - BLOCK_HEADER) as u64;
        let check = self.check(number, chain.next, &block[BLOCK_HEADER..]);
        block[..8].copy_from_slice(&chain.next.to_le_bytes());
        block[8..BLOCK_HEADER].copy_from_slice(&check.to_le_bytes());
        self.written_bytes += block.len() as u64;
        self.create()?;
        self.at(number)
            .and_then(|mut file| file.write_all(block))
            .map_err(|source| Error::new(ErrorKind::Write { folder: self.folder.clone(), source }))
    }

    /// Appends the next block of a chain to `window`; `false` if all were read.
    pub(super) fn read(&mut self, chain: &mut Chain, window: &mut Vec<u8>) -> Result<bool, Error> {
        if chain.bytes == 0 {
            return Ok(false);
        }
        let length = usize::try_from(chain.bytes).unwrap_or(usize::MAX).min(self.block_bytes);
        let start = window.len();
        window.resize(start + length, 0);
        let mut head = [0; BLOCK_HEADER];
        self.at(chain.first)
            .and_then(|mut file| {
                file.read_exact(&mut head)?;
                file.read_exact(&mut window[start..])
            })
            .map_err(|source| Error::new(ErrorKind::Read { folder: self.folder.clone(), source }))?;
        let (next, check) = split_header(head);
        if check != self.check(chain.first, next, &window[start..]) {
            return Err(self.damaged());
        }
        self.release(chain.first);
        chain.first = next;
        chain.bytes -= length as u64;
        if chain.bytes == 0 {
            self.release(chain.first);
        }
        Ok(true)
    }

    /// Computes the checksum of a block, from its number, the next block and its content.
    fn check(&self, number: u64, next: u64, content: &[u8]) -> u64 {
        self.hashing.hash(content) ^ number ^ next.rotate_left(32)
    }

    fn allocate(&mut self) -> u64 {
        self.free.pop().unwrap_or_else(|| {
            self.end += 1;
            self.end - 1
        })
    }

    fn release(&mut self, block: u64) {
        if self.free.len() < MAX_FREE {
            self.free.push(block);
        }
    }

    fn create(&mut self) -> Result<(), Error> {
        if self.file.is_none() {
            #[cfg(test)]
            self.fail()
                .map_err(|source| Error::new(ErrorKind::Create { folder: self.folder.clone(), source }))?;
            let file = tempfile::tempfile_in(&self.folder)
                .map_err(|source| Error::new(ErrorKind::Create { folder: self.folder.clone(), source }))?;
            self.file = Some(file);
        }
        Ok(())
    }

    /// Returns the file, positioned at the start of a block.
    fn at(&mut self, block: u64) -> io::Result<&File> {
        #[cfg(test)]
        self.fail()?;
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::NotFound.into()) };
        let stride = (BLOCK_HEADER + self.block_bytes) as u64;
        file.seek(SeekFrom::Start(block.saturating_mul(stride)))?;
        Ok(file)
    }

    #[cfg(test)]
    fn fail(&mut self) -> io::Result<()> {
        match &mut self.fault {
            Some(0) => Err(io::ErrorKind::StorageFull.into()),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// Returns the next block and the checksum in the header of a block.
#[expect(clippy::cast_possible_truncation, reason = "a word is cut into halves")]
fn split_header(head: [u8; BLOCK_HEADER]) -> (u64, u64) {
    let both = u128::from_le_bytes(head);
    (both as u64, (both >> 64) as u64)
}
