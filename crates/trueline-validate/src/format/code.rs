//! Sets of short codes of capital letters, as one bit per possible code.

/// A set of codes of exactly `LETTERS` capital letters A to Z, built at compile time.
///
/// `WORDS` is the number of 64-bit words for 26 to the power of `LETTERS` bits: see [`words`].
pub(super) struct CodeSet<const LETTERS: usize, const WORDS: usize> {
    bits: [u64; WORDS],
}

/// Codes of two letters, such as countries.
pub(super) type Codes2 = CodeSet<2, { words(2) }>;
/// Codes of three letters, such as currencies.
pub(super) type Codes3 = CodeSet<3, { words(3) }>;

/// Returns the number of words that have a bit for each code of `letters` letters.
pub(super) const fn words(letters: u32) -> usize {
    26_usize.pow(letters).div_ceil(64)
}

impl<const LETTERS: usize, const WORDS: usize> CodeSet<LETTERS, WORDS> {
    /// Creates a set from the codes in `list`, separated by single spaces, in alphabetical order.
    ///
    /// **Panics**: at compile time, if the list is malformed.
    pub(super) const fn new(list: &str) -> Self {
        let list = list.as_bytes();
        let mut bits = [0; WORDS];
        let mut at = 0;
        let mut previous = None;
        while at < list.len() {
            let mut ordinal = 0_usize;
            let end = at + LETTERS;
            while at < end {
                assert!(list[at].is_ascii_uppercase(), "a code is made of capital letters");
                ordinal = ordinal * 26 + (list[at] - b'A') as usize;
                at += 1;
            }
            assert!(at == list.len() || list[at] == b' ', "a code has the length of its set");
            if let Some(previous) = previous {
                assert!(ordinal > previous, "codes are sorted and different");
            }
            bits[ordinal / 64] |= 1 << (ordinal % 64);
            previous = Some(ordinal);
            at += 1;
        }
        Self { bits }
    }

    /// Returns whether `code` is in the set.
    pub(super) fn contains(&self, code: &[u8]) -> bool {
        let Ok(code) = <&[u8; LETTERS]>::try_from(code) else { return false };
        if !code.iter().all(u8::is_ascii_uppercase) {
            return false;
        }
        let ordinal = code.iter().fold(0, |ordinal, letter| ordinal * 26 + usize::from(letter - b'A'));
        self.bits[ordinal / 64] >> (ordinal % 64) & 1 == 1
    }

    /// Returns the number of codes in the set.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }
}
