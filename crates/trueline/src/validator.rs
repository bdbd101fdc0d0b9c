//! The front door: a schema and options, then data.

use std::sync::{Arc, OnceLock};

use trueline_io::csv::CsvOptions;
use trueline_io::jsonl::JsonLinesOptions;
use trueline_io::{AtomicFile, Format, Source, Temporaries};
use trueline_report::{Report, Verdict};
use trueline_schema::Schema;
use trueline_tokenizer::Kernel;
use trueline_validate::key::KeyOptions;
use trueline_validate::{CustomCheck, DEFAULT_SAMPLE_LIMIT, Plan};

use crate::cache::{self, Cache};
use crate::error::{Error, ErrorKind};
use crate::options::{Limits, Trust};
use crate::outputs::Outputs;
use crate::part::{Part, PartWatcher};
use crate::pipeline::Pipeline;
use crate::progress::{Cancel, Progress, Watcher};

/// The least and the most bytes a chunk may have.
const CHUNK_BYTES: std::ops::RangeInclusive<usize> = 1..=1 << 30;
const DEFAULT_CHUNK_BYTES: usize = 1 << 20;

/// A schema made ready to judge data.
///
/// Cheap to keep and to use again; one validator can serve many threads.
pub struct Validator {
    pub(crate) schema: Schema,
    pub(crate) plan: Plan,
    /// The two for formats whose values are typed, made when the first of such inputs comes.
    typed: OnceLock<(Schema, Plan)>,
    pub(crate) sample_limit: u64,
    pub(crate) customs: Vec<CustomCheck>,
    pub(crate) format: Option<Format>,
    pub(crate) threads: usize,
    pub(crate) chunk_bytes: usize,
    pub(crate) limits: Limits,
    pub(crate) max_violations: u64,
    pub(crate) kernel: Kernel,
    pub(crate) proves: bool,
    pub(crate) trust: Trust,
    pub(crate) cancel: Cancel,
    pub(crate) watcher: Option<Arc<Watcher>>,
    pub(crate) parts: Option<Arc<PartWatcher>>,
    pub(crate) spill_dir: Option<std::path::PathBuf>,
    pub(crate) outputs: Outputs,
    pub(crate) fingerprint: OnceLock<String>,
    pub(crate) cache: Option<Cache>,
}

/// Options of a [`Validator`], each with its default.
#[must_use]
pub struct ValidatorBuilder {
    schema: Schema,
    format: Option<Format>,
    threads: Option<usize>,
    chunk_bytes: Option<usize>,
    limits: Limits,
    sample_limit: u64,
    max_violations: u64,
    kernel: Option<Kernel>,
    proves: bool,
    trust: Trust,
    cancel: Cancel,
    watcher: Option<Arc<Watcher>>,
    parts: Option<Arc<PartWatcher>>,
    spill_dir: Option<std::path::PathBuf>,
    outputs: Outputs,
    customs: Vec<CustomCheck>,
    cache: Option<Cache>,
}

impl Validator {
    /// Starts from a schema.
    pub fn builder(schema: Schema) -> ValidatorBuilder {
        ValidatorBuilder {
            schema,
            format: None,
            threads: None,
            chunk_bytes: None,
            limits: Limits::default(),
            sample_limit: DEFAULT_SAMPLE_LIMIT,
            max_violations: 1000,
            kernel: None,
            proves: true,
            trust: Trust::Never,
            cancel: Cancel::new(),
            watcher: None,
            parts: None,
            spill_dir: None,
            outputs: Outputs::default(),
            customs: Vec::new(),
            cache: None,
        }
    }

