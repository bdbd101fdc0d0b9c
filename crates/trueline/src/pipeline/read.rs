//! Reads one input to its end with the code for its format.

use std::sync::Arc;

use trueline_io::csv::CsvInput;
use trueline_io::jsonl::JsonLinesInput;
use trueline_io::rows::{InputStart, LineEnd, ReasonForm};
use trueline_io::{Format, ReadAt, Source};
use trueline_report::Location;
use trueline_validate::{Binding, Pass};

#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
use super::batches;
use super::job::Job;
use super::merge::{InputOutcome, MergeTarget, Merger, PassOutputs, ProgressContext};
use super::open::{FormatInput, OpenError, OpenResult, OpenedInput};
use super::output::{RowOutput, RunOutputs};
use super::{Pipeline, csv, json, run_error, text};
use crate::cache::{Cache, PieceCache, RereadPiece};
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
use crate::columns::Columns;
use crate::error::{Error, ErrorKind};

/// The memory limit of marks is that of keys divided by this number. There is about one byte of marks for 24 bytes of prints,
/// and marks are only useful together with prints.
const MARKS_SHARE: usize = 16;

/// An input to read, and the purpose of reading it.
#[derive(Clone, Copy)]
pub(super) struct InputPass<'s> {
    pub(super) source: &'s dyn Source,
    /// If the input is read again: its number, and the pass.
    pub(super) reread: Option<(u32, Pass)>,
}

impl InputPass<'_> {
    fn kind(&self) -> Pass {
        self.reread.map_or(Pass::First, |(_, pass)| pass)
    }
}

impl<'a> Pipeline<'a> {
    /// Reads one input to its end, or to where it cannot be read any further.
    pub(super) fn read(
        &mut self,
        pass: InputPass<'_>,
        opening: OpenResult,
    ) -> Result<(InputOutcome, String), Error> {
        let InputPass { source, reread } = pass;
        let (opened, format) = match opening {
            Ok(OpenedInput { opened, label, .. }) => (opened, label),
            Err(OpenError { failure, format }) => {
                match reread {
                    Some((number, _)) => self.tally.begin_input_again(number, 0),
                    None => self.tally.begin_unread_input(),
                }
                let outcome = InputOutcome {
                    bytes: failure.byte_offset,
                    error: Some(run_error(failure, source.name())),
                    ..InputOutcome::default()
                };
                return Ok((outcome, format));
            }
        };
        if opened.format().is_typed() && !self.is_typed {
            let message = format!(
                "`{}` is {} by its first bytes, unlike the inputs before it; give its name the extension of its format, or name the format if \
                 all inputs have it",
                source.name(),
                opened.format().name()
            );
            return Err(Error::new(ErrorKind::Formats { message }));
        }
        let outcome = match opened {
            FormatInput::Csv(input) => self.read_csv(pass, input)?,
            FormatInput::JsonLines(input) => self.read_json_lines(pass, input)?,
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            FormatInput::Batches(input, format) => self.read_batches(pass, &input, format)?,
        };
        Ok((outcome, format))
    }

    fn read_csv(&mut self, pass: InputPass<'_>, mut input: CsvInput) -> Result<InputOutcome, Error> {
        let dialect = self.dialect;
        let binding = csv::bind(self.schema, &input);
        self.begin_row_output(pass, Format::Csv, || {
            let (name, front) = (pass.source.name(), input.front()?);
            let columns = input.header.as_ref().map(|header| &*header.names);
            let fields = (!self.schema.csv.header && input.columns > 0).then_some(binding.columns);
            let (line_end, form) = (csv::line_end(&dialect), ReasonForm::Csv(dialect));
            Ok(InputStart { name, front, columns, fields, line_end, form })
        })?;
        self.begin(pass, &binding, input.lines(), &|column| {
            csv::name_location(input.header.as_ref(), column)
        })?;
        let job = self.job(pass, &binding, Some((Format::Csv, input.has_read_at())));
        // A small input is finished before a second thread would have started.
        let threads = if input.has_all() { 1 } else { self.validator.threads };
        let start_bytes = input.byte_offset();
        let spans = match (self.reread_spans(pass, || input.take_read_at()), threads) {
            (Some(reread), _) => reread,
            (None, 1) => text::Spans::Sequence(input.into_sequence()),
            // Custom checks must not see rows of a chunk that may turn out to be cut wrongly.
            (None, _) if !self.validator.customs.is_empty() => text::Spans::Chunks(input.into_chunks()),
            (None, _) => text::Spans::Chunks(input.into_chunks().guess()),
        };
        let records = || csv::CsvRecords::new(&job, &dialect);
        self.merge(pass, threads, start_bytes, |merger| {
            text::run(spans, &job, records, merger, threads);
        })
    }

