//! # `completeness`
//!
//! A column must have enough values that are not null: `min_fraction` of the rows, at least `min_count`, or both.

use super::{CheckKind, Spec, Target, Types};
use crate::canonical::Object;
use crate::error::ErrorKind;
use crate::read::Parameters;

pub(crate) const SPEC: Spec = Spec {
    name: "completeness",
    codes: &["completeness.below_fraction", "completeness.below_count"],
    keywords: &[],
    parameters: &["min_fraction", "min_count"],
    needs: &["min_fraction", "min_count"],
    target: Target::Column,
    types: Types::All,
    takes_tolerance: false,
    read: |parameters| Some(read(parameters)),
};

fn read(parameters: &mut Parameters<'_, '_>) -> CheckKind {
    let min_fraction = parameters.number("min_fraction").map(|(_, number)| number.to_f64());
    if let Some((key, kind)) = problem(min_fraction) {
        parameters.record_error(key, kind);
    }
    CheckKind::Completeness { min_fraction, min_count: parameters.count("min_count") }
}

pub(crate) fn problem(min_fraction: Option<f64>) -> Option<(&'static str, ErrorKind)> {
    let fraction = min_fraction.filter(|fraction| !(0.0..=1.0).contains(fraction))?;
    let reason = format!("`min_fraction` {fraction} is not between 0 and 1");
    Some(("min_fraction", ErrorKind::Impossible { reason }))
}

pub(crate) fn write(min_fraction: Option<f64>, min_count: Option<u64>, object: &mut Object) {
    if let Some(fraction) = min_fraction {
        object.fraction("min_fraction", fraction);
    }
    object.count("min_count", min_count);
}

pub(crate) fn expected(min_fraction: Option<f64>, min_count: Option<u64>) -> String {
    let fraction = min_fraction.map(|fraction| format!("at least {fraction} of the values not null"));
    let count = min_count.map(|count| format!("at least {count} values not null"));
    [fraction, count].into_iter().flatten().collect::<Vec<_>>().join(" and ")
}
