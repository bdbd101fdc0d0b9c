//! The header of one page.

use parquet::basic::Encoding;

use super::thrift::{Fault, Kind, Reader};

/// The content of a page header. Numbers are not negative, and otherwise unchecked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: PageKind,
    /// The size of the page as stored, without this header.
    pub(super) compressed_bytes: u32,
    /// The size of the page after decompression.
    pub(super) uncompressed_bytes: u32,
    pub(super) crc: Option<u32>,
    /// The number of values, including nulls and empty lists; for a dictionary, the number of entries.
    pub(super) values: u32,
    pub(super) encoding: Encoding,
}

/// What a page holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageKind {
    Dictionary {
        is_sorted: bool,
    },
    Data {
        definitions: Encoding,
        repetitions: Encoding,
    },
    DataV2 {
        nulls: u32,
        rows: u32,
        definition_bytes: u32,
        repetition_bytes: u32,
        is_compressed: bool,
    },
    /// An index page; it is skipped.
    Index,
}

impl Header {
    /// Reads the header at the start of `bytes`; also returns its length. An error after all bytes may mean that the header
    /// is longer than they are.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, usize), Fault> {
        let mut reader = Reader::new(bytes);
        let reader = &mut reader;
        let mut fields = Fields::default();
        let mut last = 0;
        while let Some((field, kind)) = reader.field(&mut last)? {
            match (field, kind) {
                (1, Kind::Integer) => fields.page_type = Some(reader.integer()?),
                (2, Kind::Integer) => fields.uncompressed_bytes = Some(reader.count("has a negative size")?),
                (3, Kind::Integer) => fields.compressed_bytes = Some(reader.count("has a negative size")?),
                (4, Kind::Integer) => {
                    let crc = i32::try_from(reader.integer()?)
                        .map_err(|_| reader.fault("has a checksum of more than 32 bits"))?;
                    fields.crc = Some(crc.cast_unsigned());
                }
                (5, Kind::Struct) => fields.data = Some(data(reader)?),
                (7, Kind::Struct) => fields.dictionary = Some(dictionary(reader)?),
                (8, Kind::Struct) => fields.data_v2 = Some(data_v2(reader)?),
                (1..=5 | 7 | 8, _) => return Err(reader.fault("has a field of another type than it should")),
                (_, kind) => reader.skip(kind)?,
            }
        }
        let missing = reader.fault("does not say what the page is");
        let header = fields.header().ok_or(missing)?;
        Ok((header, reader.at()))
    }
}

#[derive(Default)]
struct Fields {
    page_type: Option<i64>,
    uncompressed_bytes: Option<u32>,
    compressed_bytes: Option<u32>,
    crc: Option<u32>,
    data: Option<PageDetails>,
    dictionary: Option<PageDetails>,
    data_v2: Option<PageDetails>,
}

/// The part of a header that depends on the kind of page.
struct PageDetails {
    kind: PageKind,
    values: u32,
    encoding: Encoding,
}

impl Fields {
    fn header(self) -> Option<Header> {
        let details = match self.page_type? {
            0 => self.data?,
            1 => PageDetails { kind: PageKind::Index, values: 0, encoding: Encoding::PLAIN },
            2 => self.dictionary?,
            3 => self.data_v2?,
            _ => return None,
        };
        Some(Header {
            kind: details.kind,
            compressed_bytes: self.compressed_bytes?,
            uncompressed_bytes: self.uncompressed_bytes?,
            crc: self.crc,
            values: details.values,
            encoding: details.encoding,
        })
    }
}

const NEGATIVE: &str = "has a negative number";
const MISTYPED: &str = "has a field of another type than it should";
const INCOMPLETE: &str = "lacks a number that it must have";

fn data(reader: &mut Reader<'_>) -> Result<PageDetails, Fault> {
    let (mut values, mut encodings, mut last) = (None, [None; 3], 0);
    while let Some((field, kind)) = reader.field(&mut last)? {
        match (field, kind) {
            (1, Kind::Integer) => values = Some(reader.count(NEGATIVE)?),
            (2, Kind::Integer) => encodings[0] = Some(encoding(reader)?),
            (3, Kind::Integer) => encodings[1] = Some(encoding(reader)?),
            (4, Kind::Integer) => encodings[2] = Some(encoding(reader)?),
            (1..=4, _) => return Err(reader.fault(MISTYPED)),
            (_, kind) => reader.skip(kind)?,
        }
    }
    match (values, encodings) {
        (Some(values), [Some(encoding), Some(definitions), Some(repetitions)]) => {
            Ok(PageDetails { kind: PageKind::Data { definitions, repetitions }, values, encoding })
        }
        _ => Err(reader.fault(INCOMPLETE)),
    }
}

