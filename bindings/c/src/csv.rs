//! The CSV tokenizer: positions of records and fields.

use trueline::tokenizer::{
    BlankLines, Dialect, FaultKind, Indexer, Positions, Preamble, Quoting, Terminator, preamble,
};

use crate::fault::{self, Fault, fault};
use crate::status::Status;

/// The line terminator of CSV records.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvTerminator {
    /// LF, or CR immediately followed by LF. A lone CR is data. The default.
    Auto = 0,
    /// LF only.
    Lf = 1,
    /// CR immediately followed by LF.
    CrLf = 2,
    /// CR only.
    Cr = 3,
}

/// The CSV dialect. Initialise it with `trueline_csv_dialect_init`, then change members as needed. Its bytes
/// must be ASCII, different from each other, and neither CR nor LF; an escape needs a quote.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CsvDialect {
    /// The ASCII byte between two fields. Default `,`.
    pub delimiter: u8,
    /// The ASCII byte that opens and closes a quoted field, or -1 to disable quoting. Default `"`.
    pub quote: i16,
    /// A byte that makes the next byte literal inside a quoted field, or -1 for none. Default -1.
    pub escape: i16,
    /// Lines whose first byte is this one are skipped; -1 for none. Default -1.
    pub comment: i16,
    /// The line terminator, a `TruelineCsvTerminator`. Default `TRUELINE_CSV_TERMINATOR_AUTO`.
    pub terminator: u32,
    /// If not 0, misplaced quotes are data instead of faults. Default 0.
    pub is_lenient: u8,
    /// If not 0, an empty line is a record with one empty field; otherwise it is skipped. Default 0.
    pub blank_lines_count: u8,
    /// The number of physical lines to skip before the table begins. Default 0.
    pub skip_lines: u64,
}

/// A range of bytes, as offsets from the start of the buffer.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvSpan {
    /// The offset of the first byte.
    pub start: u64,
    /// The offset after the last byte.
    pub end: u64,
}

/// The kind of a CSV fault, and the byte that its offset refers to.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvFaultKind {
    /// Invalid UTF-8; the first invalid byte.
    Utf8 = 0,
    /// A quote inside an unquoted field; that quote.
    StrayQuote = 1,
    /// Data between a closing quote and the end of the field; the closing quote.
    TextAfterQuote = 2,
    /// A quoted field that is not closed before the end of the input; the opening quote.
    UnclosedQuote = 3,
}

/// A malformed record. Its fields are located as if it were well formed.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CsvFault {
    /// The index of the record.
    pub record: u64,
    /// The offset of the byte from the start of the buffer.
    pub byte_offset: u64,
    /// The kind of the fault.
    pub kind: CsvFaultKind,
}

/// The positions of the records and fields of a buffer. Free it with `trueline_csv_index_free`.
pub struct CsvIndex {
    pub(crate) fields: Vec<CsvSpan>,
    pub(crate) record_fields: Vec<u64>,
    pub(crate) faults: Vec<CsvFault>,
}

/// The positions of an index, which owns them. Field `f` of record `r` is `fields[record_fields[r] + f]`;
/// record `r` has `record_fields[r + 1] - record_fields[r]` fields. Blank lines and comments are not records;
/// a header is one.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CsvPositions {
    /// The number of records.
    pub record_count: u64,
    /// The index of the first field of each record, followed by the number of fields: `record_count + 1`
    /// numbers.
    pub record_fields: *const u64,
    /// The number of fields in all records.
    pub field_count: u64,
    /// The fields as in the buffer, quotes included.
    pub fields: *const CsvSpan,
    /// The number of malformed records.
    pub fault_count: u64,
    /// The faults in record order, at most one per record.
    pub faults: *const CsvFault,
}

impl Default for CsvDialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: i16::from(b'"'),
            escape: -1,
            comment: -1,
            terminator: CsvTerminator::Auto as u32,
            is_lenient: 0,
            blank_lines_count: 0,
            skip_lines: 0,
        }
    }
}

impl CsvDialect {
    pub(crate) fn read(&self) -> Result<Dialect, Fault> {
        let byte = |name: &str, number: i16| match number {
            -1 => Ok(None),
            _ => u8::try_from(number).map(Some).map_err(|_| {
                let message = format!("{name} is {number}, which is neither a byte nor -1");
                fault(Status::InvalidArgument, c"argument.value", message)
            }),
        };
        let terminator = match self.terminator {
            0 => Terminator::Auto,
            1 => Terminator::Lf,
            2 => Terminator::CrLf,
            3 => Terminator::Cr,
            number => return Err(fault::not_a_member("terminator", number, "TruelineCsvTerminator")),
        };
        let dialect = Dialect::default()
            .delimiter(self.delimiter)
            .quote(byte("quote", self.quote)?)
            .escape(byte("escape", self.escape)?)
            .comment(byte("comment", self.comment)?)
            .terminator(terminator)
            .quoting(if self.is_lenient == 0 { Quoting::Strict } else { Quoting::Lenient })
            .blank_lines(if self.blank_lines_count == 0 { BlankLines::Skip } else { BlankLines::Record })
            .skip_lines(self.skip_lines);
        dialect.check().map_err(|error| {
            fault(
                Status::InvalidArgument,
                c"argument.dialect",
                format!("the dialect has no meaning: {error}"),
            )
        })?;
        Ok(dialect)
    }
}

