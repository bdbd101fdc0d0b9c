//! The faults of a generated file, known by construction.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The correct result for a generated file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// The number of rows, without the header.
    pub rows: u64,
    /// The number of bytes of the file.
    pub bytes: u64,
    /// The number of violations of all checks.
    pub violations: u64,
    /// Check id → code → number of violations, as in a report's `checks[].codes`. Codes that do not occur are absent.
    pub counts: BTreeMap<String, BTreeMap<String, u64>>,
    /// Every row with at least one violation, from 0, ascending.
    pub invalid_rows: Vec<u64>,
}

impl Truth {
    /// Returns the number of violations of one check with one code.
    pub fn count(&self, check_id: &str, code: &str) -> u64 {
        self.counts.get(check_id).and_then(|codes| codes.get(code)).copied().unwrap_or(0)
    }

    /// Reads a file written by [`Truth::write`].
    ///
    /// **Errors**: the file cannot be read or is invalid.
    pub fn read(path: &Path) -> io::Result<Self> {
        Ok(serde_json::from_reader(io::BufReader::new(std::fs::File::open(path)?))?)
    }

    /// Writes the result as JSON.
    ///
    /// **Errors**: errors of the writer.
    pub fn write(&self, mut write: impl io::Write) -> io::Result<()> {
        serde_json::to_writer(&mut write, self)?;
        write.write_all(b"\n")
    }

    /// Compares a JSON report: totals, rows, codes of every check. Returns the differences.
    ///
    /// A report contains only samples of the invalid rows, so only the number of [`Truth::invalid_rows`] is compared.
    pub fn differences(&self, report: &Value) -> Vec<String> {
        let mut differences = Vec::new();
        let mut compare = |what: &str, found: &Value, truth: u64| {
            if found.as_u64() != Some(truth) {
                differences.push(format!("{what}: the truth is {truth}, the report says {found}"));
            }
        };
        let invalid = self.invalid_rows.len() as u64;
        compare("rows.total", &report["rows"]["total"], self.rows);
        compare("rows.invalid", &report["rows"]["invalid"], invalid);
        compare("rows.valid", &report["rows"]["valid"], self.rows.saturating_sub(invalid));
        let mut reported: BTreeMap<&str, BTreeMap<String, u64>> = BTreeMap::new();
        for check in report["checks"].as_array().into_iter().flatten() {
            let codes = check["codes"].as_object().into_iter().flatten();
            let codes =
                codes.filter_map(|(code, count)| Some((code.clone(), count.as_u64().filter(|n| *n > 0)?)));
            reported.insert(check["id"].as_str().unwrap_or_default(), codes.collect());
        }
        let nothing = BTreeMap::new();
        let ids: std::collections::BTreeSet<&str> =
            self.counts.keys().map(String::as_str).chain(reported.keys().copied()).collect();
        for id in ids {
            let (truth, found) =
                (self.counts.get(id).unwrap_or(&nothing), reported.get(id).unwrap_or(&nothing));
            if truth != found {
                differences.push(format!("check `{id}`: the truth is {truth:?}, the report says {found:?}"));
            }
        }
        differences
    }
}

/// Collects the result while rows are written.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// The check id and code of each kind of fault.
    labels: &'static [(&'static str, &'static str)],
    counts: Vec<u64>,
    invalid_rows: Vec<u64>,
}

impl Recorder {
    pub(crate) fn new(labels: &'static [(&'static str, &'static str)]) -> Self {
        Self { labels, counts: vec![0; labels.len()], invalid_rows: Vec::new() }
    }

    /// Records the faults of a row, as indices into the labels.
    pub(crate) fn record(&mut self, row: u64, kinds: &[usize]) {
        for kind in kinds {
            self.counts[*kind] += 1;
        }
        if !kinds.is_empty() {
            self.invalid_rows.push(row);
        }
    }

    pub(crate) fn finish(self, rows: u64, bytes: u64) -> Truth {
        let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for ((id, code), count) in self.labels.iter().zip(&self.counts).filter(|(_, count)| **count > 0) {
            *counts.entry((*id).to_owned()).or_default().entry((*code).to_owned()).or_default() += count;
        }
        Truth { rows, bytes, violations: self.counts.iter().sum(), counts, invalid_rows: self.invalid_rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn truth() -> Truth {
        let mut recorder = Recorder::new(&[("a.type", "type.invalid"), ("b.range", "range.above_maximum")]);
        recorder.record(0, &[]);
        recorder.record(1, &[0]);
        recorder.record(4, &[0, 1]);
        recorder.finish(9, 100)
    }

    #[test]
    fn a_truth_is_what_was_recorded() {
        let truth = truth();
        assert_eq!((truth.rows, truth.violations, truth.count("a.type", "type.invalid")), (9, 3, 2));
        assert_eq!(truth.invalid_rows, [1, 4]);
        let mut text = Vec::new();
        truth.write(&mut text).unwrap();
        assert_eq!(serde_json::from_slice::<Truth>(&text).unwrap(), truth);
    }

    #[test]
    fn a_report_agrees_or_not() {
        let report = |codes: Value, invalid: u64| {
            json!({"rows": {"total": 9, "valid": 9 - invalid, "invalid": invalid}, "checks": [
                {"id": "a.type", "codes": {"type.invalid": 2, "type.out_of_range": 0}},
                {"id": "b.range", "codes": codes},
                {"id": "c.required", "codes": {}}]})
        };
        assert_eq!(truth().differences(&report(json!({"range.above_maximum": 1}), 2)), Vec::<String>::new());
        let differences = truth().differences(&report(json!({"range.below_minimum": 1}), 3));
        assert_eq!(differences.len(), 3, "{differences:?}");
        assert!(differences[2].contains("b.range"), "{differences:?}");
    }
}
