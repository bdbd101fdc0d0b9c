#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod format;
pub mod key;

mod batch;
mod binding;
mod check;
mod chunk_state;
mod code_source;
mod custom_checks;
mod error;
mod finding;
mod findings;
mod key_rows;
mod key_text;
mod late_findings;
mod late_rows;
mod layout;
mod mask;
mod outcome;
mod partial;
mod phrase;
mod plan;
mod proven_rows;
mod quota;
mod rereading;
mod row_set;
mod state;
mod tally;
mod values;

pub use batch::{Batch, Column, KeyTexts};
pub use binding::{Binding, ColumnFault, Mistyped};
pub use check::{Custom, CustomCheck};
pub use error::{Error, ErrorKind};
pub use findings::Findings;
pub use late_findings::LateFindings;
pub use late_rows::LateRows;
pub use partial::{Partial, PartialError, PartialPlace};
pub use plan::{DEFAULT_SAMPLE_LIMIT, Plan};
pub use quota::Quota;
pub use rereading::{Pass, Settled, Wanted};
pub use state::{BrokenPlace, RowOrigin, State};
pub use tally::{Outcome, Tally};
