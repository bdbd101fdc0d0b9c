//! Proofs of dates, times and timestamps by shape and calendar.
//!
//! The text is combined by XOR with its shape in which every digit is 0: digits become numbers and everything else becomes 0.
//! Pairs of digits become bytes, which are compared with the maximum of a month, a day, an hour. The 29th of February is
//! left to the exact check, as are offsets and more than six digits of a fraction.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their lanes")]

use trueline_schema::{DataType, Literal, Range, TimeUnit};

use super::Predicate;
use super::cell::{Cells, Group, HIGH, not_digits, pack, text_mask};
use super::lanes::Lanes;

/// Bits of the second of the day in the key of a moment; above it are 5 bits of the day, 4 of the month and 14 of the year.
const SECOND_BITS: u32 = 17;
const DAY_BITS: u32 = 5;
const MONTH_BITS: u32 = 4;

/// For each month, two bits with the number of its days beyond 28; none in February.
const BEYOND_28: u64 = {
    let days_beyond: [u64; 13] = [0, 3, 0, 3, 2, 3, 2, 3, 3, 2, 3, 2, 3];
    let (mut table, mut month) = (0, 0);
    while month < 13 {
        table |= days_beyond[month] << (2 * month);
        month += 1;
    }
    table
};

/// A proof over dates and times.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    has_date: bool,
    has_time: bool,
    zone: Zone,
    /// The maximum number of digits of a fraction; 0 means no fraction.
    fraction: u64,
    /// The minimum and maximum key, both inclusive.
    bounds: Option<(u64, u64)>,
}

/// Whether a `Z` may be at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    Forbidden,
    Allowed,
    Required,
}

impl Moment {
    /// Creates the proof of a date or time type within ranges.
    pub(super) fn new(data_type: &DataType, ranges: &[&Range]) -> Option<Self> {
        let (has_date, has_time, zone, fraction) = match data_type {
            DataType::Date => (true, false, Zone::Forbidden, 0),
            DataType::Time => (false, true, Zone::Forbidden, 6),
            DataType::Timestamp { unit, zone } => {
                let zone = if zone.is_some() { Zone::Required } else { Zone::Allowed };
                let fraction = match unit {
                    None | Some(TimeUnit::Microsecond | TimeUnit::Nanosecond) => 6,
                    Some(TimeUnit::Millisecond) => 3,
                    Some(TimeUnit::Second) => 0,
                };
                (true, true, zone, fraction)
            }
            _ => return None,
        };
        let mut bounds = None;
        if let DataType::Timestamp { unit: Some(TimeUnit::Nanosecond), .. } = data_type {
            // The whole years that fit in 64 bits of nanoseconds.
            bounds = Some((key(1678, 1, 1, 0), key(2261, 12, 31, 86_399)));
        }
        for range in ranges {
            let (mut least, mut most) = bounds.unwrap_or((0, u64::MAX >> 1));
            for (bound, is_open) in [(&range.minimum, false), (&range.exclusive_minimum, true)] {
                if let Some(bound) = bound {
                    least = least.max(bound_key(bound, is_open, 1)?);
                }
            }
            for (bound, is_open) in [(&range.maximum, false), (&range.exclusive_maximum, true)] {
                if let Some(bound) = bound {
                    most = most.min(bound_key(bound, is_open, -1)?);
                }
            }
            bounds = Some((least, most));
        }
        Some(Self { has_date, has_time, zone, fraction, bounds })
    }

    /// Whether there is a date, a time of day, and bounds.
    pub(super) fn parts(&self) -> (bool, bool, bool) {
        (self.has_date, self.has_time, self.bounds.is_some())
    }
}

/// A moment as a number that increases with time.
const fn key(year: u64, month: u64, day: u64, second: u64) -> u64 {
    ((year << MONTH_BITS | month) << DAY_BITS | day) << SECOND_BITS | second
}

/// The key of a bound, moved inwards by one day (an exclusive date) or one second (everything with a time: the key has no
/// fractions). `None` outside the years 0 to 9999.
fn bound_key(bound: &Literal, is_open: bool, inwards: i32) -> Option<u64> {
    const SECOND: i128 = 1_000_000_000;
    let moved = match bound {
        Literal::Date(days) => Literal::Date(if is_open { days.checked_add(inwards)? } else { *days }),
        Literal::Timestamp { nanos, .. } => {
            let seconds = nanos.div_euclid(SECOND) + i128::from(inwards);
            Literal::Timestamp { nanos: seconds * SECOND, offset: false }
        }
        Literal::Time(nanos) => {
            let second = i128::from(*nanos).div_euclid(SECOND) + i128::from(inwards);
            return u64::try_from(second).ok();
        }
        _ => return None,
    };
    let text = moved.to_string();
    let part = |from: usize, to: usize| text.get(from..to).map_or(Some(0), |part| part.parse::<u64>().ok());
    let is_usual = text.as_bytes().get(4) == Some(&b'-');
    let second = part(11, 13)? * 3600 + part(14, 16)? * 60 + part(17, 19)?;
    is_usual.then_some(key(part(0, 4)?, part(5, 7)?, part(8, 10)?, second))
}

