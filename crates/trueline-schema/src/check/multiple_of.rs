//! # `multiple_of`
//!
//! Numbers must be multiples of a number above zero. Floats are compared by their shortest decimal representation.

use super::{CheckKind, Spec, Target, Types};
use crate::error::ErrorKind;
use crate::grammar::Decimal;
use crate::literal::Literal;
use crate::read::Parameters;

pub(crate) const SPEC: Spec = Spec {
    name: "multiple_of",
    codes: &["multiple_of.remainder"],
    keywords: &["multiple_of"],
    parameters: &["multiple_of"],
    needs: &["multiple_of"],
    target: Target::Column,
    types: Types::Numeric,
    takes_tolerance: true,
    read,
};

fn read(parameters: &mut Parameters<'_, '_>) -> Option<CheckKind> {
    let factor = parameters.literal("multiple_of")?;
    if let Some((key, kind)) = problem(&factor) {
        parameters.record_error(key, kind);
        return None;
    }
    Some(CheckKind::MultipleOf(factor))
}

pub(crate) fn problem(factor: &Literal) -> Option<(&'static str, ErrorKind)> {
    let reason = || format!("`multiple_of` {factor} is not above 0");
    matches!(factor, Literal::Number(number) if *number <= Decimal::ZERO)
        .then(|| ("multiple_of", ErrorKind::Impossible { reason: reason() }))
}
