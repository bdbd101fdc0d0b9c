//! A connection that does one thing wrong.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderValue, StatusCode};
use http_body::Frame;
use http_body_util::StreamBody;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
    HttpService,
};

/// What is wrong with a response.
#[derive(Clone)]
#[non_exhaustive]
pub enum Fault {
    /// No response: the connection is refused.
    Refused,
    /// No response, ever.
    Hangs,
    /// A status of the server, with a document that repeats the request and its signature.
    Status(u16),
    /// The body fails in its middle.
    Cut,
    /// The body ends in its middle as if it were complete.
    Short,
    /// The body continues after its end.
    Long,
    /// The body stops in its middle and does not end.
    Stalls,
    /// The body comes slowly, one byte at a time.
    Drips,
    /// A part of the requested range, declared as such.
    ShortRange,
    /// The same number of bytes at another offset, declared as such.
    OtherRange,
    /// The whole object instead of a range.
    Whole,
    /// A range without a declaration of which it is.
    UnsaidRange,
    /// The size of the object is different.
    OtherSize,
    /// The `ETag` is different.
    OtherTag,
    /// There is no `ETag`.
    NoTag,
    /// Something happens to the store, then it responds.
    Then(Arc<dyn Fn() + Send + Sync>),
}

impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Refused => "Refused",
            Self::Hangs => "Hangs",
            Self::Status(status) => return write!(formatter, "Status({status})"),
            Self::Cut => "Cut",
            Self::Short => "Short",
            Self::Long => "Long",
            Self::Stalls => "Stalls",
            Self::Drips => "Drips",
            Self::ShortRange => "ShortRange",
            Self::OtherRange => "OtherRange",
            Self::Whole => "Whole",
            Self::UnsaidRange => "UnsaidRange",
            Self::OtherSize => "OtherSize",
            Self::OtherTag => "OtherTag",
            Self::NoTag => "NoTag",
            Self::Then(_) => "Then",
        };
        formatter.write_str(name)
    }
}

/// The number of requests.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<AtomicU64>);

impl Calls {
    /// Returns the number so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection whose n-th request fails. Clones share the count.
#[derive(Clone, Debug)]
pub struct Faulty {
    connector: Arc<dyn HttpConnector>,
    plan: Plan,
}

/// When a request fails, and how.
#[derive(Clone, Debug)]
struct Plan {
    nth: u64,
    and_later: bool,
    fault: Fault,
    calls: Calls,
}

impl Faulty {
    /// Connects with `connector`; request number `nth` (from 1; 0 is never) fails.
    pub fn new(connector: Arc<dyn HttpConnector>, nth: u64, fault: Fault) -> Self {
        Self { connector, plan: Plan { nth, and_later: false, fault, calls: Calls::default() } }
    }

    /// Makes all later requests fail too.
    #[must_use]
    pub fn and_later(mut self) -> Self {
        self.plan.and_later = true;
        self
    }

    /// Returns the counter of its requests.
    pub fn calls(&self) -> Calls {
        self.plan.calls.clone()
    }
}

impl HttpConnector for Faulty {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = self.connector.connect(options)?;
        Ok(HttpClient::new(FaultyClient { client, plan: self.plan.clone() }))
    }
}

#[derive(Debug)]
struct FaultyClient {
    client: HttpClient,
    plan: Plan,
}

fn error(kind: HttpErrorKind) -> HttpError {
    HttpError::new(kind, io::Error::new(io::ErrorKind::ConnectionReset, "injected fault"))
}

#[async_trait]
impl HttpService for FaultyClient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let Plan { nth, and_later, fault, calls } = &self.plan;
        let call = calls.0.fetch_add(1, Ordering::Relaxed) + 1;
        if call != *nth && !(*and_later && *nth != 0 && call > *nth) {
            return self.client.execute(request).await;
        }
        match fault {
            Fault::Refused => Err(error(HttpErrorKind::Connect)),
            Fault::Hangs => std::future::pending().await,
            Fault::Status(status) => Ok(refused(*status, &request)),
            Fault::Then(then) => {
                then();
                self.client.execute(request).await
            }
            Fault::Whole => {
                let mut request = request;
                request.headers_mut().remove("range");
                self.client.execute(request).await
            }
            Fault::OtherRange | Fault::ShortRange => {
                let mut request = request;
                if let Some(range) = request.headers().get("range") {
                    let range = other_range(range, matches!(fault, Fault::ShortRange));
                    request.headers_mut().insert("range", range);
                }
                self.client.execute(request).await
            }
            fault => Ok(spoilt(self.client.execute(request).await?, fault)),
        }
    }
}