    /// A validator with all defaults.
    ///
    /// **Errors**: as [`ValidatorBuilder::build`].
    pub fn new(schema: Schema) -> Result<Self, Error> {
        Self::builder(schema).build()
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Validates one input.
    ///
    /// An input that cannot be read to its end gives a report whose verdict is `unreadable`.
    ///
    /// **Errors**: the run was cancelled, keys could not be kept on disk, or the engine has a fault.
    pub fn validate(&self, source: &dyn Source) -> Result<Report, Error> {
        self.validate_all(&[source])
    }

    /// Validates several inputs as one table with one report: keys are unique over all of them.
    ///
    /// **Errors**: as [`Validator::validate`].
    pub fn validate_all(&self, sources: &[&dyn Source]) -> Result<Report, Error> {
        Pipeline::run(self, sources)
    }

    /// Whether an input is valid.
    ///
    /// **Errors**: as [`Validator::validate`].
    pub fn is_valid(&self, source: &dyn Source) -> Result<bool, Error> {
        Ok(self.validate(source)?.verdict == Verdict::Valid)
    }

    /// The fingerprint of the schema.
    pub(crate) fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| self.schema.fingerprint())
    }

    pub(crate) fn key_options(&self) -> KeyOptions {
        let options = KeyOptions::default().memory_bytes(self.limits.key_memory_bytes);
        let seeds = self.usable_cache().map(Cache::print_seeds);
        options.spill_dir(self.spill_dir.clone()).print_seeds(seeds).tells_stretches(seeds.is_some())
    }

    /// The cache, where a report can come from it: nothing needs the rows themselves.
    pub(crate) fn usable_cache(&self) -> Option<&Cache> {
        let needs_rows = self.outputs.is_any() || self.parts.is_some() || !self.customs.is_empty();
        self.cache.as_ref().filter(|_| !needs_rows && self.trust == Trust::Never)
    }

    fn digest(&self) -> Option<trueline_io::text::Digest> {
        self.usable_cache().map(|_| cache::digest as trueline_io::text::Digest)
    }

    /// How many bytes each digest is of.
    pub(crate) fn digest_block_bytes(&self) -> usize {
        trueline_io::text::digest_block_bytes(self.chunk_bytes)
    }

    /// Where inputs that can be read once are copied to: beside the output, where there must be room for as much.
    pub(crate) fn spool_folder(&self) -> std::path::PathBuf {
        let beside = |path: &std::path::Path| {
            let target = AtomicFile::target(path);
            let is_file = std::fs::metadata(&target).map_or(true, |metadata| metadata.is_file());
            target.parent().filter(|folder| is_file && folder.is_dir()).map(std::path::Path::to_path_buf)
        };
        let asked = self.spill_dir.clone();
        asked.or_else(|| self.outputs.rows().find_map(beside)).unwrap_or_else(std::env::temp_dir)
    }

    pub(crate) fn csv_options(&self) -> CsvOptions {
        let mut options = CsvOptions::default();
        options.chunk_bytes = self.chunk_bytes;
        options.max_record_bytes = self.limits.max_record_bytes;
        options.max_columns = self.limits.max_columns;
        options.keeps_front = self.outputs.has_rows();
        options.kernel = self.kernel;
        options.digest = self.digest();
        options
    }

    pub(crate) fn json_lines_options(&self) -> JsonLinesOptions {
        let mut options = JsonLinesOptions::default();
        options.chunk_bytes = self.chunk_bytes;
        options.max_record_bytes = self.limits.max_record_bytes;
        options.keeps_front = self.outputs.has_rows();
        options.kernel = self.kernel;
        options.digest = self.digest();
        options
    }

    #[cfg(feature = "parquet")]
    pub(crate) fn parquet_options(&self) -> trueline_io::parquet::ParquetOptions {
        let mut options = trueline_io::parquet::ParquetOptions::default();
        options.max_metadata_bytes = self.limits.max_metadata_bytes;
        options.max_columns = self.limits.max_columns;
        options.max_row_groups = self.limits.max_row_groups;
        options.max_pages = self.limits.max_pages;
        options.max_page_bytes = self.limits.max_page_bytes;
        options.max_batch_values = self.limits.max_batch_values;
        if self.trust != Trust::Never {
            // Statistics are of whole row groups.
            options.part_rows = u64::MAX;
        } else if self.outputs.has_rows() {
            // All columns of a part wait in memory for their turn to be written.
            options.part_rows = 1 << 16;
        }
        options
    }

    #[cfg(feature = "arrow-ipc")]
    pub(crate) fn arrow_options(&self) -> trueline_io::arrow_ipc::ArrowOptions {
        let mut options = trueline_io::arrow_ipc::ArrowOptions::default();
        options.max_metadata_bytes = self.limits.max_metadata_bytes;
        options.max_columns = self.limits.max_columns;
        options.max_batch_bytes = self.limits.max_batch_bytes;
        options
    }

    /// The schema and its plan, for formats whose values are typed or not.
    ///
    /// **Errors**: none, of a schema that was compiled before.
    pub(crate) fn judges(&self, is_typed: bool) -> Result<(&Schema, &Plan), Error> {
        if !is_typed {
            return Ok((&self.schema, &self.plan));
        }
        if let Some((schema, plan)) = self.typed.get() {
            return Ok((schema, plan));
        }
        let schema = self.schema.with_typed_text();
        let plan = plan(&schema, &self.customs, self.sample_limit)?;
        let (schema, plan) = self.typed.get_or_init(|| (schema, plan));
        Ok((schema, plan))
    }
}