/// The byte at bit `BITS` of each lane.
#[inline(always)]
fn byte<L: Lanes, const BITS: u32>(lanes: L, words: L::Words) -> L::Words {
    lanes.and(lanes.shr::<BITS>(words), lanes.splat(0xFF))
}

/// The predicate: with `DATE` there is a date, with `TIME` a time of day, and with `BOUNDED` there are bounds.
pub(super) struct MomentPredicate<'a, const DATE: bool, const TIME: bool, const BOUNDED: bool>(
    pub(super) &'a Moment,
);

impl<const DATE: bool, const TIME: bool, const BOUNDED: bool> Predicate
    for MomentPredicate<'_, DATE, TIME, BOUNDED>
{
    #[inline(always)]
    fn prove<L: Lanes>(&self, lanes: L, cells: &Cells<'_>, group: &Group<L>) -> L::Mask {
        if DATE {
            self.0.check_date::<L, TIME, BOUNDED>(lanes, cells, group)
        } else {
            self.0.check_time::<L, BOUNDED>(lanes, group)
        }
    }
}

/// The part of a time after its minutes: the seconds, a fraction and a zone.
struct TimeTail<L: Lanes> {
    /// Whether its length is allowed, and what follows the seconds is valid.
    good: L::Mask,
    /// Nonzero if the seconds are invalid.
    faults: L::Words,
    second: L::Words,
}

impl Moment {
    /// `YYYY-MM-DD`, alone or followed by `THH:MM:SS` and the rest.
    #[inline(always)]
    fn check_date<L: Lanes, const TIME: bool, const BOUNDED: bool>(
        &self,
        lanes: L,
        cells: &Cells<'_>,
        group: &Group<L>,
    ) -> L::Mask {
        let head = lanes.xor(group.head, lanes.splat(pack(b"0000-00-")));
        let mut faults = lanes.or(head, lanes.add(head, lanes.splat(0x7F76_767F_7676_7676)));
        let shape = if TIME { pack(b"00T00:00") } else { pack(b"00") };
        let mut middle = lanes.xor(group.next, lanes.splat(shape));
        let mut raise = 0x7676_7F76_767F_7676;
        if !TIME {
            (middle, raise) = (lanes.and(middle, lanes.splat(0xFFFF)), 0x7676);
        }
        faults = lanes.or(faults, lanes.or(middle, lanes.add(middle, lanes.splat(raise))));
        let month = lanes.digit_pairs(lanes.and(lanes.shr::<40>(head), lanes.splat(0xFFFF)));
        // Day and minute are at even offsets, the hour at an odd one.
        let (even, odd) = (lanes.digit_pairs(middle), lanes.digit_pairs(lanes.shr::<8>(middle)));
        let day = lanes.and(even, lanes.splat(0xFFFF));
        // Hours and minutes: values above their maximum reach the highest bit.
        let (hour, minute) = (lanes.and(odd, lanes.splat(0xFFFF_0000)), lanes.shr::<48>(even));
        let clock = lanes.or(hour, minute);
        faults = lanes.or(faults, lanes.add(clock, lanes.splat((0x7F - 23) << 16 | (0x7F - 59))));
        let beyond = lanes.shr_by(lanes.splat(BEYOND_28), lanes.shl::<1>(month));
        let days = lanes.add(lanes.and(beyond, lanes.splat(3)), lanes.splat(28));
        let one = lanes.splat(1);
        let out = lanes.mask_or(
            lanes.mask_or(lanes.less_than(days, day), lanes.less_than(day, one)),
            lanes.mask_or(lanes.less_than(lanes.splat(12), month), lanes.less_than(month, one)),
        );
        faults = lanes.and(faults, lanes.splat(HIGH));
        let mut good = lanes.mask_not(out);
        let mut second = lanes.splat(0);
        if TIME {
            let [seconds, behind] = cells.words_at(lanes, group, 2);
            let fraction = lanes.or(lanes.shr::<24>(seconds), lanes.shl::<40>(behind));
            let end = self.time_tail(lanes, group.length, [seconds, fraction], 16);
            faults = lanes.or(faults, end.faults);
            good = lanes.mask_and(good, end.good);
            second = end.second;
        } else {
            good = lanes.mask_and(good, lanes.equal(group.length, lanes.splat(10)));
        }
        good = lanes.mask_and(good, lanes.is_zero(faults));
        if BOUNDED {
            let halves = lanes.digit_pairs(head);
            let century = lanes.mul_low(lanes.and(halves, lanes.splat(0xFFFF)), 100);
            let year = lanes.add(century, byte::<L, 16>(lanes, halves));
            let month = lanes.or(lanes.shl::<MONTH_BITS>(year), month);
            let date = lanes.or(lanes.shl::<DAY_BITS>(month), day);
            let second = lanes.add(second_of_day(lanes, lanes.shr::<16>(hour), minute), second);
            good = lanes.mask_and(good, self.within(lanes, lanes.or(lanes.shl::<SECOND_BITS>(date), second)));
        }
        good
    }

