//! Walks and counts Thrift's compact protocol.
//!
//! Nothing is built from the data and nothing is allocated except a short stack: this code checks a footer or
//! page header before anything trusts a number in it. A list cannot claim more elements than there are bytes
//! left, because each takes at least one; nesting is limited and walked without recursion.
//!
//! Two features of the protocol are errors here, because Parquet readers disagree on how they are encoded, so that
//! another reader could see something else than was checked: booleans as list elements, and maps. No footer and no page
//! header has either; the column index has one list of booleans, which [`Reader::skip_booleans`] reads.
//!
//! **Source**: Apache Thrift, "Thrift Compact protocol encoding".

/// How deep values may be nested. Those of Parquet are less than ten deep.
const MAX_DEPTH: usize = 32;

/// The longest varint of 64 bits.
const MAX_VARINT: usize = 10;

/// What is wrong with the bytes, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The offset, relative to the first byte.
    pub(super) at: usize,
    pub(super) what: &'static str,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A boolean as a field; it has no separate bytes.
    True,
    False,
    Byte,
    /// An integer of 16, 32 or 64 bits.
    Integer,
    Double,
    Binary,
    List,
    Struct,
    Uuid,
}

/// A list's header.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    pub(super) kind: Kind,
    pub(super) count: usize,
}

/// Reads values from bytes, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// The part of a nested value that is still to be skipped.
#[derive(Clone, Copy)]
enum Pending {
    Fields,
    Elements(Kind, usize),
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// All bytes, including those that were read.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The number of bytes read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn fault(&self, what: &'static str) -> Fault {
        Fault { at: self.at, what }
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        let byte = *self.bytes.get(self.at).ok_or(self.fault("ends too early"))?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let bytes = self.bytes.get(self.at..).and_then(|rest| rest.get(..count));
        let bytes = bytes.ok_or(self.fault("has a value that is longer than what is left"))?;
        self.at += count;
        Ok(bytes)
    }

    fn varint(&mut self) -> Result<u64, Fault> {
        let start = self.at;
        let mut value = 0_u64;
        for shift in (0..).step_by(7).take(MAX_VARINT) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Fault { at: start, what: "has an integer of more than 64 bits" })
    }

    /// An integer of any width.
    pub(super) fn integer(&mut self) -> Result<i64, Fault> {
        let raw = self.varint()?;
        Ok((raw >> 1).cast_signed() ^ -(raw & 1).cast_signed())
    }

    /// An integer that must not be negative and must fit 32 bits.
    pub(super) fn count(&mut self, what: &'static str) -> Result<u32, Fault> {
        let start = self.at;
        let value = self.integer()?;
        u32::try_from(value)
            .ok()
            .filter(|&count| i32::try_from(count).is_ok())
            .ok_or(Fault { at: start, what })
    }

    /// Bytes with their length in front.
    pub(super) fn binary(&mut self) -> Result<&'a [u8], Fault> {
        let start = self.at;
        let length = self.varint()?;
        let length = usize::try_from(length);
        self.take(length.map_err(|_| Fault { at: start, what: "has a length beyond all memory" })?)
    }

    /// The next field of a struct: its number and type; `None` at the end. `last` is the number of the one before.
    pub(super) fn field(&mut self, last: &mut i16) -> Result<Option<(i16, Kind)>, Fault> {
        let start = self.at;
        let header = self.byte()?;
        let code = header & 0x0f;
        if code == 0 {
            return Ok(None);
        }
        let delta = i16::from(header >> 4);
        let number = if delta == 0 { i16::try_from(self.integer()?).ok() } else { last.checked_add(delta) };
        let number = number.ok_or(Fault { at: start, what: "has a field number out of range" })?;
        *last = number;
        // The value of a boolean field is encoded in its type.
        let kind = match code {
            1 => Kind::True,
            2 => Kind::False,
            code => kind_of(code, start)?,
        };
        Ok(Some((number, kind)))
    }

    /// The header of a list.
    pub(super) fn list(&mut self) -> Result<List, Fault> {
        let start = self.at;
        let header = self.byte()?;
        if header == 0 {
            // Some writers give an empty list no type.
            return Ok(List { kind: Kind::Byte, count: 0 });
        }
        let count = match header >> 4 {
            15 => self.varint()?,
            short => u64::from(short),
        };
        let left = self.bytes.len() - self.at;
        let count = usize::try_from(count).ok().filter(|&count| count <= left);
        let count =
            count.ok_or(Fault { at: start, what: "has a list of more elements than there are bytes" })?;
        Ok(List { kind: kind_of(header & 0x0f, start)?, count })
    }

    /// Skips a list of booleans, which take a byte each, and returns their number.
    pub(super) fn skip_booleans(&mut self) -> Result<usize, Fault> {
        let start = self.at;
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.varint()?,
            short => u64::from(short),
        };
        let count = usize::try_from(count).ok().filter(|_| matches!(header & 0x0f, 1 | 2));
        let count = count.ok_or(Fault { at: start, what: "has no list of booleans" })?;
        self.take(count)?;
        Ok(count)
    }

    /// Skips a value.
    pub(super) fn skip(&mut self, kind: Kind) -> Result<(), Fault> {
        let mut pending: Vec<(Pending, i16)> = Vec::new();
        self.skip_or_open(kind, &mut pending)?;
        while let Some((top, last)) = pending.last_mut() {
            match top {
                Pending::Fields => match self.field(last)? {
                    Some((_, kind)) => self.skip_or_open(kind, &mut pending)?,
                    None => drop(pending.pop()),
                },
                Pending::Elements(_, 0) => drop(pending.pop()),
                Pending::Elements(kind, left) => {
                    *left -= 1;
                    let kind = *kind;
                    self.skip_or_open(kind, &mut pending)?;
                }
            }
        }
        Ok(())
    }

    /// Skips a primitive value, or pushes a nested one onto the stack of values to be skipped.
    fn skip_or_open(&mut self, kind: Kind, pending: &mut Vec<(Pending, i16)>) -> Result<(), Fault> {
        match kind {
            Kind::True | Kind::False => {}
            Kind::Byte => drop(self.byte()?),
            Kind::Integer => drop(self.varint()?),
            Kind::Double => drop(self.take(8)?),
            Kind::Uuid => drop(self.take(16)?),
            Kind::Binary => drop(self.binary()?),
            Kind::List | Kind::Struct if pending.len() == MAX_DEPTH => {
                return Err(self.fault("is nested deeper than 32 levels"));
            }
            Kind::List => {
                let List { kind, count } = self.list()?;
                pending.push((Pending::Elements(kind, count), 0));
            }
            Kind::Struct => pending.push((Pending::Fields, 0)),
        }
        Ok(())
    }
}

