//! # date-time
//!
//! The string must be a point in time: a date, `T`, and a time with its offset from UTC.
//!
//! **Why** — the one notation of a point in time that sorts, that every language reads, and that means the same everywhere.
//!
//! **Passes** — `1963-06-19T08:30:06.283185Z`, `1937-01-01T12:00:27.87+00:20`, `1998-12-31T23:59:60Z`, `1963-06-19t08:30:06z`.
//!
//! **Fails** — `1963-06-19 08:30:06Z`, `1963-06-19T08:30:06`, `1990-02-31T15:59:59Z`, `1998-12-31T23:58:60Z`,
//! `1990-12-31T24:00:00Z`, `1985-04-12T23:20:50+01`, `1963-06-19`.
//!
//! **Options** — none. As `date` and `time`; the letters may be lower case, and a space instead of `T` fails.
//!
//! **Codes** — `format.date_time`.
//!
//! **Source** — RFC 3339, section 5.6, `date-time`; JSON Schema 2020-12, validation, section 7.3.1.

use super::{date, time};

pub(crate) fn matches(text: &str) -> bool {
    let Some((date, rest)) = text.as_bytes().split_first_chunk() else { return false };
    let [b'T' | b't', time @ ..] = rest else { return false };
    date::is_full_date(date) && time::is_full_time(time)
}
