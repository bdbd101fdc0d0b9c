//! # `finite`
//!
//! Floats must not be NaN or infinite. Implied by every float field that does not allow both; declare it only to set a severity,
//! tolerance, id or message.

use super::{CheckKind, Spec, Target, Types};
use crate::error::ErrorKind;
use crate::read::Parameters;

pub(crate) const SPEC: Spec = Spec {
    name: "finite",
    codes: &["finite.nan", "finite.infinite"],
    keywords: &[],
    parameters: &[],
    needs: &[],
    target: Target::Column,
    types: Types::Floats,
    takes_tolerance: true,
    read,
};

fn read(parameters: &mut Parameters<'_, '_>) -> Option<CheckKind> {
    let field = parameters.field()?;
    let (allow_nan, allow_infinite) = (field.allow_nan, field.allow_infinite);
    if let Some((key, kind)) = problem(allow_nan, allow_infinite) {
        parameters.record_error(key, kind);
        return None;
    }
    Some(CheckKind::Finite { allow_nan, allow_infinite })
}

pub(crate) fn problem(allow_nan: bool, allow_infinite: bool) -> Option<(&'static str, ErrorKind)> {
    let reason = "the field allows both NaN and infinities, so nothing is left for `finite` to refuse";
    (allow_nan && allow_infinite).then(|| ("check", ErrorKind::Impossible { reason: reason.to_owned() }))
}

pub(crate) fn expected(allow_nan: bool, allow_infinite: bool) -> &'static str {
    match (allow_nan, allow_infinite) {
        (false, false) => "a finite number",
        (true, false) => "a finite number or NaN",
        (false, true) => "a number other than NaN",
        (true, true) => "any number",
    }
}
