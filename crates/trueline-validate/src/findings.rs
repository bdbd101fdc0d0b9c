//! All violations of some rows in compact form, until the location of the rows in the input is known.

use trueline_report::escape::truncate_value;
use trueline_report::{Location, Violation};

use crate::finding::Finding;
use crate::phrase::phrase;
use crate::plan::{Plan, PlannedCheck};

/// The violations of consecutive rows of one input.
///
/// Row indices and lines are relative to the first of the rows, as in [`State`](crate::State).
///
/// **Cost**: 96 bytes per violation, and what is specific to it: mostly a value, of at most 256 bytes.
#[derive(Debug, Default)]
pub struct Findings {
    entries: Vec<Entry>,
    /// The strings of all entries, concatenated.
    text: String,
}

#[derive(Debug)]
struct Entry {
    row: u64,
    /// The position of the check's column: violations of a row are sorted by this, then by check.
    column: u32,
    check: u32,
    code: &'static str,
    line: Option<u32>,
    byte_length: Option<u32>,
    byte_offset: Option<u64>,
    /// The start of its strings, and their lengths.
    text: usize,
    lengths: [u32; TEXTS],
    /// Which of the strings exist, and whether the value is truncated.
    flags: u8,
}

const VALUE: usize = 0;
const PATH: usize = 1;
const COLUMN: usize = 2;
const MESSAGE: usize = 3;
const TEXTS: usize = 4;
const IS_TRUNCATED: u8 = 1 << TEXTS;

impl Findings {
    /// Creates an empty collection.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Returns the number of violations.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns whether there are no violations.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a violation of check number `index`.
    pub(crate) fn push(&mut self, check: &PlannedCheck, index: usize, finding: &Finding) {
        let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let Location { row_index, line, byte_offset, byte_length } = finding.location;
        let mut entry = Entry {
            row: row_index.unwrap_or_default(),
            column: narrow(check.column_order() as u64),
            check: narrow(index as u64),
            code: finding.code,
            line: line.map(narrow),
            byte_length: byte_length.map(narrow),
            byte_offset,
            text: self.text.len(),
            lengths: [0; TEXTS],
            flags: 0,
        };
        if let Some(value) = &finding.value {
            let truncated = truncate_value(value);
            entry.flags |= if truncated.1 { IS_TRUNCATED } else { 0 };
            self.add(&mut entry, VALUE, &truncated.0);
        }
        let others = [(PATH, &finding.path), (COLUMN, &finding.column), (MESSAGE, &finding.message)];
        for (place, text) in others {
            if let Some(text) = text {
                self.add(&mut entry, place, text);
            }
        }
        self.entries.push(entry);
    }

    fn add(&mut self, entry: &mut Entry, place: usize, text: &str) {
        // No record is that large.
        let Ok(length) = u32::try_from(text.len()) else { return };
        self.text.push_str(text);
        entry.lengths[place] = length;
        entry.flags |= 1 << place;
    }

    /// Sorts the violations into the order of the report: by row, column and check.
    pub(crate) fn sort(&mut self) {
        // There are mostly a few sorted runs, one for each check, which a stable sort merges.
        self.entries.sort_by_key(|entry| (entry.row, entry.column, entry.check));
    }

    /// Returns the row and the number of the check of each violation of severity error, in the order of the report.
    pub fn reasons(&self, plan: &Plan) -> impl Iterator<Item = (u64, u32)> {
        let is_error = |check: u32| plan.checks.get(check as usize).is_some_and(|check| check.is_error);
        self.entries.iter().filter(move |entry| is_error(entry.check)).map(|entry| (entry.row, entry.check))
    }

