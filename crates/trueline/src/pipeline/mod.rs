//! Inputs in, one report out.
//!
//! Each input is cut into chunks; each chunk becomes one partial state on whichever thread claimed it; states are merged in
//! file order. Nothing in the report depends on how the chunks were cut or who worked on them.

mod merge;
mod worker;

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use trueline_io::csv::{Chunks, CsvInput, Failure, Header, Sequence, Spent};
use trueline_io::{Compression, ReadAt, Source, decompress};
use trueline_report::{Decided, Engine, Input, Location, Report, Run, RunError, SchemaInfo, Verdict};
use trueline_schema::Severity;
use trueline_tokenizer::{Dialect, FaultKind};
use trueline_validate::{Binding, ColumnFault, Outcome, Pass, Tally};

use self::merge::{InputOutcome, Merger, Watch};
use self::worker::{Job, Worker};
use crate::error::{Error, ErrorKind};
use crate::validator::Validator;

/// A run over all inputs.
pub(crate) struct Pipeline<'a> {
    validator: &'a Validator,
    tally: Tally,
    inputs: Vec<Input>,
    error: Option<RunError>,
    taken_bytes: Arc<AtomicU64>,
    total_bytes: Option<u64>,
    /// Rows proven from their bytes.
    proved: u64,
    started: Instant,
}

impl<'a> Pipeline<'a> {
    pub(crate) fn new(validator: &'a Validator) -> Self {
        Self {
            validator,
            tally: validator.tally(),
            inputs: Vec::new(),
            error: None,
            taken_bytes: Arc::default(),
            total_bytes: None,
            proved: 0,
            started: Instant::now(),
        }
    }

    /// Validates the inputs one after the other as one table.
    pub(crate) fn run(mut self, sources: &[&dyn Source]) -> Result<Report, Error> {
        if sources.is_empty() {
            return Err(Error::new(ErrorKind::NoInput));
        }
        if sources.iter().all(|source| source.can_reopen()) {
            self.tally = Tally::rereading(&self.validator.plan, &self.validator.key_options());
        }
        self.total_bytes = sources.iter().map(|source| source.size_hint()).sum();
        for source in sources {
            self.input(*source)?;
            if self.error.is_some() {
                break;
            }
        }
        self.read_again(sources)?;
        self.finish()
    }

    /// Reads inputs again for as long as keys need it. What ended an input early ends it there again.
    fn read_again(&mut self, sources: &[&dyn Source]) -> Result<(), Error> {
        let keys = |source| Error::new(ErrorKind::Keys { source });
        while let Some(pass) = self.tally.next_pass(self.validator.threads).map_err(keys)? {
            for (number, source) in (0..).zip(&sources[..self.inputs.len()]) {
                if !self.tally.needs_input(number) {
                    continue;
                }
                let (mut outcome, _) = self.read(*source, Some((number, pass)))?;
                if outcome.error.is_none()
                    && let Err(error) = source.verify_unchanged()
                {
                    outcome.error = Some(run_error(Failure::read(&error, outcome.bytes), source.name()));
                }
                let error = self.check_outcome(outcome)?;
                if error.is_none() && !self.tally.has_same_rows() {
                    let message = format!("`{}` had other rows when it was read again", source.name());
                    let failure = Failure::new("read", message, 0);
                    self.error.get_or_insert(run_error(failure, source.name()));
                }
                if self.error.is_none() {
                    self.error = error;
                }
                // An input that ended early was the last one; one that ends early now lacks keys.
                if self.error.is_some() && !self.tally.has_same_rows() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn input(&mut self, source: &dyn Source) -> Result<(), Error> {
        let (mut outcome, format) = self.read(source, None)?;
        if outcome.error.is_none()
            && let Err(error) = source.verify_unchanged()
        {
            outcome.error = Some(run_error(Failure::read(&error, outcome.bytes), source.name()));
        }
        let rows = self.tally.input_rows();
        self.proved += outcome.proved;
        self.inputs.push(Input { name: source.name().to_owned(), format, bytes: outcome.bytes, rows });
        self.error = self.check_outcome(outcome)?;
        Ok(())
    }

    /// What made an input unreadable, unless the run as a whole cannot go on.
    fn check_outcome(&self, outcome: InputOutcome) -> Result<Option<RunError>, Error> {
        if let Some(source) = outcome.fatal {
            return Err(Error::new(ErrorKind::Keys { source }));
        }
        if let Some(message) = outcome.panicked {
            return Err(Error::new(ErrorKind::Internal { message }));
        }
        if self.validator.cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled { rows: self.tally.rows() }));
        }
        Ok(outcome.error)
    }