/// Returns a range half as long, or one that begins a byte later.
fn other_range(range: &HeaderValue, is_short: bool) -> HeaderValue {
    let text = range.to_str().unwrap_or_default();
    let ends = text.strip_prefix("bytes=").and_then(|ends| ends.split_once('-'));
    let ends = ends.and_then(|(start, end)| Some((start.parse::<u64>().ok()?, end.parse::<u64>().ok()?)));
    let Some((start, end)) = ends else { return range.clone() };
    let text = if is_short {
        format!("bytes={start}-{}", start + (end - start) / 2)
    } else {
        format!("bytes={}-{}", start + 1, end + 1)
    };
    HeaderValue::try_from(text).unwrap_or_else(|_| range.clone())
}

/// Creates the response of a server that reveals too much.
fn refused(status: u16, request: &HttpRequest) -> HttpResponse {
    let text = format!(
        "<Error><Code>SlowDown</Code><Message>{} {:?}</Message><Signature>{:?}</Signature></Error>",
        request.uri(),
        request.headers().get("authorization"),
        request.headers()
    );
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut answer = HttpResponse::new(HttpResponseBody::from(text));
    *answer.status_mut() = status;
    answer
}

fn spoilt(answer: HttpResponse, fault: &Fault) -> HttpResponse {
    let (mut parts, body) = answer.into_parts();
    let body = match fault {
        Fault::UnsaidRange => {
            parts.headers.remove("content-range");
            body
        }
        Fault::NoTag => {
            parts.headers.remove("etag");
            body
        }
        Fault::OtherTag => {
            parts.headers.insert("etag", HeaderValue::from_static("\"another\""));
            body
        }
        Fault::OtherSize => {
            if let Some(range) = parts.headers.get("content-range").and_then(|range| range.to_str().ok()) {
                let range = format!("{range}0");
                parts.headers.insert("content-range", HeaderValue::try_from(range).expect("digits"));
            } else {
                parts.headers.insert("content-length", HeaderValue::from_static("7"));
            }
            body
        }
        fault => spoilt_body(body, fault.clone()),
    };
    HttpResponse::from_parts(parts, body)
}

type Piece = Result<Frame<Bytes>, HttpError>;

fn spoilt_body(body: HttpResponseBody, fault: Fault) -> HttpResponseBody {
    let whole = stream::once(async move { body.bytes().await });
    let pieces = whole.flat_map(move |bytes| {
        stream::iter(match bytes {
            Ok(bytes) => spoilt_bytes(&bytes, &fault),
            Err(error) => vec![Step::Give(Err(error))],
        })
    });
    let pieces = pieces.then(|step| async move {
        match step {
            Step::Give(piece) => piece,
            Step::Slowly(piece) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                piece
            }
            Step::Never => std::future::pending().await,
        }
    });
    HttpResponseBody::new(StreamBody::new(Shared(Mutex::new(Box::pin(pieces)))))
}

enum Step {
    Give(Piece),
    Slowly(Piece),
    Never,
}

fn spoilt_bytes(bytes: &Bytes, fault: &Fault) -> Vec<Step> {
    let give = |bytes: Bytes| Step::Give(Ok(Frame::data(bytes)));
    let half = bytes.slice(..bytes.len() / 2);
    match fault {
        Fault::Cut => vec![give(half), Step::Give(Err(error(HttpErrorKind::Interrupted)))],
        Fault::Short => vec![give(half)],
        Fault::Long => vec![give(bytes.clone()), give(Bytes::from_static(b"more"))],
        Fault::Stalls => vec![give(half), Step::Never],
        _ => {
            bytes.chunks(1).map(|byte| Step::Slowly(Ok(Frame::data(Bytes::copy_from_slice(byte))))).collect()
        }
    }
}

type Pieces = Pin<Box<dyn Stream<Item = Piece> + Send>>;

/// A body must be shareable between threads, though only one ever has it.
struct Shared(Mutex<Pieces>);

impl Stream for Shared {
    type Item = Piece;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Piece>> {
        let pieces = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        pieces.as_mut().poll_next(context)
    }
}
