//! The footer of a file: located, and checked before anything is allocated for it.
//!
//! The crate that decodes footers allocates as many columns, schema nodes and entries as a footer claims, and
//! recurses into its type tree without limit. Therefore every count is checked here against the remaining bytes and a
//! limit, and the tree is walked with limited depth. What passes is safe to decode; it may still be wrong.
//!
//! If you change this: count here as the decoder counts, see `thrift`.

use std::ops::Range;

use super::options::ParquetOptions;
use super::thrift::{Fault, Kind, List, Reader};
use crate::batch::{Problem, RangeReader};

/// Every Parquet file begins and ends with it.
pub(crate) const MAGIC: &[u8; 4] = b"PAR1";

/// The end of a file whose footer is encrypted.
const ENCRYPTED: &[u8; 4] = b"PARE";

/// Footer length and magic.
const TAIL_BYTES: u64 = 8;

/// The minimum encoded size of a column chunk. In memory it takes a few hundred bytes.
const LEAST_CHUNK_BYTES: usize = 16;

/// How deep types may be nested.
const MAX_TYPE_DEPTH: usize = 64;

/// The most schema nodes for each column: lists and maps have two around their values.
const NODES_PER_COLUMN: usize = 8;

/// The most entries of metadata that writers added.
const MAX_KEY_VALUES: usize = 100_000;

/// The footer of a file: its location and its bytes.
pub(super) struct Footer {
    pub(super) range: Range<u64>,
    pub(super) bytes: Vec<u8>,
}

impl Footer {
    /// Reads the footer and checks all of it.
    pub(super) fn read(range_reader: &RangeReader, options: &ParquetOptions) -> Result<Self, Problem> {
        let size = range_reader.size_bytes();
        if size < MAGIC.len() as u64 + TAIL_BYTES {
            let message = format!("the file has {size} bytes, and the smallest Parquet file has 12");
            return Err(Problem::damaged(0, message));
        }
        let mut head = [0; 4];
        range_reader.fill(&mut head, 0)?;
        let mut tail = [0; 8];
        range_reader.fill(&mut tail, size - TAIL_BYTES)?;
        let [a, b, c, d, magic @ ..] = tail;
        if &magic == ENCRYPTED {
            return Err(Problem::unsupported(size - 4, "the file is encrypted, which is not read here"));
        }
        if &magic != MAGIC {
            let message = "the file does not end with `PAR1`: it was cut, or it is no Parquet file";
            return Err(Problem::damaged(size - 4, message));
        }
        if &head != MAGIC {
            let message = "the file ends as a Parquet file and does not begin with `PAR1`";
            return Err(Problem::damaged(0, message));
        }
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        let end = size - TAIL_BYTES;
        let Some(start) = end.checked_sub(length).filter(|&start| start >= MAGIC.len() as u64) else {
            let message = format!("the footer would have {length} bytes, in a file of {size}");
            return Err(Problem::damaged(end, message));
        };
        if length > options.max_metadata_bytes {
            let limit = options.max_metadata_bytes;
            return Err(Problem::limit(
                end,
                format!("the footer has {length} bytes"),
                limit,
                "max_metadata_bytes",
            ));
        }
        let bytes = range_reader.read(start..end)?;
        let cleaned = check(&bytes, start, options)?;
        Ok(Self { range: start..end, bytes: cleaned.unwrap_or(bytes) })
    }
}

/// Checks a footer that begins at `start` of the file. If it has fields that must not reach the decoder, returns a copy without
/// them.
fn check(bytes: &[u8], start: u64, options: &ParquetOptions) -> Result<Option<Vec<u8>>, Problem> {
    let mut checker = FooterChecker {
        reader: Reader::new(bytes),
        start,
        options,
        columns: None,
        copy: FilteredCopy::default(),
    };
    checker.footer()?;
    Ok(checker.copy.finish(bytes))
}

/// A copy of the footer that omits some ranges.
#[derive(Default)]
struct FilteredCopy {
    bytes: Vec<u8>,
    /// The end of what was copied or omitted of the original so far.
    copied_to: usize,
}

impl FilteredCopy {
    fn leave_out(&mut self, original: &[u8], range: Range<usize>) {
        self.bytes.extend_from_slice(&original[self.copied_to..range.start]);
        self.copied_to = range.end;
    }

    fn finish(mut self, original: &[u8]) -> Option<Vec<u8>> {
        if self.copied_to == 0 {
            return None;
        }
        self.leave_out(original, original.len()..original.len());
        Some(self.bytes)
    }
}

struct FooterChecker<'a> {
    reader: Reader<'a>,
    start: u64,
    options: &'a ParquetOptions,
    /// The number of leaves of the schema; `None` before the schema.
    columns: Option<usize>,
    copy: FilteredCopy,
}

use Kind::{Binary as B, Integer as I, List as L, Struct as S};

