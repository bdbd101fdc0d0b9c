//! Counts physical lines.

#![allow(clippy::inline_always, reason = "the loop must be compiled with the instructions of its kernel")]

use crate::engine;
use crate::kernel::{Isa, Kernel, STEP, Task};

/// Counts the line ends in `bytes`: LF, CRLF and CR each end one line.
///
/// `previous` is the byte before the first one, if there is one: an LF right after a CR belongs to it and is not counted, so
/// that the counts of the parts of a file add up to that of the whole file, wherever it is split.
///
/// **Cost**: one pass over the bytes with the kernel of [`Kernel::detect`](crate::Kernel::detect).
///
/// ```
/// use trueline_tokenizer::count_line_ends;
/// assert_eq!(count_line_ends(b"a\r\nb\rc\n", None), 3);
/// assert_eq!(count_line_ends(b"\nb", Some(b'\r')), 0);
/// ```
pub fn count_line_ends(bytes: &[u8], previous: Option<u8>) -> u64 {
    Kernel::detect().count_line_ends(bytes, previous)
}

impl Kernel {
    /// Runs [`count_line_ends`](crate::count_line_ends()) with this kernel.
    pub fn count_line_ends(self, bytes: &[u8], previous: Option<u8>) -> u64 {
        self.run(CountLineEnds { bytes, previous })
    }
}

/// Counts the line ends in `bytes`.
struct CountLineEnds<'a> {
    bytes: &'a [u8],
    previous: Option<u8>,
}

impl Task for CountLineEnds<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> u64 {
        let mut count = 0;
        let mut before_cr = u64::from(self.previous == Some(b'\r'));
        let (chunks, rest) = self.bytes.as_chunks::<STEP>();
        for chunk in chunks {
            count += count_in(isa, isa.load(chunk), &mut before_cr);
        }
        // The padding is neither CR nor LF.
        count + count_in(isa, engine::load(isa, rest).0, &mut before_cr)
    }
}

#[inline(always)]
fn count_in<I: Isa>(isa: I, block: I::Block, before_cr: &mut u64) -> u64 {
    let cr = isa.equal(block, b'\r');
    let bare_lf = isa.equal(block, b'\n') & !((cr << 1) | *before_cr);
    *before_cr = cr >> 63;
    // The two masks have no bit in common.
    u64::from((cr | bare_lf).count_ones())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference;

    #[test]
    fn every_kernel_counts_as_the_reference_does() {
        let text = b"\r\n\n\r\r\n\rab\n\r\n".repeat(30);
        for kernel in Kernel::available() {
            for start in 0..140 {
                for end in [start, start + 1, start + 63, start + 64, start + 65, start + 200] {
                    for previous in [None, Some(b'a'), Some(b'\r'), Some(b'\n')] {
                        let bytes = &text[start..end];
                        let expected = reference::count_line_ends(bytes, previous);
                        assert_eq!(
                            kernel.count_line_ends(bytes, previous),
                            expected,
                            "{kernel} {start}..{end}"
                        );
                    }
                }
            }
        }
    }
}
