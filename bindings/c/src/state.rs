//! What was found in parts of a dataset.

use trueline::{Error, Source};

use crate::fault::{self, Fault};
use crate::validator::Ask;

/// What was found in parts of a dataset, to be kept, carried elsewhere and merged. Free it with `trueline_state_free`.
pub struct State {
    pub(crate) state: trueline::State,
}

/// What an input is of its dataset.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of an input, with its header if it has one.
    Whole = 0,
    /// A stretch that goes on where another one ended, between two records: no header, and rows, lines and bytes that count on. For JSON
    /// Lines, and CSV without a header; else `TRUELINE_STATUS_OPTION`.
    Stretch = 1,
}

/// What is asked of the engine for an extent.
pub(crate) fn asked(extent: u32) -> Result<Ask<trueline::State>, Fault> {
    match extent {
        0 => Ok(trueline::Validator::state),
        1 => Ok(trueline::Validator::state_of_stretch),
        _ => Err(fault::no_member("extent", extent, "TruelineExtent")),
    }
}

/// What was found in all inputs of one argument, one behind the other.
pub(crate) fn of_all(
    validator: &trueline::Validator,
    sources: &[&dyn Source],
) -> Result<trueline::State, Error> {
    let states: Result<Vec<_>, Error> = sources.iter().map(|source| validator.state(*source)).collect();
    trueline::State::merge(states?)
}