    /// Visits the violations in the order of the report, offset by `rows` rows and `lines` lines of input number `input`.
    ///
    /// **Errors**: the error of `visit`, which is not called again.
    pub fn visit<E>(
        &self,
        plan: &Plan,
        input: u32,
        rows: u64,
        lines: u64,
        visit: &mut dyn FnMut(&Violation) -> Result<(), E>,
    ) -> Result<(), E> {
        // The parts that all violations of a check share are built once.
        let mut violations: Vec<Option<Violation>> = vec![None; plan.checks.len()];
        for entry in &self.entries {
            let (Some(check), Some(violation)) =
                (plan.checks.get(entry.check as usize), violations.get_mut(entry.check as usize))
            else {
                continue;
            };
            let violation = violation.get_or_insert_with(|| check.violation(entry.code, Location::default()));
            violation.input = input;
            violation.location = Location {
                row_index: Some(rows + entry.row),
                line: entry.line.map(|line| lines + u64::from(line)),
                byte_offset: entry.byte_offset,
                byte_length: entry.byte_length.map(u64::from),
            };
            self.fill_in(entry, check, violation);
            visit(violation)?;
        }
        Ok(())
    }

    /// Sets the parts that are specific to an entry.
    fn fill_in(&self, entry: &Entry, check: &PlannedCheck, violation: &mut Violation) {
        let mut at = entry.text;
        let texts: [Option<&str>; TEXTS] = std::array::from_fn(|place| {
            let start = at;
            at += entry.lengths[place] as usize;
            (entry.flags >> place & 1 == 1).then(|| &self.text[start..at])
        });
        if violation.code != entry.code {
            entry.code.clone_into(&mut violation.code);
        }
        set(&mut violation.value, texts[VALUE]);
        violation.value_truncated = entry.flags & IS_TRUNCATED != 0;
        set(&mut violation.path, texts[PATH]);
        set(&mut violation.column, texts[COLUMN].or(check.column()));
        let message = check.check.message.as_deref().or(texts[MESSAGE]).unwrap_or_else(|| phrase(entry.code));
        if violation.message != message {
            message.clone_into(&mut violation.message);
        }
    }
}

