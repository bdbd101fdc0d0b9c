//! Typed text: the exact grammar of every type, written to be read rather than to be fast.
//!
//! This is the definition. The schema parser reads bounds and sets with it, and faster parsers elsewhere are tested
//! against it on any input. If you change a rule here, you change what data is valid: the twins in other crates
//! will fail until they follow, and the guide's page on types must say so.
//!
//! What every grammar has in common: ASCII digits only, no white space around or inside, no locale, no guessing,
//! and the whole text must be used.
//!
//! | function | accepts | gives |
//! |---|---|---|
//! | [`parse_integer`] | `[+-]?D+` | `i128` |
//! | [`parse_float`], [`parse_float32`] | `[+-]?(D+(.D*)?\|.D+)([eE][+-]?D+)?`, `nan`, `inf`, `infinity` | IEEE value, correctly rounded |
//! | [`Decimal::parse`] | the same without the names | exact decimal |
//! | [`parse_date`] | `YYYY-MM-DD` | days since 1970-01-01 |
//! | [`parse_time`] | `HH:MM:SS[.f{1,9}]` | nanoseconds of the day |
//! | [`parse_timestamp`] | date `T` time `[Z\|±HH:MM]` | nanoseconds since the epoch, and whether an offset was there |
//! | [`parse_duration`] | ISO 8601 weeks, or days and a time part | nanoseconds |
//! | [`parse_binary`] | RFC 4648 base64 with padding | bytes |
//! | [`Strptime`] | what a strptime pattern says | a [`Moment`] |

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
pub use temporal::{days_from_civil, days_in_month, is_leap_year, parse_date, parse_time, parse_timestamp};

#[cfg(test)]
mod tests;