impl CsvIndex {
    /// Indexes a whole buffer.
    pub(crate) fn new(bytes: &[u8], dialect: &Dialect) -> Result<Self, Fault> {
        let Preamble::Length(start) = preamble(bytes, dialect, true) else {
            let message = "the data begin with the byte order mark of UTF-16; they must be UTF-8";
            return Err(fault(Status::Utf8, c"csv.utf16", message));
        };
        let mut index = Self { fields: Vec::new(), record_fields: Vec::new(), faults: Vec::new() };
        let (mut indexer, mut positions) = (Indexer::new(dialect), Positions::new());
        let mut at = start.min(bytes.len());
        while at < bytes.len() {
            let consumed = indexer.index(&bytes[at..], true, &mut positions);
            if consumed == 0 {
                let message = format!("the record at byte {at} is longer than 4 GiB");
                return Err(fault(Status::InvalidArgument, c"csv.record_size", message));
            }
            index.add(&positions, at as u64);
            at += consumed;
        }
        index.record_fields.push(index.fields.len() as u64);
        Ok(index)
    }

    fn add(&mut self, positions: &Positions, at: u64) {
        let first_record = self.record_fields.len() as u64;
        for record in 0..positions.len() {
            self.record_fields.push(self.fields.len() as u64);
            for field in 0..positions.field_count(record) {
                let field = positions.field(record, field);
                self.fields.push(CsvSpan { start: at + field.start as u64, end: at + field.end as u64 });
            }
        }
        for fault in positions.faults() {
            self.faults.push(CsvFault {
                record: first_record + u64::from(fault.record),
                byte_offset: at + u64::from(fault.offset),
                kind: match fault.kind {
                    FaultKind::StrayQuote => CsvFaultKind::StrayQuote,
                    FaultKind::TextAfterQuote => CsvFaultKind::TextAfterQuote,
                    FaultKind::UnclosedQuote => CsvFaultKind::UnclosedQuote,
                    _ => CsvFaultKind::Utf8,
                },
            });
        }
    }

    pub(crate) fn positions(&self) -> CsvPositions {
        CsvPositions {
            record_count: self.record_fields.len() as u64 - 1,
            record_fields: self.record_fields.as_ptr(),
            field_count: self.fields.len() as u64,
            fields: self.fields.as_ptr(),
            fault_count: self.faults.len() as u64,
            faults: self.faults.as_ptr(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_from_the_start_of_the_buffer() {
        let mut bytes = b"\xEF\xBB\xBFtitle\na,b\n".to_vec();
        for number in 0..100_000 {
            bytes.extend_from_slice(format!("{number},\"x\"\n").as_bytes());
        }
        bytes.extend_from_slice(b"1,a\"b");
        let dialect = CsvDialect { skip_lines: 1, ..CsvDialect::default() };
        let index = CsvIndex::new(&bytes, &dialect.read().unwrap()).unwrap();
        let positions = index.positions();
        assert_eq!(
            (positions.record_count, positions.field_count, positions.fault_count),
            (100_002, 200_004, 1)
        );
        let text = |field: usize| {
            let span = index.fields[field];
            &bytes[usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap()]
        };
        assert_eq!((text(0), text(1), text(2), text(3)), (&b"a"[..], &b"b"[..], &b"0"[..], &b"\"x\""[..]));
        assert_eq!(text(199_998 + 2), b"99999");
        let fault = index.faults[0];
        assert_eq!((fault.record, fault.byte_offset), (100_001, bytes.len() as u64 - 2));
        assert_eq!(fault.kind, CsvFaultKind::StrayQuote);
    }

    #[test]
    fn dialects_without_a_meaning_are_refused() {
        let status = |dialect: CsvDialect| dialect.read().unwrap_err().status;
        assert_eq!(status(CsvDialect { quote: 300, ..CsvDialect::default() }), Status::InvalidArgument);
        assert_eq!(status(CsvDialect { terminator: 9, ..CsvDialect::default() }), Status::InvalidArgument);
        assert_eq!(status(CsvDialect { delimiter: b'"', ..CsvDialect::default() }), Status::InvalidArgument);
    }
}
