//! The files of valid and invalid records.

use std::io::Write;
use std::ops::Range;
use std::path::Path;

use super::{LineEnd, ReasonColumn, ReasonForm, Rows, Side};
use crate::atomic::Temporaries;
use crate::error::{Error, ErrorKind};
use crate::output::OutputFile;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The bytes of an input before its first record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Front<'a> {
    /// The bytes that every reader of the table skips first: byte order mark, skipped lines, and a header with whatever precedes
    /// it. `None` if there should be a header but the input ends before.
    pub head: Option<&'a [u8]>,
    /// The offset of the header in the head, if there is one.
    pub header_start: Option<usize>,
    /// Whether the input ends inside the last line of the head.
    pub is_open: bool,
    /// Bytes after the head that are not a record: they belong to the first record.
    pub gap: &'a [u8],
}

/// The beginning of an input.
#[derive(Clone, Copy, Debug)]
pub struct InputStart<'a> {
    /// The display name of the input.
    pub name: &'a str,
    /// The bytes before the first record.
    pub front: Front<'a>,
    /// The names of the columns, if the head has them.
    pub columns: Option<&'a [String]>,
    /// The number of fields of its CSV records, if the head does not name them and there is a record.
    pub fields: Option<usize>,
    /// The line ending of the input.
    pub line_end: LineEnd,
    /// How reasons are added to its records.
    pub form: ReasonForm,
}

/// The files of valid and invalid records, of which one may be absent.
///
/// The files appear, complete, when they are committed; files they replace are unchanged before.
///
/// **Cost**: only the bytes between two records are kept, up to a limit.
#[derive(Debug)]
pub struct RowFiles {
    valid: Option<SideFile>,
    invalid: Option<SideFile>,
    gap: Vec<u8>,
    max_gap_bytes: usize,
    /// The current input.
    name: String,
    /// The side of its last record.
    last: Side,
    /// The name and columns of the input whose head was written.
    first: Option<(String, Option<Vec<String>>)>,
    /// The name of the first input without column names, and the number of its fields.
    first_unnamed: Option<(String, usize)>,
    line_end: LineEnd,
    is_crlf: Option<bool>,
    valid_rows: u64,
    invalid_rows: u64,
    reasons: Option<ReasonColumn>,
    form: ReasonForm,
    /// A reused buffer for one record with its reasons.
    record_buffer: Vec<u8>,
}

impl RowFiles {
    /// Creates the files. `max_gap_bytes` is the maximum number of bytes between two records.
    ///
    /// **Errors**: as [`OutputFile::create`].
    pub fn create(
        valid: Option<&Path>,
        invalid: Option<&Path>,
        max_gap_bytes: usize,
        temporaries: &Temporaries,
    ) -> Result<Self, Error> {
        let create = |path: Option<&Path>| path.map(|path| SideFile::create(path, temporaries)).transpose();
        Ok(Self {
            valid: create(valid)?,
            invalid: create(invalid)?,
            gap: Vec::new(),
            max_gap_bytes,
            name: String::new(),
            last: Side::Valid,
            first: None,
            first_unnamed: None,
            line_end: LineEnd::default(),
            is_crlf: None,
            valid_rows: 0,
            invalid_rows: 0,
            reasons: None,
            form: ReasonForm::JsonLines,
            record_buffer: Vec::new(),
        })
    }

    /// Adds the reasons given with [`Rows::add_reason`] to invalid records. Call this before
    /// the first input begins.
    pub fn tell_reasons(&mut self, column: ReasonColumn) {
        self.reasons = Some(column);
    }

    /// Returns the numbers of valid and invalid records, whether or not each side has a file.
    pub fn rows(&self) -> (u64, u64) {
        (self.valid_rows, self.invalid_rows)
    }

    /// Begins the next input.
    ///
    /// **Errors**: its columns differ from those of the first input, or one has the name of the reasons; a file cannot be
    /// written.
    pub fn begin_input(&mut self, start: &InputStart<'_>) -> Result<(), Error> {
        self.line_end = start.line_end;
        self.form = start.form;
        let column = self.reasons.as_ref().map(ReasonColumn::name);
        if let Some(column) =
            column.filter(|name| start.columns.is_some_and(|all| all.iter().any(|one| one == name)))
        {
            let (name, column) = (start.name.to_owned(), column.to_owned());
            return Err(Error::new(ErrorKind::ReasonColumn { name, column }));
        }
        start.name.clone_into(&mut self.name);
        self.last = Side::Valid;
        if let Some(head) = start.front.head {
            match &self.first {
                None => {
                    self.first = Some((start.name.to_owned(), start.columns.map(<[String]>::to_vec)));
                    self.write_head(head, &start.front)?;
                }
                Some((first, columns)) => {
                    if columns.as_deref() != start.columns {
                        let (name, first) = (start.name.to_owned(), first.clone());
                        return Err(Error::new(ErrorKind::OtherColumns { name, first }));
                    }
                }
            }
        }
        if let Some(fields) = start.fields {
            let (first, known) = self.first_unnamed.get_or_insert_with(|| (start.name.to_owned(), fields));
            if *known != fields {
                let (name, first) = (start.name.to_owned(), first.clone());
                return Err(Error::new(ErrorKind::OtherColumns { name, first }));
            }
        }
        let is_begun = self.files().any(|file| file.is_begun);
        let gap = start.front.gap;
        let without_mark = gap.strip_prefix(BYTE_ORDER_MARK).filter(|_| is_begun);
        self.keep_gap(without_mark.unwrap_or(gap))
    }

