//! Connects to a store, from an address and variables.

use std::sync::{Arc, Once};
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::{BackoffConfig, ClientOptions, HeaderMap, HeaderValue, ObjectStore, RetryConfig};

use super::address::{Address, StoreKind};
use super::options::ObjectOptions;
use crate::source::address::without_secrets;

/// Limits on requests for credentials. They are low because outside of a cloud no metadata service answers.
const CREDENTIAL_RETRIES: usize = 2;
const CREDENTIAL_TIMEOUT: Duration = Duration::from_secs(10);

type Result<T> = std::result::Result<T, object_store::Error>;

/// The store that an address names. Nothing is sent yet.
pub(super) fn connect(address: &Address, options: &ObjectOptions) -> Result<Arc<dyn ObjectStore>> {
    choose_cryptography();
    Ok(match address.store_kind {
        StoreKind::S3 => Arc::new(s3(address, options)?),
        StoreKind::Google => Arc::new(google(address, options)?),
        StoreKind::Azure => Arc::new(azure(address, options)?),
        StoreKind::Http => Arc::new(http(address, options)?),
    })
}

/// The parts of an address and of variables that must not be shown.
pub(super) fn secrets(address: &Address, options: &ObjectOptions) -> Vec<String> {
    let prefix = match address.store_kind {
        StoreKind::S3 => "AWS_",
        StoreKind::Google => "GOOGLE_",
        StoreKind::Azure => "AZURE_",
        StoreKind::Http => {
            let (userinfo, query) = parts_of_http(&address.base);
            let password =
                userinfo.and_then(|userinfo| userinfo.split_once(':')).map(|(_, password)| password);
            let values =
                query.into_iter().flat_map(|query| query.split('&')).filter_map(|pair| pair.split_once('='));
            let values = values.map(|(_, value)| value).chain(userinfo).chain(password).chain(query);
            return values.map(str::to_owned).collect();
        }
    };
    let is_secret =
        |name: &str| ["KEY", "SECRET", "TOKEN", "SAS", "PASSWORD"].iter().any(|word| name.contains(word));
    let variables = options.variables_of(prefix).into_iter();
    variables.filter(|(name, _)| is_secret(name)).map(|(_, value)| value).collect()
}

/// Connections use the cryptography provider of the process, or ring if none is set.
fn choose_cryptography() {
    static CHOSEN: Once = Once::new();
    CHOSEN.call_once(|| {
        // An error means that the process has already chosen.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

fn client_options(options: &ObjectOptions) -> ClientOptions {
    ClientOptions::new()
        .with_user_agent(HeaderValue::from_static(concat!("trueline/", env!("CARGO_PKG_VERSION"))))
        // Parts have a time limit of their own.
        .with_timeout_disabled()
        .with_read_timeout(options.read_timeout)
}

fn retries(options: &ObjectOptions) -> RetryConfig {
    let backoff = BackoffConfig { init_backoff: options.retry_wait, ..BackoffConfig::default() };
    RetryConfig { backoff, max_retries: options.retries, retry_timeout: options.retry_timeout }
}

fn credential_retries(options: &ObjectOptions) -> RetryConfig {
    let mut retries = retries(options);
    retries.max_retries = retries.max_retries.min(CREDENTIAL_RETRIES);
    retries.retry_timeout = retries.retry_timeout.min(CREDENTIAL_TIMEOUT);
    retries
}

fn s3(address: &Address, options: &ObjectOptions) -> Result<object_store::aws::AmazonS3> {
    let mut builder = AmazonS3Builder::new().with_client_options(client_options(options));
    for (name, value) in options.variables_of("AWS_") {
        if let Ok(key) = name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>() {
            builder = builder.with_config(key, value);
        }
    }
    builder = builder.with_bucket_name(&address.bucket);
    let first = builder.clone().with_retry(credential_retries(options)).build()?;
    builder.with_credentials(Arc::clone(first.credentials())).with_retry(retries(options)).build()
}

fn google(address: &Address, options: &ObjectOptions) -> Result<object_store::gcp::GoogleCloudStorage> {
    let mut builder = GoogleCloudStorageBuilder::new().with_client_options(client_options(options));
    for (name, value) in options.variables_of("GOOGLE_") {
        if let Ok(key) = name.to_ascii_lowercase().parse::<GoogleConfigKey>() {
            builder = builder.with_config(key, value);
        }
    }
    builder = builder.with_bucket_name(&address.bucket);
    let first = builder.clone().with_retry(credential_retries(options)).build()?;
    builder.with_credentials(Arc::clone(first.credentials())).with_retry(retries(options)).build()
}

fn azure(address: &Address, options: &ObjectOptions) -> Result<object_store::azure::MicrosoftAzure> {
    let mut builder = MicrosoftAzureBuilder::new().with_client_options(client_options(options));
    for (name, value) in options.variables_of("AZURE_") {
        if let Ok(key) = name.to_ascii_lowercase().parse::<AzureConfigKey>() {
            builder = builder.with_config(key, value);
        }
    }
    builder = builder.with_url(&address.base);
    let first = builder.clone().with_retry(credential_retries(options)).build()?;
    builder.with_credentials(Arc::clone(first.credentials())).with_retry(retries(options)).build()
}

/// A user name and a password are sent in a header, not in the URL, so that they do not appear in logs.
fn http(address: &Address, options: &ObjectOptions) -> Result<object_store::http::HttpStore> {
    let (userinfo, query) = parts_of_http(&address.base);
    let mut url = without_secrets(&address.base);
    if let Some(query) = query {
        url.push('?');
        url.push_str(query);
    }
    let mut client = client_options(options).with_allow_http(url.starts_with("http:"));
    if let Some(userinfo) = userinfo {
        let value = format!("Basic {}", base64(&percent_decoded(userinfo)));
        let mut headers = HeaderMap::new();
        if let Ok(mut value) = HeaderValue::try_from(value) {
            value.set_sensitive(true);
            headers.insert("authorization", value);
        }
        client = client.with_default_headers(headers);
    }
    HttpBuilder::new().with_url(url).with_client_options(client).with_retry(retries(options)).build()
}

/// The user information and the query of an HTTP address.
fn parts_of_http(address: &str) -> (Option<&str>, Option<&str>) {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let authority = rest.split('/').next().unwrap_or_default();
    (authority.rsplit_once('@').map(|(userinfo, _)| userinfo), query)
}

/// Decodes `%` escapes.
fn percent_decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut percent_decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let escape = escape.and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            percent_decoded.push(byte);
            at += 3;
        } else {
            percent_decoded.push(bytes[at]);
            at += 1;
        }
    }
    percent_decoded
}