impl ValidatorBuilder {
    /// How the inputs are written. Default: what the end of each input's name says (`.csv`, `.jsonl` and their like, a
    /// `.gz` behind them left aside); without such a name, JSON Lines for an input that begins as an object, else CSV.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// How many threads work. Default: as many as the machine offers. The report does not depend on it. With more than one,
    /// a compressed input has one more that decompresses ahead of them; blocked gzip (BGZF) and zstd with many frames are
    /// decompressed by as many again.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Bytes per chunk. Default 1 MiB, with a cache 4 MiB: what was found is kept chunk by chunk. The report does not depend on it.
    pub fn chunk_bytes(mut self, bytes: usize) -> Self {
        self.chunk_bytes = Some(bytes);
        self
    }

    /// What the run may use at most.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Violations kept per check, unless the check states its own. Default 20. Totals are exact whatever it is.
    pub fn sample_limit(mut self, limit: u64) -> Self {
        self.sample_limit = limit;
        self
    }

    /// Violations kept in all. Default 1,000.
    pub fn max_violations(mut self, limit: u64) -> Self {
        self.max_violations = limit;
        self
    }

    /// Which instructions the tokenizer uses. Default: the best the machine has. The report does not depend on it.
    pub fn kernel(mut self, kernel: Kernel) -> Self {
        self.kernel = Some(kernel);
        self
    }

    /// Whether rows may be proven from their bytes, which is faster than decoding them. Default true. The report does not depend on it.
    pub fn proofs(mut self, proofs: bool) -> Self {
        self.proves = proofs;
        self
    }

