//! Errors of a store or the connection to it, without secrets.
//!
//! Errors of the store's crate contain the whole address of a request, including signatures and tokens, and the server's
//! response, which may repeat the request. Of a chain of errors only the innermost is reported here, and of the response only
//! its code.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use object_store::client::{HttpError, HttpErrorKind};

use super::address::StoreKind;
use crate::error::{Change, Error, ErrorKind};

/// The maximum number of characters of a server's text that are shown.
const MAX_CHARACTERS: usize = 300;

/// Why a request failed.
#[derive(Clone, Debug)]
pub(super) enum Problem {
    /// The object has changed.
    Changed(Change),
    /// The object does not exist.
    NotFound,
    /// Any other problem.
    Failed { kind: io::ErrorKind, text: String },
}

impl Problem {
    pub(super) fn failed(kind: io::ErrorKind, text: impl Into<String>) -> Self {
        Self::Failed { kind, text: text.into() }
    }

    /// Converts an error of the store. A failed precondition means that the object was replaced.
    pub(super) fn of(error: &object_store::Error) -> Self {
        use object_store::Error as Of;
        let mut link: Option<&(dyn StdError + 'static)> = Some(error);
        while let Some(error) = link {
            match error.downcast_ref::<Of>() {
                Some(Of::Precondition { .. }) => return Self::Changed(Change::Tag),
                Some(Of::NotFound { .. }) => return Self::NotFound,
                _ => link = error.source(),
            }
        }
        let kind = match error {
            Of::PermissionDenied { .. } | Of::Unauthenticated { .. } => io::ErrorKind::PermissionDenied,
            Of::NotSupported { .. } => io::ErrorKind::Unsupported,
            _ => io::ErrorKind::Other,
        };
        Self::failed(kind, innermost_text(error))
    }

    /// Converts it to the error of an input that cannot be opened.
    pub(super) fn into_open_error(self, name: &str, advice: &Advice) -> Error {
        let name = name.to_owned();
        Error::new(match self {
            Self::Changed(change) => ErrorKind::Changed { name, change },
            Self::NotFound => ErrorKind::NotFound { name },
            Self::Failed { kind, text } => {
                ErrorKind::Open { name, source: io::Error::new(kind, advice.of(text, kind)) }
            }
        })
    }

    /// Converts it to the error of a reader.
    pub(super) fn into_read_error(self, name: &str, advice: &Advice) -> io::Error {
        let changed =
            |change| io::Error::other(Error::new(ErrorKind::Changed { name: name.to_owned(), change }));
        match self {
            Self::Changed(change) => changed(change),
            Self::NotFound => changed(Change::Removed),
            Self::Failed { kind, text } => io::Error::new(kind, advice.of(text, kind)),
        }
    }
}

/// The text of the innermost of a chain of errors, without secrets.
fn innermost_text(error: &object_store::Error) -> String {
    let mut kind = None;
    let mut innermost: &(dyn StdError + 'static) = error;
    let mut is_about_credentials = is_about_credentials(innermost);
    while let Some(source) = innermost.source() {
        innermost = source;
        is_about_credentials |= self::is_about_credentials(source);
        kind = source.downcast_ref::<HttpError>().map(HttpError::kind).or(kind);
    }
    let text = one_line(&innermost.to_string());
    if is_about_credentials {
        return format!("there are no credentials ({text})");
    }
    match kind {
        Some(HttpErrorKind::Connect) => format!("there is no connection ({text})"),
        Some(HttpErrorKind::Timeout) => format!("the server took too long ({text})"),
        _ => text,
    }
}

/// Whether the failed request was one to the metadata service of a cloud, which provides credentials.
fn is_about_credentials(error: &dyn StdError) -> bool {
    let text = error.to_string();
    ["/latest/api/token", "/latest/meta-data", "/computeMetadata/", "/metadata/identity"]
        .iter()
        .any(|place| text.contains(place))
}

/// Reduces a text of the crate or of a server to one line. Of an XML document it keeps only the error code, of other documents
/// nothing.
fn one_line(text: &str) -> String {
    let text = text.strip_prefix("Server returned non-2xx status code: ").unwrap_or(text);
    let text = text.strip_prefix("Server returned error response: ").unwrap_or(text);
    let (front, document) = match text.find('<') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    // The status is followed by the server's response, in any format.
    let status = front.split_once(": ").map(|(status, _)| status);
    let is_status = |status: &&str| status.len() > 3 && status.as_bytes()[..3].iter().all(u8::is_ascii_digit);
    let front = status.filter(is_status).unwrap_or(front).trim().trim_end_matches(':');
    let code = document.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let is_code = |code: &&str| code.len() <= 64 && code.chars().all(|letter| letter.is_ascii_alphanumeric());
    let joined = match code.map(|(code, _)| code).filter(is_code) {
        Some(code) => format!("{front} ({code})"),
        None => front.to_owned(),
    };
    let words: Vec<&str> = joined.split_whitespace().collect();
    words.join(" ").chars().take(MAX_CHARACTERS).collect()
}

/// Completes error messages: removes secrets and appends advice that depends on the kind of store.
pub(super) struct Advice {
    store_kind: Option<StoreKind>,
    secrets: Vec<String>,
}

impl Advice {
    /// For a store that the caller created: its kind and its secrets are not known.
    pub(super) fn none() -> Self {
        Self { store_kind: None, secrets: Vec::new() }
    }

    /// `secrets` are removed from messages, because a server may repeat them.
    pub(super) fn new(store_kind: StoreKind, secrets: impl IntoIterator<Item = String>) -> Self {
        // Short strings occur in many texts by chance.
        let secrets = secrets.into_iter().filter(|secret| secret.len() >= 6).collect();
        Self { store_kind: Some(store_kind), secrets }
    }

    fn of(&self, mut text: String, kind: io::ErrorKind) -> String {
        for secret in &self.secrets {
            text = text.replace(secret, "…");
        }
        let advice = match self.store_kind {
            Some(store_kind)
                if kind == io::ErrorKind::PermissionDenied
                    || text.starts_with("there are no credentials") =>
            {
                credentials(store_kind)
            }
            Some(StoreKind::S3) if text.contains("region") => "set AWS_REGION to that of the bucket",
            Some(store_kind) if text.contains("scheme is not allowed") => plain_http(store_kind),
            _ => return text,
        };
        format!("{text}; {advice}")
    }
}

impl fmt::Debug for Advice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Advice").field("keeper", &self.store_kind).finish_non_exhaustive()
    }
}