    /// `HH:MM:SS` and a fraction.
    #[inline(always)]
    fn check_time<L: Lanes, const BOUNDED: bool>(&self, lanes: L, group: &Group<L>) -> L::Mask {
        let text = lanes.xor(group.head, lanes.splat(pack(b"00:00")));
        let head = lanes.and(text, lanes.splat(0xFF_FFFF_FFFF));
        let mut faults = lanes.or(head, lanes.add(head, lanes.splat(0x76_767F_7676)));
        let hour = lanes.and(lanes.digit_pairs(head), lanes.splat(0xFFFF));
        let minute = lanes.digit_pairs(lanes.shr::<24>(head));
        let clock = lanes.or(lanes.shl::<16>(hour), minute);
        faults = lanes.or(faults, lanes.add(clock, lanes.splat((0x7F - 23) << 16 | (0x7F - 59))));
        let end = self.time_tail(lanes, group.length, [lanes.shr::<40>(group.head), group.next], 5);
        faults = lanes.or(lanes.and(faults, lanes.splat(HIGH)), end.faults);
        let mut good = lanes.mask_and(lanes.is_zero(faults), end.good);
        if BOUNDED {
            let second = lanes.add(second_of_day(lanes, hour, minute), end.second);
            good = lanes.mask_and(good, self.within(lanes, second));
        }
        good
    }

    /// `:SS` and what follows, given the words that begin with byte `at`, where they are expected, and with the fraction
    /// after them.
    #[inline(always)]
    fn time_tail<L: Lanes>(
        &self,
        lanes: L,
        length: L::Words,
        [word, fraction]: [L::Words; 2],
        at: u64,
    ) -> TimeTail<L> {
        let three = lanes.splat(0xFF_FFFF);
        let digits = lanes.and(lanes.xor(word, lanes.splat(pack(b":00"))), three);
        let second = lanes.digit_pairs(lanes.shr::<8>(digits));
        let raised =
            lanes.or(lanes.add(digits, lanes.splat(0x76_767F)), lanes.add(second, lanes.splat(0x7F - 59)));
        let faults = lanes.and(lanes.or(digits, raised), lanes.splat(HIGH & 0xFF_FFFF));
        let bare = lanes.equal(length, lanes.splat(at + 3));
        let is_z = lanes.equal(byte::<L, 24>(lanes, word), lanes.splat(u64::from(b'Z')));
        let zulu = lanes.mask_and(lanes.equal(length, lanes.splat(at + 4)), is_z);
        let mut good = match self.zone {
            Zone::Forbidden => bare,
            Zone::Allowed => lanes.mask_or(bare, zulu),
            Zone::Required => zulu,
        };
        // If no cell has more bytes, nothing more is read.
        let long = lanes.less_than(lanes.splat(at + 4), length);
        if self.fraction > 0 && lanes.bits(long) != 0 {
            let fraction = self.fraction(lanes, fraction, lanes.sub(length, lanes.splat(at + 3)));
            good = lanes.mask_or(good, lanes.mask_and(long, fraction));
        }
        TimeTail { good, faults, second }
    }

    /// A fraction and a zone after the seconds; `length` counts from the point on.
    #[inline(always)]
    fn fraction<L: Lanes>(&self, lanes: L, text: L::Words, length: L::Words) -> L::Mask {
        let one = lanes.splat(1);
        let last = lanes.shr_by(text, lanes.shl::<3>(lanes.sub(length, one)));
        let zulu = lanes.equal(lanes.and(last, lanes.splat(0xFF)), lanes.splat(u64::from(b'Z')));
        let has_zone = lanes.select(zulu, one, lanes.splat(0));
        let count = lanes.sub(lanes.sub(length, has_zone), one);
        let digits = lanes.xor(text, lanes.splat(pack(b".0000000")));
        let kept = lanes.and(digits, text_mask(lanes, lanes.add(count, one), 0));
        let is_point = lanes.is_zero(lanes.and(kept, lanes.splat(0xFF)));
        let fits = lanes.mask_and(
            lanes.less_than(lanes.splat(0), count),
            lanes.less_than(count, lanes.splat(self.fraction + 1)),
        );
        let good =
            lanes.mask_and(lanes.mask_and(is_point, fits), lanes.is_zero(not_digits(lanes, kept, kept)));
        match self.zone {
            Zone::Forbidden => lanes.mask_and(good, lanes.mask_not(zulu)),
            Zone::Allowed => good,
            Zone::Required => lanes.mask_and(good, zulu),
        }
    }

    /// Whether keys are between the bounds.
    #[inline(always)]
    fn within<L: Lanes>(&self, lanes: L, keys: L::Words) -> L::Mask {
        let (least, most) = self.bounds.unwrap_or((0, u64::MAX >> 1));
        lanes.mask_not(
            lanes
                .mask_or(lanes.less_than(keys, lanes.splat(least)), lanes.less_than(lanes.splat(most), keys)),
        )
    }
}

/// The seconds of hours and minutes.
#[inline(always)]
fn second_of_day<L: Lanes>(lanes: L, hour: L::Words, minute: L::Words) -> L::Words {
    lanes.add(lanes.mul_low(hour, 3600), lanes.mul_low(minute, 60))
}
