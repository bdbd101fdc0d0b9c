//! Writes valid and invalid rows to files.

use std::sync::{Arc, Mutex, PoisonError};

#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
use arrow_schema::SchemaRef;
use trueline_io::rows::{InputStart, ReasonColumn, Rows};
use trueline_io::{Format, Source};
use trueline_report::Report;
use trueline_validate::{Findings, LateRows, Pass, Plan};

use super::super::open::format_of;
use super::files::{Files, PieceRows};
use crate::error::{Error, ErrorKind};
use crate::validator::Validator;

/// The files of rows of one run.
pub(in super::super) struct RowOutput {
    files: Files,
    /// The pass in which rows are written: the first, unless keys decide which rows are invalid.
    pass: Pass,
    /// The rows that are invalid because of their keys, once the keys are settled.
    late: Option<LateRows>,
    /// The name of the column for the reasons of invalid rows, if there is one.
    reasons: Option<String>,
    pool: RowPool,
    names: Vec<String>,
    /// The format of the first input.
    format: Option<Format>,
}

/// Buffers whose rows have been written, for reuse.
#[derive(Clone, Default)]
pub(in super::super) struct RowPool {
    rows: Arc<Mutex<Vec<Rows>>>,
    /// Whether the starts of records must be recorded.
    wants_starts: bool,
}

impl RowPool {
    pub(in super::super) fn take(&self) -> Rows {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(in super::super) fn wants_starts(&self) -> bool {
        self.wants_starts
    }

    fn put_back(&self, rows: Rows) {
        let mut rows = rows;
        rows.clear();
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).push(rows);
    }
}

impl RowOutput {
    /// Creates the files that a run writes, if any.
    pub(super) fn open(validator: &Validator, sources: &[&dyn Source]) -> Result<Option<Self>, Error> {
        let outputs = &validator.outputs;
        if !outputs.has_rows() {
            return Ok(None);
        }
        let names: Vec<String> = outputs.rows().map(|path| path.to_string_lossy().into_owned()).collect();
        // The formats that are known without opening the inputs.
        let formats: Vec<Format> =
            sources.iter().filter_map(|source| format_of(validator, *source)).collect();
        for (name, format) in names.iter().flat_map(|name| formats.iter().map(move |format| (name, *format)))
        {
            check_name(name, format, formats[0])?;
        }
        let (valid, invalid) = (outputs.valid.as_deref(), outputs.invalid.as_deref());
        // Where the format is not known before the input is open, the outputs must be named for it.
        let mut named = names.iter().filter_map(|name| Format::from_file_name(name));
        let known = formats.first().copied().or_else(|| named.find(|format| has_columns(*format)));
        let files = if let Some(format) = known.filter(|format| has_columns(*format)) {
            names.iter().try_for_each(|name| check_name(name, format, format))?;
            Files::batches(valid, invalid, &outputs.temporaries)?
        } else {
            let max_gap_bytes = usize::try_from(validator.limits.max_record_bytes).unwrap_or(usize::MAX);
            Files::text(valid, invalid, max_gap_bytes, &outputs.temporaries)?
        };
        let reasons = outputs.reasons.clone();
        let pool = RowPool { wants_starts: reasons.is_some(), ..RowPool::default() };
        let pass = if validator.plan.names_rows_late() { Pass::Rows } else { Pass::First };
        Ok(Some(Self { files, pass, late: None, reasons, pool, names, format: None }))
    }

    /// Whether rows are written in a separate pass after all others.
    pub(super) fn is_late(&self) -> bool {
        self.pass == Pass::Rows
    }

    /// Whether reasons are added to invalid rows.
    pub(super) fn has_reasons(&self) -> bool {
        self.reasons.is_some()
    }

    /// Sets the plan that validates the rows.
    pub(super) fn set_plan(&mut self, plan: &Plan) {
        if let Some(name) = &self.reasons {
            self.files.tell_reasons(ReasonColumn::new(name.as_str(), plan.check_ids()));
        }
    }

    /// Whether rows are written in a pass.
    pub(in super::super) fn writes_in(&self, pass: Pass) -> bool {
        self.pass == pass
    }

    pub(in super::super) fn pool(&self) -> RowPool {
        self.pool.clone()
    }

    /// Sets the rows that are invalid because of their keys. Rows can be written from now on.
    pub(super) fn set_late(&mut self, rows: LateRows) {
        self.late = Some(rows);
    }

    /// Goes to the next input, whose format is known by now.
    pub(in super::super) fn begin_input(
        &mut self,
        start: &InputStart<'_>,
        format: Format,
    ) -> Result<(), Error> {
        self.check_names(format)?;
        self.files.begin_input(start)
    }