/// Encodes bytes as Base64.
///
/// **Source**: RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            if place <= group.len() {
                text.push(char::from(LETTERS[(bits >> (18 - 6 * place) & 63) as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let examples = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (text, expected) in examples {
            assert_eq!(base64(text.as_bytes()), expected);
        }
        assert_eq!(base64(&percent_decoded("us%65r:p%3Aw%zz%")), base64(b"user:p:w%zz%"));
    }

    #[test]
    fn addresses_of_http_are_taken_apart() {
        assert_eq!(parts_of_http("https://u:p@h/a@b?q=1#f"), (Some("u:p"), Some("q=1")));
        assert_eq!(parts_of_http("https://h/a"), (None, None));
        assert_eq!(parts_of_http("https://h?u@x"), (None, Some("u@x")));
    }

    #[test]
    fn secrets_are_known() {
        let options = ObjectOptions::default()
            .environment(false)
            .variable("AWS_SECRET_ACCESS_KEY", "one")
            .variable("AWS_REGION", "here");
        let of = |address: &str| secrets(&Address::parse(address).unwrap(), &options);
        assert_eq!(of("s3://bucket/a"), ["one"]);
        assert_eq!(of("https://u:p@h/a?x=1&y=2"), ["1", "2", "u:p", "p", "x=1&y=2"]);
    }

    #[test]
    fn every_keeper_can_be_had_from_variables() {
        let options = ObjectOptions::default()
            .environment(false)
            .variable("AWS_SKIP_SIGNATURE", "true")
            .variable("AWS_ENDPOINT_URL", "https://localhost:1")
            .variable("AZURE_STORAGE_ACCOUNT_NAME", "account")
            .variable("AZURE_STORAGE_ACCOUNT_KEY", "c2VjcmV0")
            .variable("GOOGLE_SKIP_SIGNATURE", "true")
            .variable(
                "GOOGLE_SERVICE_ACCOUNT_KEY",
                r#"{"private_key":"","private_key_id":"","client_email":"","disable_oauth":true}"#,
            );
        for address in
            ["s3://bucket/a", "gs://bucket/a", "az://container/a", "https://host/a?b=c", "http://u:p@host/a"]
        {
            let store = connect(&Address::parse(address).unwrap(), &options);
            assert!(store.is_ok(), "{address}: {:?}", store.err());
        }
        let without_account = connect(
            &Address::parse("az://container/a").unwrap(),
            &ObjectOptions::default().environment(false),
        );
        assert!(without_account.unwrap_err().to_string().contains("ccount"));
    }
}
