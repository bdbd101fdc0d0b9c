//! The interface of a record to the checks, independent of the library.

use csv::ByteRecord;
use simd_csv::ZeroCopyByteRecord;

/// A record.
pub(crate) trait Record {
    /// Returns the number of cells.
    fn len(&self) -> usize;
    /// Returns a cell without its outer quotes. Doubled quotes inside are still doubled if [`Record::IS_RAW`].
    fn cell(&self, index: usize) -> &[u8];
    /// Returns all bytes of the cells, whatever is between them.
    fn bytes(&self) -> &[u8];
    /// Whether doubled quotes are still doubled.
    const IS_RAW: bool;

    /// Returns the number of characters of a cell.
    fn length(&self, index: usize) -> usize {
        let cell = self.cell(index);
        let characters = if cell.is_ascii() { cell.len() } else { characters(cell) };
        if Self::IS_RAW { characters - memchr::memchr_iter(b'"', cell).count() / 2 } else { characters }
    }
}

/// Counts the bytes that do not continue a character.
fn characters(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

impl Record for ByteRecord {
    const IS_RAW: bool = false;

    #[inline]
    fn len(&self) -> usize {
        self.len()
    }

    #[inline]
    fn cell(&self, index: usize) -> &[u8] {
        &self[index]
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        self.as_slice()
    }
}

impl Record for ZeroCopyByteRecord<'_> {
    const IS_RAW: bool = true;

    #[inline]
    fn len(&self) -> usize {
        self.len()
    }

    #[inline]
    fn cell(&self, index: usize) -> &[u8] {
        self.unquote(index).unwrap_or_default()
    }

    #[inline]
    fn bytes(&self) -> &[u8] {
        self.as_slice()
    }
}

/// Cells that were split by [`split`].
impl Record for Vec<Vec<u8>> {
    const IS_RAW: bool = false;

    fn len(&self) -> usize {
        self.len()
    }

    fn cell(&self, index: usize) -> &[u8] {
        &self[index]
    }

    fn bytes(&self) -> &[u8] {
        &[]
    }
}

/// Returns whether the raw cell is quoted correctly: no quotes, or one at each end and only doubled ones between.
#[inline]
pub(crate) fn is_well_quoted(cell: &[u8]) -> bool {
    match cell {
        [b'"', inner @ .., b'"'] => match find_quote(inner) {
            None => true,
            Some(at) => are_doubled(&inner[at..]),
        },
        [b'"', ..] => false,
        _ => find_quote(cell).is_none(),
    }
}

#[inline]
fn find_quote(text: &[u8]) -> Option<usize> {
    if text.len() < 16 { text.iter().position(|byte| *byte == b'"') } else { memchr::memchr(b'"', text) }
}

fn are_doubled(mut text: &[u8]) -> bool {
    while let Some(at) = find_quote(text) {
        if text.get(at + 1) != Some(&b'"') {
            return false;
        }
        text = &text[at + 2..];
    }
    true
}

/// Splits a line with quotes into cells; `None` if they are not correct. Slow and careful: such lines are rare.
pub(crate) fn split(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut cells = Vec::new();
    let mut rest = line;
    loop {
        let cell;
        (cell, rest) = first_cell(rest)?;
        cells.push(cell);
        match rest {
            [] => return Some(cells),
            [_comma, behind @ ..] => rest = behind,
        }
    }
}

/// Returns the first cell of a line, and the rest, starting with the comma.
pub(crate) fn first_cell(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let [b'"', rest @ ..] = line else {
        let end = line.iter().position(|byte| *byte == b',').unwrap_or(line.len());
        let (cell, rest) = line.split_at(end);
        return (!cell.contains(&b'"')).then(|| (cell.to_vec(), rest));
    };
    let (mut cell, mut rest) = (Vec::new(), rest);
    loop {
        let at = find_quote(rest)?;
        cell.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        match rest {
            [b'"', behind @ ..] => {
                cell.push(b'"');
                rest = behind;
            }
            [] | [b',', ..] => return Some((cell, rest)),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_in_order_or_not() {
        for good in
            ["", "a", "\"\"", "\"a\"", "\"a\"\"b\"", "\"\"\"\"", "\"a long one, with \"\"quotes\"\" inside\""]
        {
            assert!(is_well_quoted(good.as_bytes()), "{good}");
        }
        for bad in
            ["\"", "a\"", "a\"b", "\"a\"b", "\"a\"b\"", "\"\"\"", "\"a long one with \"one quote inside\""]
        {
            assert!(!is_well_quoted(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn lines_are_split_at_commas_outside_of_quotes() {
        let split = |line: &str| split(line.as_bytes()).map(|cells| cells.join(&b'|'));
        assert_eq!(split("a,\"b,c\",\"d\"\"e\",").as_deref(), Some(&b"a|b,c|d\"e|"[..]));
        assert_eq!(split("a,\"b\" c,d"), None);
        assert_eq!(split("a,b \"c,d"), None);
        assert_eq!(split("a,\"b"), None);
    }
}
