#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod excerpt;
mod location;
mod report;
mod severity;
mod sink;
mod violation;

pub mod escape;
pub mod render;

pub use excerpt::Excerpt;
pub use location::{BadCell, Inside, Location, Origin};
pub use report::{
    CheckResult, Decided, Engine, Input, REPORT_VERSION, Report, Rows, Run, RunError, SchemaInfo,
    StatisticsAudit, Status, Verdict, WrongStatistic,
};
pub use sink::{Collector, CollectorOptions, Sink};
pub use trueline_schema::Severity;
pub use violation::{Related, Violation};
