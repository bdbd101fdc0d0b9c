//! What must not change while an object is read, and requests that enforce it.
//!
//! The first response about an object identifies it: its `ETag`, or a version. Every later request names that, so that a
//! store that supports conditions refuses another object; every response is compared with it, for stores that do not.
//!
//! **Source**: RFC 9110, sections 8.8.3 (entity tags), 13.1.1 (If-Match) and 14 (ranges).

use std::fmt;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use futures_util::StreamExt;
use object_store::path::Path;
use object_store::{GetOptions, GetResult, ObjectMeta, ObjectStore};

use super::problem::Problem;
use crate::error::Change;

/// An object in its store.
#[derive(Clone)]
pub(super) struct Object {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) path: Path,
    /// Whether its metadata is queried by reading its first byte, because signed addresses allow nothing but reading.
    pub(super) is_http: bool,
}

/// Omits the store, which holds secrets.
impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Object").field("path", &self.path).finish_non_exhaustive()
    }
}

/// The identity of an object, as the first response gave it.
#[derive(Clone, Debug)]
pub(super) struct Pin {
    meta: ObjectMeta,
    /// Whether the store supports range requests for it.
    has_ranges: bool,
}

impl Pin {
    pub(super) fn size_bytes(&self) -> u64 {
        self.meta.size
    }

    /// The strong entity tag. Weak tags do not count: objects with the same weak tag may differ in bytes.
    fn tag(&self) -> Option<&String> {
        self.meta.e_tag.as_ref().filter(|tag| !tag.starts_with("W/"))
    }

    /// Whether it has a strong validator (an entity tag or a version), so that every request detects another object.
    pub(super) fn is_strong(&self) -> bool {
        self.tag().is_some() || self.meta.version.is_some()
    }

    /// A string that identifies the bytes, if there is a strong validator.
    pub(super) fn version(&self) -> Option<String> {
        let Self { meta, .. } = self;
        self.is_strong().then(|| format!("{} {:?} {:?}", meta.size, self.tag(), meta.version))
    }

    /// Whether it may be read in several requests.
    pub(super) fn supports_parts(&self) -> bool {
        self.has_ranges && self.is_strong()
    }

    /// The condition for a request: the same entity tag, or the same version.
    pub(super) fn options(&self) -> GetOptions {
        match self.tag() {
            Some(tag) => GetOptions { if_match: Some(tag.clone()), ..GetOptions::default() },
            None => GetOptions { version: self.meta.version.clone(), ..GetOptions::default() },
        }
    }

    /// Checks that this object, queried now, is the same as `before`.
    pub(super) fn is_still(&self, before: &Self) -> Result<(), Problem> {
        before.check(&self.meta)
    }

    /// Checks that a response belongs to the same object.
    pub(super) fn check(&self, now: &ObjectMeta) -> Result<(), Problem> {
        let before = &self.meta;
        let version = before.version.as_ref().zip(now.version.as_ref());
        if before.size != now.size {
            Err(Problem::Changed(Change::Resized { before_bytes: before.size, now_bytes: now.size }))
        } else if let Some(tag) = self.tag() {
            match &now.e_tag {
                Some(now) if now == tag => Ok(()),
                Some(_) => Err(Problem::Changed(Change::Tag)),
                None => Err(Problem::failed(
                    io::ErrorKind::InvalidData,
                    "an answer has no ETag, though others had one",
                )),
            }
        } else if version.is_some_and(|(before, now)| before != now) {
            Err(Problem::Changed(Change::Tag))
        } else if before.last_modified != now.last_modified {
            Err(Problem::Changed(Change::Modified))
        } else {
            Ok(())
        }
    }
}

impl Object {
    /// Queries the identity of the object.
    pub(super) async fn query(self) -> Result<Pin, Problem> {
        if !self.is_http {
            return self.head(true).await;
        }
        let options = GetOptions { range: Some((0..1).into()), ..GetOptions::default() };
        let problem = match self.store.get_opts(&self.path, options).await {
            Ok(answer) => {
                let meta = answer.meta.clone();
                // Read the one byte of the body, so that the connection can be used again.
                let _ = answer.bytes().await;
                return Ok(Pin { meta, has_ranges: true });
            }
            Err(error) => Problem::of(&error),
        };
        match &problem {
            // Range requests are not supported, or the object is empty.
            Problem::Failed { kind, text }
                if *kind == io::ErrorKind::Unsupported || text.starts_with("416") =>
            {
                self.head(false).await.map_err(|_| problem)
            }
            _ => Err(problem),
        }
    }

    async fn head(&self, has_ranges: bool) -> Result<Pin, Problem> {
        let options = GetOptions { head: true, ..GetOptions::default() };
        let answer = self.store.get_opts(&self.path, options).await.map_err(|error| Problem::of(&error))?;
        Ok(Pin { meta: answer.meta, has_ranges })
    }

    /// Reads a range of the object identified by `pin`, completely and nothing else.
    pub(super) async fn range(self, pin: Arc<Pin>, range: Range<u64>) -> Result<Vec<u8>, Problem> {
        let options = GetOptions { range: Some(range.clone().into()), ..pin.options() };
        let answer = self.store.get_opts(&self.path, options).await.map_err(|error| Problem::of(&error))?;
        pin.check(&answer.meta)?;
        if answer.range != range {
            let text = format!("asked for the bytes {range:?}, the server gives {:?}", answer.range);
            return Err(Problem::failed(io::ErrorKind::InvalidData, text));
        }
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        collect(answer, length).await
    }

    /// Requests the whole object in one response; also returns its identity. If `pin` is strong, the response must match it.
    pub(super) async fn whole(self, pin: Arc<Pin>) -> Result<(GetResult, Arc<Pin>), Problem> {
        let answer =
            self.store.get_opts(&self.path, pin.options()).await.map_err(|error| Problem::of(&error))?;
        if pin.is_strong() {
            pin.check(&answer.meta)?;
            return Ok((answer, pin));
        }
        let pin = Pin { meta: answer.meta.clone(), has_ranges: pin.has_ranges };
        Ok((answer, Arc::new(pin)))
    }
}

/// Reads the body of a response, which must have `length` bytes.
async fn collect(answer: GetResult, length: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| {
        Problem::failed(io::ErrorKind::OutOfMemory, format!("no memory for a part of {length} bytes"))
    })?;
    let mut stream = answer.into_stream();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| Problem::of(&error))?;
        if piece.len() > length - bytes.len() {
            let text = format!("asked for {length} bytes, more came");
            return Err(Problem::failed(io::ErrorKind::InvalidData, text));
        }
        bytes.extend_from_slice(&piece);
    }
    if bytes.len() < length {
        let text = format!("asked for {length} bytes, {} came", bytes.len());
        return Err(Problem::failed(io::ErrorKind::UnexpectedEof, text));
    }
    Ok(bytes)
}