fn credentials(store_kind: StoreKind) -> &'static str {
    match store_kind {
        StoreKind::S3 => {
            "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary ones, AWS_SESSION_TOKEN (profiles in ~/.aws are \
             not read), or AWS_SKIP_SIGNATURE=true where everyone may read"
        }
        StoreKind::Google => {
            "set GOOGLE_SERVICE_ACCOUNT or GOOGLE_APPLICATION_CREDENTIALS to a file of credentials, or \
             GOOGLE_SKIP_SIGNATURE=true where everyone may read"
        }
        StoreKind::Azure => {
            "set AZURE_STORAGE_ACCOUNT_NAME and one of AZURE_STORAGE_ACCOUNT_KEY, AZURE_STORAGE_SAS_TOKEN and \
             AZURE_CLIENT_ID, or AZURE_SKIP_SIGNATURE=true where everyone may read"
        }
        StoreKind::Http => {
            "write a user name and password (https://user:password@host/…) if the server takes one"
        }
    }
}

fn plain_http(store_kind: StoreKind) -> &'static str {
    match store_kind {
        StoreKind::S3 => "set AWS_ALLOW_HTTP=true to read without encryption",
        StoreKind::Google => "set GOOGLE_ALLOW_HTTP=true to read without encryption",
        StoreKind::Azure => "set AZURE_ALLOW_HTTP=true to read without encryption",
        StoreKind::Http => "the server leads to an address without encryption; name that one with http://",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_documents_only_the_code_is_told() {
        let s3 = "Server returned non-2xx status code: 403 Forbidden: <?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code>\
                  <Message>SECRET</Message><AWSAccessKeyId>SECRET</AWSAccessKeyId></Error>";
        assert_eq!(one_line(s3), "403 Forbidden (AccessDenied)");
        assert_eq!(
            one_line("Server returned non-2xx status code: 403 Forbidden: <Code>a SECRET</Code>"),
            "403 Forbidden"
        );
        let html = "Server returned non-2xx status code: 404 Not Found: <html>SECRET</html>";
        assert_eq!(one_line(html), "404 Not Found");
        let text = "Server returned non-2xx status code: 500 Internal Server Error: no SECRET here";
        assert_eq!(one_line(text), "500 Internal Server Error");
        assert_eq!(
            one_line("Server returned non-2xx status code: 503 Service Unavailable: "),
            "503 Service Unavailable"
        );
        assert_eq!(one_line("Connection refused (os error 111)"), "Connection refused (os error 111)");
        assert_eq!(one_line(&"x".repeat(9999)).len(), MAX_CHARACTERS);
    }

    #[test]
    fn what_a_server_repeats_is_taken_out() {
        let advice = Advice::new(StoreKind::S3, ["hunter22".to_owned(), "a".to_owned()]);
        let text =
            advice.of("403 Forbidden (Odd: bad key hunter22)".to_owned(), io::ErrorKind::PermissionDenied);
        assert!(text.starts_with("403 Forbidden (Odd: bad key …); set AWS_ACCESS_KEY_ID"), "{text}");
        assert!(!format!("{advice:?}").contains("hunter22"));
    }
}
