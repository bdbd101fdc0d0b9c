//! Stores to read from, and helpers for comparisons.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::client::{HttpClient, HttpConnector, ReqwestConnector};
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use serde_json::Value;
use trueline::{ObjectOptions, ObjectSource, Report, Schema, Source, Validator};

use crate::tables::SCHEMA;

pub(crate) const ACCESS_KEY: &str = "AKIACANARYCANARY0001";
pub(crate) const SECRET_KEY: &str = "canary/secret+key0123456789abcdefghijklmn";

/// Creates an S3 store with a connection.
pub(crate) fn s3(connector: Arc<dyn HttpConnector>, endpoint: &str) -> Arc<dyn ObjectStore> {
    let backoff = BackoffConfig {
        init_backoff: Duration::from_millis(1),
        max_backoff: Duration::from_millis(4),
        base: 2.0,
    };
    let client = ClientOptions::new()
        .with_allow_http(true)
        .with_timeout_disabled()
        .with_read_timeout(Duration::from_secs(5));
    let builder = AmazonS3Builder::new()
        .with_bucket_name("bucket")
        .with_endpoint(endpoint)
        .with_access_key_id(ACCESS_KEY)
        .with_secret_access_key(SECRET_KEY)
        .with_client_options(client)
        .with_retry(RetryConfig { backoff, max_retries: 2, retry_timeout: Duration::from_secs(5) })
        .with_http_connector(Shared(connector));
    Arc::new(builder.build().expect("a store"))
}

/// A connection shared by several stores.
#[derive(Debug)]
struct Shared(Arc<dyn HttpConnector>);

impl HttpConnector for Shared {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        self.0.connect(options)
    }
}

/// Creates a connection to a server.
pub(crate) fn network() -> Arc<dyn HttpConnector> {
    // An error means that it was already chosen.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Arc::new(ReqwestConnector::default())
}

/// The timeout of a part that never comes, in tests of that.
pub(crate) const SOON: Duration = Duration::from_millis(500);

/// Small parts, so that there are many requests, with enough time for a busy machine.
pub(crate) fn options(part_bytes: usize) -> ObjectOptions {
    ObjectOptions::default()
        .environment(false)
        .part_bytes(part_bytes)
        .parts(4)
        .part_timeout(Duration::from_secs(20))
        .retries(2, Duration::from_millis(1), Duration::from_secs(5))
}

pub(crate) fn source(store: Arc<dyn ObjectStore>, key: &str, options: ObjectOptions) -> ObjectSource {
    ObjectSource::new(store, "s3://bucket", key, options).expect("a key")
}

pub(crate) fn validator(threads: usize, chunk_bytes: usize) -> Validator {
    let schema = Schema::from_yaml(SCHEMA).expect("a schema");
    Validator::builder(schema).threads(threads).chunk_bytes(chunk_bytes).build().expect("a validator")
}

pub(crate) fn validate(threads: usize, chunk_bytes: usize, source: &dyn Source) -> Report {
    validator(threads, chunk_bytes).validate(source).expect("a report")
}

/// Returns the report without what may differ between two runs.
pub(crate) fn stable(report: &Report) -> Value {
    let mut value: Value = serde_json::from_str(&report.to_json()).expect("json");
    value.as_object_mut().expect("an object").remove("run");
    value
}

/// Fails instead of waiting forever.
pub(crate) fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    let worker = std::thread::spawn(move || {
        let _ = sender.send(work());
    });
    match receiver.recv_timeout(limit) {
        Ok(result) => result,
        Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => match worker.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => unreachable!("it ended without a result"),
        },
        Err(std::sync::mpsc::RecvTimeoutError::Timeout) => panic!("it does not end within {limit:?}"),
    }
}
