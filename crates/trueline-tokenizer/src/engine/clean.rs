//! The loop for groups in which all quotes are regular.
//!
//! No step has a branch: irregular bytes are collected over the group and tested once. Comparisons come first, for the whole
//! group, so that they do not wait for the parity of each step.

use super::groups::{GROUP_BYTES, GROUP_STEPS, Reader, StepCursor};
use super::quotes::Carry;
use super::{Classes, SeparatorMasks, Sink};
use crate::kernel::{Isa, STEP, Task};

/// Why the loop ended before a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CleanExit {
    /// The next group contains no quotes and starts outside quotes.
    NoQuotes,
    /// The next group contains an irregular byte, a fault or the byte to stop at, or is incomplete.
    Irregular,
}

/// Reads groups while they are complete, end before `until`, and contain only regular quotes. For simple dialects; `LF_ONLY`
/// means that, outside quotes, every LF ends a record and nothing else does.
pub(super) struct CleanGroups<'a, 'b, S, const LF_ONLY: bool>(pub(super) &'a mut Reader<'b, S>);

/// The bytes of each class in a group, by step.
struct GroupMasks {
    delimiter: [u64; GROUP_STEPS],
    quote: [u64; GROUP_STEPS],
    /// Includes the first byte after the group.
    lf: [u64; GROUP_STEPS + 1],
    cr: [u64; GROUP_STEPS],
    high: bool,
}

impl GroupMasks {
    #[inline(always)]
    fn read<I: Isa>(
        isa: I,
        classes: &Classes,
        chunks: &[[u8; STEP]; GROUP_STEPS],
        next_byte: Option<u8>,
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
        lf[GROUP_STEPS] = u64::from(next_byte == Some(b'\n'));
        Self { delimiter, quote, lf, cr, high: isa.high(all) != 0 }
    }
}

/// The mask of the bytes that directly follow those of `mask`; `before` is the mask of the previous step.
#[inline(always)]
fn bytes_after(mask: u64, before: u64) -> u64 {
    (mask << 1) | (before >> 63)
}

impl<S: Sink, const LF_ONLY: bool> Task for CleanGroups<'_, '_, S, LF_ONLY> {
    type Output = CleanExit;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> CleanExit {
        let Self(reader) = self;
        let classes = reader.classes;
        while reader.has_whole_group() {
            let StepCursor { at, carry } = reader.cursor;
            let Some(chunks) = reader.bytes[at..].as_chunks().0.first_chunk() else { break };
            let GroupMasks { delimiter, quote, lf, cr, high } =
                GroupMasks::read(isa, classes, chunks, reader.bytes.get(at + GROUP_BYTES).copied());
            let mut masks = [SeparatorMasks::default(); GROUP_STEPS];
            let (mut invalid, mut quotes) = (0, 0);
            let (mut lone_cr, mut inner_lfs) = (0, 0);
            let mut in_quote = carry.in_quote;
            // Masks of the previous step: bytes that an opening quote may follow, closing quotes, CRs.
            let mut opens = (carry.field_start | carry.after_close) << 63;
            let (mut closes, mut crs) = (carry.after_close << 63, carry.cr << 63);
            for step in 0..GROUP_STEPS {
                let (quote, cr) = (quote[step], cr[step]);
                let inside = isa.prefix_xor(quote) ^ in_quote;
                let terminator = if LF_ONLY {
                    lf[step]
                } else {
                    classes.terminator_mask(lf[step], bytes_after(cr, crs), cr)
                };
                let separators = (delimiter[step] | terminator) & !inside;
                let terminators = terminator & !inside;
                let close = quote & !inside;
                let after_cr = bytes_after(cr, crs);
                let crlf = lf[step] & after_cr & terminators & classes.crlf_on;
                lone_cr |= after_cr & !(lf[step] & classes.crlf_on);
                inner_lfs += u64::from((lf[step] & inside).count_ones());
                masks[step] = SeparatorMasks { separators, terminators, crlf };
                let begins_crlf = cr & ((lf[step] >> 1) | (lf[step + 1] << 63)) & classes.crlf_on;
                let text_after = bytes_after(close, closes) & !(separators | quote | begins_crlf);
                invalid |= text_after & classes.strict_on;
                invalid |= quote & inside & !bytes_after(separators | close, opens);
                quotes |= quote;
                in_quote = (inside.cast_signed() >> 63).cast_unsigned();
                (opens, closes, crs) = (separators | close, close, cr);
            }
            if quotes == 0 && carry.is_plain() {
                return CleanExit::NoQuotes;
            }
            if invalid != 0 {
                return CleanExit::Irregular;
            }
            reader.stats.update(at, quotes != 0, high);
            reader.stats.lone_cr |= lone_cr != 0;
            reader.stats.inner_lfs += inner_lfs;
            reader.sink.steps(isa, at, &masks);
            let last = masks[GROUP_STEPS - 1];
            let carry = Carry {
                in_quote,
                field_start: last.separators >> 63,
                record_start: last.terminators >> 63,
                after_close: closes >> 63,
                cr: crs >> 63,
                escaped: 0,
            };
            reader.cursor = StepCursor { at: at + GROUP_BYTES, carry };
        }
        CleanExit::Irregular
    }
}