    /// Goes to the next input of record batches, which has these columns.
    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    pub(in super::super) fn begin_batches(
        &mut self,
        name: &str,
        schema: &SchemaRef,
        format: Format,
    ) -> Result<(), Error> {
        self.check_names(format)?;
        self.files.begin_batches(name, schema)
    }

    fn check_names(&mut self, format: Format) -> Result<(), Error> {
        let first = *self.format.get_or_insert(format);
        self.names.iter().try_for_each(|name| check_name(name, format, first))
    }

    /// Writes the records of a piece, whose first one is row `first` of the input with index `input`; `findings` are their
    /// violations, if reasons are added.
    pub(in super::super) fn append(
        &mut self,
        rows: PieceRows,
        findings: Option<&Findings>,
        plan: &Plan,
        input: u32,
        first: u64,
    ) -> Result<(), Error> {
        let mut rows = rows;
        let narrow = |row: u64| usize::try_from(row).unwrap_or(usize::MAX);
        if let (true, Some(findings)) = (self.has_reasons(), findings) {
            findings.reasons(plan).for_each(|(row, check)| rows.add_reason(narrow(row), check));
        }
        let has_reasons = self.has_reasons();
        if let Some(late) = &mut self.late {
            let range = first..first + rows.len() as u64;
            let marked = late.among(input, range, |row, check| {
                let row = narrow(row - first);
                if has_reasons { rows.add_reason(row, check) } else { rows.mark(row) }
            });
            marked.map_err(|source| Error::new(ErrorKind::Keys { source }))?;
        }
        if let Some(rows) = self.files.append(rows)? {
            self.pool.put_back(rows);
        }
        Ok(())
    }

    /// Ends the current input.
    pub(in super::super) fn end_input(&mut self) -> Result<(), Error> {
        self.files.end_input()
    }

    /// Syncs the files without renaming them into place.
    ///
    /// **Errors**: they do not have as many rows as the report counts; a file cannot be written.
    pub(super) fn finish(self, report: &Report) -> Result<Files, Error> {
        let mut files = self.files;
        let counted = (report.rows.valid, report.rows.invalid);
        let written = files.rows();
        if written != counted {
            let message = format!("{counted:?} valid and invalid rows were counted, and {written:?} written");
            return Err(Error::new(ErrorKind::Internal { message }));
        }
        files.finish()?;
        Ok(files)
    }
}

/// Whether rows of the format are written as typed columns and not as bytes.
fn has_columns(format: Format) -> bool {
    matches!(format, Format::Parquet | Format::Arrow)
}

/// Checks that rows of a format can be written to a file with that name; `first` is the format of the first input. Text is
/// written unchanged, record batches with their types.
fn check_name(name: &str, format: Format, first: Format) -> Result<(), Error> {
    let named = Format::from_file_name(name);
    let is_another = if has_columns(format) { !has_columns(first) } else { first != format };
    let expected = if is_another {
        "left out: rows are written as they stand in the inputs, and these are of more than one format"
            .to_owned()
    } else if has_columns(format) {
        if named.is_some_and(has_columns) && !is_compressed(name) {
            return Ok(());
        }
        format!(
            "of another name: rows of {} are written in their types, to a file that ends in .parquet, .arrow or .arrows",
            format.name()
        )
    } else if is_compressed(name) && !ends_with(name, &["gz", "gzip", "zst", "zstd"]) {
        "of another name: outputs are compressed with gzip (.gz), with zstd (.zst), or not at all".to_owned()
    } else if has_other_extension(name) || named.is_some_and(|named| named != format) {
        format!("of another name: rows are written as they stand in the input, as {}", format.name())
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::OutputName { name: name.to_owned(), expected }))
}

/// Whether the extension of a name, without that of a compression, is that of a format that is not written as text.
fn has_other_extension(name: &str) -> bool {
    let inner = name.rsplit_once('.').map_or(name, |(inner, _)| inner);
    let name = if is_compressed(name) { inner } else { name };
    ends_with(name, &["parquet", "arrow", "ipc", "feather", "avro", "orc", "xlsx", "xls"])
}

/// Whether the extension of a name is that of a compression.
fn is_compressed(name: &str) -> bool {
    ends_with(name, &["gz", "gzip", "zst", "zstd", "bgz", "bgzf", "bz2", "xz", "lz4", "zip"])
}

fn ends_with(name: &str, ends: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| ends.iter().any(|known| known.eq_ignore_ascii_case(end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_formats_are_known() {
        for (name, expected) in [
            ("rows.parquet", true),
            ("rows.XLSX.gz", true),
            ("rows.csv", false),
            ("rows.csv.gz", false),
            ("rows", false),
            ("rows.reject", false),
            ("parquet.d/rows", false),
        ] {
            assert_eq!(has_other_extension(name), expected, "{name}");
        }
    }
}
