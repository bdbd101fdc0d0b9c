//! Which rows may have the keys that were met more than once.

use std::ops::Range;

use super::filter::Filter;
use super::store::Run;
use super::stretches::{Stretch, each_run};

/// For stretches of rows those that may have a key that is there more than once: all that do, and their neighbours.
#[derive(Clone, Debug, Default)]
pub struct Suspects {
    /// In the order of their places; rows are counted from the first of their stretch.
    found: Vec<(Stretch, Box<[Range<u64>]>)>,
}

impl Suspects {
    /// Looks for prints that pass the filter in the run of each stretch; `None` where a run does not know the granules of its prints.
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

    /// Those of the stretch of an input that begins at a row: ranges in ascending order, counted from that row. The last may end
    /// behind the stretch.
    pub fn rows(&self, input: u32, first_row: u64) -> &[Range<u64>] {
        let place = self.found.binary_search_by_key(&(input, first_row), |(stretch, _)| *stretch);
        place.map_or(&[], |place| &self.found[place].1)
    }
}
