//! Validates inputs and produces one report.
//!
//! Each input is cut into chunks. The thread that claims a chunk turns it into a partial state, and states are merged in
//! file order. The report does not depend on how the chunks were cut or which thread processed them.

#[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
mod batches;
mod csv;
mod job;
mod json;
mod merge;
mod open;
mod output;
mod read;
mod report;
mod text;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use arrow_schema::SchemaRef;
use trueline_io::text::Failure;
use trueline_io::{Format, Source, SpooledSource, Version};
use trueline_report::{Decided, Input, Report, Run, RunError, StatisticsAudit, Verdict};
use trueline_schema::Schema;
use trueline_tokenizer::Dialect;
use trueline_validate::{Pass, Plan, Tally};

use self::merge::InputOutcome;
pub(crate) use self::open::format_of;
use self::open::{FormatInput, OpenResult, OpenedInput, open};
use self::output::RunOutputs;
use self::read::InputPass;
pub(crate) use self::report::{rate, report};
use self::text::Marks;
use crate::cache::{Cache, ConfigKey, KnownPiece, PendingEntries, RunCache, StreamHasher, repeats};
use crate::error::{Error, ErrorKind};
use crate::options::Trust;
use crate::state::PartOfRun;
use crate::validator::Validator;

/// A run over all inputs.
pub(crate) struct Pipeline<'a> {
    validator: &'a Validator,
    /// The schema, with the implied checks that the formats of the inputs require.
    schema: &'a Schema,
    plan: &'a Plan,
    /// Whether that is the schema for formats with typed values.
    is_typed: bool,
    dialect: Dialect,
    tally: Tally,
    inputs: Vec<Input>,
    error: Option<RunError>,
    /// The outputs for rows and violations.
    outputs: RunOutputs,
    /// The error of an output that occurred after all inputs had been read.
    output_error: Option<Error>,
    read_bytes: Arc<AtomicU64>,
    total_bytes: Option<u64>,
    /// Rows proven from their bytes.
    proved: u64,
    /// Rows whose results came from the cache.
    cached: u64,
    /// The schema and options, as part of the keys of a cache.
    config_key: Option<ConfigKey>,
    /// The hash of the bytes of each input, if they were hashed.
    digests: Vec<Option<[u8; 32]>>,
    /// The pieces of each input, if a cache can identify all of them.
    pieces: Vec<Option<Vec<KnownPiece>>>,
    /// The marks of each input, if they are recorded.
    marks: Vec<Option<Vec<Marks>>>,
    /// The memory that the marks of all inputs take.
    marks_bytes: usize,
    /// The results of pieces that were read again, to be stored in the cache.
    pending_entries: PendingEntries,
    /// The versions of the inputs, where a change of the bytes implies a change of the version.
    stable_versions: Vec<Option<Version>>,
    audit: StatisticsAudit,
    started: Instant,
}

impl<'a> Pipeline<'a> {
    /// Validates the inputs one after the other as one table.
    pub(crate) fn run(validator: &'a Validator, sources: &[&dyn Source]) -> Result<Report, Error> {
        let outputs = RunOutputs::open(validator, sources)?;
        if let Some(cache) = validator.usable_cache() {
            let mut cache = RunCache::new(cache, validator, sources);
            if let Some(report) = cache.find() {
                return Ok(report);
            }
            return Self::read_all(validator, sources, outputs, Some(&cache));
        }
        if !outputs.has_late_rows() {
            return Self::read_all(validator, sources, outputs, None);
        }
        // Rows are written after all inputs have been read once, so all sources must be readable again.
        let folder = validator.spool_folder();
        let limit = validator.limits.max_spool_bytes;
        let spooled: Vec<SpooledSource<'_>> =
            sources.iter().map(|source| SpooledSource::new(*source, &folder, limit)).collect();
        let sources: Vec<&dyn Source> = sources
            .iter()
            .zip(&spooled)
            .map(|(source, spooled)| if source.can_reopen() { *source } else { spooled as &dyn Source })
            .collect();
        let result = Self::read_all(validator, &sources, outputs, None);
        match spooled.iter().find_map(SpooledSource::take_failure) {
            Some(source) => Err(Error::output(source)),
            None => result,
        }
    }