    fn read_json_lines(
        &mut self,
        pass: InputPass<'_>,
        mut input: JsonLinesInput,
    ) -> Result<InputOutcome, Error> {
        self.begin_row_output(pass, Format::JsonLines, || {
            let (name, front) = (pass.source.name(), input.front()?);
            let form = ReasonForm::JsonLines;
            Ok(InputStart { name, front, columns: None, fields: None, line_end: LineEnd::Lf, form })
        })?;
        let binding = json::bind(self.schema);
        self.begin(pass, &binding, 0, &|_| Location::default())?;
        let job = self.job(pass, &binding, Some((Format::JsonLines, input.has_read_at())));
        let threads = if input.has_all() { 1 } else { self.validator.threads };
        let start_bytes = input.byte_offset();
        let spans = match (self.reread_spans(pass, || input.take_read_at()), threads) {
            (Some(reread), _) => reread,
            (None, 1) => text::Spans::Sequence(input.into_sequence()),
            (None, _) => text::Spans::Chunks(input.into_chunks()),
        };
        let records = || json::JsonRecords::new(&job);
        self.merge(pass, threads, start_bytes, |merger| {
            text::run(spans, &job, records, merger, threads);
        })
    }

    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    fn read_batches(
        &mut self,
        pass: InputPass<'_>,
        input: &batches::BatchInput,
        format: Format,
    ) -> Result<InputOutcome, Error> {
        let rows = self.outputs.rows.as_mut();
        if let Some(rows) = rows.filter(|rows| rows.writes_in(pass.kind())) {
            rows.begin_batches(pass.source.name(), input.schema(), format)?;
        }
        let columns = Columns::find(self.schema, input.schema());
        self.begin(pass, &columns.binding, 0, &|_| Location::default())?;
        let job = self.job(pass, &columns.binding, None);
        let threads = self.validator.threads;
        self.merge(pass, threads, input.size_bytes(), |merger| {
            batches::run(input, &columns, &job, merger, threads);
        })
    }