    /// How far the statistics in Parquet files are believed. Default: not at all.
    pub fn trust_statistics(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// A flag that ends the run early.
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// Called at most ten times a second with how far the run has come.
    pub fn progress(mut self, watcher: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.watcher = Some(Arc::new(watcher));
        self
    }

    /// Called with each part of the inputs when it was judged, in order: its rows and what is wrong with them. Default: nobody is told.
    ///
    /// Chunks ([`ValidatorBuilder::chunk_bytes`]) say how large parts of text are. The run waits for the function, so that what it does
    /// bounds how far the run is ahead of it. Keys are unique over all inputs: a repeat is known when all rows are, and stands in the last
    /// part ([`Part::is_last`]), as do faults of the table as a whole. A run that is cancelled or whose input cannot be read to its end has
    /// no last part. The report is the same.
    pub fn parts(mut self, watcher: impl Fn(Part) + Send + Sync + 'static) -> Self {
        self.parts = Some(Arc::new(watcher));
        self
    }

    /// Adds a check by a function of the program, behind those of the schema. Default none.
    ///
    /// The function is called with the rows of a chunk or a batch, on all threads, and must say of each row by itself. What it says
    /// is counted and reported as of any check; if it fails, its check has the status `error`. It is no part of the schema's fingerprint.
    pub fn custom(mut self, check: CustomCheck) -> Self {
        self.customs.push(check);
        self
    }

    /// Keeps what was found, and finds what was kept: [`Cache`]. Default: nothing is kept.
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Where keys beyond their budget are written. Default: the system's folder for temporary files.
    pub fn spill_dir(mut self, folder: impl Into<std::path::PathBuf>) -> Self {
        self.spill_dir = Some(folder.into());
        self
    }

    /// The file that the valid rows of a run go to, byte for byte as they stand in the input, or, of Parquet and Arrow, in their types.
    /// Default none.
    ///
    /// The rules for both files of rows:
    ///
    /// - A row is invalid when a check of severity error names it; rows that only warnings name are valid, and rows that a
    ///   tolerance forgives are invalid.
    /// - Blank lines and comments go with the record behind them, at the end of an input with the last record. What stands
    ///   before the first record of a table with a header, the header included, begins both files. So the records of both, put
    ///   together again in their order, are the input.
    /// - Of several inputs the header is written once; they must name the same columns in the same order. Where an
    ///   input ends without a line end and another one goes on behind it in the same file, a line end is put between.
    /// - A file appears, whole, when the run has come to the verdict valid or invalid. Whatever else happens, also when an
    ///   input is unreadable, the path stays what it was: the old file, or nothing. Pipes and devices are written at once.
    /// - A name that ends in `.gz` or `.zst` is compressed. A name that speaks of another format than the input's is an error.
    /// - Rows of Parquet and Arrow inputs go to files that end in `.parquet`, `.arrow` or `.arrows` (a stream), with all columns of the
    ///   input. Several inputs must have the same columns of the same types. An Arrow file has one dictionary for a column: rows that
    ///   come with several are an error there.
    /// - With a `unique` or `primary_key` of severity error, rows are only known to be valid when all keys are. Then they are
    ///   written in a further reading of the inputs; what can be read once is copied to a temporary file beside the
    ///   output for this, up to [`Limits::max_spool_bytes`].
    pub fn valid_out(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.outputs.valid = Some(path.into());
        self
    }

    /// The file that the invalid rows of a run go to, under the rules of [`ValidatorBuilder::valid_out`]. Default none.
    pub fn invalid_out(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.outputs.invalid = Some(path.into());
        self
    }

    /// The name of a column that the rows of [`ValidatorBuilder::invalid_out`] get besides their own bytes: the ids of the checks that
    /// name them. Default none.
    ///
    /// In CSV, Parquet and Arrow it is the first column, with a `;` between two ids; in JSON Lines the first member of each object, an array (a
    /// record that is no object stays as it stands). It must not be the name of a column of the input; of JSON Lines
    /// that is not looked at.
    pub fn reasons(mut self, column: impl Into<String>) -> Self {
        self.outputs.reasons = Some(column.into());
        self
    }

    /// The file that every violation of a run goes to, not only the samples that the report keeps: CSV, JSON Lines, and with
    /// the features of these names Parquet or Arrow IPC, by the end of its name; texts compressed with `.gz` or `.zst` behind. Default none.
    ///
    /// Violations of headers and rows come in the order of the report; repeats of keys, which are known last, behind them in the
    /// same order, and violations of the table as a whole at the end. The file appears when the files of
    /// [`ValidatorBuilder::valid_out`] do.
    pub fn errors_out(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.outputs.errors = Some(path.into());
        self
    }

    /// Whether cells of [`ValidatorBuilder::errors_out`] are written to CSV exactly as they are, also where a spreadsheet would take
    /// them for formulas. Default false. Other forms than CSV are always exact, and refused where this is asked for.
    pub fn raw_cells(mut self, raw_cells: bool) -> Self {
        self.outputs.raw_cells = raw_cells;
        self
    }

    /// A list of the temporary files under construction, so that a process that must end at once can remove them. Default
    /// one that nobody knows.
    pub fn temporaries(mut self, temporaries: Temporaries) -> Self {
        self.outputs.temporaries = temporaries;
        self
    }

    /// Compiles the schema.
    ///
    /// **Errors**: a schema that cannot be compiled, an option outside its range, two outputs that are one file.
    pub fn build(self) -> Result<Validator, Error> {
        let default = if self.cache.is_some() { cache::PIECE_BYTES } else { DEFAULT_CHUNK_BYTES };
        let chunk_bytes = self.chunk_bytes.unwrap_or(default);
        if !CHUNK_BYTES.contains(&chunk_bytes) {
            return Err(Error::new(ErrorKind::Option {
                option: "chunk_bytes",
                expected: "from 1 byte to 1 GiB",
            }));
        }
        if self.limits.max_record_bytes > 1 << 30 {
            return Err(Error::new(ErrorKind::Option {
                option: "max_record_bytes",
                expected: "at most 1 GiB",
            }));
        }
        if self.threads == Some(0) {
            return Err(Error::new(ErrorKind::Option { option: "threads", expected: "at least 1" }));
        }
        if self.outputs.reasons.is_some() && self.outputs.invalid.is_none() {
            return Err(Error::new(ErrorKind::Option {
                option: "reasons",
                expected: "given with invalid_out",
            }));
        }
        if let Some(path) = self.outputs.repeated() {
            let name = path.to_string_lossy().into_owned();
            let expected = "another file than the other outputs have".to_owned();
            return Err(Error::new(ErrorKind::OutputName { name, expected }));
        }
        let plan = plan(&self.schema, &self.customs, self.sample_limit)?;
        let available = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Validator {
            plan,
            typed: OnceLock::new(),
            sample_limit: self.sample_limit,
            customs: self.customs,
            schema: self.schema,
            format: self.format,
            threads: self.threads.unwrap_or_else(available),
            chunk_bytes,
            limits: self.limits,
            max_violations: self.max_violations,
            kernel: self.kernel.unwrap_or_else(Kernel::detect),
            proves: self.proves,
            trust: self.trust,
            cancel: self.cancel,
            watcher: self.watcher,
            parts: self.parts,
            spill_dir: self.spill_dir,
            outputs: self.outputs,
            fingerprint: OnceLock::new(),
            cache: self.cache,
        })
    }
}

/// Compiles a schema with checks by functions of the program.
fn plan(schema: &Schema, customs: &[CustomCheck], sample_limit: u64) -> Result<Plan, Error> {
    let schema_error = |source| Error::new(ErrorKind::Schema { source });
    let mut plan = Plan::compile(schema, sample_limit).map_err(schema_error)?;
    for check in customs {
        plan.add(schema, check.clone(), sample_limit).map_err(schema_error)?;
    }
    Ok(plan)
}

/// The most memory this process has had resident so far, in bytes, where the system tells (Linux).
pub(crate) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}
