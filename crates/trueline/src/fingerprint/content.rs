//! Hashes the contents of files on several threads.
//!
//! Files are read into buffers small enough to stay in the processor cache between reading and hashing; nothing is memory-mapped.
//! Each thread takes the next file. With BLAKE3, files of more than one part are deferred, and then each thread takes the next
//! part: BLAKE3 is a tree, and a part whose size is a power of two is a complete subtree (section 2.1 of the paper), so that no
//! thread waits for a large file at the end.

use std::fs::{self, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root,
};
use sha2::Digest;

use super::list::{Entry, Kind, fail};
use super::{Algorithm, FilesOptions};
use crate::error::Error;

/// What is read and hashed in one go.
const BUFFER_BYTES: usize = 256 << 10;
/// What a thread takes of a large file: a power of two, and a multiple of the buffer.
const PART_BYTES: u64 = 1 << 20;

/// A length and a hash.
type Hashed = (u64, [u8; 32]);

/// Either hash function.
pub(super) enum Hasher {
    Blake3(Box<blake3::Hasher>),
    Sha256(sha2::Sha256),
}

impl Hasher {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Blake3 => Self::Blake3(Box::default()),
            Algorithm::Sha256 => Self::Sha256(sha2::Sha256::new()),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Blake3(hasher) => {
                hasher.update(bytes);
            }
            Self::Sha256(hasher) => hasher.update(bytes),
        }
    }

    pub(super) fn finish(self) -> [u8; 32] {
        match self {
            Self::Blake3(hasher) => *hasher.finalize().as_bytes(),
            Self::Sha256(hasher) => hasher.finalize().into(),
        }
    }
}

/// A file that is hashed in parts.
struct Large<'e> {
    index: usize,
    path: &'e Path,
    before: Metadata,
}

/// What became of a file that a thread took.
enum Taken<'e> {
    Hashed(Hashed),
    Large(Large<'e>),
}

/// The length and hash of each entry.
pub(super) fn hash(entries: &[Entry], options: &FilesOptions) -> Result<Vec<Hashed>, Error> {
    let shares = options.algorithm == Algorithm::Blake3 && options.threads > 1;
    let taken = work(entries.len(), options.threads, |index, buffer| {
        take(index, &entries[index], options.algorithm, shares, buffer)
    })?;
    let mut hashes = Vec::with_capacity(entries.len());
    let mut large = Vec::new();
    for taken in taken {
        hashes.push(match taken {
            Taken::Hashed(hashed) => hashed,
            Taken::Large(file) => {
                let bytes = file.before.len();
                large.push(file);
                (bytes, [0; 32])
            }
        });
    }
    for (file, hash) in large.iter().zip(hash_large(&large, options.threads)?) {
        hashes[file.index].1 = hash;
    }
    Ok(hashes)
}

/// Runs tasks on several threads, each with a buffer, and returns the results in order. After a failure no further tasks are
/// started, and the first failure by order is returned: earlier tasks were started earlier.
fn work<T: Send>(
    tasks: usize,
    threads: usize,
    run: impl Fn(usize, &mut [u8]) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || {
        let mut done = Vec::new();
        let mut buffer = vec![0; BUFFER_BYTES];
        while !has_failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= tasks {
                break;
            }
            let result = run(index, &mut buffer);
            if result.is_err() {
                has_failed.store(true, Ordering::Relaxed);
            }
            done.push((index, result));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        // Where the system does not start as many threads, there are fewer.
        let start = |_| thread::Builder::new().spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..threads.min(tasks)).map_while(start).collect();
        let mut done = work();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn take<'e>(
    index: usize,
    entry: &'e Entry,
    algorithm: Algorithm,
    shares: bool,
    buffer: &mut [u8],
) -> Result<Taken<'e>, Error> {
    let path = entry.path.as_path();
    let hashed = match entry.kind {
        Kind::Link => hash_link(path, algorithm).map(Taken::Hashed),
        Kind::File => (|| {
            let mut file = fs::File::open(path)?;
            let before = file.metadata()?;
            if shares && before.len() > PART_BYTES {
                return Ok(Taken::Large(Large { index, path, before }));
            }
            let mut hasher = Hasher::new(algorithm);
            read(&mut file, before.len(), buffer, &mut |bytes| hasher.update(bytes))?;
            check_unchanged(&file, &before, buffer)?;
            Ok(Taken::Hashed((before.len(), hasher.finish())))
        })(),
    };
    hashed.map_err(|source| fail(path, source))
}

