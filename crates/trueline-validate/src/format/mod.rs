//! Named string formats: `email`, `iban`, `date-time` and their siblings.
//!
//! One file per format, all with the same structure: a module page that says what is checked, and one function from the string to
//! yes or no. The standard of a format decides; where it leaves a choice, the page names it. No function allocates, uses anything
//! outside the string, or depends on the locale or the clock.
//!
//! To add a format: a variant of [`Format`] in the schema crate, one file here, one line in `matcher`. Everything in backticks
//! under **Passes** and **Fails** of a page is run as a test.

use trueline_schema::Format;

mod bic;
mod card;
mod checksum;
mod code;
mod country;
mod currency;
mod date;
mod date_time;
mod ean;
mod email;
mod hostname;
mod iban;
mod ipv4;
mod ipv6;
mod isin;
mod phone;
mod time;
mod uri;
mod uuid;

/// Returns whether `text` has the format.
///
/// **Cost**: one pass over the text, no allocation. A compiled plan stores the function itself and skips the dispatch.
///
/// **Example**
///
/// ```
/// use trueline_schema::Format;
/// use trueline_validate::format::matches;
///
/// assert!(matches(Format::Iban, "DE89370400440532013000"));
/// assert!(!matches(Format::Iban, "DE89370400440532013001"));
/// ```
pub fn matches(format: Format, text: &str) -> bool {
    matcher(format)(text)
}

/// Returns the function that checks a format; it is chosen once, when a schema is compiled.
pub(crate) fn matcher(format: Format) -> fn(&str) -> bool {
    match format {
        Format::Email => email::matches,
        Format::Uri => uri::matches,
        Format::Uuid => uuid::matches,
        Format::Ipv4 => ipv4::matches,
        Format::Ipv6 => ipv6::matches,
        Format::Hostname => hostname::matches,
        Format::Date => date::matches,
        Format::Time => time::matches,
        Format::DateTime => date_time::matches,
        Format::Currency => currency::matches,
        Format::Country => country::matches,
        Format::Iban => iban::matches,
        Format::Card => card::matches,
        Format::Phone => phone::matches,
        Format::Bic => bic::matches,
        Format::Isin => isin::matches,
        Format::Ean => ean::matches,
    }
}

#[cfg(test)]
mod tests;
