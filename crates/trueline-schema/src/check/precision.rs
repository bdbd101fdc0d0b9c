//! # `precision`
//!
//! Numbers must have at most `digits` significant digits in total and at most `scale` digits after the decimal
//! point. Floats are checked in their shortest decimal representation. As a field keyword: `precision: {digits: 10, scale: 2}`.

use super::{CheckKind, Spec, Target, Types};
use crate::canonical::Object;
use crate::error::ErrorKind;
use crate::read::Parameters;

pub(crate) const SPEC: Spec = Spec {
    name: "precision",
    codes: &["precision.digits", "precision.scale"],
    keywords: &["precision"],
    parameters: PARAMETERS,
    needs: PARAMETERS,
    target: Target::Column,
    types: Types::Numeric,
    takes_tolerance: true,
    read: |parameters| Some(read(parameters)),
};

pub(crate) const PARAMETERS: &[&str] = &["digits", "scale"];

fn read(parameters: &mut Parameters<'_, '_>) -> CheckKind {
    let (digits, scale) = (parameters.count_u32("digits"), parameters.count_u32("scale"));
    for (key, kind) in problems(digits, scale) {
        parameters.record_error(key, kind);
    }
    CheckKind::Precision { digits, scale }
}

pub(crate) fn problems(digits: Option<u32>, scale: Option<u32>) -> Vec<(&'static str, ErrorKind)> {
    let mut problems = Vec::new();
    if digits == Some(0) {
        problems.push(("digits", ErrorKind::Impossible { reason: "`digits` is at least 1".to_owned() }));
    }
    if let (Some(digits), Some(scale)) = (digits, scale)
        && scale > digits
    {
        let reason = format!("`scale` {scale} is above `digits` {digits}");
        problems.push(("scale", ErrorKind::Impossible { reason }));
    }
    problems
}

pub(crate) fn write(digits: Option<u32>, scale: Option<u32>, object: &mut Object) {
    object.count("digits", digits.map(u64::from));
    object.count("scale", scale.map(u64::from));
}

pub(crate) fn expected(digits: Option<u32>, scale: Option<u32>) -> String {
    let plural = |count: u32| if count == 1 { "" } else { "s" };
    match (digits, scale) {
        (Some(digits), Some(scale)) => {
            format!("at most {digits} digit{}, at most {scale} of them after the point", plural(digits))
        }
        (Some(digits), None) => format!("at most {digits} digit{}", plural(digits)),
        (None, Some(scale)) => format!("at most {scale} digit{} after the point", plural(scale)),
        (None, None) => "any number of digits".to_owned(),
    }
}
