//! The loop for groups whose quotes are all well placed.
//!
//! No step has a branch: irregularities are collected over the group and tested once. Comparisons come first, for the whole
//! group, so that they do not wait for the parity of each step.

use super::groups::{Border, GROUP_BYTES, GROUP_STEPS, Reader};
use super::quotes::Carry;
use super::{Classes, Marks, Sink};
use crate::kernel::{Isa, STEP, Task};

/// Why the loop ended before a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clean {
    /// There are no more quotes.
    Plain,
    /// The next group contains trouble, a fault, or a place to stop.
    Doubtful,
}

/// Reads groups while they are complete, end before `until`, and contain only well placed quotes. For simple dialects; `LFS`
/// means that every LF ends a record and nothing else does.
pub(super) struct CleanGroups<'a, 'b, S, const LFS: bool>(pub(super) &'a mut Reader<'b, S>);

/// The bytes of each class in a group, by step.
struct Masks {
    delimiter: [u64; GROUP_STEPS],
    quote: [u64; GROUP_STEPS],
    /// Includes the first byte after the group.
    lf: [u64; GROUP_STEPS + 1],
    cr: [u64; GROUP_STEPS],
    high: bool,
}

impl Masks {
    #[inline(always)]
    fn read<I: Isa>(
        isa: I,
        classes: &Classes,
        chunks: &[[u8; STEP]; GROUP_STEPS],
        behind: Option<u8>,
    ) -> Self {
        let (mut delimiter, mut quote, mut cr) = ([0; GROUP_STEPS], [0; GROUP_STEPS], [0; GROUP_STEPS]);
        let mut lf = [0; GROUP_STEPS + 1];
        let mut all = isa.load(&chunks[0]);
        for step in 0..GROUP_STEPS {
            let block = isa.load(&chunks[step]);
            delimiter[step] = classes.delimiters(isa, block);
            quote[step] = isa.equal(block, classes.quote_or_any());
            lf[step] = isa.equal(block, b'\n');
            cr[step] = isa.equal(block, b'\r');
            all = isa.or(all, block);
        }
        lf[GROUP_STEPS] = u64::from(behind == Some(b'\n'));
        Self { delimiter, quote, lf, cr, high: isa.high(all) != 0 }
    }
}

/// The bytes after those of `mask`; `before` is the mask of the previous step.
#[inline(always)]
fn behind(mask: u64, before: u64) -> u64 {
    (mask << 1) | (before >> 63)
}

impl<S: Sink, const LFS: bool> Task for CleanGroups<'_, '_, S, LFS> {
    type Output = Clean;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Clean {
        let Self(reader) = self;
        let classes = reader.classes;
        while reader.is_far() {
            let Border { at, carry } = reader.place;
            let Some(chunks) = reader.bytes[at..].as_chunks().0.first_chunk() else { break };
            let Masks { delimiter, quote, lf, cr, high } =
                Masks::read(isa, classes, chunks, reader.bytes.get(at + GROUP_BYTES).copied());
            let mut marks = [Marks::default(); GROUP_STEPS];
            let (mut bad, mut quotes) = (0, 0);
            let (mut lone_cr, mut inner_lfs) = (0, 0);
            let mut in_quote = carry.in_quote;
            // From the previous step: what an opening quote may follow, closing quotes, CRs.
            let mut opens = (carry.field_start | carry.after_close) << 63;
            let (mut closes, mut crs) = (carry.after_close << 63, carry.cr << 63);
            for step in 0..GROUP_STEPS {
                let (quote, cr) = (quote[step], cr[step]);
                let inside = isa.prefix_xor(quote) ^ in_quote;
                let terminator = if LFS { lf[step] } else { classes.ends(lf[step], behind(cr, crs), cr) };
                let separators = (delimiter[step] | terminator) & !inside;
                let terminators = terminator & !inside;
                let close = quote & !inside;
                let behind_cr = behind(cr, crs);
                let crlf = lf[step] & behind_cr & terminators & classes.crlf_on;
                lone_cr |= behind_cr & !(lf[step] & classes.crlf_on);
                inner_lfs += u64::from((lf[step] & inside).count_ones());
                marks[step] = Marks { separators, terminators, crlf };
                let begins_crlf = cr & ((lf[step] >> 1) | (lf[step + 1] << 63)) & classes.crlf_on;
                let text_after = behind(close, closes) & !(separators | quote | begins_crlf);
                bad |= text_after & classes.strict_on;
                bad |= quote & inside & !behind(separators | close, opens);
                quotes |= quote;
                in_quote = (inside.cast_signed() >> 63).cast_unsigned();
                (opens, closes, crs) = (separators | close, close, cr);
            }
            if quotes == 0 && carry.is_plain() {
                return Clean::Plain;
            }
            if bad != 0 {
                return Clean::Doubtful;
            }
            reader.census.note(at, quotes != 0, high);
            reader.census.lone_cr |= lone_cr != 0;
            reader.census.inner_lfs += inner_lfs;
            reader.sink.steps(isa, at, &marks);
            let last = marks[GROUP_STEPS - 1];
            let carry = Carry {
                in_quote,
                field_start: last.separators >> 63,
                record_start: last.terminators >> 63,
                after_close: closes >> 63,
                cr: crs >> 63,
                escaped: 0,
            };
            reader.place = Border { at: at + GROUP_BYTES, carry };
        }
        Clean::Doubtful
    }
}
