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

/// What to look for.
pub(super) struct Wanted {
    /// Where it is, without a slash at its end.
    pub(super) prefix: Path,
    /// What a whole key must match.
    pub(super) pattern: Option<Pattern>,
    /// Whether what programs leave beside data is passed over.
    pub(super) is_all: bool,
}

impl Wanted {
    /// Whether a key is wanted, and whether it is not only because of its name.
    fn judge(&self, key: &str) -> (bool, bool) {
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.matches_with(key, MATCHING)) {
            return (false, false);
        }
        let below = key.strip_prefix(self.prefix.as_ref()).unwrap_or(key);
        let is_hidden = self.is_all && below.split('/').any(is_hidden);
        (!is_hidden, is_hidden)
    }
}

/// Lists what is wanted, ordered by the bytes of keys, and counts what was passed over. `limit` is the longest wait for an
/// answer.
///
/// The store's answers are believed only as a whole: an error at any of them is an error.
pub(super) async fn list(
    store: Arc<dyn ObjectStore>,
    wanted: Wanted,
    max_objects: usize,
    limit: Duration,
) -> Result<(Vec<Listed>, u64), Problem> {
    let mut listing = store.list(Some(&wanted.prefix));
    let mut found: Vec<Listed> = Vec::new();
    let mut hidden = 0;
    // The previous object, if it is included.
    let mut before: Option<Listed> = None;
    loop {
        let next = tokio::time::timeout(limit, listing.next()).await.map_err(|_| {
            Problem::failed(
                std::io::ErrorKind::TimedOut,
                format!("the list of objects did not come within {limit:?}"),
            )
        })?;
        let next = next.transpose().map_err(|error| Problem::of(&error))?;
        let (is_wanted, is_passed_over) = match &next {
            Some(object) if object.location != wanted.prefix => wanted.judge(object.location.as_ref()),
            _ => (false, false),
        };
        hidden += u64::from(is_passed_over);
        let key = next.as_ref().map(|object| object.location.as_ref());
        // An empty object that only marks a folder; its content is listed next.
        found.extend(
            before
                .take()
                .filter(|before| before.size_bytes > 0 || !key.is_some_and(|key| is_in(key, &before.key))),
        );
        if found.len() > max_objects {
            let text =
                format!("it stands for more than {max_objects} objects; name fewer, or raise max_objects");
            return Err(Problem::failed(std::io::ErrorKind::Other, text));
        }
        let Some(object) = next else { break };
        before = is_wanted.then(|| Listed { key: object.location.into(), size_bytes: object.size });
    }
    found.sort_unstable();
    found.dedup_by(|one, other| one.key == other.key);
    Ok((found, hidden))
}

fn is_in(key: &str, folder: &str) -> bool {
    key.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
