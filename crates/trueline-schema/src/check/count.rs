//! Bounds on a count, shared by several checks.

use super::CheckKind;
use crate::canonical::Object;
use crate::error::ErrorKind;
use crate::read::Item;

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
    /// The same bounds, spelt `equals` where `min` and `max` are one.
    pub(crate) fn folded(self) -> Self {
        match self {
            Self { min: Some(min), max: Some(max), equals: None } if min == max => {
                Self { min: None, max: None, equals: Some(min) }
            }
            _ => self,
        }
    }
}

pub(crate) const PARAMETERS: &[&str] = &["min", "max", "equals"];

pub(crate) fn read(item: &mut Item<'_, '_>, kind: fn(CountBounds) -> CheckKind) -> CheckKind {
    let bounds = CountBounds { min: item.count("min"), max: item.count("max"), equals: item.count("equals") };
    if bounds.equals.is_some() && (bounds.min.is_some() || bounds.max.is_some()) {
        let reason = "`equals` stands alone: remove it, or `min` and `max`".to_owned();
        item.fault("equals", ErrorKind::Impossible { reason });
    }
    if let (Some(min), Some(max)) = (bounds.min, bounds.max)
        && min > max
    {
        item.fault("max", ErrorKind::Impossible { reason: format!("`min` {min} is above `max` {max}") });
    }
    kind(bounds.folded())
}

pub(crate) fn write(bounds: &CountBounds, item: &mut Object) {
    let bounds = bounds.folded();
    item.count("min", bounds.min);
    item.count("max", bounds.max);
    item.count("equals", bounds.equals);
}

pub(crate) fn expected(bounds: &CountBounds, noun: &str) -> String {
    between(bounds.equals.or(bounds.min), bounds.equals.or(bounds.max), noun)
}

/// `at least 1 and at most 5 rows`.
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
