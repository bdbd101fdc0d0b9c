//! An S3 store in memory.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Response, StatusCode};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpResponseBody, HttpService,
};

/// The modification time of all objects.
const MODIFIED: &str = "Thu, 26 Nov 2026 10:00:00 GMT";
const MODIFIED_XML: &str = "2026-11-26T10:00:00.000Z";

/// The objects of one bucket, `bucket`, by key. Clones are the same store.
#[derive(Clone, Debug)]
pub struct Model {
    objects: Arc<Mutex<BTreeMap<String, Kept>>>,
    knows_conditions: bool,
    has_tags: bool,
    page: usize,
}

#[derive(Clone, Debug)]
struct Kept {
    bytes: Bytes,
    tag: String,
}

impl Default for Model {
    fn default() -> Self {
        Self { objects: Arc::default(), knows_conditions: true, has_tags: true, page: 1000 }
    }
}

impl Model {
    /// Creates an empty store that works correctly.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes it ignore `If-Match`, as some servers do.
    #[must_use]
    pub fn without_conditions(mut self) -> Self {
        self.knows_conditions = false;
        self
    }

    /// Makes it return no `ETag`.
    #[must_use]
    pub fn without_tags(mut self) -> Self {
        self.has_tags = false;
        self
    }

    /// Sets how many objects it lists per response. Default 1,000.
    #[must_use]
    pub fn page(mut self, objects: usize) -> Self {
        self.page = objects.max(1);
        self
    }

    /// Adds or replaces an object, whose `ETag` depends on its bytes.
    pub fn put(&self, key: &str, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        // FNV-1a is good enough for a test.
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let kept = Kept { bytes, tag: format!("\"{hash:016x}\"") };
        self.lock().insert(key.to_owned(), kept);
    }

    /// Removes an object.
    pub fn remove(&self, key: &str) {
        self.lock().remove(key);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Kept>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let path = unescaped(request.uri().path());
        let Some(key) = path.strip_prefix("/bucket") else { return refused(404, "NoSuchBucket") };
        let key = key.trim_start_matches('/');
        if key.is_empty() {
            return self.list(request.uri().query().unwrap_or_default());
        }
        let kept = self.lock().get(key).cloned();
        let Some(kept) = kept else { return refused(404, "NoSuchKey") };
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        if self.knows_conditions && header("if-match").is_some_and(|tag| tag != kept.tag) {
            return refused(412, "PreconditionFailed");
        }
        let size = kept.bytes.len();
        let range = header("range").map(|range| parse_range(range, size));
        let mut answer = Response::builder().header("last-modified", MODIFIED);
        if self.has_tags {
            answer = answer.header("etag", kept.tag);
        }
        let bytes = match range {
            Some(None) => return refused(416, "InvalidRange"),
            Some(Some(range)) => {
                let text = format!("bytes {}-{}/{size}", range.start, range.end - 1);
                answer = answer.status(StatusCode::PARTIAL_CONTENT).header("content-range", text);
                kept.bytes.slice(range)
            }
            None => kept.bytes,
        };
        answer = answer.header("content-length", bytes.len());
        let body = if request.method() == Method::HEAD { Bytes::new() } else { bytes };
        answer.body(HttpResponseBody::from(body)).expect("headers of text")
    }

    fn list(&self, query: &str) -> HttpResponse {
        let value = |name: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            pair.map(unescaped)
        };
        let prefix = value("prefix").unwrap_or_default();
        let after = value("continuation-token").unwrap_or_default();
        let objects = self.lock();
        let mut found = objects.iter().filter(|(key, _)| key.starts_with(&prefix) && **key > after);
        let page: Vec<_> = found.by_ref().take(self.page).collect();
        let mut text = String::from("<?xml version=\"1.0\"?><ListBucketResult>");
        for (key, kept) in &page {
            let size = kept.bytes.len();
            // Writing into a String cannot fail.
            let _ = write!(
                text,
                "<Contents><Key>{key}</Key><Size>{size}</Size><LastModified>{MODIFIED_XML}</LastModified></Contents>"
            );
        }
        if let (Some((last, _)), true) = (page.last(), found.next().is_some()) {
            let _ = write!(text, "<NextContinuationToken>{last}</NextContinuationToken>");
        }
        text.push_str("</ListBucketResult>");
        Response::builder().body(HttpResponseBody::from(text)).expect("headers of text")
    }
}

fn refused(status: u16, code: &str) -> HttpResponse {
    let text = format!("<Error><Code>{code}</Code><Message>as asked</Message></Error>");
    Response::builder().status(status).body(HttpResponseBody::from(text)).expect("headers of text")
}

/// Parses `bytes=a-b`, with an inclusive end; `None` if there are no such bytes.
fn parse_range(text: &str, size: usize) -> Option<Range<usize>> {
    let (start, end) = text.strip_prefix("bytes=")?.split_once('-')?;
    let start: usize = start.parse().ok()?;
    let end: usize = end.parse::<usize>().ok()?.min(size.saturating_sub(1));
    (start < size && start <= end).then(|| start..end + 1)
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape =
            tail.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(byte) = escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[async_trait]
impl HttpService for Model {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        Ok(self.answer(&request))
    }
}

impl HttpConnector for Model {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}
