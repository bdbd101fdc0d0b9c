//! # currency
//!
//! The string must be the three-letter code of a current currency or fund.
//!
//! **Why** — an amount in an unknown or withdrawn currency cannot be converted or booked.
//!
//! **Passes** — `USD`, `EUR`, `KES`, `XCG`, `CHW`, `XAU`, `XXX`.
//!
//! **Fails** — `usd`, `EURO`, `US$`, `840`, `DEM`, `HRK`, `BGN`, `ZWL`.
//!
//! **Options** — none. Capital letters only. Fund codes and codes that begin with `X` (metals, funds, testing, none) are in the
//! list; withdrawn codes are not: use `enum` if old data needs them.
//!
//! **Codes** — `format.currency`.
//!
//! **Source** — ISO 4217, list one (current currencies and funds), as of amendment 180, in force since 2026-01-01.

use super::code::Codes3;

static CURRENCIES: Codes3 = Codes3::new(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD \
     CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL \
     GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW \
     KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD \
     NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP \
     SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS \
     VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER \
     ZAR ZMW ZWG",
);

pub(crate) fn matches(text: &str) -> bool {
    CURRENCIES.contains(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole() {
        assert_eq!(CURRENCIES.len(), 178);
    }
}
