//! The code of a failing cell, among the codes of its check.

use arrow_array::Array;
use trueline_report::BadCell;

use crate::check::Kernel;
use crate::mask::Mask;

/// Where the code of a failing slot comes from. Codes are indices into the codes of the check.
#[derive(Clone, Copy)]
pub(crate) enum CodeSource<'a> {
    /// All slots have this code.
    Fixed(usize),
    /// The kernel of the check returns the code.
    Kernel(&'a dyn Kernel, &'a dyn Array),
    /// The cells that did not parse, with their codes as strings; all codes of the check.
    Bad(&'a [BadCell], &'static [&'static str]),
}

impl CodeSource<'_> {
    /// Returns the code of one slot.
    pub(crate) fn of(self, slot: usize) -> usize {
        match self {
            Self::Fixed(code) => code,
            Self::Kernel(kernel, array) => kernel.code(array, slot),
            Self::Bad(bad, codes) => {
                let place = bad.partition_point(|cell| (cell.row as usize) < slot);
                bad.get(place).map_or(0, |cell| index_of(codes, cell.code))
            }
        }
    }

    /// Counts the failing slots by code.
    pub(crate) fn count(self, failing: &Mask, counts: &mut [u64]) {
        match self {
            Self::Fixed(code) => counts[code] += failing.count(),
            Self::Kernel(kernel, array) => kernel.count_codes(array, failing, counts),
            Self::Bad(bad, codes) => {
                // Successive cells mostly have the same code; then the strings need not be compared.
                let (mut last, mut index) = ("", 0);
                for cell in bad {
                    if !std::ptr::eq(cell.code, last) {
                        (last, index) = (cell.code, index_of(codes, cell.code));
                    }
                    counts[index] += 1;
                }
            }
        }
    }
}

fn index_of(codes: &[&str], code: &str) -> usize {
    codes.iter().position(|known| *known == code).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_cells_are_counted_by_their_codes() {
        let cell = |row, code| BadCell { row, code };
        let bad = [cell(1, "b"), cell(4, "b"), cell(5, "a"), cell(70, "b")];
        let mut failing = Mask::new(100);
        for cell in &bad {
            failing.set(cell.row as usize);
        }
        let code_source = CodeSource::Bad(&bad, &["a", "b"]);
        let mut counts = [0; 2];
        code_source.count(&failing, &mut counts);
        assert_eq!(counts, [1, 3]);
        assert_eq!([1, 4, 5, 70].map(|slot| code_source.of(slot)), [1, 1, 0, 1]);
    }
}
