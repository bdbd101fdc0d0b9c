//! Mergeable results of parts of a dataset.

use trueline::{Error, Source};

use crate::fault::{self, Fault};
use crate::validator::Evaluate;

/// The result of parts of a dataset, which can be stored, sent and merged. Free it with
/// `trueline_state_free`.
pub struct State {
    pub(crate) state: trueline::State,
}

/// The role of an input in its dataset.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// A whole input, with its header if it has one.
    Whole = 0,
    /// A stretch: an input that continues another one after a complete record. It has no header, and its
    /// rows, lines and bytes continue those of the other. For JSON Lines, and for CSV without a header;
    /// otherwise `TRUELINE_STATUS_OPTION`.
    Stretch = 1,
}

/// The method of the engine that computes the state of an input with this extent.
pub(crate) fn evaluation(extent: u32) -> Result<Evaluate<trueline::State>, Fault> {
    match extent {
        0 => Ok(trueline::Validator::state),
        1 => Ok(trueline::Validator::state_of_stretch),
        _ => Err(fault::not_a_member("extent", extent, "TruelineExtent")),
    }
}

/// The merged state of all inputs, in order.
pub(crate) fn merge_all(
    validator: &trueline::Validator,
    sources: &[&dyn Source],
) -> Result<trueline::State, Error> {
    let states: Result<Vec<_>, Error> = sources.iter().map(|source| validator.state(*source)).collect();
    trueline::State::merge(states?)
}