    /// Passes the beginning of an input to the row output, if rows are written in this pass.
    fn begin_row_output<'i>(
        &mut self,
        pass: InputPass<'_>,
        format: Format,
        start: impl FnOnce() -> Result<InputStart<'i>, trueline_io::Error>,
    ) -> Result<(), Error> {
        let Some(rows) = self.outputs.rows.as_mut().filter(|rows| rows.writes_in(pass.kind())) else {
            return Ok(());
        };
        let start = start().map_err(Error::output)?;
        rows.begin_input(&start, format)
    }

    /// Gives the tally the columns of the input, unless it knows them; `location` returns the location of a column's name.
    fn begin(
        &mut self,
        pass: InputPass<'_>,
        binding: &Binding,
        lines: u64,
        location: &dyn Fn(Option<usize>) -> Location,
    ) -> Result<(), Error> {
        if let Some((number, _)) = pass.reread {
            // Violations found since the first pass belong to the table as a whole and are reported last.
            self.tally.begin_input_again(number, lines);
            return Ok(());
        }
        self.tally.begin_input(binding, lines, location);
        let found = self.tally.take_findings();
        self.outputs.write_all(&found)
    }

    /// The data shared by the workers of an input. For a text format, `text` is the format and whether the input can be read at
    /// offsets.
    fn job<'j>(&self, pass: InputPass<'_>, binding: &'j Binding, text: Option<(Format, bool)>) -> Job<'j>
    where
        'a: 'j,
    {
        let validator = self.validator;
        let config_key = self.config_key.as_ref().filter(|_| pass.kind() == Pass::First);
        let cache = config_key.zip(validator.usable_cache()).zip(text);
        Job {
            schema: self.schema,
            plan: self.plan,
            binding,
            kernel: validator.kernel,
            limits: validator.limits,
            proves: validator.proves,
            quota: self.tally.quota(),
            pass: pass.kind(),
            trust: validator.trust,
            rows: self.outputs.rows.as_ref().filter(|rows| rows.writes_in(pass.kind())).map(RowOutput::pool),
            marks: pass.kind() == Pass::First
                && text.is_some_and(|(_, has_read_at)| has_read_at)
                && validator.usable_cache().is_none()
                && self.tally.has_prints(),
            cache: cache.map(|((config_key, cache), (format, _))| {
                PieceCache::new(cache, config_key, format.name(), self.schema, binding)
            }),
        }
    }

    /// The parts of a text input to read again for duplicate keys. `None` if their locations or the candidate keys are not known,
    /// so that the whole input must be read.
    fn reread_spans(
        &mut self,
        pass: InputPass<'_>,
        at: impl FnOnce() -> Option<Box<dyn ReadAt>>,
    ) -> Option<text::Spans> {
        let (number, _) = pass.reread.filter(|(_, pass)| *pass == Pass::Candidates)?;
        match self.validator.usable_cache() {
            Some(cache) => self.reread_pieces(number, cache, at),
            None => self.reread_rows(number, at),
        }
    }

    /// The pieces to read again, whose results the cache may have.
    fn reread_pieces(
        &self,
        number: u32,
        cache: &Cache,
        at: impl FnOnce() -> Option<Box<dyn ReadAt>>,
    ) -> Option<text::Spans> {
        let pieces = self.pieces.get(number as usize)?.as_ref()?;
        // The results contain the repeated keys in plain text, which the cache must not have if a field is sensitive.
        if self.schema.fields.iter().any(|field| field.sensitive) {
            return None;
        }
        let mut first_row = 0;
        let wanted = pieces.iter().map(|piece| {
            let candidates =
                if piece.rows == 0 { Vec::new() } else { self.tally.candidates(number, first_row)? };
            first_row += piece.rows;
            Some(RereadPiece { piece: piece.clone(), candidates })
        });
        let (pieces, cache) = (wanted.collect::<Option<_>>()?, cache.clone());
        Some(text::Spans::Pieces(text::RereadPieces {
            at: Arc::from(at()?),
            pieces,
            cache,
            pending_entries: self.pending_entries.clone(),
        }))
    }

    /// The rows that may have a duplicate key; `None` if the size of the input has changed.
    fn reread_rows(
        &mut self,
        number: u32,
        at: impl FnOnce() -> Option<Box<dyn ReadAt>>,
    ) -> Option<text::Spans> {
        let mut first_row = 0;
        let chunks = self.marks.get_mut(number as usize)?.take()?.into_iter().map(|marks| {
            let rows = self.tally.suspects(number, first_row)?;
            first_row += marks.records();
            Some(text::MarkedChunk { marks, rows })
        });
        let chunks = chunks.collect::<Option<_>>()?;
        let bytes = self.inputs.get(number as usize)?.bytes;
        let at = at().filter(|at| at.size_bytes() == bytes)?;
        Some(text::Spans::Rows(text::RereadRows { at: Arc::from(at), chunks }))
    }

    /// Runs the workers of an input and merges the pieces they deliver in the order of the input.
    fn merge(
        &mut self,
        pass: InputPass<'_>,
        threads: usize,
        start_bytes: u64,
        work: impl FnOnce(&Merger<'_>),
    ) -> Result<InputOutcome, Error> {
        let taken = Arc::clone(&self.read_bytes);
        let context = ProgressContext {
            watcher: self.validator.watcher.as_deref(),
            cancel: &self.validator.cancel,
            input: pass.source.name(),
            read_bytes: &taken,
            total_bytes: self.total_bytes,
            started: self.started,
        };
        let RunOutputs { rows, errors, parts } = &mut self.outputs;
        let mut rows = rows.as_mut().filter(|rows| rows.writes_in(pass.kind()));
        // In later passes, findings only provide the reasons of invalid rows.
        let errors = errors.as_mut().filter(|_| pass.kind() == Pass::First);
        let parts = parts.as_mut().filter(|_| pass.kind() == Pass::First);
        let outputs = PassOutputs { rows: rows.as_deref_mut(), errors, parts };
        let max_marks_bytes =
            (self.validator.limits.key_memory_bytes / MARKS_SHARE).saturating_sub(self.marks_bytes);
        let target = MergeTarget::new(&mut self.tally, self.plan, outputs, start_bytes)
            .max_marks_bytes(max_marks_bytes);
        let merger = Merger::new(target, threads, context);
        work(&merger);
        let outcome = merger.into_outcome();
        if let Some(rows) = rows.filter(|_| outcome.is_whole()) {
            rows.end_input()?;
        }
        self.report_end(&context);
        Ok(outcome)
    }

    /// Reports progress once more if all inputs have been read, since comparing keys may take long.
    fn report_end(&self, context: &ProgressContext<'_>) {
        let progress = context.progress(self.tally.rows(), self.tally.invalid_rows());
        if let Some(watcher) = context.watcher.filter(|_| progress.total_bytes == Some(progress.bytes)) {
            watcher(&progress);
        }
    }
}
