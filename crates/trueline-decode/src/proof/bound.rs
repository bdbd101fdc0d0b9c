//! The bounds of numbers as integers, one pair for each number of digits after the point.
//!
//! A number with `f` digits after its point and the digits `v` is `v` / 10^`f`. Bounds are chosen such that everything
//! between them passes the exact check; a number at the very edge may be left out.

use trueline_schema::{DataType, Decimal, Literal, Range};

/// More than every number of sixteen digits.
const EDGE: i128 = 100_000_000_000_000_000;

/// The inclusive minimum and maximum for each number of digits after the point, 0 to 7, as words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) least: [u64; 8],
    pub(super) most: [u64; 8],
}

/// Returns the bounds of a numeric type within ranges; `None` if a bound cannot be computed.
pub(super) fn of(data_type: &DataType, ranges: &[&Range]) -> Option<Bounds> {
    let mut least = [-EDGE; 8];
    let mut most = [EDGE; 8];
    for places in 0..8_u8 {
        let (low, high) = (&mut least[usize::from(places)], &mut most[usize::from(places)]);
        let type_range = type_range(data_type, places)?;
        (*low, *high) = ((*low).max(type_range.0), (*high).min(type_range.1));
        for range in ranges {
            let lows = [(&range.minimum, false), (&range.exclusive_minimum, true)];
            for (bound, is_open) in lows {
                if let Some(bound) = bound {
                    *low = (*low).max(at_least(bound, is_open, data_type, places)?);
                }
            }
            let highs = [(&range.maximum, false), (&range.exclusive_maximum, true)];
            for (bound, is_open) in highs {
                if let Some(bound) = bound {
                    *high = (*high).min(-at_least(&negated(bound)?, is_open, data_type, places)?);
                }
            }
        }
    }
    Some(Bounds { least: least.map(narrow), most: most.map(narrow) })
}

#[expect(clippy::cast_possible_truncation, reason = "cut to what fits just before")]
fn narrow(value: i128) -> u64 {
    (value.clamp(-EDGE, EDGE) as i64).cast_unsigned()
}

/// The minimum and maximum that the type itself permits.
fn type_range(data_type: &DataType, places: u8) -> Option<(i128, i128)> {
    if let Some(bounds) = data_type.integer_bounds() {
        return Some(bounds);
    }
    match data_type {
        DataType::Float32 | DataType::Float64 => Some((-EDGE, EDGE)),
        DataType::Decimal { precision, scale } if places <= *scale => {
            // The maximum number of digits before and after the point.
            let digits = u32::from(precision - scale + places);
            let most = 10_i128.checked_pow(digits)? - 1;
            Some((-most, most))
        }
        // Digits beyond the scale must be zeros, which the exact check verifies.
        DataType::Decimal { .. } => Some((1, 0)),
        _ => None,
    }
}

fn negated(bound: &Literal) -> Option<Literal> {
    match bound {
        Literal::Number(number) => {
            Some(Literal::Number(Decimal { unscaled: number.unscaled.checked_neg()?, scale: number.scale }))
        }
        _ => None,
    }
}

/// The least integer such that it and everything above it is at least (or more than) the bound for the exact check.
fn at_least(bound: &Literal, is_open: bool, data_type: &DataType, places: u8) -> Option<i128> {
    let Literal::Number(number) = bound else { return None };
    match data_type {
        DataType::Float64 if !is_open => ceiling(*number, places),
        DataType::Float64 => ceiling_of_float(number.to_f64().next_up(), places),
        DataType::Float32 => {
            // Rounded twice, like the exact check.
            #[expect(clippy::cast_possible_truncation, reason = "rounding to float32 is the purpose")]
            let single = number.to_f64() as f32;
            ceiling_of_float(f64::from(if is_open { single.next_up() } else { single }), places)
        }
        _ if is_open => {
            let floor =
                ceiling(Decimal { unscaled: number.unscaled.checked_neg()?, scale: number.scale }, places)?;
            (-floor).checked_add(1)
        }
        _ => ceiling(*number, places),
    }
}

/// An integer that is at least a float times 10^`places`, and not much more.
fn ceiling_of_float(bound: f64, places: u8) -> Option<i128> {
    // No number of sixteen digits is that large, at any scale.
    if bound.abs() >= 1e17 {
        return Some(if bound < 0.0 { -EDGE } else { EDGE });
    }
    // Rounded to the 20th digit after the point: adding one there is certainly above.
    let text = format!("{bound:.20}");
    let digits: String = text.chars().filter(|character| *character != '.').collect();
    let unscaled: i128 = digits.parse().ok()?;
    ceiling(Decimal { unscaled: unscaled.checked_add(1)?, scale: 20 }, places)
}

/// The least integer that is at least a decimal times 10^`places`; beyond [`EDGE`] any value will do.
fn ceiling(number: Decimal, places: u8) -> Option<i128> {
    let shift = i32::from(places).checked_sub(number.scale)?;
    let factor = 10_i128.checked_pow(shift.unsigned_abs());
    if shift >= 0 {
        let scaled = factor.and_then(|factor| number.unscaled.checked_mul(factor));
        let beyond = if number.unscaled < 0 { -EDGE } else { EDGE };
        return Some(if number.unscaled == 0 { 0 } else { scaled.unwrap_or(beyond) });
    }
    let Some(factor) = factor else { return Some(i128::from(number.unscaled > 0)) };
    let (whole, rest) = (number.unscaled.div_euclid(factor), number.unscaled.rem_euclid(factor));
    Some(whole + i128::from(rest != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Option<Literal> {
        Decimal::parse(text).map(Literal::Number)
    }

    fn bounds(data_type: &DataType, range: &Range, places: usize) -> (i64, i64) {
        let Bounds { least, most } = of(data_type, &[range]).unwrap();
        (least[places].cast_signed(), most[places].cast_signed())
    }

    #[test]
    fn bounds_are_whole_numbers_at_each_scale() {
        let money =
            Range { minimum: literal("0.015"), exclusive_maximum: literal("1e3"), ..Range::default() };
        let scaled = DataType::Decimal { precision: 6, scale: 3 };
        assert_eq!(bounds(&scaled, &money, 0), (1, 999));
        assert_eq!(bounds(&scaled, &money, 2), (2, 99_999));
        assert_eq!(bounds(&scaled, &money, 3), (15, 999_999));
        let (least, most) = bounds(&scaled, &money, 4);
        assert!(least > most, "what has more digits than the scale is not proven");
        let (least, most) = bounds(&DataType::Float64, &money, 2);
        assert_eq!(least, 2);
        assert!((99_998..=99_999).contains(&most), "{most}");
        assert_eq!(bounds(&DataType::Int8, &Range::default(), 0), (-128, 127));
        let positive = Range { exclusive_minimum: literal("0"), ..Range::default() };
        assert_eq!(bounds(&DataType::Float64, &positive, 2).0, 1);
        assert_eq!(bounds(&DataType::Int64, &positive, 0).0, 1);
        let below =
            Range { minimum: literal("-2.5"), exclusive_maximum: literal("-0.5"), ..Range::default() };
        assert_eq!(bounds(&DataType::Int64, &below, 0), (-2, -1));
        let far = Range { minimum: literal("-1e300"), maximum: literal("1e300"), ..Range::default() };
        let edge = i64::try_from(EDGE).unwrap();
        assert_eq!(bounds(&DataType::Float32, &far, 0), (-edge, edge));
    }
}