    /// Writes the head to both files. If its last line has no line ending, the input ends there; a line ending is then inserted
    /// before the records of the next input.
    fn write_head(&mut self, head: &[u8], front: &Front<'_>) -> Result<(), Error> {
        let line_end = self.line_end;
        let cell = self.reasons.as_ref().map(|reasons| reasons.head(&self.form));
        if let (Some(cell), Some(at), Some(file)) = (cell, front.header_start, &mut self.invalid) {
            let (before, header) = head.split_at(at.min(head.len()));
            let without_mark = before.strip_prefix(BYTE_ORDER_MARK).filter(|_| file.is_begun);
            file.write(&[without_mark.unwrap_or(before), &cell, header].concat())?;
            file.open = front.is_open.then(|| line_end.after(head, false));
            file.has_head = true;
        }
        if line_end.ends(head) {
            self.is_crlf = Some(head.ends_with(b"\r\n"));
        }
        for file in self.files().filter(|file| !file.has_head) {
            let without_mark = head.strip_prefix(BYTE_ORDER_MARK).filter(|_| file.is_begun);
            let head = without_mark.unwrap_or(head);
            file.write(head)?;
            file.open = front.is_open.then(|| line_end.after(head, false));
        }
        Ok(())
    }

    /// Appends records of the current input.
    ///
    /// **Errors**: a file cannot be written; there are too many bytes between two records; an invalid record has a key with the
    /// name of the reasons.
    pub fn append(&mut self, rows: &mut Rows) -> Result<(), Error> {
        rows.sort_reasons();
        let mut record = 0;
        if !rows.is_empty() {
            self.is_crlf.get_or_insert_with(|| rows.first().ends_with(b"\r\n"));
        }
        for (side, count, range) in rows.runs() {
            if !self.gap.is_empty() {
                let gap = std::mem::take(&mut self.gap);
                self.write(side, &gap)?;
                self.gap = gap;
                self.gap.clear();
            }
            if self.reasons.is_some() && side == Side::Invalid {
                self.write_with_reasons(rows, record..record + count)?;
            } else {
                self.write(side, &rows.bytes()[range])?;
            }
            record += count;
            self.last = side;
            match side {
                Side::Valid => self.valid_rows += count as u64,
                Side::Invalid => self.invalid_rows += count as u64,
            }
        }
        if rows.is_open() {
            self.open(self.last, rows.bytes());
        }
        self.keep_gap(rows.rest())
    }

    /// Writes invalid records, each preceded by its reasons.
    fn write_with_reasons(&mut self, rows: &Rows, records: Range<usize>) -> Result<(), Error> {
        let (Some(column), Some(file)) = (&self.reasons, &mut self.invalid) else { return Ok(()) };
        for record in records {
            let (before, own) = rows.parts(record);
            if column.has_key(&self.form, own) {
                let (name, column) = (self.name.clone(), column.name().to_owned());
                return Err(Error::new(ErrorKind::ReasonColumn { name, column }));
            }
            self.record_buffer.clear();
            self.record_buffer.extend_from_slice(before);
            column.push(&mut self.record_buffer, &self.form, rows.reasons(record), own);
            file.write(&self.record_buffer)?;
        }
        Ok(())
    }

    /// Ends the current input.
    ///
    /// **Errors**: a file cannot be written.
    pub fn end_input(&mut self) -> Result<(), Error> {
        if self.gap.is_empty() {
            return Ok(());
        }
        let gap = std::mem::take(&mut self.gap);
        self.write(self.last, &gap)?;
        if !self.line_end.ends(&gap) {
            self.open(self.last, &gap);
        }
        Ok(())
    }

    /// Writes and syncs both files without moving them into place; nothing more can be written.
    ///
    /// **Errors**: as [`OutputFile::finish`]; so are later records an error.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.files().try_for_each(|file| file.output.finish())
    }

    /// Moves the files into place.
    ///
    /// **Errors**: as [`OutputFile::commit`].
    pub fn commit(self) -> Result<(), Error> {
        [self.valid, self.invalid].into_iter().flatten().try_for_each(|file| file.output.commit())
    }

    fn files(&mut self) -> impl Iterator<Item = &mut SideFile> {
        self.valid.iter_mut().chain(&mut self.invalid)
    }

    fn side(&mut self, side: Side) -> Option<&mut SideFile> {
        match side {
            Side::Valid => self.valid.as_mut(),
            Side::Invalid => self.invalid.as_mut(),
        }
    }

    fn write(&mut self, side: Side, bytes: &[u8]) -> Result<(), Error> {
        self.side(side).map_or(Ok(()), |file| file.write(bytes))
    }

    /// Notes that `bytes`, the last ones written to a side, lack a line ending.
    fn open(&mut self, side: Side, bytes: &[u8]) {
        let line_end = self.line_end.after(bytes, self.is_crlf == Some(true));
        if let Some(file) = self.side(side) {
            file.open = Some(line_end);
        }
    }

    fn keep_gap(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.gap.len() + bytes.len() > self.max_gap_bytes {
            return Err(Error::new(ErrorKind::Gap { limit_bytes: self.max_gap_bytes }));
        }
        self.gap.extend_from_slice(bytes);
        Ok(())
    }
}

#[derive(Debug)]
struct SideFile {
    output: OutputFile,
    /// Whether anything was written.
    is_begun: bool,
    /// Whether the head was written with the column of reasons.
    has_head: bool,
    /// The line ending to insert before the next bytes, because the last bytes lack one.
    open: Option<&'static [u8]>,
}

impl SideFile {
    fn create(path: &Path, temporaries: &Temporaries) -> Result<Self, Error> {
        Ok(Self {
            output: OutputFile::create(path, temporaries)?,
            is_begun: false,
            has_head: false,
            open: None,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.is_begun = true;
        let line_end = self.open.take().unwrap_or_default();
        let written = self.output.write_all(line_end).and_then(|()| self.output.write_all(bytes));
        written.map_err(|source| self.output.error(source))
    }
}
