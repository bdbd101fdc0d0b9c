//! Lists the objects that match a prefix or a pattern.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use glob::Pattern;
use object_store::ObjectStore;
use object_store::path::Path;

use super::problem::Problem;
use crate::source::pattern::{MATCHING, is_hidden};

/// An object that was listed.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listed {
    pub(super) key: String,
    pub(super) size_bytes: u64,
}

/// Which objects to list.
pub(super) struct ListFilter {
    /// The prefix of their keys, without a slash at the end.
    pub(super) prefix: Path,
    /// The pattern that the whole key must match.
    pub(super) pattern: Option<Pattern>,
    /// Whether auxiliary objects are skipped ([`is_hidden`]).
    pub(super) skips_hidden: bool,
}

impl ListFilter {
    /// Returns whether a key is included, and whether it is excluded only because it is hidden.
    fn matches(&self, key: &str) -> (bool, bool) {
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.matches_with(key, MATCHING)) {
            return (false, false);
        }
        let below = key.strip_prefix(self.prefix.as_ref()).unwrap_or(key);
        let is_hidden = self.skips_hidden && below.split('/').any(is_hidden);
        (!is_hidden, is_hidden)
    }
}

/// Lists the objects that match `filter`, ordered by the bytes of their keys, and counts the hidden ones that were skipped.
/// `timeout` is the longest wait for a response.
///
/// A listing takes several responses; if one of them fails, the whole listing fails.
pub(super) async fn list(
    store: Arc<dyn ObjectStore>,
    filter: ListFilter,
    max_objects: usize,
    timeout: Duration,
) -> Result<(Vec<Listed>, u64), Problem> {
    let mut listing = store.list(Some(&filter.prefix));
    let mut found: Vec<Listed> = Vec::new();
    let mut hidden = 0;
    // The previous object, if it is included.
    let mut previous: Option<Listed> = None;
    loop {
        let next = tokio::time::timeout(timeout, listing.next()).await.map_err(|_| {
            Problem::failed(
                std::io::ErrorKind::TimedOut,
                format!("the list of objects did not come within {timeout:?}"),
            )
        })?;
        let next = next.transpose().map_err(|error| Problem::of(&error))?;
        let (is_wanted, is_skipped) = match &next {
            Some(object) if object.location != filter.prefix => filter.matches(object.location.as_ref()),
            _ => (false, false),
        };
        hidden += u64::from(is_skipped);
        let key = next.as_ref().map(|object| object.location.as_ref());
        // An empty object that is followed by objects below it only marks a folder, and is left out.
        found.extend(
            previous.take().filter(|previous| {
                previous.size_bytes > 0 || !key.is_some_and(|key| is_in(key, &previous.key))
            }),
        );
        if found.len() > max_objects {
            let text =
                format!("it stands for more than {max_objects} objects; name fewer, or raise max_objects");
            return Err(Problem::failed(std::io::ErrorKind::Other, text));
        }
        let Some(object) = next else { break };
        previous = is_wanted.then(|| Listed { key: object.location.into(), size_bytes: object.size });
    }
    found.sort_unstable();
    found.dedup_by(|one, other| one.key == other.key);
    Ok((found, hidden))
}

fn is_in(key: &str, folder: &str) -> bool {
    key.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
