//! Keys of entries.

use std::fmt;

/// Separates keys from all other uses of BLAKE3.
const CONTEXT: &str = "trueline-cache v1 key";

/// The name of an entry: a BLAKE3 hash of named parts.
///
/// A key contains everything that the entry depends on: the bytes it was made from, the options that affect it, the version of
/// the code that made it. Anything left out causes wrong results later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// Starts a key of a kind. Keys of different kinds differ, whatever their parts.
    ///
    /// **Example**:
    ///
    /// ```
    /// # use trueline_cache::Key;
    /// let key = Key::builder("chunk").part("schema", "blake3:1f…").part("content", [1, 2, 3]).finish();
    /// assert_ne!(key, Key::builder("chunk").part("schema", "blake3:1f…").part("content", [1, 2]).finish());
    /// ```
    pub fn builder(kind: &str) -> KeyBuilder {
        KeyBuilder { hasher: blake3::Hasher::new_derive_key(CONTEXT) }.part("kind", kind)
    }

    /// Returns the hash.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Creates the key with this hash.
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Parses a key; lower case only, as [`Key`] is displayed.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let pairs: &[[u8; 2]; 32] = pairs.try_into().ok().filter(|_| rest.is_empty())?;
        let digit = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// Formats the key as 64 hexadecimal digits.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Builds a [`Key`] from named parts.
///
/// Names and bytes are preceded by their lengths, so that no two lists of parts have the same key: bytes cannot move from one
/// part to the next, and an empty part differs from a missing one. The order of the parts matters.
///
/// A clone continues from the existing parts: what many keys share is hashed once.
#[derive(Clone, Debug)]
pub struct KeyBuilder {
    hasher: blake3::Hasher,
}

impl KeyBuilder {
    /// Adds a part.
    #[must_use]
    pub fn part(mut self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.add(name.as_bytes());
        self.add(bytes.as_ref());
        self
    }

    /// Returns the key of all parts.
    pub fn finish(self) -> Key {
        Key(*self.hasher.finalize().as_bytes())
    }

    fn add(&mut self, bytes: &[u8]) {
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Key;

    fn key(kind: &str, parts: &[(String, Vec<u8>)]) -> Key {
        parts.iter().fold(Key::builder(kind), |key, (name, bytes)| key.part(name, bytes)).finish()
    }

    #[test]
    fn keys_are_the_same_on_every_machine() {
        let key = Key::builder("chunk").part("schema", "a").part("content", [0, 1, 2]).finish();
        assert_eq!(key.to_string(), KNOWN);
        assert_eq!(format!("{key:?}"), format!("Key({KNOWN})"));
    }

    /// As computed by `b3sum --derive-key`. A change here invalidates all existing caches.
    const KNOWN: &str = "ca159e0e2cae451fc760cfc5145e43df2367f5fb012bd51e71747b32a3762b00";

    proptest! {
        #[test]
        fn different_lists_of_parts_give_different_keys(
            one in ("[ab]{0,2}", prop::collection::vec(("[ab]{0,2}", prop::collection::vec(0_u8..2, 0..3)), 0..4)),
            other in ("[ab]{0,2}", prop::collection::vec(("[ab]{0,2}", prop::collection::vec(0_u8..2, 0..3)), 0..4)),
        ) {
            prop_assert_eq!(one == other, key(&one.0, &one.1) == key(&other.0, &other.1));
        }
    }

    #[test]
    fn bytes_do_not_move_between_parts() {
        let keys = [
            Key::builder("k").part("a", "bc").part("d", "").finish(),
            Key::builder("k").part("ab", "c").part("d", "").finish(),
            Key::builder("k").part("a", "b").part("c", "d").finish(),
            Key::builder("k").part("a", "bcd").finish(),
            Key::builder("k").part("d", "").part("a", "bc").finish(),
            Key::builder("ka").part("", "bc").part("d", "").finish(),
            Key::builder("k").part("a", "bc").finish(),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "{index}");
        }
    }
}
