//! Parses addresses of object stores.

use crate::error::{Error, ErrorKind};
use crate::source::address::{query, scheme, without_secrets};

/// The kind of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoreKind {
    S3,
    Google,
    Azure,
    /// Any HTTP server: one object, no listing.
    Http,
}

/// A parsed address. Keys are literal, without `%` escapes, as in the vendors' tools.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) store_kind: StoreKind,
    /// `s3://bucket`, without a slash; for HTTP the whole address.
    pub(super) base: String,
    /// The bucket or container.
    pub(super) bucket: String,
    /// The key, a prefix that ends with a slash, or a pattern.
    pub(super) key: String,
    /// The address without secrets, for display.
    pub(super) display_name: String,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let fail = |problem| Error::new(ErrorKind::Address { name: without_secrets(text), problem });
        let Some((scheme, rest)) = scheme(text) else { return Err(fail("it has no scheme, such as s3://")) };
        let store_kind = match scheme.as_str() {
            "s3" | "s3a" => StoreKind::S3,
            "gs" => StoreKind::Google,
            "az" | "azure" | "adl" | "abfs" | "abfss" => StoreKind::Azure,
            "http" | "https" => StoreKind::Http,
            _ => return Err(fail("only s3://, gs://, az://, abfss://, https:// and http:// are read")),
        };
        if store_kind == StoreKind::Http {
            if rest.is_empty() || rest.starts_with('/') {
                return Err(fail("it names no host"));
            }
            let (base, bucket, key) = (text.to_owned(), String::new(), String::new());
            return Ok(Self { store_kind, base, bucket, key, display_name: without_secrets(text) });
        }
        if query(rest).is_some() {
            return Err(fail(no_query(store_kind)));
        }
        let (authority, key) = rest.split_once('/').unwrap_or((rest, ""));
        let bucket = match authority.split_once('@') {
            Some((container, _)) if store_kind == StoreKind::Azure && !container.contains(':') => container,
            Some(_) => {
                return Err(fail("user names and passwords do not belong into it; set variables instead"));
            }
            None => authority,
        };
        if bucket.is_empty() {
            return Err(fail("it names no bucket; expected scheme://bucket/key"));
        }
        let base = format!("{scheme}://{authority}");
        Ok(Self {
            store_kind,
            base,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            display_name: without_secrets(text),
        })
    }
}

fn no_query(store_kind: StoreKind) -> &'static str {
    match store_kind {
        StoreKind::Azure => {
            "it has a query, which does not belong into it; set AZURE_STORAGE_SAS_TOKEN, or write https://"
        }
        _ => "it has a query, which does not belong into it; write https:// for a signed address",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(StoreKind, String, String), String> {
        let address = Address::parse(text).map_err(|error| error.to_string())?;
        Ok((address.store_kind, address.bucket, address.key))
    }

    #[test]
    fn addresses_are_taken_apart() {
        let is = |text: &str, store_kind, bucket: &str, key: &str| {
            assert_eq!(parse(text), Ok((store_kind, bucket.to_owned(), key.to_owned())), "{text}");
        };
        is("s3://bucket/a/b c#1%20.csv", StoreKind::S3, "bucket", "a/b c#1%20.csv");
        is("S3://bucket", StoreKind::S3, "bucket", "");
        is("gs://bucket/a/", StoreKind::Google, "bucket", "a/");
        is("az://container/a/*.csv", StoreKind::Azure, "container", "a/*.csv");
        is("abfss://container@account.dfs.core.windows.net/a", StoreKind::Azure, "container", "a");
        is("https://host/a?b=c", StoreKind::Http, "", "");
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (text, expected) in [
            ("s3://", "names no bucket"),
            ("s3:///key", "names no bucket"),
            ("ftp://host/a", "only s3://"),
            ("https:///a", "names no host"),
            ("s3://bucket/a?versionId=SECRET", "has a query"),
            ("az://bucket/a?sig=SECRET", "AZURE_STORAGE_SAS_TOKEN"),
            ("s3://user:SECRET@bucket/a", "do not belong"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expected) && !error.contains("SECRET"), "{text}: {error}");
        }
    }
}
