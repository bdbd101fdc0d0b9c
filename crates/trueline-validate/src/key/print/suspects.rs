//! The rows that may have a repeated key.

use std::ops::Range;

use super::filter::Filter;
use super::store::Run;
use super::stretches::{Stretch, each_run};

/// The rows in stretches that may have a repeated key: all that do, and their neighbours.
#[derive(Clone, Debug, Default)]
pub struct Suspects {
    /// Sorted by stretch; rows are relative to the first row of the stretch.
    found: Vec<(Stretch, Box<[Range<u64>]>)>,
}

impl Suspects {
    /// Searches the run of each stretch for fingerprints that pass the filter; `None` if a run has no granules.
    pub(super) fn find(stretches: &[Stretch], runs: &[Run], filter: &Filter, threads: usize) -> Option<Self> {
        if runs.iter().any(|run| run.granules().is_none()) {
            return None;
        }
        let found = each_run(stretches, runs, threads, |_, run| {
            let prints = run.prints().iter().enumerate();
            let passing = prints.filter(|(_, print)| filter.passes(**print)).map(|(number, _)| number);
            let rows = run.granules()?.rows(passing);
            (!rows.is_empty()).then(|| rows.into())
        })?;
        Some(Self { found })
    }

    /// Returns the rows of the stretch that begins at a row of an input, as ascending ranges relative to that row. The last may
    /// end after the stretch.
    pub fn rows(&self, input: u32, first_row: u64) -> &[Range<u64>] {
        let place = self.found.binary_search_by_key(&(input, first_row), |(stretch, _)| *stretch);
        place.map_or(&[], |place| &self.found[place].1)
    }
}