/// The types of the fields of each struct, by field number. They are checked because the decoder does not check them and would
/// misinterpret a field of another type.
const FOOTER: &[Kind] = &[I, L, I, L, L, B, L, S, B];
const NODE: &[Kind] = &[I, I, I, B, I, I, I, I, I, S];
const ROW_GROUP: &[Kind] = &[L, I, I, L, I, I, I];
const CHUNK: &[Kind] = &[B, I, S, I, I, I, I, S, B];
const CHUNK_METADATA: &[Kind] = &[I, L, L, I, I, I, I, L, I, I, I, S, L, I, I, S, S];

impl FooterChecker<'_> {
    fn footer(&mut self) -> Result<(), Problem> {
        let mut last = 0;
        while let Some((field, kind)) = self.field(&mut last, FOOTER)? {
            match field {
                2 => self.schema()?,
                4 => self.row_groups()?,
                5 => {
                    let count = self.struct_list("metadata")?;
                    self.check_limit(count, MAX_KEY_VALUES as u64, "entries of metadata", None)?;
                    self.skip_structs(count)?;
                }
                7 => {
                    let count = self.struct_list("column orders")?;
                    self.check_limit(
                        count,
                        self.options.max_columns as u64,
                        "column orders",
                        Some("max_columns"),
                    )?;
                    self.skip_structs(count)?;
                }
                8 => return Err(self.encrypted()),
                _ => self.skip(kind)?,
            }
        }
        Ok(())
    }

    /// The nodes of the schema are in depth-first order, each with the number of its children.
    fn schema(&mut self) -> Result<(), Problem> {
        let nodes = self.struct_list("schema")?;
        let most = self.options.max_columns.saturating_mul(NODES_PER_COLUMN) as u64;
        self.check_limit(nodes, most, "nodes of the schema", Some("max_columns"))?;
        let (mut leaves, mut open) = (0_usize, Vec::<usize>::new());
        for node in 0..nodes {
            let children = self.schema_node()?;
            let left = nodes - node - 1;
            if children > left {
                let message =
                    format!("the schema has a node of {children} children, and {left} nodes follow it");
                return Err(self.damaged(message));
            }
            if node > 0 {
                let Some(parent) = open.last_mut() else {
                    return Err(self.damaged("the schema has nodes that are nobody's children"));
                };
                *parent -= 1;
            }
            if children > 0 {
                open.push(children);
            } else {
                leaves += usize::from(node > 0);
            }
            while open.last() == Some(&0) {
                open.pop();
            }
            if open.len() > MAX_TYPE_DEPTH {
                return Err(self.damaged("the schema is nested deeper than 64 levels"));
            }
        }
        if !open.is_empty() {
            return Err(self.damaged("the schema ends before its last node"));
        }
        self.check_limit(leaves, self.options.max_columns as u64, "columns", Some("max_columns"))?;
        self.columns = Some(leaves);
        Ok(())
    }

    /// Reads a node and returns the number of children it claims.
    fn schema_node(&mut self) -> Result<usize, Problem> {
        let (mut last, mut children) = (0, 0);
        while let Some((field, kind)) = self.field(&mut last, NODE)? {
            match field {
                2 => {
                    // The width of a value of fixed length, which is also what a null takes.
                    let width = self.count("has a schema node with a negative length")?;
                    self.check_limit(
                        width,
                        self.options.max_page_bytes,
                        "bytes in a value",
                        Some("max_page_bytes"),
                    )?;
                }
                5 => children = self.count("has a schema node with a negative number of children")?,
                _ => self.skip(kind)?,
            }
        }
        Ok(children)
    }

    fn row_groups(&mut self) -> Result<(), Problem> {
        let Some(columns) = self.columns else {
            return Err(self.damaged("the footer has its row groups before its schema"));
        };
        let count = self.struct_list("row groups")?;
        self.check_limit(count, self.options.max_row_groups as u64, "row groups", Some("max_row_groups"))?;
        for _ in 0..count {
            let mut last = 0;
            while let Some((field, kind)) = self.field(&mut last, ROW_GROUP)? {
                match field {
                    1 => self.chunks(columns)?,
                    4 => {
                        let count = self.struct_list("sorting columns")?;
                        self.check_limit(count, columns as u64, "sorting columns", None)?;
                        self.skip_structs(count)?;
                    }
                    _ => self.skip(kind)?,
                }
            }
        }
        Ok(())
    }

    /// The column chunks of a row group.
    fn chunks(&mut self, columns: usize) -> Result<(), Problem> {
        let count = self.struct_list("column chunks")?;
        if count != columns {
            let message = format!("a row group has {count} columns, and the schema has {columns}");
            return Err(self.damaged(message));
        }
        for _ in 0..count {
            let (start, mut last, mut has_metadata) = (self.reader.at(), 0, false);
            while let Some((field, kind)) = self.field(&mut last, CHUNK)? {
                match field {
                    1 => {
                        let at = self.byte_offset();
                        if !self.binary()?.is_empty() {
                            let message = "a column chunk stands in another file, which is not looked for";
                            return Err(Problem::unsupported(at, message));
                        }
                    }
                    3 => {
                        has_metadata = true;
                        self.chunk_metadata()?;
                    }
                    8 => return Err(self.encrypted()),
                    _ => self.skip(kind)?,
                }
            }
            if !has_metadata || self.reader.at() - start < LEAST_CHUNK_BYTES {
                return Err(self.damaged("a column chunk does not say where it stands"));
            }
        }
        Ok(())
    }

    /// Checks the metadata of a chunk. An optional field of the wrong type is omitted from the footer, because drafts of the
    /// format used some of the numbers for other fields; a required one is an error.
    fn chunk_metadata(&mut self) -> Result<(), Problem> {
        let (mut last, mut kept, mut is_after_omission) = (0, 0, false);
        loop {
            let start = self.reader.at();
            let field = self.reader.field(&mut last).map_err(|fault| self.fault(fault))?;
            let Some((number, kind)) = field else { return Ok(()) };
            let value = self.reader.at();
            self.skip(kind)?;
            let expected =
                usize::try_from(i32::from(number) - 1).ok().and_then(|index| CHUNK_METADATA.get(index));
            if expected.is_some_and(|expected| *expected != kind) {
                if matches!(number, 1..=7 | 9) {
                    let message = format!("the footer has a field {number} of another type than it should");
                    return Err(Problem::damaged(self.start + start as u64, message));
                }
                self.copy.leave_out(self.reader.bytes(), start..self.reader.at());
                is_after_omission = true;
                continue;
            }
            if std::mem::take(&mut is_after_omission) {
                // A field number is encoded as the difference from the previous one, so it must be encoded again.
                let original = self.reader.bytes();
                self.copy.leave_out(original, start..value);
                let type_bits = original[start] & 0x0f;
                match u8::try_from(number - kept) {
                    Ok(distance @ 1..=15) => self.copy.bytes.push(distance << 4 | type_bits),
                    _ => return Err(self.damaged("the footer has fields in no order")),
                }
            }
            kept = number;
        }
    }

    /// The header of a list of structs.
    fn struct_list(&mut self, what: &str) -> Result<usize, Problem> {
        let byte_offset = self.byte_offset();
        let List { kind, count } = self.reader.list().map_err(|fault| self.fault(fault))?;
        if count > 0 && kind != Kind::Struct {
            return Err(Problem::damaged(
                byte_offset,
                format!("the footer has {what} of another type than it should"),
            ));
        }
        Ok(count)
    }

    fn skip_structs(&mut self, count: usize) -> Result<(), Problem> {
        (0..count).try_for_each(|_| self.skip(Kind::Struct))
    }

    fn check_limit(&self, count: usize, limit: u64, what: &str, option: Option<&str>) -> Result<(), Problem> {
        if count as u64 <= limit {
            return Ok(());
        }
        let message = format!("the footer has {count} {what}");
        Err(match option {
            Some(option) => Problem::limit(self.byte_offset(), message, limit, option),
            None => Problem::damaged(self.byte_offset(), format!("{message}, more than {limit}")),
        })
    }

    /// Reads the next field, which must have the type listed in `kinds` under its number.
    fn field(&mut self, last: &mut i16, kinds: &[Kind]) -> Result<Option<(i16, Kind)>, Problem> {
        let byte_offset = self.byte_offset();
        let field = self.reader.field(last).map_err(|fault| self.fault(fault))?;
        let Some((number, kind)) = field else { return Ok(None) };
        let expected = usize::try_from(i32::from(number) - 1).ok().and_then(|index| kinds.get(index));
        if expected.is_some_and(|expected| *expected != kind) {
            return Err(Problem::damaged(
                byte_offset,
                format!("the footer has a field {number} of another type than it should"),
            ));
        }
        Ok(field)
    }

    fn count(&mut self, what: &'static str) -> Result<usize, Problem> {
        self.reader.count(what).map(|count| count as usize).map_err(|fault| self.fault(fault))
    }

    fn binary(&mut self) -> Result<&[u8], Problem> {
        let start = self.start;
        self.reader.binary().map_err(|fault| footer_fault(start, fault))
    }

    fn skip(&mut self, kind: Kind) -> Result<(), Problem> {
        self.reader.skip(kind).map_err(|fault| self.fault(fault))
    }

    fn fault(&self, fault: Fault) -> Problem {
        footer_fault(self.start, fault)
    }

    fn byte_offset(&self) -> u64 {
        self.start + self.reader.at() as u64
    }

    fn damaged(&self, message: impl Into<String>) -> Problem {
        Problem::damaged(self.byte_offset(), message)
    }

    fn encrypted(&self) -> Problem {
        Problem::unsupported(self.byte_offset(), "the file has encrypted columns, which are not read here")
    }
}

fn footer_fault(start: u64, fault: Fault) -> Problem {
    Problem::damaged(start + fault.at as u64, format!("the footer {}", fault.what))
}