fn kind_of(code: u8, at: usize) -> Result<Kind, Fault> {
    match code {
        3 => Ok(Kind::Byte),
        4..=6 => Ok(Kind::Integer),
        7 => Ok(Kind::Double),
        8 => Ok(Kind::Binary),
        9 | 10 => Ok(Kind::List),
        12 => Ok(Kind::Struct),
        13 => Ok(Kind::Uuid),
        1 | 2 => Err(Fault { at, what: "has a list of booleans, which is not read here" }),
        11 => Err(Fault { at, what: "has a map, which is not read here" }),
        _ => Err(Fault { at, what: "has a type that does not exist" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(bytes: &[u8]) -> Result<usize, Fault> {
        let mut reader = Reader::new(bytes);
        reader.skip(Kind::Struct).map(|()| reader.at())
    }

    #[test]
    fn values_of_every_type_are_passed_over() {
        let bytes = [
            0x11, 0x12, 0x13, 7, 0x14, 0x80, 1, 0x15, 2, 0x16, 3, 0x17, 0, 0, 0, 0, 0, 0, 0, 0, 0x18, 2,
            b'a', b'b', 0x19, 0x25, 4, 6, 0x1c, 0x15, 8, 0, 0x19, 0x00, 0x06, 0xc8, 1, 9, 0, 0xff,
        ];
        assert_eq!(skip(&bytes), Ok(bytes.len() - 1));
        for end in 0..bytes.len() - 1 {
            assert!(skip(&bytes[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_list_cannot_have_more_elements_than_bytes() {
        let bytes = [0x19, 0xf3, 0xff, 0xff, 0xff, 0xff, 0x7f, 0];
        assert_eq!(skip(&bytes).unwrap_err().what, "has a list of more elements than there are bytes");
    }

    #[test]
    fn what_readers_do_not_agree_on_is_refused() {
        assert!(skip(&[0x19, 0x21, 1, 1, 0]).unwrap_err().what.contains("list of booleans"));
        assert!(skip(&[0x1b, 0, 0]).unwrap_err().what.contains("map"));
        assert!(skip(&[0x1e, 0]).unwrap_err().what.contains("does not exist"));
    }

    #[test]
    fn nesting_has_a_limit_and_takes_no_stack() {
        let deep = |depth: usize| [vec![0x1c; depth], vec![0; depth + 1]].concat();
        assert!(skip(&deep(MAX_DEPTH - 1)).is_ok());
        assert!(skip(&deep(MAX_DEPTH)).is_err());
        assert!(skip(&vec![0x1c; 10_000_000]).is_err());
        assert!(skip(&[vec![0x19], vec![0x19; 1_000_000]].concat()).is_err());
    }

    #[test]
    fn integers_are_zigzag_and_bounded() {
        let read = |bytes: &[u8]| Reader::new(bytes).integer();
        assert_eq!(read(&[0]), Ok(0));
        assert_eq!(read(&[1]), Ok(-1));
        assert_eq!(read(&[0x80, 0x01]), Ok(64));
        assert_eq!(read(&[0xff; 11]).unwrap_err().what, "has an integer of more than 64 bits");
        let lowest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(read(&lowest), Ok(i64::MIN));
        assert!(Reader::new(&[1]).count("is negative").is_err());
        assert!(Reader::new(&lowest).count("is negative").is_err());
    }
}