    fn read_all(
        validator: &'a Validator,
        sources: &[&dyn Source],
        outputs: RunOutputs,
        cache: Option<&RunCache<'_>>,
    ) -> Result<Report, Error> {
        let can_reopen = sources.iter().all(|source| source.can_reopen());
        let tally = |plan: &Plan| {
            let make = if can_reopen { Tally::rereading } else { Tally::new };
            make(plan, &validator.key_options())
        };
        let config_key = cache.map(RunCache::config_key);
        let mut pipeline = Self::read_once(validator, sources, outputs, config_key, tally)?;
        pipeline.stable_versions = cache.map(|cache| cache.stable_versions().to_vec()).unwrap_or_default();
        pipeline.reread_with_cache(cache.map(RunCache::cache), sources)?;
        match pipeline.settle(sources) {
            // All inputs have been validated: the error of the output is returned with the report.
            Err(error) if matches!(error.kind(), ErrorKind::Output { .. }) => {
                pipeline.output_error = Some(error);
            }
            settled => settled?,
        }
        let digests = std::mem::take(&mut pipeline.digests);
        let report = pipeline.finish()?;
        if let Some(cache) = cache {
            cache.store(&report, &digests);
        }
        Ok(report)
    }

    /// Reads inputs again as far as keys need it, using the repeated keys that the cache has.
    fn reread_with_cache(&mut self, cache: Option<&Cache>, sources: &[&dyn Source]) -> Result<(), Error> {
        if let Some(cache) = cache {
            repeats::load(cache, &self.pieces, &mut self.tally);
        }
        self.reread(sources)?;
        if let Some(cache) = cache.filter(|_| self.error.is_none()) {
            repeats::store(cache, &self.pieces, &self.tally);
        }
        Ok(())
    }

    /// Validates one input, or a section of one, as a part of a run.
    pub(crate) fn partial(validator: &'a Validator, source: &dyn Source) -> Result<PartOfRun, Error> {
        let outputs = RunOutputs::open(validator, &[source])?;
        let tally = |plan: &Plan| Tally::of_partial(plan, &validator.key_options());
        let mut pipeline = Self::read_once(validator, &[source], outputs, None, tally)?;
        let input = pipeline.inputs.pop().ok_or_else(|| Error::new(ErrorKind::NoInput))?;
        Ok(PartOfRun {
            partial: pipeline.tally.into_partial(),
            input,
            error: pipeline.error,
            is_typed: pipeline.is_typed,
            layout: None,
            proved: pipeline.proved,
            seconds: pipeline.started.elapsed().as_secs_f64(),
        })
    }

    /// Reads all inputs for the first time.
    fn read_once(
        validator: &'a Validator,
        sources: &[&dyn Source],
        outputs: RunOutputs,
        config_key: Option<&ConfigKey>,
        tally: impl FnOnce(&Plan) -> Tally,
    ) -> Result<Self, Error> {
        let started = Instant::now();
        let Some(first) = sources.first() else { return Err(Error::new(ErrorKind::NoInput)) };
        let dialect = trueline_io::csv::dialect(&validator.schema.csv);
        dialect.check().map_err(|source| Error::new(ErrorKind::Dialect { source }))?;
        let read_bytes = Arc::default();
        let opening = open(validator, *first, &dialect, false, &read_bytes);
        let is_typed = opening.as_ref().is_ok_and(|ready| ready.opened.format().is_typed())
            || sources.iter().any(|source| format_of(validator, *source).is_some_and(Format::is_typed));
        let (schema, plan) = validator.schema_and_plan(is_typed)?;
        let mut pipeline = Self {
            validator,
            schema,
            plan,
            is_typed,
            dialect,
            tally: tally(plan),
            inputs: Vec::new(),
            error: None,
            outputs,
            output_error: None,
            read_bytes,
            total_bytes: sources.iter().map(|source| source.size_hint()).sum(),
            proved: 0,
            cached: 0,
            config_key: config_key.cloned(),
            digests: Vec::new(),
            pieces: Vec::new(),
            marks: Vec::new(),
            marks_bytes: 0,
            pending_entries: PendingEntries::default(),
            stable_versions: Vec::new(),
            audit: StatisticsAudit::default(),
            started,
        };
        pipeline.outputs.set_plan(plan);
        if pipeline.outputs.collects() {
            pipeline.tally.collect_findings();
        }
        let mut opening = Some(opening);
        for source in sources {
            let opening = opening.take().unwrap_or_else(|| pipeline.open(*source, false));
            pipeline.input(*source, opening)?;
            if pipeline.error.is_some() {
                break;
            }
        }
        Ok(pipeline)
    }

