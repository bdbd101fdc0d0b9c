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
use super::open::{NotOpened, Opened, Opening, Ready};
use super::output::{RowOutput, RunOutputs};
use super::{Pipeline, csv, json, run_error, text};
use crate::cache::{Cache, PieceAgain, PieceCache};
#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
use crate::columns::Columns;
use crate::error::{Error, ErrorKind};

/// Marks may take this part of what keys may take: there are a byte of them to about 24 bytes of prints, and without
/// prints they are of no use.
const MARKS_SHARE: usize = 16;

/// Which input is read, and what for.
#[derive(Clone, Copy)]
pub(super) struct Reading<'s> {
    pub(super) source: &'s dyn Source,
    /// The number of the input where it is read again, and what for.
    pub(super) again: Option<(u32, Pass)>,
}

impl Reading<'_> {
    fn pass(&self) -> Pass {
        self.again.map_or(Pass::First, |(_, pass)| pass)
    }
}

impl<'a> Pipeline<'a> {
    /// Reads one input to its end, or to where it cannot be read any further.
    pub(super) fn read(
        &mut self,
        reading: Reading<'_>,
        opening: Opening,
    ) -> Result<(InputOutcome, String), Error> {
        let Reading { source, again } = reading;
        let (opened, format) = match opening {
            Ok(Ready { opened, label, .. }) => (opened, label),
            Err(NotOpened { failure, format }) => {
                match again {
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
            Opened::Csv(input) => self.read_csv(reading, input)?,
            Opened::JsonLines(input) => self.read_json_lines(reading, input)?,
            #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
            Opened::Batches(input, format) => self.read_batches(reading, &input, format)?,
        };
        Ok((outcome, format))
    }

    fn read_csv(&mut self, reading: Reading<'_>, mut input: CsvInput) -> Result<InputOutcome, Error> {
        let dialect = self.dialect;
        self.begin_rows(reading, Format::Csv, || {
            let (name, front) = (reading.source.name(), input.front()?);
            let columns = input.header.as_ref().map(|header| &*header.names);
            let (line_end, form) = (csv::line_end(&dialect), ReasonForm::Csv(dialect));
            Ok(InputStart { name, front, columns, line_end, form })
        })?;
        let binding = csv::bind(self.schema, &input);
        self.begin(reading, &binding, input.lines(), &|column| csv::place(input.header.as_ref(), column))?;
        let job = self.job(reading, &binding, Some((Format::Csv, input.has_read_at())));
        // Small inputs are done before a second thread would have started.
        let threads = if input.has_all() { 1 } else { self.validator.threads };
        let start_bytes = input.byte_offset();
        let spans = match (self.again(reading, || input.take_read_at()), threads) {
            (Some(again), _) => again,
            (None, 1) => text::Spans::Sequence(input.into_sequence()),
            // Functions of others are not shown what may be no record.
            (None, _) if !self.validator.customs.is_empty() => text::Spans::Chunks(input.into_chunks()),
            (None, _) => text::Spans::Chunks(input.into_chunks().guess()),
        };
        let records = || csv::CsvRecords::new(&job, &dialect);
        self.merge(reading, threads, start_bytes, |merger| {
            text::run(spans, &job, records, merger, threads);
        })
    }

    fn read_json_lines(
        &mut self,
        reading: Reading<'_>,
        mut input: JsonLinesInput,
    ) -> Result<InputOutcome, Error> {
        self.begin_rows(reading, Format::JsonLines, || {
            let (name, front) = (reading.source.name(), input.front()?);
            Ok(InputStart { name, front, columns: None, line_end: LineEnd::Lf, form: ReasonForm::JsonLines })
        })?;
        let binding = json::bind(self.schema);
        self.begin(reading, &binding, 0, &|_| Location::default())?;
        let job = self.job(reading, &binding, Some((Format::JsonLines, input.has_read_at())));
        let threads = if input.has_all() { 1 } else { self.validator.threads };
        let start_bytes = input.byte_offset();
        let spans = match (self.again(reading, || input.take_read_at()), threads) {
            (Some(again), _) => again,
            (None, 1) => text::Spans::Sequence(input.into_sequence()),
            (None, _) => text::Spans::Chunks(input.into_chunks()),
        };
        let records = || json::JsonRecords::new(&job);
        self.merge(reading, threads, start_bytes, |merger| {
            text::run(spans, &job, records, merger, threads);
        })
    }

    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    fn read_batches(
        &mut self,
        reading: Reading<'_>,
        input: &batches::BatchInput,
        format: Format,
    ) -> Result<InputOutcome, Error> {
        let rows = self.outputs.rows.as_mut();
        if let Some(rows) = rows.filter(|rows| rows.writes_in(reading.pass())) {
            rows.begin_batches(reading.source.name(), input.schema(), format)?;
        }
        let columns = Columns::find(self.schema, input.schema());
        self.begin(reading, &columns.binding, 0, &|_| Location::default())?;
        let job = self.job(reading, &columns.binding, None);
        let threads = self.validator.threads;
        self.merge(reading, threads, input.size_bytes(), |merger| {
            batches::run(input, &columns, &job, merger, threads);
        })
    }

    /// Gives the writer of rows the beginning of an input, if rows are written in this pass.
    fn begin_rows<'i>(
        &mut self,
        reading: Reading<'_>,
        format: Format,
        start: impl FnOnce() -> Result<InputStart<'i>, trueline_io::Error>,
    ) -> Result<(), Error> {
        let Some(rows) = self.outputs.rows.as_mut().filter(|rows| rows.writes_in(reading.pass())) else {
            return Ok(());
        };
        let start = start().map_err(Error::output)?;
        rows.begin_input(&start, format)
    }

    /// Gives the tally the columns of the input, unless it knows them; `place` returns the location of a column's name.
    fn begin(
        &mut self,
        reading: Reading<'_>,
        binding: &Binding,
        lines: u64,
        place: &dyn Fn(Option<usize>) -> Location,
    ) -> Result<(), Error> {
        if let Some((number, _)) = reading.again {
            // What was found meanwhile is of the table as a whole, and comes last.
            self.tally.begin_input_again(number, lines);
            return Ok(());
        }
        self.tally.begin_input(binding, lines, place);
        let found = self.tally.take_findings();
        self.outputs.write_all(&found)
    }

    /// What the workers of an input share; `text` is its format where it is one of text, and whether it can be
    /// read at places.
    fn job<'j>(&self, reading: Reading<'_>, binding: &'j Binding, text: Option<(Format, bool)>) -> Job<'j>
    where
        'a: 'j,
    {
        let validator = self.validator;
        let question = self.question.as_ref().filter(|_| reading.pass() == Pass::First);
        let cache = question.zip(validator.usable_cache()).zip(text);
        Job {
            schema: self.schema,
            plan: self.plan,
            binding,
            kernel: validator.kernel,
            limits: validator.limits,
            proves: validator.proves,
            quota: self.tally.quota(),
            pass: reading.pass(),
            trust: validator.trust,
            rows: self
                .outputs
                .rows
                .as_ref()
                .filter(|rows| rows.writes_in(reading.pass()))
                .map(RowOutput::pool),
            marks: reading.pass() == Pass::First
                && text.is_some_and(|(_, has_places)| has_places)
                && validator.usable_cache().is_none()
                && self.tally.has_prints(),
            cache: cache.map(|((question, cache), (format, _))| {
                PieceCache::new(cache, question, format.name(), self.schema, binding)
            }),
        }
    }

    /// The parts of a text input to read again for keys, if their location and the possible duplicate keys are known.
    fn again(
        &mut self,
        reading: Reading<'_>,
        at: impl FnOnce() -> Option<Box<dyn ReadAt>>,
    ) -> Option<text::Spans> {
        let (number, _) = reading.again.filter(|(_, pass)| *pass == Pass::Candidates)?;
        match self.validator.usable_cache() {
            Some(cache) => self.pieces_again(number, cache, at),
            None => self.marked(number, at),
        }
    }

    /// The pieces that a cache may know.
    fn pieces_again(
        &self,
        number: u32,
        cache: &Cache,
        at: impl FnOnce() -> Option<Box<dyn ReadAt>>,
    ) -> Option<text::Spans> {
        let pieces = self.pieces.get(number as usize)?.as_ref()?;
        // Keys that repeat would be kept as they are.
        if self.schema.fields.iter().any(|field| field.sensitive) {
            return None;
        }
        let mut first_row = 0;
        let wanted = pieces.iter().map(|piece| {
            let candidates =
                if piece.rows == 0 { Vec::new() } else { self.tally.candidates(number, first_row)? };
            first_row += piece.rows;
            Some(PieceAgain { piece: piece.clone(), candidates })
        });
        let (pieces, cache) = (wanted.collect::<Option<_>>()?, cache.clone());
        Some(text::Spans::Again(text::Again {
            at: Arc::from(at()?),
            pieces,
            cache,
            notes: self.notes.clone(),
        }))
    }

    /// The rows that may have such a key, unless the input is seen to be another one.
    fn marked(&mut self, number: u32, at: impl FnOnce() -> Option<Box<dyn ReadAt>>) -> Option<text::Spans> {
        let mut first_row = 0;
        let chunks = self.marks.get_mut(number as usize)?.take()?.into_iter().map(|marks| {
            let rows = self.tally.suspects(number, first_row)?;
            first_row += marks.records();
            Some(text::MarkedChunk { marks, rows })
        });
        let chunks = chunks.collect::<Option<_>>()?;
        let bytes = self.inputs.get(number as usize)?.bytes;
        let at = at().filter(|at| at.size_bytes() == bytes)?;
        Some(text::Spans::Marked(text::Marked { at: Arc::from(at), chunks }))
    }

    /// Lets workers deliver what they find, and merges it in the order of the input.
    fn merge(
        &mut self,
        reading: Reading<'_>,
        threads: usize,
        start_bytes: u64,
        work: impl FnOnce(&Merger<'_>),
    ) -> Result<InputOutcome, Error> {
        let taken = Arc::clone(&self.read_bytes);
        let context = ProgressContext {
            watcher: self.validator.watcher.as_deref(),
            cancel: &self.validator.cancel,
            input: reading.source.name(),
            read_bytes: &taken,
            total_bytes: self.total_bytes,
            started: self.started,
        };
        let RunOutputs { rows, errors, parts } = &mut self.outputs;
        let mut rows = rows.as_mut().filter(|rows| rows.writes_in(reading.pass()));
        // Later passes have findings only for the rows themselves.
        let errors = errors.as_mut().filter(|_| reading.pass() == Pass::First);
        let parts = parts.as_mut().filter(|_| reading.pass() == Pass::First);
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
        Ok(outcome)
    }
}
