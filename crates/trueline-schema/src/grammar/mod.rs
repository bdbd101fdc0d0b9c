//! The exact grammar of every type as text, written for readability, not for speed.
//!
//! These functions are the definition. The schema parser uses them for bounds and sets, and faster parsers elsewhere are
//! tested against them on arbitrary input. If you change a rule here, you change which data is valid: the fast versions in other
//! crates fail their tests until they follow, and the guide's page on types must be updated.
//!
//! All grammars have in common: only ASCII digits, no white space around or inside, no locale, no guessing,
//! and the whole text must match.
//!
//! | function | accepts | returns |
//! |---|---|---|
//! | [`parse_integer`] | `[+-]?D+` | `i128` |
//! | [`parse_float`], [`parse_float32`] | `[+-]?(D+(.D*)?\|.D+)([eE][+-]?D+)?`, `nan`, `inf`, `infinity` | IEEE value, correctly rounded |
//! | [`Decimal::parse`] | the same without the names | exact decimal |
//! | [`parse_date`] | `YYYY-MM-DD` | days since 1970-01-01 |
//! | [`parse_time`] | `HH:MM:SS[.f{1,9}]` | nanoseconds of the day |
//! | [`parse_timestamp`] | date `T` time `[Z\|±HH:MM]` | nanoseconds since the epoch, and whether there was an offset |
//! | [`parse_duration`] | ISO 8601 weeks, or days and a time part | nanoseconds |
//! | [`parse_binary`] | RFC 4648 base64 with padding | bytes |
//! | [`Strptime`] | what a strptime pattern accepts | a [`Moment`] |

mod binary;
mod decimal;
mod duration;
mod number;
mod strptime;
mod temporal;

pub use binary::parse_binary;
pub use decimal::Decimal;
pub use duration::{is_duration, parse_duration};
pub use number::{is_integer, is_number, parse_float, parse_float32, parse_integer, plain_number};
pub use strptime::{Moment, Strptime};
pub use temporal::{
    days_from_civil, days_in_month, is_leap_year, is_zone, parse_date, parse_time, parse_timestamp,
};

#[cfg(test)]
mod tests;