    /// Reads one input to its end, or to where it cannot be read any further. `again` says which input it is, and what it is
    /// read again for.
    fn read(
        &mut self,
        source: &dyn Source,
        again: Option<(u32, Pass)>,
    ) -> Result<(InputOutcome, String), Error> {
        let validator = self.validator;
        let dialect = trueline_io::csv::dialect(&validator.schema.csv);
        dialect.check().map_err(|source| Error::new(ErrorKind::Dialect { source }))?;
        let (input, format) = match self.open(source, &dialect, again.is_some()) {
            Ok(opened) => opened,
            Err((failure, format)) => {
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
        let binding = bind(validator, &input);
        match again {
            Some((number, _)) => self.tally.begin_input_again(number, input.lines),
            None => self.begin(&binding, input.lines, input.header.as_ref()),
        }
        let job = Job {
            schema: &validator.schema,
            plan: &validator.plan,
            binding: &binding,
            dialect: &dialect,
            kernel: validator.kernel,
            limits: validator.limits,
            proves: validator.proves,
            quota: self.tally.quota(),
            pass: again.map_or(Pass::First, |(_, pass)| pass),
        };
        let taken = Arc::clone(&self.taken_bytes);
        let watch = Watch {
            watcher: validator.watcher.as_deref(),
            cancel: &validator.cancel,
            input: source.name(),
            taken_bytes: &taken,
            total_bytes: self.total_bytes,
            started: self.started,
        };
        let threads = self.threads(source);
        let start_bytes = input.byte_offset();
        let merger = Merger::new(&mut self.tally, threads, start_bytes, watch);
        run_workers(input, &job, &merger, threads);
        let outcome = merger.into_outcome();
        Ok((outcome, format))
    }

    fn open(
        &self,
        source: &dyn Source,
        dialect: &Dialect,
        again: bool,
    ) -> Result<(CsvInput, String), (Failure, String)> {
        let plain = || "csv".to_owned();
        let read = if again { source.reopen() } else { source.open() };
        let read = read.map_err(|error| (Failure::read(&error, 0), plain()))?;
        // What is read again is no progress: all bytes were counted.
        let taken: Arc<AtomicU64> = if again { Arc::default() } else { Arc::clone(&self.taken_bytes) };
        let counted = Box::new(Counted { inner: read, taken: Arc::clone(&taken) });
        let (compression, read) = decompress(counted).map_err(|error| (Failure::read(&error, 0), plain()))?;
        let format = match compression {
            Compression::Gzip => "csv.gz".to_owned(),
            Compression::Zstd => "csv.zst".to_owned(),
            _ => plain(),
        };
        if compression == Compression::None && is_empty_archive(source) {
            let message =
                format!("`{}` is empty, and its name says that it is compressed: it was cut", source.name());
            return Err((Failure::new("read", message, 0), plain()));
        }
        let at = match compression {
            Compression::None => source.open_at().map_err(|error| (Failure::read(&error, 0), plain()))?,
            _ => None,
        };
        let counted = |inner| Box::new(Counted { inner, taken }) as Box<dyn ReadAt>;
        let options = self.validator.csv_options();
        CsvInput::open(read, dialect, options)
            .map(|input| (input.read_at(at.map(counted)), format.clone()))
            .map_err(|failure| (failure, format))
    }

    /// Tells the tally of the input's columns.
    fn begin(&mut self, binding: &Binding, lines: u64, header: Option<&Header>) {
        self.tally.begin_input(binding, lines, &|column| {
            header.map_or_else(Location::default, |header| place(header, column))
        });
    }

    /// Small inputs are done before a second thread would have started.
    fn threads(&self, source: &dyn Source) -> usize {
        let chunk = self.validator.chunk_bytes as u64;
        let is_small = source.size_hint().is_some_and(|bytes| bytes <= chunk);
        if is_small { 1 } else { self.validator.threads }
    }

    fn finish(self) -> Result<Report, Error> {
        let validator = self.validator;
        let outcome = self
            .tally
            .finish(validator.max_violations, self.error.is_some())
            .map_err(|source| Error::new(ErrorKind::Keys { source }))?;
        let elapsed = self.started.elapsed().as_secs_f64();
        let bytes: u64 = self.inputs.iter().map(|input| input.bytes).sum();
        let run = Run {
            elapsed_seconds: elapsed,
            threads: u32::try_from(validator.threads).unwrap_or(u32::MAX),
            simd: validator.kernel.name().to_owned(),
            bytes_per_second: rate(bytes, elapsed),
            decided: Decided { scanned: outcome.rows.total - self.proved, proved: self.proved, cached: 0 },
            peak_memory: crate::validator::peak_memory(),
        };
        Ok(report(validator, outcome, self.inputs, self.error, run))
    }
}

/// Whether a source is named like a compressed file and has no bytes at all; a compressed empty file has some.
fn is_empty_archive(source: &dyn Source) -> bool {
    let name = source.name().to_ascii_lowercase();
    let ends = [".gz", ".gzip", ".zst", ".zstd"];
    source.size_hint() == Some(0) && ends.iter().any(|end| name.ends_with(end))
}

/// Bytes per second.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate for people")]
pub(crate) fn rate(bytes: u64, seconds: f64) -> u64 {
    if seconds > 0.0 { (bytes as f64 / seconds) as u64 } else { 0 }
}

/// Puts an outcome into the form of a report.
pub(crate) fn report(
    validator: &Validator,
    outcome: Outcome,
    inputs: Vec<Input>,
    error: Option<RunError>,
    run: Run,
) -> Report {
    let fails = |check: &trueline_report::CheckResult| {
        check.status == trueline_report::Status::Failed && check.severity == Severity::Error
    };
    let verdict = if error.is_some() {
        Verdict::Unreadable
    } else if outcome.checks.iter().any(fails) {
        Verdict::Invalid
    } else {
        Verdict::Valid
    };
    Report {
        report_version: trueline_report::REPORT_VERSION,
        verdict,
        error,
        engine: Engine { name: "trueline".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        schema: SchemaInfo {
            name: validator.schema.name.clone(),
            fingerprint: validator.schema.fingerprint(),
        },
        inputs,
        rows: outcome.rows,
        checks: outcome.checks,
        violations: outcome.violations,
        violations_omitted: outcome.violations_omitted,
        run,
    }
}

fn bind(validator: &Validator, input: &CsvInput) -> Binding {
    let schema = &validator.schema;
    if !schema.csv.header {
        let columns = match (input.columns, schema.fields.len()) {
            (first, 0) => first,
            // The first record may be broken itself: only surplus columns are believed.
            (first, declared) if schema.extra_columns == trueline_schema::ExtraColumns::Allow => {
                first.max(declared)
            }
            (_, declared) => declared,
        };
        return Binding::by_position(schema, columns);
    }
    let names: &[String] = input.header.as_ref().map_or(&[], |header| &header.names);
    let mut binding = Binding::by_name(schema, names);
    if let Some(fault) = input.header.as_ref().and_then(|header| header.fault) {
        binding.faults.insert(0, ColumnFault::header(header_fault(fault)));
    }
    binding
}

fn header_fault(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::InvalidUtf8 => "the header has bytes that are not UTF-8",
        FaultKind::UnclosedQuote => "a quote in the header is never closed",
        _ => "the header is not quoted as it should be",
    }
}

fn place(header: &Header, column: Option<usize>) -> Location {
    let range = column.map_or(&header.record, |column| &header.cells[column]);
    let line = header.lines.get(column.unwrap_or_default()).copied();
    Location {
        row_index: None,
        line,
        byte_offset: Some(range.start),
        byte_length: Some(range.end - range.start),
    }
}

fn run_error(failure: Failure, input: &str) -> RunError {
    RunError {
        code: failure.code.to_owned(),
        message: failure.message,
        input: Some(input.to_owned()),
        row_index: None,
        line: None,
        byte_offset: Some(failure.byte_offset),
    }
}

fn run_workers(input: CsvInput, job: &Job<'_>, merger: &Merger<'_>, threads: usize) {
    if threads == 1 {
        let mut sequence = input.into_sequence();
        guard(merger, || work_alone(&mut sequence, job, merger));
        return;
    }
    let chunks = input.into_chunks();
    let work = || {
        if !guard(merger, || work(&chunks, job, merger)) {
            chunks.stop();
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
}

/// One thread alone: the next chunk, validate, deliver, until there is no more.
fn work_alone(sequence: &mut Sequence, job: &Job<'_>, merger: &Merger<'_>) {
    let mut worker = Worker::new(job);
    let mut spent = Spent::default();
    while let Some(span) = sequence.next(std::mem::take(&mut spent)) {
        let (piece, rest) = worker.run(span);
        spent = rest;
        if !merger.deliver(piece) {
            break;
        }
    }
}

/// Does some work; a panic in it ends the run. Whether there was none.
fn guard(merger: &Merger<'_>, work: impl FnOnce()) -> bool {
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else { return true };
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
    merger.panicked(message.unwrap_or_else(|| "a worker panicked".to_owned()));
    false
}

/// One thread of many: claim, resolve, validate, deliver, until there is no more.
fn work(chunks: &Chunks, job: &Job<'_>, merger: &Merger<'_>) {
    let mut worker = Worker::new(job);
    let mut buffer = Vec::new();
    while let Some(claim) = chunks.claim(std::mem::take(&mut buffer)) {
        if !merger.admits(claim.sequence()) {
            // The claim is given up, and others may wait for it.
            chunks.stop();
            break;
        }
        let Some(span) = chunks.resolve(claim) else { break };
        let (piece, spent) = worker.run(span);
        buffer = spent.buffer;
        if !merger.deliver(piece) {
            chunks.stop();
            break;
        }
    }
}

/// Counts the bytes taken from a source as stored.
struct Counted<R> {
    inner: R,
    taken: Arc<AtomicU64>,
}

impl ReadAt for Counted<Box<dyn ReadAt>> {
    fn size_bytes(&self) -> u64 {
        self.inner.size_bytes()
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> std::io::Result<usize> {
        let bytes = self.inner.read_at(buffer, byte_offset)?;
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        self.taken.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}
