//! Whole runs: reports of inputs whose bytes are known.

use std::ops::Range;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use trueline_cache::Key;
use trueline_io::{Format, ReadAt, Source, Version};
use trueline_report::{Decided, Excerpt, Report, Run};

use super::{BlockDigests, Cache, ConfigKey};
use crate::pipeline::{format_of, rate};
use crate::validator::{Validator, peak_memory};

/// The text of an excerpt, its highlighted range, and its first line.
type StoredExcerpt = (String, Range<usize>, Option<u64>);

/// A report as it is stored. It also has the data that the JSON of a report omits; data that differ between two runs are replaced
/// when it is loaded.
#[derive(Serialize, Deserialize)]
struct StoredReport {
    report: Report,
    excerpts: Vec<Option<StoredExcerpt>>,
    /// The bits of the observed values of checks that are floats: their JSON text would have to be read back exactly.
    floats: Vec<Option<u64>>,
}

/// Looks up a run in the cache, and stores its report.
pub(crate) struct RunCache<'a> {
    cache: &'a Cache,
    validator: &'a Validator,
    sources: &'a [&'a dyn Source],
    config_key: ConfigKey,
    /// The hashes of inputs that are hashed before they are read.
    known: Vec<Option<[u8; 32]>>,
    hints: Vec<Option<Key>>,
    versions: Vec<Option<Version>>,
    /// Those of the versions that change whenever the bytes change.
    stable_versions: Vec<Option<Version>>,
}

impl<'a> RunCache<'a> {
    pub(crate) fn new(cache: &'a Cache, validator: &'a Validator, sources: &'a [&'a dyn Source]) -> Self {
        let config_key = ConfigKey::new(validator);
        let versions: Vec<Option<Version>> = sources.iter().map(|source| source.version()).collect();
        let stable_versions = versions.iter().map(|version| version.clone().filter(is_old)).collect();
        let none = vec![None; sources.len()];
        Self {
            cache,
            validator,
            sources,
            config_key,
            known: none,
            hints: vec![None; sources.len()],
            versions,
            stable_versions,
        }
    }

    pub(crate) fn stable_versions(&self) -> &[Option<Version>] {
        &self.stable_versions
    }

    pub(crate) fn cache(&self) -> &Cache {
        self.cache
    }

    pub(crate) fn config_key(&self) -> &ConfigKey {
        &self.config_key
    }

    /// The report of a run over the same bytes.
    pub(crate) fn find(&mut self) -> Option<Report> {
        if let Some(report) = self.version_key().and_then(|key| self.load(&key)) {
            return Some(report);
        }
        for (index, source) in self.sources.iter().enumerate() {
            let at = open_rereadable(*source);
            let Some(at) = at else { continue };
            let hint = self.hint(*source, &*at);
            // An input that is probably unknown is not hashed in advance: its hash is computed while it is read. Inputs that are not
            // read sequentially must be hashed in advance.
            let is_known = hint.as_ref().is_some_and(|hint| self.cache.get(hint).is_some());
            let is_table =
                matches!(format_of(self.validator, *source), Some(Format::Parquet | Format::Arrow));
            if is_known || is_table {
                let Validator { threads, cancel, .. } = self.validator;
                let block_bytes = self.validator.digest_block_bytes();
                self.known[index] = BlockDigests::hash_input(&*at, block_bytes, *threads, cancel);
            }
            self.hints[index] = hint;
        }
        let contents: Option<Vec<_>> = self.known.iter().copied().collect();
        let report = self.load(&self.key(&contents?))?;
        // The inputs must not have changed since they were hashed.
        if self.sources.iter().any(|source| source.verify_unchanged().is_err()) {
            return None;
        }
        self.store_by_version(&serde_json::to_vec(&StoredReport::of(&report)).unwrap_or_default());
        Some(report)
    }

    /// Stores the report of a run. `contents` are the hashes of the inputs, if they were computed during validation.
    pub(crate) fn store(&self, report: &Report, contents: &[Option<[u8; 32]>]) {
        if report.error.is_some() {
            return;
        }
        let value = serde_json::to_vec(&StoredReport::of(report)).unwrap_or_default();
        let contents: Option<Vec<_>> =
            contents.iter().zip(&self.known).map(|(computed, before)| computed.or(*before)).collect();
        if let Some(contents) = contents {
            self.cache.put(&self.key(&contents), &[&value]);
            for hint in self.hints.iter().flatten() {
                self.cache.put(hint, &[]);
            }
        }
        self.store_by_version(&value);
    }

    /// Stores a report under the versions of the inputs, so that the next run need not read them.
    fn store_by_version(&self, value: &[u8]) {
        if self.versions.iter().flatten().all(is_old)
            && let Some(key) = self.version_key()
            && self.sources.iter().map(|source| source.version()).eq(self.versions.iter().cloned())
        {
            self.cache.put(&key, &[value]);
        }
    }

    fn key(&self, contents: &[[u8; 32]]) -> Key {
        let inputs: Vec<_> = self.sources.iter().copied().zip(contents.iter().copied()).collect();
        self.config_key.run(self.validator, &inputs)
    }

    /// The key of a run over inputs that need not be read to know their bytes.
    fn version_key(&self) -> Option<Key> {
        let mut key = self.config_key.builder("versions");
        for (source, version) in self.sources.iter().zip(&self.versions) {
            let bytes = match version.as_ref()? {
                Version::Strong(bytes) => bytes,
                Version::Times { bytes, .. } if self.cache.trusts_times() => bytes,
                Version::Times { .. } => return None,
            };
            let format = format_of(self.validator, *source).map_or("", |format| format.name());
            key = key.part("format", format).part("version", bytes);
        }
        Some(key.finish())
    }

    /// The key of a marker entry. It exists if an input of this size, with the same first and last bytes, was validated before.
    fn hint(&self, source: &dyn Source, at: &dyn ReadAt) -> Option<Key> {
        let size = at.size_bytes();
        let mut ends = Vec::new();
        for start in [0, size.saturating_sub(HINT_BYTES)] {
            let length = usize::try_from(HINT_BYTES.min(size - start)).ok()?;
            let mut bytes = vec![0; length];
            let mut filled = 0;
            while filled < length {
                match at.read_at(&mut bytes[filled..], start + filled as u64) {
                    Ok(0) | Err(_) => return None,
                    Ok(some) => filled += some,
                }
            }
            ends.extend(bytes);
        }
        let format = format_of(self.validator, source).map_or("", |format| format.name());
        let key = self.config_key.builder("hint").part("format", format).part("size", size.to_le_bytes());
        Some(key.part("ends", ends).finish())
    }

    fn load(&self, key: &Key) -> Option<Report> {
        let started = std::time::Instant::now();
        let stored: StoredReport = serde_json::from_slice(&self.cache.get(key)?).ok()?;
        let mut report = stored.into_report()?;
        if report.inputs.len() != self.sources.len() {
            return None;
        }
        for (input, source) in report.inputs.iter_mut().zip(self.sources) {
            source.name().clone_into(&mut input.name);
        }
        report.schema.name.clone_from(&self.validator.schema.name);
        let seconds = started.elapsed().as_secs_f64();
        report.run = Run {
            elapsed_seconds: seconds,
            threads: u32::try_from(self.validator.threads).unwrap_or(u32::MAX),
            simd: self.validator.kernel.name().to_owned(),
            bytes_per_second: rate(report.inputs.iter().map(|input| input.bytes).sum(), seconds),
            decided: Decided { scanned: 0, proved: 0, cached: report.rows.total },
            peak_memory: peak_memory(),
            statistics: None,
        };
        Some(report)
    }
}

