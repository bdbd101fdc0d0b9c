//! Keys and patterns of keys in one bucket.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;
use object_store::path::Path;

use super::ObjectSource;
use super::list::{ListFilter, list};
use super::network::NetworkThread;
use super::options::ObjectOptions;
use super::pin::Object;
use super::problem::{Advice, Problem};
use crate::error::{Error, ErrorKind};
use crate::source::pattern::{compile, has_wildcards};

/// A store with its display name.
pub(super) struct Bucket {
    pub(super) store: Arc<dyn ObjectStore>,
    /// The display name, which precedes the slash and the key in names of objects.
    pub(super) base: String,
    pub(super) advice: Arc<Advice>,
    pub(super) options: ObjectOptions,
}

impl Bucket {
    fn name(&self, key: &str) -> String {
        format!("{}/{key}", self.base)
    }

    /// The key as a path of the store's crate. Keys that this type cannot represent exactly are errors.
    fn path(&self, key: &str) -> Result<Path, Error> {
        let fail = || {
            let problem = "keys with empty parts, `.`, `..` or control characters are not read";
            Error::new(ErrorKind::Address { name: self.name(key), problem })
        };
        let path = Path::parse(key).map_err(|_| fail())?;
        if path.as_ref() == key { Ok(path) } else { Err(fail()) }
    }

    /// The object of a key. `listed_bytes` is the size that a listing gave.
    pub(super) fn object(&self, key: &str, listed_bytes: Option<u64>) -> Result<ObjectSource, Error> {
        let object = Object { store: Arc::clone(&self.store), path: self.path(key)?, is_http: false };
        let advice = Arc::clone(&self.advice);
        Ok(ObjectSource::of(object, self.name(key), advice, self.options.clone(), listed_bytes))
    }

    /// The objects of a key, a prefix or a pattern.
    pub(super) fn matching(&self, key: &str) -> Result<Vec<ObjectSource>, Error> {
        let is_all = is_all(key);
        if !is_all {
            let literal = self.object(key, None);
            if !has_wildcards(key) {
                return Ok(vec![literal?]);
            }
            // An object with exactly that key takes precedence.
            if let Some(literal) = literal.ok().map(if_exists).transpose()?.flatten() {
                return Ok(vec![literal]);
            }
        }
        let fail = |problem: Problem| problem.into_open_error(&self.name(key), &self.advice);
        let (most, limit) = (self.options.max_objects, self.options.part_timeout);
        let work = list(Arc::clone(&self.store), self.list_filter(key, is_all)?, most, limit);
        let network = NetworkThread::shared().map_err(fail)?;
        let (listed, hidden) = network.run(Duration::MAX, work).map_err(fail)?;
        if listed.is_empty() {
            return Err(Error::new(ErrorKind::NoMatch { name: self.name(key), hidden }));
        }
        listed.into_iter().map(|listed| self.object(&listed.key, Some(listed.size_bytes))).collect()
    }

    /// The filter for a prefix or a pattern.
    fn list_filter(&self, key: &str, is_all: bool) -> Result<ListFilter, Error> {
        let wild = key.find(['*', '?', '[']).unwrap_or(key.len());
        let prefix = key[..wild].rfind('/').map_or("", |slash| &key[..slash]);
        let name = self.name(key);
        let pattern = if !has_wildcards(key) {
            None
        } else if is_all {
            Some(compile(&format!("{key}**/*"), &name)?)
        } else if key == "**" || key.ends_with("/**") {
            Some(compile(&format!("{key}/*"), &name)?)
        } else {
            Some(compile(key, &name)?)
        };
        Ok(ListFilter { prefix: self.path(prefix)?, pattern, skips_hidden: is_all })
    }
}

/// Returns the object if it exists.
fn if_exists(source: ObjectSource) -> Result<Option<ObjectSource>, Error> {
    match source.cached_pin() {
        Ok(_) => Ok(Some(source)),
        // Stores without list permission report a missing key as forbidden; so will the listing.
        Err(Problem::NotFound | Problem::Failed { kind: io::ErrorKind::PermissionDenied, .. }) => Ok(None),
        Err(problem) => Err(source.fail(problem)),
    }
}

/// Whether a key is a prefix.
fn is_all(key: &str) -> bool {
    key.is_empty() || key.ends_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::memory::InMemory;

    fn bucket() -> Bucket {
        Bucket {
            store: Arc::new(InMemory::new()),
            base: "s3://bucket".to_owned(),
            advice: Arc::new(Advice::none()),
            options: ObjectOptions::default(),
        }
    }

    #[test]
    fn keys_lose_nothing() {
        let bucket = bucket();
        assert_eq!(bucket.path("a/b c*?#.csv").unwrap().as_ref(), "a/b c*?#.csv");
        for key in ["/a", "a//b", "a/", "a/../b", "./a", "a\nb"] {
            assert!(bucket.path(key).is_err(), "{key}");
        }
    }

    #[test]
    fn patterns_are_listed_below_what_stands_before_them() {
        let list_filter = |key: &str| {
            let list_filter = bucket().list_filter(key, is_all(key)).unwrap();
            (
                list_filter.prefix.to_string(),
                list_filter.pattern.map(|pattern| pattern.to_string()),
                list_filter.skips_hidden,
            )
        };
        let is = |key: &str, prefix: &str, pattern: Option<&str>, is_all| {
            assert_eq!(list_filter(key), (prefix.to_owned(), pattern.map(str::to_owned), is_all), "{key}");
        };
        is("", "", None, true);
        is("a/b/", "a/b", None, true);
        is("a/b/*.csv", "a/b", Some("a/b/*.csv"), false);
        is("a/b*/c.csv", "a", Some("a/b*/c.csv"), false);
        is("*.csv", "", Some("*.csv"), false);
        is("a*/", "", Some("a*/**/*"), true);
        is("a/**", "a", Some("a/**/*"), false);
        is("**", "", Some("**/*"), false);
        assert!(bucket().list_filter("a/[", false).is_err());
    }
}