/// Sets an optional string, reusing the memory of the previous one.
fn set(target: &mut Option<String>, text: Option<&str>) {
    match (target.as_mut(), text) {
        (Some(target), Some(text)) => {
            target.clear();
            target.push_str(text);
        }
        (None, Some(text)) => *target = Some(text.to_owned()),
        (_, None) => *target = None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, StringViewArray};
    use trueline_report::{BadCell, Inside, Origin};
    use trueline_schema::Schema;

    use crate::batch::{Batch, Column};
    use crate::binding::Binding;
    use crate::key::KeyOptions;
    use crate::rereading::Wanted;
    use crate::state::{BrokenPlace, State};
    use crate::tally::Tally;

    /// Rows of 100 bytes, each on its own line.
    struct Places(u64);

    impl Origin for Places {
        fn row(&self, row: usize) -> Location {
            let row = self.0 + row as u64;
            Location {
                row_index: Some(row),
                line: Some(row + 1),
                byte_offset: Some(row * 100),
                byte_length: Some(99),
            }
        }

        fn cell(&self, row: usize, column: usize) -> Location {
            let place = self.row(row);
            let start = place.byte_offset.map(|offset| offset + 10 * column as u64);
            Location { byte_offset: start, byte_length: Some(9), ..place }
        }

        fn value(&self, row: usize, column: usize) -> Option<String> {
            // One of them is longer than the limit for shown values.
            Some(format!("{column}é{}", self.0 + row as u64).repeat(if row == 2 { 200 } else { 1 }))
        }

        fn inside(&self, row: usize, column: usize) -> Option<Inside> {
            let location = self.cell(row, column);
            (row == 1).then(|| Inside { path: "/0/a~1".to_owned(), location, value: None })
        }
    }

    const SCHEMA: &str = "
fields:
  - {name: a, type: float64, minimum: 1, maximum: 5, required: true}
  - {name: b, type: string, max_length: 1, pattern: x, sensitive: true}
  - {name: c, type: string, unique: true}
checks:
  - {check: length, column: b, max_length: 1, message: 'too much'}
  - {check: unique, columns: [c, b], report: all}
  - {check: row_count, max: 1}
  - {check: length, column: c, max_length: 1, message: 'too much'}
";

    fn state(plan: &Plan, tally: &Tally, seed: u64) -> State {
        let mut state = State::new(plan, Some(tally.quota()));
        state.observe_broken(plan, "structure.quote", || BrokenPlace {
            location: Places(0).row(0),
            found: "a quote".to_owned(),
            excerpt: None,
        });
        for batch in 0..2 {
            let first = state.rows();
            let numbers =
                (0..7).map(|row| (row != 3 && row != 1).then_some((row + seed + batch) as f64 - 1.0));
            let numbers: ArrayRef = Arc::new(numbers.collect::<Float64Array>());
            let texts: Vec<String> =
                (0..7).map(|row| "x".repeat(usize::try_from((row + seed) % 4).unwrap())).collect();
            let texts: ArrayRef = Arc::new(StringViewArray::from_iter_values(&texts));
            let bad = [BadCell { row: 1, code: "type.invalid" }];
            let texts = Some(Column::whole(&texts, &[]));
            let columns = [Some(Column::whole(&numbers, &bad)), texts, texts];
            let origin = Places(first);
            state.observe(
                plan,
                &Batch {
                    rows: 7,
                    columns: &columns,
                    keys: &columns,
                    texts: &[],
                    extras: None,
                    origin: &origin,
                },
            );
        }
        state.add_lines(15);
        state.seal();
        state
    }

    /// Findings, however the input is split, equal the violations of a report without a limit, in the same order.
    #[test]
    fn findings_are_the_violations_of_an_uncapped_report() {
        let schema = Schema::from_yaml(SCHEMA).unwrap();
        let uncapped = Plan::compile(&schema, u64::MAX).unwrap();
        let capped = Plan::compile(&schema, 0).unwrap();
        let keys = KeyOptions::default();
        let run = |plan: &Plan, collects: bool| {
            let mut tally = Tally::new(plan, &keys);
            let mut found: Vec<Violation> = Vec::new();
            if collects {
                tally.collect_findings();
            }
            for input in 0..2 {
                let binding = Binding::by_name(&schema, &["a", "b", "c", "c"]);
                tally.begin_input(&binding, 1, &|_| Location::default());
                found.extend(tally.take_findings());
                for seed in 0..3 {
                    let mut state = state(plan, &tally, seed + input);
                    let (rows, lines) = (tally.input_rows(), tally.input_lines());
                    let findings = state.take_findings();
                    assert_eq!(findings.is_some(), collects);
                    if let Some(findings) = findings {
                        let visited = findings.visit(plan, tally.input(), rows, lines, &mut |violation| {
                            found.push(violation.clone());
                            Ok::<(), ()>(())
                        });
                        visited.unwrap();
                    }
                    tally.merge(state).unwrap();
                }
            }
            if collects {
                let wanted = Wanted { findings: true, ..Wanted::default() };
                let mut late = tally.settle(wanted, &keys).unwrap().findings.unwrap();
                while let Some(violation) = late.next(plan).unwrap() {
                    found.push(violation);
                }
            }
            let outcome = tally.finish(u64::MAX, false).unwrap();
            found.extend(outcome.findings);
            (found, outcome.violations, outcome.checks)
        };
        let (none, mut expected, checks) = run(&uncapped, false);
        assert!(none.is_empty());
        let (found, violations, same_checks) = run(&capped, true);
        assert!(violations.is_empty());
        assert_eq!(checks, same_checks);
        // In the report, duplicates are sorted by row and violations of the table come first; here they come last.
        expected.sort_by_key(|violation| match violation.code.as_str() {
            code if code.starts_with("row_count") => 2,
            "unique.duplicate" => 1,
            _ => 0,
        });
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, &Violation { excerpt: None, ..expected.clone() });
        }
        assert!(found.iter().any(|violation| violation.value_truncated));
        assert!(found.iter().any(|violation| violation.path.is_some()));
        assert!(found.iter().any(|violation| violation.related.is_some()));
    }
}