/// Whether a version reliably identifies the bytes: a file that was just written may be written again within the same clock tick.
fn is_old(version: &Version) -> bool {
    match version {
        Version::Strong(_) => true,
        Version::Times { modified, .. } => {
            let age = SystemTime::now().duration_since(*modified);
            age.is_ok_and(|age| age > Duration::from_secs(2))
        }
    }
}

/// How many bytes at the start and at the end of an input are part of its hint.
const HINT_BYTES: u64 = 4096;

/// Opens an input that can be read at offsets and more than once.
fn open_rereadable(source: &dyn Source) -> Option<Box<dyn ReadAt>> {
    if !source.can_reopen() {
        return None;
    }
    drop(source.open().ok()?);
    source.open_at().ok()?
}

impl StoredReport {
    fn of(report: &Report) -> Self {
        let excerpt =
            |excerpt: &Excerpt| (excerpt.text.clone(), excerpt.highlight.clone(), excerpt.first_line);
        let excerpts =
            report.violations.iter().map(|violation| violation.excerpt.as_ref().map(excerpt)).collect();
        let float = |value: &Value| value.as_f64().filter(|_| value.is_f64()).map(f64::to_bits);
        let floats = report.checks.iter().map(|check| check.observed.as_ref().and_then(float)).collect();
        Self { report: report.clone(), excerpts, floats }
    }

    fn into_report(self) -> Option<Report> {
        let Self { mut report, excerpts, floats } = self;
        if excerpts.len() != report.violations.len() || floats.len() != report.checks.len() {
            return None;
        }
        for (violation, excerpt) in report.violations.iter_mut().zip(excerpts) {
            violation.excerpt =
                excerpt.map(|(text, highlight, first_line)| Excerpt { text, highlight, first_line });
        }
        for (check, bits) in report.checks.iter_mut().zip(floats) {
            if let Some(bits) = bits {
                check.observed = Some(Value::from(f64::from_bits(bits)));
            }
        }
        Some(report)
    }
}
