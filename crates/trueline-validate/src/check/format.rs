//! # format
//!
//! Strings must have a well-known format, including correct check digits.
//!
//! **Why** — an email address, an IBAN or a country code is more than its shape.
//!
//! **Passes** — null, and strings of the named format.
//!
//! **Fails** — everything else.
//!
//! **Options** — `format`: `email`, `uri`, `uuid`, `ipv4`, `ipv6`, `hostname`, `date`, `time`, `date-time`, `currency`, `country`,
//! `iban`, `card`, `phone`, `bic`, `isin` or `ean`. Each has its own section below.
//!
//! **Codes** — `format.` and the name, with `_` for `-`: `format.email`, `format.date_time`.

use trueline_schema::{DataType, Format};

use super::{Kernel, TextKernel, is_text};

pub(crate) fn compile(format: Format, data_type: &DataType) -> Option<Box<dyn Kernel>> {
    let matches = crate::format::matcher(format);
    is_text(data_type).then(|| Box::new(TextKernel(move |value: &str| !matches(value))) as Box<dyn Kernel>)
}
