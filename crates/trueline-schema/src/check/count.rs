//! Bounds on a count, shared by several checks.

use super::CheckKind;
use crate::canonical::Object;
use crate::error::ErrorKind;
use crate::read::Parameters;

/// Bounds on a count: either `equals`, or `min`, `max` or both, inclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CountBounds {
    /// The smallest valid count.
    pub min: Option<u64>,
    /// The largest valid count.
    pub max: Option<u64>,
    /// The only valid count.
    pub equals: Option<u64>,
}

impl CountBounds {
    /// The same bounds with `equals` instead of an equal `min` and `max`.
    pub(crate) fn normalized(self) -> Self {
        match self {
            Self { min: Some(min), max: Some(max), equals: None } if min == max => {
                Self { min: None, max: None, equals: Some(min) }
            }
            _ => self,
        }
    }
}

pub(crate) const PARAMETERS: &[&str] = &["min", "max", "equals"];

pub(crate) fn read(parameters: &mut Parameters<'_, '_>, kind: fn(CountBounds) -> CheckKind) -> CheckKind {
    let bounds = CountBounds {
        min: parameters.count("min"),
        max: parameters.count("max"),
        equals: parameters.count("equals"),
    };
    for (key, kind) in problems(bounds) {
        parameters.record_error(key, kind);
    }
    kind(bounds.normalized())
}

pub(crate) fn problems(bounds: CountBounds) -> Vec<(&'static str, ErrorKind)> {
    let mut problems = Vec::new();
    if bounds.equals.is_some() && (bounds.min.is_some() || bounds.max.is_some()) {
        let reason = "`equals` stands alone: remove it, or `min` and `max`".to_owned();
        problems.push(("equals", ErrorKind::Impossible { reason }));
    }
    if let (Some(min), Some(max)) = (bounds.min, bounds.max)
        && min > max
    {
        problems.push(("max", ErrorKind::Impossible { reason: format!("`min` {min} is above `max` {max}") }));
    }
    problems
}

pub(crate) fn write(bounds: &CountBounds, object: &mut Object) {
    let bounds = bounds.normalized();
    object.count("min", bounds.min);
    object.count("max", bounds.max);
    object.count("equals", bounds.equals);
}

pub(crate) fn expected(bounds: &CountBounds, noun: &str) -> String {
    between(bounds.equals.or(bounds.min), bounds.equals.or(bounds.max), noun)
}

/// Describes bounds for people: `at least 1 and at most 5 rows`.
pub(crate) fn between(min: Option<u64>, max: Option<u64>, noun: &str) -> String {
    let counted = |count: u64| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    match (min, max) {
        (Some(min), Some(max)) if min == max => format!("exactly {}", counted(min)),
        (Some(min), Some(max)) => format!("at least {min} and at most {}", counted(max)),
        (Some(min), None) => format!("at least {}", counted(min)),
        (None, Some(max)) => format!("at most {}", counted(max)),
        (None, None) => format!("any number of {noun}s"),
    }
}
