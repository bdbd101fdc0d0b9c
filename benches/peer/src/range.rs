//! Parts of a file: read at positions, so that threads share one descriptor, and split where a record begins.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

/// The number of bytes of one read.
pub(crate) const PIECE_BYTES: usize = 1 << 20;

/// The bytes `position..end` of a file.
pub(crate) struct Range<'a> {
    file: &'a File,
    position: u64,
    end: u64,
}

impl<'a> Range<'a> {
    pub(crate) fn new(file: &'a File, start: u64, end: u64) -> Self {
        Self { file, position: start, end }
    }
}

impl Read for Range<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let bytes = self.file.read_at(&mut buffer[..wanted], self.position)?;
        self.position += bytes as u64;
        Ok(bytes)
    }
}

pub(crate) fn length(file: &File) -> u64 {
    file.metadata().expect("the length of the file").len()
}

/// Reads the whole file in pieces of 1 MiB without examining it. Each thread reads a part of equal size.
pub(crate) fn bare_read(file: &File, threads: usize) -> u64 {
    let length = length(file);
    let share = |part: usize| length * part as u64 / threads as u64;
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                scope.spawn(move || {
                    pieces(file, share(part), share(part + 1)).map(|piece| piece as u64).sum::<u64>()
                })
            })
            .collect();
        parts.into_iter().map(|part| part.join().expect("a part")).sum()
    })
}

/// Returns the sizes of the pieces read.
fn pieces(file: &File, start: u64, end: u64) -> impl Iterator<Item = usize> {
    let mut buffer = vec![0; PIECE_BYTES];
    let mut range = Range::new(file, start, end);
    std::iter::from_fn(move || Some(range.read(&mut buffer).expect("readable")).filter(|bytes| *bytes > 0))
}

/// Returns where the parts of `threads` threads begin and the last one ends. Every inner border is after the end of a record.
///
/// In a plain file every line end ends a record. In others, a line end within quotes does not, which depends on the number of
/// quotes before it; these are counted first, with as many threads.
pub(crate) fn borders(file: &File, threads: usize, is_plain: bool) -> Vec<u64> {
    let length = length(file);
    let near: Vec<u64> = (0..=threads).map(|part| length * part as u64 / threads as u64).collect();
    let quotes = if is_plain || threads == 1 { vec![0; threads] } else { count_quotes(file, &near, threads) };
    let mut borders = vec![0];
    let mut before = 0;
    for part in 1..threads {
        before += quotes[part - 1];
        borders.push(border(file, near[part], is_plain, before % 2 == 1).max(borders[part - 1]));
    }
    borders.push(length);
    borders
}

/// Counts the quotes in each part except the last.
fn count_quotes(file: &File, near: &[u64], threads: usize) -> Vec<u64> {
    let inner = near[near.len() - 2];
    // Distributed evenly, in pieces that belong to one part each.
    let step = (inner / threads as u64 + 1).min(64 << 20);
    let mut pieces = Vec::new();
    for (part, window) in near[..near.len() - 1].windows(2).enumerate() {
        let mut at = window[0];
        while at < window[1] {
            let end = window[1].min(at + step);
            pieces.push((part, at, end));
            at = end;
        }
    }
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut counts = vec![0; threads];
        while let Some((part, start, end)) =
            pieces.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
        {
            counts[*part] += quotes_between(file, *start, *end);
        }
        counts
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let mut total = vec![0; threads];
        for worker in workers {
            for (sum, count) in total.iter_mut().zip(worker.join().expect("counted")) {
                *sum += count;
            }
        }
        total
    })
}

fn quotes_between(file: &File, start: u64, end: u64) -> u64 {
    let mut buffer = vec![0; PIECE_BYTES];
    let mut range = Range::new(file, start, end);
    let mut count = 0;
    loop {
        match range.read(&mut buffer).expect("readable") {
            0 => return count,
            bytes => count += quotes_in(&buffer[..bytes]),
        }
    }
}

/// Counts in bytes of at most 255, which the compiler vectorizes.
fn quotes_in(bytes: &[u8]) -> u64 {
    bytes
        .chunks(192)
        .map(|chunk| u64::from(chunk.iter().fold(0_u8, |count, byte| count + u8::from(*byte == b'"'))))
        .sum()
}

/// Returns the first position from `near` on where a record begins.
fn border(file: &File, near: u64, is_plain: bool, mut inside: bool) -> u64 {
    let mut buffer = vec![0; 1 << 16];
    let mut range = Range::new(file, near, length(file));
    let mut at = near;
    loop {
        let bytes = range.read(&mut buffer).expect("readable");
        if bytes == 0 {
            return at;
        }
        for byte in &buffer[..bytes] {
            at += 1;
            match byte {
                b'"' if !is_plain => inside = !inside,
                b'\n' if !inside => return at,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_counted() {
        assert_eq!(quotes_in(&b"\"a".repeat(1000)), 1000);
        assert_eq!(quotes_in(&[b'"'; 1001]), 1001);
    }

    #[test]
    fn borders_are_behind_records_even_where_quotes_hold_line_ends() {
        let record = b"1,\"one\ntwo \"\"three\"\"\n\",x\n";
        let mut temporary = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut temporary, &record.repeat(101)).unwrap();
        for threads in 1..9 {
            let borders = borders(&temporary, threads, false);
            assert_eq!((borders.len(), borders[threads]), (threads + 1, 101 * record.len() as u64));
            assert!(borders.iter().all(|border| border % record.len() as u64 == 0), "{borders:?}");
        }
        assert_eq!(bare_read(&temporary, 2), 101 * record.len() as u64);
    }
}