fn dictionary(reader: &mut Reader<'_>) -> Result<PageDetails, Fault> {
    let (mut values, mut read, mut last) = (None, None, 0);
    while let Some((field, kind)) = reader.field(&mut last)? {
        match (field, kind) {
            (1, Kind::Integer) => values = Some(reader.count(NEGATIVE)?),
            (2, Kind::Integer) => read = Some(encoding(reader)?),
            (1 | 2, _) => return Err(reader.fault(MISTYPED)),
            (_, kind) => reader.skip(kind)?,
        }
    }
    match (values, read) {
        // Nothing here depends on the order of a dictionary.
        (Some(values), Some(encoding)) => {
            Ok(PageDetails { kind: PageKind::Dictionary { is_sorted: false }, values, encoding })
        }
        _ => Err(reader.fault(INCOMPLETE)),
    }
}

fn data_v2(reader: &mut Reader<'_>) -> Result<PageDetails, Fault> {
    let (mut counts, mut read, mut last, mut is_compressed) = ([None; 5], None, 0, true);
    while let Some((field, kind)) = reader.field(&mut last)? {
        match (field, kind) {
            (1, Kind::Integer) => counts[0] = Some(reader.count(NEGATIVE)?),
            (2, Kind::Integer) => counts[1] = Some(reader.count(NEGATIVE)?),
            (3, Kind::Integer) => counts[2] = Some(reader.count(NEGATIVE)?),
            (4, Kind::Integer) => read = Some(encoding(reader)?),
            (5, Kind::Integer) => counts[3] = Some(reader.count(NEGATIVE)?),
            (6, Kind::Integer) => counts[4] = Some(reader.count(NEGATIVE)?),
            (7, Kind::True) => is_compressed = true,
            (7, Kind::False) => is_compressed = false,
            (1..=7, _) => return Err(reader.fault(MISTYPED)),
            (_, kind) => reader.skip(kind)?,
        }
    }
    match (counts, read) {
        (
            [Some(values), Some(nulls), Some(rows), Some(definition_bytes), Some(repetition_bytes)],
            Some(encoding),
        ) => {
            let kind = PageKind::DataV2 { nulls, rows, definition_bytes, repetition_bytes, is_compressed };
            Ok(PageDetails { kind, values, encoding })
        }
        _ => Err(reader.fault(INCOMPLETE)),
    }
}

/// Reads an encoding. Encodings that do not exist, or that no writer uses yet, are errors.
#[allow(deprecated, reason = "old files name it for levels that they do not have")]
fn encoding(reader: &mut Reader<'_>) -> Result<Encoding, Fault> {
    let fault = reader.fault("has an encoding that is not read here");
    Ok(match reader.integer()? {
        0 => Encoding::PLAIN,
        2 => Encoding::PLAIN_DICTIONARY,
        3 => Encoding::RLE,
        4 => Encoding::BIT_PACKED,
        5 => Encoding::DELTA_BINARY_PACKED,
        6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        7 => Encoding::DELTA_BYTE_ARRAY,
        8 => Encoding::RLE_DICTIONARY,
        9 => Encoding::BYTE_STREAM_SPLIT,
        _ => return Err(fault),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A data page of 100 values in 20 bytes, stored in 10, with a checksum of -2.
    const DATA: [u8; 20] =
        [0x15, 0, 0x15, 40, 0x15, 20, 0x15, 3, 0x1c, 0x15, 0xc8, 1, 0x15, 16, 0x15, 6, 0x15, 8, 0, 0];

    #[test]
    #[allow(deprecated, reason = "it is what old files have")]
    fn a_header_says_what_it_is_of() {
        let (header, length) = Header::read(&[&DATA[..], &[9; 30]].concat()).unwrap();
        let expected = Header {
            kind: PageKind::Data { definitions: Encoding::RLE, repetitions: Encoding::BIT_PACKED },
            compressed_bytes: 10,
            uncompressed_bytes: 20,
            crc: Some(u32::MAX - 1),
            values: 100,
            encoding: Encoding::RLE_DICTIONARY,
        };
        assert_eq!((header, length), (expected, 20));
    }

    #[test]
    fn a_cut_header_is_a_fault_at_its_end() {
        for end in 0..DATA.len() {
            let fault = Header::read(&DATA[..end]).unwrap_err();
            assert!(fault.at <= end, "{end}: {fault:?}");
        }
    }

    #[test]
    fn numbers_that_cannot_be_are_faults() {
        let with = |at: usize, byte: u8| {
            let mut bytes = DATA;
            bytes[at] = byte;
            Header::read(&bytes).map(|_| ()).unwrap_err().what
        };
        assert_eq!(with(3, 41), "has a negative size");
        assert_eq!(with(1, 8), "does not say what the page is");
        assert_eq!(with(1, 4), "does not say what the page is");
        assert_eq!(with(13, 20), "has an encoding that is not read here");
    }
}
