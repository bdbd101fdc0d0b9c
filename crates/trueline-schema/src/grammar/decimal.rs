//! Exact decimal numbers.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::number::split_number;

/// The maximum number of significant digits that [`Decimal::parse`] accepts.
const MAX_DIGITS: usize = 38;

/// The maximum number of zeros written to avoid an exponent.
const MAX_ZEROS: i64 = 40;

/// An exact decimal number: `unscaled` × 10^-`scale`.
///
/// Equality, order and hash depend only on the value, so `1.0` and `1.00` are equal however they were made. [`Decimal::new`] and
/// [`Decimal::parse`] return the canonical form: no trailing zero digits, and zero has scale 0.
///
/// # Example
/// ```
/// use trueline_schema::grammar::Decimal;
/// let price = Decimal::parse("12.50").ok_or("no decimal")?;
/// assert_eq!((price.unscaled, price.scale), (125, 1));
/// assert_eq!(price.to_string(), "12.5");
/// assert!(price < Decimal::parse("1e2").ok_or("no decimal")?);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    /// The digits as an integer.
    pub unscaled: i128,
    /// The number of digits after the decimal point; negative if zeros follow the digits.
    pub scale: i32,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { unscaled: 0, scale: 0 };

    /// Returns `unscaled` × 10^-`scale` in canonical form.
    pub fn new(mut unscaled: i128, mut scale: i32) -> Self {
        if unscaled == 0 {
            return Self::ZERO;
        }
        while unscaled % 10 == 0 && scale > i32::MIN {
            unscaled /= 10;
            scale -= 1;
        }
        Self { unscaled, scale }
    }

    /// Parses `[+-]?(D+(.D*)?|.D+)([eE][+-]?D+)?` with at most 38 significant digits (not counting leading and trailing
    /// zeros); `None` otherwise.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, whole, fraction, exponent) = split_number(text)?;
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_start_matches('0').trim_end_matches('0');
        if significant.is_empty() {
            return Some(Self::ZERO);
        }
        if significant.len() > MAX_DIGITS {
            return None;
        }
        let magnitude: i128 = significant.parse().ok()?;
        let trailing_zeros = digits.len() - digits.trim_end_matches('0').len();
        let exponent: i64 = if exponent.is_empty() { 0 } else { exponent.parse().ok()? };
        let scale = i64::try_from(fraction.len())
            .ok()?
            .checked_sub(i64::try_from(trailing_zeros).ok()?)?
            .checked_sub(exponent)?;
        Some(Self {
            unscaled: if negative { -magnitude } else { magnitude },
            scale: i32::try_from(scale).ok()?,
        })
    }

    /// Returns the nearest `f64`, correctly rounded; infinite beyond its range.
    pub fn to_f64(self) -> f64 {
        let text = format!("{}e{}", self.unscaled, -i64::from(self.scale));
        text.parse().unwrap_or(f64::NAN)
    }

    /// Returns the number as an integer, or `None` if it has a fraction or is outside `i128`.
    pub fn to_integer(self) -> Option<i128> {
        self.rescale(0)
    }

    /// Returns the number as an integer multiple of 10^-`scale`, or `None` if it is not one or the multiple is outside `i128`.
    ///
    /// # Example
    /// ```
    /// use trueline_schema::grammar::Decimal;
    /// assert_eq!(Decimal::new(125, 1).rescale(2), Some(1250));
    /// assert_eq!(Decimal::new(125, 1).rescale(0), None);
    /// ```
    pub fn rescale(self, scale: i32) -> Option<i128> {
        let canonical = Self::new(self.unscaled, self.scale);
        if canonical.unscaled == 0 {
            return Some(0);
        }
        let shift = u32::try_from(i64::from(scale) - i64::from(canonical.scale)).ok()?;
        canonical.unscaled.checked_mul(10i128.checked_pow(shift)?)
    }

    /// Returns the number of significant digits; 0 for zero.
    pub fn digits(self) -> u32 {
        Self::new(self.unscaled, self.scale).unscaled.unsigned_abs().checked_ilog10().map_or(0, |log| log + 1)
    }

    /// Returns the number of digits before the decimal point (0 if the magnitude is below 1).
    pub fn whole_digits(self) -> u64 {
        u64::try_from(self.magnitude()).unwrap_or(0)
    }

    /// Returns the number of digits after the decimal point, not counting trailing zeros.
    pub fn fraction_digits(self) -> u32 {
        u32::try_from(Self::new(self.unscaled, self.scale).scale).unwrap_or(0)
    }

    /// The position of the first digit relative to the decimal point: 1 for `1.5`, 2 for `15`, 0 for `0.15`.
    fn magnitude(self) -> i64 {
        let digits = self.unscaled.unsigned_abs().checked_ilog10().map_or(0, |log| i64::from(log) + 1);
        if digits == 0 { i64::MIN } else { digits - i64::from(self.scale) }
    }

    /// Compares the magnitudes of two numbers other than zero.
    fn compare_magnitude(self, other: Self) -> Ordering {
        self.magnitude().cmp(&other.magnitude()).then_with(|| {
            // The magnitudes are equal, so the scales differ by as much as the digit counts, which is less than 40. A product
            // that overflows u128 is larger than the other side.
            let (left, right) = (self.unscaled.unsigned_abs(), other.unscaled.unsigned_abs());
            let shift = self.scale.abs_diff(other.scale);
            let power = 10u128.checked_pow(shift);
            if self.scale < other.scale {
                power.and_then(|p| left.checked_mul(p)).map_or(Ordering::Greater, |left| left.cmp(&right))
            } else {
                power.and_then(|p| right.checked_mul(p)).map_or(Ordering::Less, |right| left.cmp(&right))
            }
        })
    }
}

impl From<i128> for Decimal {
    fn from(value: i128) -> Self {
        Self::new(value, 0)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.unscaled.signum().cmp(&other.unscaled.signum()).then_with(|| match self.unscaled.signum() {
            0 => Ordering::Equal,
            1 => self.compare_magnitude(*other),
            _ => other.compare_magnitude(*self),
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let canonical = Self::new(self.unscaled, self.scale);
        (canonical.unscaled, canonical.scale).hash(state);
    }
}

/// Plain digits where at most 40 zeros have to be filled in, else `<digits>e<exponent>`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let canonical = Self::new(self.unscaled, self.scale);
        let digits = canonical.unscaled.unsigned_abs().to_string();
        let scale = i64::from(canonical.scale);
        let leading_zeros = scale - i64::try_from(digits.len()).unwrap_or(i64::MAX);
        let text = if scale <= 0 && -scale <= MAX_ZEROS {
            format!("{digits}{}", zeros(-scale))
        } else if scale > 0 && leading_zeros < 0 {
            let point = usize::try_from(-leading_zeros).unwrap_or(digits.len());
            format!("{}.{}", &digits[..point], &digits[point..])
        } else if scale > 0 && leading_zeros <= MAX_ZEROS {
            format!("0.{}{digits}", zeros(leading_zeros))
        } else {
            format!("{digits}e{}", -scale)
        };
        f.pad_integral(canonical.unscaled >= 0, "", &text)
    }
}

fn zeros(count: i64) -> String {
    "0".repeat(usize::try_from(count).unwrap_or(0))
}
