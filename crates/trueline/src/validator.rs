//! The main entry point: a schema and options make a validator, which validates data.

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
/// The most threads: each has buffers of its own.
const MAX_THREADS: usize = 1024;

/// A compiled schema with options, ready to validate data.
///
/// Cheap to keep and reuse. Many threads can share one validator.
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

/// Builds a [`Validator`]; every option has a default.
#[must_use]
pub struct ValidatorBuilder {
    pub(crate) schema: Schema,
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
    /// Starts a builder with a schema.
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

    /// Builds a validator with default options.
    ///
    /// **Errors**: as [`ValidatorBuilder::build`].
    pub fn new(schema: Schema) -> Result<Self, Error> {
        Self::builder(schema).build()
    }

    /// Returns the schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Validates one input.
    ///
    /// If an input cannot be read to its end, the verdict of the report is `unreadable`.
    ///
    /// **Errors**: the run was cancelled, keys could not be stored on disk, or the engine has a bug.
    pub fn validate(&self, source: &dyn Source) -> Result<Report, Error> {
        self.validate_all(&[source])
    }

    /// Validates several inputs as one table and returns one report. Keys must be unique across all inputs.
    ///
    /// **Errors**: as [`Validator::validate`].
    pub fn validate_all(&self, sources: &[&dyn Source]) -> Result<Report, Error> {
        Pipeline::run(self, sources)
    }

