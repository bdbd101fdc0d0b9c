//! # `format`
//!
//! Text must have a known format, with a correct checksum if the format has one. On dates and times the keyword `format` gives
//! strptime patterns instead and is not a check.

use super::{CheckKind, Spec, Target, Types};
use crate::error::{ErrorKind, Noun};
use crate::read::{Parameters, suggest};

pub(crate) const SPEC: Spec = Spec {
    name: "format",
    codes: &CODES,
    keywords: &["format"],
    parameters: &["format"],
    needs: &["format"],
    target: Target::Column,
    types: Types::String,
    takes_tolerance: true,
    read,
};

/// A text format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// An email address.
    Email,
    /// An absolute URI.
    Uri,
    /// A UUID.
    Uuid,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A host name.
    Hostname,
    /// A calendar date, `2020-01-31`.
    Date,
    /// A time of day.
    Time,
    /// A date and time with an offset.
    DateTime,
    /// An ISO 4217 currency code.
    Currency,
    /// An ISO 3166-1 alpha-2 country code.
    Country,
    /// An IBAN.
    Iban,
    /// A payment card number.
    Card,
    /// A phone number in E.164 format.
    Phone,
    /// A BIC (SWIFT code).
    Bic,
    /// An ISIN.
    Isin,
    /// An EAN or GTIN article number.
    Ean,
}

/// Every format: its name, its code and its description for people.
const FORMATS: [(Format, &str, &[&str], &str); 17] = [
    (Format::Email, "email", &["format.email"], "an email address"),
    (Format::Uri, "uri", &["format.uri"], "a URI"),
    (Format::Uuid, "uuid", &["format.uuid"], "a UUID"),
    (Format::Ipv4, "ipv4", &["format.ipv4"], "an IPv4 address"),
    (Format::Ipv6, "ipv6", &["format.ipv6"], "an IPv6 address"),
    (Format::Hostname, "hostname", &["format.hostname"], "a host name"),
    (Format::Date, "date", &["format.date"], "a date such as 2020-01-31"),
    (Format::Time, "time", &["format.time"], "a time such as 13:05:00Z"),
    (Format::DateTime, "date-time", &["format.date_time"], "a date and time such as 2020-01-31T13:05:00Z"),
    (Format::Currency, "currency", &["format.currency"], "an ISO 4217 currency code"),
    (Format::Country, "country", &["format.country"], "an ISO 3166 country code"),
    (Format::Iban, "iban", &["format.iban"], "an IBAN"),
    (Format::Card, "card", &["format.card"], "a payment card number"),
    (Format::Phone, "phone", &["format.phone"], "a phone number"),
    (Format::Bic, "bic", &["format.bic"], "a BIC"),
    (Format::Isin, "isin", &["format.isin"], "an ISIN"),
    (Format::Ean, "ean", &["format.ean"], "an EAN"),
];

const CODES: [&str; 17] = {
    let mut codes = [""; 17];
    let mut index = 0;
    while index < codes.len() {
        codes[index] = FORMATS[index].2[0];
        index += 1;
    }
    codes
};

impl Format {
    /// Returns an iterator over all formats, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.into_iter().map(|(format, ..)| format)
    }

    /// Returns the name in schema documents.
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// Returns the format with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|format| format.name() == name)
    }

    pub(crate) fn codes(self) -> &'static [&'static str] {
        self.entry().2
    }

    pub(crate) fn expected(self) -> &'static str {
        self.entry().3
    }

    /// The entry of the format. `FORMATS` is in the order of the variants, which a test verifies.
    fn entry(self) -> &'static (Self, &'static str, &'static [&'static str], &'static str) {
        &FORMATS[self as usize]
    }
}

fn read(parameters: &mut Parameters<'_, '_>) -> Option<CheckKind> {
    let name = parameters.nonempty_text("format")?;
    let format = Format::from_name(&name);
    if format.is_none() {
        let nearest = suggest(&name, Format::all().map(Format::name));
        parameters.record_error("format", ErrorKind::UnknownName { noun: Noun::Format, name, nearest });
    }
    format.map(CheckKind::Format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_finds_its_own_entry() {
        for format in Format::all() {
            assert_eq!(format.entry().0, format);
            assert_eq!(Format::from_name(format.name()), Some(format));
            assert_eq!(format.codes(), [format!("format.{}", format.name().replace('-', "_"))]);
        }
    }
}
