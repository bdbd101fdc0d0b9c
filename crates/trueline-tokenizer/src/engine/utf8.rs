//! Finds the first invalid byte sequence in UTF-8, 64 bytes at a time, if the kernel has an instruction that looks up
//! nibbles.
//!
//! Every error of UTF-8 is visible in two adjacent bytes (a lead byte without continuation, an overlong encoding, a
//! surrogate, a code point too large), or is a continuation byte too many or too few after a lead byte of three or four
//! bytes. Three tables, indexed by nibbles of the two bytes, give each kind of error a bit that remains only if all three
//! agree. Source: J. Keiser and D. Lemire, "Validating UTF-8 in less than one instruction per byte", 2021.

use super::GROUP_STEPS;
use crate::kernel::{Isa, STEP, Task};

/// Finds the first byte of the first UTF-8 error in `bytes`, which begin with a whole character.
pub(crate) struct FindInvalidUtf8<'a>(pub(crate) &'a [u8]);

impl Task for FindInvalidUtf8<'_> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Option<usize> {
        let Self(bytes) = self;
        if !I::CHECKS_UTF8 {
            return find_from(bytes, 0);
        }
        let zeros = isa.load(&[0; STEP]);
        let mut validator = Validator { before: zeros, errors: zeros, after_ascii: true };
        let (steps, rest) = bytes.as_chunks::<STEP>();
        let (groups, steps) = steps.as_chunks::<GROUP_STEPS>();
        for (number, group) in groups.iter().enumerate() {
            if validator.read(isa, group) && isa.equal(validator.errors, 0) != u64::MAX {
                return find_from(bytes, number * GROUP_STEPS * STEP);
            }
        }
        validator.read(isa, steps);
        // The padding ends an incomplete character. (After ASCII there is none, whatever `before` contains.)
        let before = if validator.after_ascii { zeros } else { validator.before };
        let mut padded = [0; STEP];
        padded[..rest.len()].copy_from_slice(rest);
        let block = isa.load(&padded);
        let errors = isa.or(validator.errors, isa.utf8_errors(block, before));
        let is_valid = isa.equal(isa.or(errors, isa.utf8_errors(zeros, block)), 0) == u64::MAX;
        if is_valid { None } else { find_from(bytes, groups.len() * GROUP_STEPS * STEP) }
    }
}

/// Finds the first error, given that none was detected before `from`. It may begin in the last character before `from`.
#[cold]
fn find_from(bytes: &[u8], from: usize) -> Option<usize> {
    let start = bytes[..from].iter().rposition(|byte| !matches!(byte, 0x80..=0xBF)).unwrap_or(0);
    std::str::from_utf8(&bytes[start..]).err().map(|error| start + error.valid_up_to())
}

/// The state of the validation after the bytes so far.
struct Validator<I: Isa> {
    /// The previous 64 bytes.
    before: I::Block,
    errors: I::Block,
    /// Whether the previous bytes are ASCII, so that no character is incomplete.
    after_ascii: bool,
}

impl<I: Isa> Validator<I> {
    /// Reads some steps, at almost no cost if they are ASCII. Returns whether there can be errors.
    #[inline(always)]
    fn read(&mut self, isa: I, steps: &[[u8; STEP]]) -> bool {
        let Some((first, others)) = steps.split_first() else { return false };
        let mut all = isa.load(first);
        for step in others {
            all = isa.or(all, isa.load(step));
        }
        let is_ascii = isa.high(all) == 0;
        if is_ascii && self.after_ascii {
            return false;
        }
        for step in steps {
            let block = isa.load(step);
            self.errors = isa.or(self.errors, isa.utf8_errors(block, self.before));
            self.before = block;
        }
        self.after_ascii = is_ascii;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Kernel;

    fn check(bytes: &[u8]) {
        let expected = std::str::from_utf8(bytes).err().map(|error| error.valid_up_to());
        for kernel in Kernel::available() {
            assert_eq!(kernel.run(FindInvalidUtf8(bytes)), expected, "{kernel}, {bytes:02x?}");
        }
    }

    #[test]
    fn every_character_and_its_neighbours() {
        let mut text = String::new();
        for character in '\0'..=char::MAX {
            text.push(character);
            if text.len() > 2_000 {
                check(text.as_bytes());
                text.clear();
            }
        }
        // Bytes at the limits of the definition, in all combinations of three, with different bytes after them.
        let leads =
            [0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC];
        let bytes: Vec<u8> =
            leads.into_iter().chain([0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF]).collect();
        for &one in &bytes {
            for &two in &bytes {
                for &three in &bytes {
                    for tail in [&[0x80][..], &[0xBF, 0x80], b"a", &[]] {
                        let some = [&[one, two, three], tail].concat();
                        check(&some);
                    }
                }
            }
        }
    }

    #[test]
    fn every_place_in_a_group() {
        for text in ["é", "東", "𝄞", "a"] {
            for bad in [false, true] {
                for before in (0..3).chain(60..68).chain(506..516).chain(1_020..1_030) {
                    for behind in [0, 1, 2, 62, 63, 64, 600] {
                        let mut bytes = vec![b'x'; before];
                        bytes.extend_from_slice(&text.as_bytes()[usize::from(bad)..]);
                        bytes.resize(bytes.len() + behind, b'y');
                        check(&bytes);
                        bytes.truncate(before + text.len() - 1);
                        check(&bytes);
                    }
                }
            }
        }
    }
}