    /// Validates one input and returns whether its verdict is `valid`.
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
    pub(crate) fn schema_and_plan(&self, is_typed: bool) -> Result<(&Schema, &Plan), Error> {
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
    /// Sets the format of the inputs. Default: taken from each input's file name extension (`.csv`, `.jsonl` and so on, ignoring
    /// a compression extension such as `.gz`). Without such a name, an input with a known signature has that format, an input
    /// that begins with an object is JSON Lines, and any other is CSV.
    pub fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets the number of worker threads, from 1 to 1,024. Default: the machine's available parallelism. The report does not
    /// depend on it. With more than one, a compressed input uses another thread to decompress ahead of the workers; blocked gzip
    /// (BGZF) and zstd with many frames are decompressed by as many again.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Sets the chunk size in bytes. Default 1 MiB, or 4 MiB with a cache, which stores results chunk by chunk. The report does
    /// not depend on it.
    pub fn chunk_bytes(mut self, bytes: usize) -> Self {
        self.chunk_bytes = Some(bytes);
        self
    }

    /// Sets the resource limits of a run.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many violations are kept per check, unless the check sets its own limit. Default 20. Totals are always exact.
    pub fn sample_limit(mut self, limit: u64) -> Self {
        self.sample_limit = limit;
        self
    }

    /// Sets how many violations are kept in total. Default 1,000.
    pub fn max_violations(mut self, limit: u64) -> Self {
        self.max_violations = limit;
        self
    }

    /// Sets the instruction set that the tokenizer uses. Default: the best the machine supports. The report does not depend on
    /// it.
    pub fn kernel(mut self, kernel: Kernel) -> Self {
        self.kernel = Some(kernel);
        self
    }

    /// Sets whether rows may be proven valid from their bytes, which is faster than decoding them. Default true. The report does
    /// not depend on it.
    pub fn proofs(mut self, proofs: bool) -> Self {
        self.proves = proofs;
        self
    }

    /// Sets how far the statistics in Parquet files are trusted. Default: not at all.
    pub fn trust_statistics(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Sets a flag that ends the run early.
    pub fn cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// Sets a callback that is called with the progress of the run: at most ten times a second, and when all inputs have been
    /// read.
    pub fn progress(mut self, watcher: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.watcher = Some(Arc::new(watcher));
        self
    }

    /// Sets a callback for each part of the inputs, called in order once the part is validated, with its rows and violations.
    /// Default: none.
    ///
    /// For text, the chunk size ([`ValidatorBuilder::chunk_bytes`]) sets the size of a part. The run waits for the callback, so a
    /// slow callback keeps the run from getting far ahead. Keys are unique across all inputs: duplicate keys are only known after
    /// all rows, so the last part ([`Part::is_last`]) has them, together with violations of the table as a whole. A run that is
    /// cancelled, or that has an input that cannot be read to its end, has no last part. The report does not depend on it.
    pub fn parts(mut self, watcher: impl Fn(Part) + Send + Sync + 'static) -> Self {
        self.parts = Some(Arc::new(watcher));
        self
    }

    /// Adds a check that calls a function of the program; it runs after the checks of the schema. Default: none.
    ///
    /// The function is called with the rows of a chunk or a batch, on all threads, and must decide each row independently. Its
    /// results are counted and reported like those of any other check. If it fails, the check has the status `error`. It is not
    /// part of the schema's fingerprint.
    pub fn custom(mut self, check: CustomCheck) -> Self {
        self.customs.push(check);
        self
    }

    /// Stores results in a cache and reuses stored ones: [`Cache`]. Default: no cache.
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Sets the folder for temporary files: keys beyond their memory limit, and copies of inputs that can only be read once.
    /// Default: the system's folder for temporary files; for copies made to write rows, first the folder of an output.
    pub fn spill_dir(mut self, folder: impl Into<std::path::PathBuf>) -> Self {
        self.spill_dir = Some(folder.into());
        self
    }

    /// Sets the file that receives the valid rows of a run: byte for byte as in the input, or, for Parquet and Arrow, with the
    /// input's types. Default: none.
    ///
    /// The same rules apply to the files of valid and of invalid rows:
    ///
    /// - A row is invalid if a check of severity error reports it. Rows with only warnings are valid; rows within a
    ///   tolerance are still invalid.
    /// - Blank lines and comments belong to the record that follows them, or at the end of an input to the last record.
    ///   Everything before the first record of a table with a header, including the header, is written to both files. Therefore
    ///   the records of both files, merged in their original order, are the input.
    /// - With several inputs, the header is written once, and all inputs must have the same columns in the same order. If an
    ///   input does not end with a line ending and another one follows in the same file, a line ending is inserted between them.
    /// - A file appears, complete, once the verdict of the run is valid or invalid. In every other case, including an
    ///   unreadable input, the path is left unchanged: the old file, or nothing. Pipes and devices are written immediately.
    /// - A file whose name ends in `.gz` or `.zst` is compressed. An extension of a format other than the input's is an error.
    /// - Rows of Parquet and Arrow inputs go to files that end in `.parquet`, `.arrow` or `.arrows` (a stream), with all columns
    ///   of the input. Several inputs must have the same columns with the same types. An Arrow file has one dictionary per
    ///   column: rows with several dictionaries for a column are an error there.
    /// - With a `unique` or `primary_key` check of severity error, rows are only known to be valid once all keys are. The rows
    ///   are then written in a second pass over the inputs. An input that can only be read once is first copied to a temporary
    ///   file, in the folder of [`ValidatorBuilder::spill_dir`] or else beside the output, of up to [`Limits::max_spool_bytes`].
    pub fn valid_out(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.outputs.valid = Some(path.into());
        self
    }

    /// Sets the file that receives the invalid rows of a run, by the rules of [`ValidatorBuilder::valid_out`]. Default: none.
    pub fn invalid_out(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.outputs.invalid = Some(path.into());
        self
    }

    /// Sets the name of a column to add to the rows of [`ValidatorBuilder::invalid_out`]: the ids of the checks that report the
    /// row. Default: none.
    ///
    /// In CSV, Parquet and Arrow it is the first column, with ids separated by `;`. In JSON Lines it is the first member of each
    /// object, an array; a record that is not an object is written unchanged. The input must not have a column with this name;
    /// for JSON Lines, only invalid records are checked for such a key.
    pub fn reasons(mut self, column: impl Into<String>) -> Self {
        self.outputs.reasons = Some(column.into());
        self
    }

    /// Sets the file that receives every violation of a run, not only the samples in the report. The extension selects CSV, JSON
    /// Lines or, with the features of these names, Parquet or Arrow IPC; text formats are compressed if `.gz` or `.zst` follows.
    /// Default: none.
    ///
    /// Violations of headers and rows come in the order of the report. Duplicate keys, which are known last, follow in the same
    /// order, and violations of the table as a whole come at the end. The file appears together with the files of
    /// [`ValidatorBuilder::valid_out`].
    pub fn errors_out(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.outputs.errors = Some(path.into());
        self
    }

    /// Sets whether CSV cells of [`ValidatorBuilder::errors_out`] are written exactly as they are, even where a spreadsheet would
    /// read them as formulas. Default false. Other formats are always exact, and this option is an error with them.
    pub fn raw_cells(mut self, raw_cells: bool) -> Self {
        self.outputs.raw_cells = raw_cells;
        self
    }

    /// Sets the list that registers temporary files while they are being written, so that a process that must end at once can
    /// remove them. Default: a private list.
    pub fn temporaries(mut self, temporaries: Temporaries) -> Self {
        self.outputs.temporaries = temporaries;
        self
    }

    /// Compiles the schema and builds the validator.
    ///
    /// **Errors**: the schema cannot be compiled, an option is outside its range, or two outputs are the same file.
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
        if self.threads.is_some_and(|threads| !(1..=MAX_THREADS).contains(&threads)) {
            return Err(Error::new(ErrorKind::Option { option: "threads", expected: "from 1 to 1,024" }));
        }
        if self.outputs.reasons.is_some() && self.outputs.invalid.is_none() {
            return Err(Error::new(ErrorKind::Option {
                option: "reasons",
                expected: "given with invalid_out",
            }));
        }
        let is_alias = |name: &String| self.schema.fields.iter().any(|field| field.aliases.contains(name));
        if self.outputs.reasons.as_ref().is_some_and(is_alias) {
            let expected = "a name that is no alias of a field";
            return Err(Error::new(ErrorKind::Option { option: "reasons", expected }));
        }
        if let Some(path) = self.outputs.repeated() {
            let name = path.to_string_lossy().into_owned();
            let expected = "another file than the other outputs have".to_owned();
            return Err(Error::new(ErrorKind::OutputName { name, expected }));
        }
        let plan = plan(&self.schema, &self.customs, self.sample_limit)?;
        let available =
            || std::thread::available_parallelism().map_or(1, |threads| threads.get().min(MAX_THREADS));
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
    schema.check().map_err(|source| Error::new(ErrorKind::SchemaRules { source }))?;
    let mut plan = Plan::compile(schema, sample_limit).map_err(schema_error)?;
    for check in customs {
        plan.add(schema, check.clone(), sample_limit).map_err(schema_error)?;
    }
    Ok(plan)
}

/// The peak resident memory of this process so far, in bytes, if the system provides it (Linux).
pub(crate) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}