fn hash_link(path: &Path, algorithm: Algorithm) -> io::Result<Hashed> {
    let target = fs::read_link(path)?;
    let bytes = target.as_os_str().as_encoded_bytes();
    let mut hasher = Hasher::new(algorithm);
    hasher.update(bytes);
    Ok((bytes.len() as u64, hasher.finish()))
}

/// Hashes files in parts; each thread takes the next part.
fn hash_large(files: &[Large<'_>], threads: usize) -> Result<Vec<[u8; 32]>, Error> {
    let parts: Vec<(usize, u64)> = files
        .iter()
        .enumerate()
        .flat_map(|(file, large)| (0..large.before.len().div_ceil(PART_BYTES)).map(move |part| (file, part)))
        .collect();
    let values = work(parts.len(), threads, |index, buffer| {
        let (file, part) = parts[index];
        hash_part(&files[file], part * PART_BYTES, buffer).map_err(|source| fail(files[file].path, source))
    })?;
    let mut values = values.as_slice();
    let mut hashes = Vec::with_capacity(files.len());
    for file in files {
        let bytes = file.before.len();
        let (left, right) = halves(&mut values, bytes);
        hashes.push(*merge_subtrees_root(&left, &right, Mode::Hash).as_bytes());
    }
    Ok(hashes)
}

fn hash_part(large: &Large<'_>, offset: u64, buffer: &mut [u8]) -> io::Result<ChainingValue> {
    let mut file = fs::File::open(large.path)?;
    file.seek(SeekFrom::Start(offset))?;
    let left = large.before.len() - offset;
    let mut hasher = blake3::Hasher::new();
    hasher.set_input_offset(offset);
    read(&mut file, left.min(PART_BYTES), buffer, &mut |bytes| {
        hasher.update(bytes);
    })?;
    if left <= PART_BYTES {
        check_unchanged(&file, &large.before, buffer)?;
    }
    Ok(hasher.finalize_non_root())
}

/// The two child values of a subtree of this many bytes, more than one part, taken from the front of a list.
fn halves(values: &mut &[ChainingValue], bytes: u64) -> (ChainingValue, ChainingValue) {
    let left = left_subtree_len(bytes);
    (subtree(values, left), subtree(values, bytes - left))
}

fn subtree(values: &mut &[ChainingValue], bytes: u64) -> ChainingValue {
    if bytes > PART_BYTES {
        let (left, right) = halves(values, bytes);
        return merge_subtrees_non_root(&left, &right, Mode::Hash);
    }
    let (value, rest) = values.split_first().expect("there is a value for each part");
    *values = rest;
    *value
}

/// Reads this many bytes and passes them on piece by piece.
fn read(file: &mut fs::File, bytes: u64, buffer: &mut [u8], give: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut left = bytes;
    while left > 0 {
        let piece = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        file.read_exact(&mut buffer[..piece]).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => changed(),
            _ => error,
        })?;
        give(&buffer[..piece]);
        left -= piece as u64;
    }
    Ok(())
}

/// Whether a file that was read to its end is what it was before: what was hashed would be neither the old file nor the new one.
fn check_unchanged(mut file: &fs::File, before: &Metadata, buffer: &mut [u8]) -> io::Result<()> {
    let after = file.metadata()?;
    let is_same = after.len() == before.len() && after.modified().ok() == before.modified().ok();
    if is_same && file.read(&mut buffer[..1])? == 0 { Ok(()) } else { Err(changed()) }
}

fn changed() -> io::Error {
    io::Error::other("it changed while it was read; hash a copy that nobody writes to")
}