    /// Settles the keys if outputs need that. If keys decide which rows are invalid, reads all inputs once more to write the
    /// rows.
    fn settle(&mut self, sources: &[&dyn Source]) -> Result<(), Error> {
        if self.error.is_some() {
            return Ok(());
        }
        self.outputs.settle(&mut self.tally, self.plan, &self.validator.key_options())?;
        if !self.outputs.has_late_rows() {
            return Ok(());
        }
        for (number, source) in (0..).zip(sources) {
            self.error = self.reread_input(*source, number, Pass::Rows)?;
            if self.error.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// Reads an input again. Returns the error that makes it unreadable, if any.
    fn reread_input(
        &mut self,
        source: &dyn Source,
        number: u32,
        pass: Pass,
    ) -> Result<Option<RunError>, Error> {
        let opening = self.open(source, true);
        let (mut outcome, _) = self.read(InputPass { source, reread: Some((number, pass)) }, opening)?;
        if outcome.error.is_none()
            && let Err(error) = source.verify_unchanged()
        {
            outcome.error = Some(run_error(Failure::read(&error, outcome.bytes), source.name()));
        }
        if let Some(cache) = self.validator.usable_cache() {
            let version = self.stable_versions.get(number as usize).and_then(Option::as_ref);
            let is_same = version.is_some_and(|version| source.version().as_ref() == Some(version));
            self.pending_entries.commit(cache, outcome.is_whole() && is_same);
        }
        let error = self.check_outcome(outcome)?;
        if error.is_none() && !self.tally.has_same_rows() {
            let message = format!("`{}` had other rows when it was read again", source.name());
            let failure = Failure::new("read", message, 0);
            return Ok(Some(run_error(failure, source.name())));
        }
        Ok(error)
    }

    fn open(&self, source: &dyn Source, again: bool) -> OpenResult {
        open(self.validator, source, &self.dialect, again, &self.read_bytes)
    }

    /// Reads inputs again as long as keys need it. An error that ended an input in the first pass ends it at the same place.
    fn reread(&mut self, sources: &[&dyn Source]) -> Result<(), Error> {
        let keys = |source| Error::new(ErrorKind::Keys { source });
        while let Some(pass) = self.tally.next_pass(self.validator.threads).map_err(keys)? {
            for (number, source) in (0..).zip(&sources[..self.inputs.len()]) {
                if !self.tally.needs_input(number) {
                    continue;
                }
                let error = self.reread_input(*source, number, pass)?;
                if self.error.is_none() {
                    self.error = error;
                }
                // An input with an error was the last one. If it now ends earlier than before, keys are missing.
                if self.error.is_some() && !self.tally.has_same_rows() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn input(&mut self, source: &dyn Source, opening: OpenResult) -> Result<(), Error> {
        let stream_hasher = opening.as_ref().ok().and_then(|opening| opening.hasher.clone());
        let (mut outcome, format) = self.read(InputPass { source, reread: None }, opening)?;
        if outcome.error.is_none()
            && let Err(error) = source.verify_unchanged()
        {
            outcome.error = Some(run_error(Failure::read(&error, outcome.bytes), source.name()));
        }
        let rows = self.tally.input_rows();
        self.proved += outcome.proved;
        self.cached += outcome.cached;
        self.marks_bytes += outcome.marks_bytes;
        self.marks.push(outcome.marks.take());
        // Compressed inputs cannot be read at offsets.
        self.pieces
            .push(outcome.pieces.take().filter(|pieces| stream_hasher.is_none() && !pieces.is_empty()));
        self.digests.push(self.input_hash(&mut outcome, stream_hasher.as_ref()));
        let number = u32::try_from(self.inputs.len()).unwrap_or(u32::MAX);
        let mut audit = std::mem::take(&mut outcome.audit);
        audit.samples.iter_mut().for_each(|wrong| wrong.input = number);
        merge::add_audit(&mut self.audit, audit);
        self.inputs.push(Input { name: source.name().to_owned(), format, bytes: outcome.bytes, rows });
        self.error = self.check_outcome(outcome)?;
        Ok(())
    }

    /// The hash of an input, if all of its bytes were hashed while they were read.
    fn input_hash(
        &self,
        outcome: &mut InputOutcome,
        stream_hasher: Option<&StreamHasher>,
    ) -> Option<[u8; 32]> {
        if outcome.error.is_some() {
            return None;
        }
        if let Some(stream_hasher) = stream_hasher {
            return stream_hasher.finish();
        }
        let digests = std::mem::take(&mut outcome.digests);
        digests.has_any().then(|| digests.finish(outcome.bytes, self.validator.digest_block_bytes()))
    }

    /// Returns the error that makes an input unreadable, if any.
    ///
    /// **Errors**: the run as a whole cannot continue.
    fn check_outcome(&self, outcome: InputOutcome) -> Result<Option<RunError>, Error> {
        if let Some(error) = outcome.fatal {
            return Err(error);
        }
        if let Some(message) = outcome.panicked {
            return Err(Error::new(ErrorKind::Internal { message }));
        }
        if self.validator.cancel.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled {
                rows: self.tally.rows(),
                invalid_rows: self.tally.invalid_rows(),
            }));
        }
        Ok(outcome.error)
    }

    fn finish(self) -> Result<Report, Error> {
        let validator = self.validator;
        let (mut outputs, mut output_error) = (self.outputs, self.output_error);
        let outcome = self
            .tally
            .finish(validator.max_violations, self.error.is_some())
            .map_err(|source| Error::new(ErrorKind::Keys { source }))?;
        if let (None, Some(errors)) = (&output_error, &mut outputs.errors) {
            output_error = errors.write_all(&outcome.findings).err();
        }
        if let Some(parts) = outputs.parts.take().filter(|_| self.error.is_none() && output_error.is_none()) {
            parts.finish(&outcome.findings, outcome.rows.invalid);
        }
        let elapsed = self.started.elapsed().as_secs_f64();
        let bytes: u64 = self.inputs.iter().map(|input| input.bytes).sum();
        let run = Run {
            elapsed_seconds: elapsed,
            threads: u32::try_from(validator.threads).unwrap_or(u32::MAX),
            simd: validator.kernel.name().to_owned(),
            bytes_per_second: rate(bytes, elapsed),
            decided: Decided {
                scanned: outcome.rows.total - self.proved - self.cached,
                proved: self.proved,
                cached: self.cached,
            },
            peak_memory: crate::validator::peak_memory(),
            statistics: (validator.trust == Trust::Audit).then_some(self.audit),
        };
        let report = report(validator, outcome, self.inputs, self.error, run);
        // An unreadable run writes no files.
        if report.verdict == Verdict::Unreadable {
            return Ok(report);
        }
        match output_error.map_or_else(|| outputs.commit(&report), Err) {
            Ok(()) => Ok(report),
            Err(error) => Err(error.with_report(report)),
        }
    }
}

/// What an input tells of its columns before its first row.
pub(crate) enum ColumnNames {
    /// The names in the header of CSV.
    Header(Vec<String>),
    /// Nothing: each object of JSON Lines has names of its own.
    Objects,
    /// The names and types of Parquet or Arrow.
    #[cfg_attr(
        not(any(feature = "parquet", feature = "arrow-ipc")),
        allow(dead_code, reason = "neither format is built in")
    )]
    Typed(SchemaRef),
}

/// Reads what an input tells of its columns.
pub(crate) fn column_names(validator: &Validator, source: &dyn Source) -> Result<ColumnNames, Error> {
    let dialect = trueline_io::csv::dialect(&validator.schema.csv);
    let not_read = |message: String| Error::new(ErrorKind::NotRead { message });
    match open(validator, source, &dialect, false, &Arc::default()) {
        Ok(OpenedInput { opened: FormatInput::Csv(input), .. }) => {
            Ok(ColumnNames::Header(input.header.map(|header| header.names).unwrap_or_default()))
        }
        Ok(OpenedInput { opened: FormatInput::JsonLines(_), .. }) => Ok(ColumnNames::Objects),
        #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
        Ok(OpenedInput { opened: FormatInput::Batches(input, _), .. }) => {
            Ok(ColumnNames::Typed(SchemaRef::clone(input.schema())))
        }
        Err(failed) => Err(not_read(format!("{}: {}", source.name(), failed.failure.message))),
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
