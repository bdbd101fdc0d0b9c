//! The default location of a cache.

use std::ffi::OsString;
use std::path::PathBuf;

/// Returns the default folder of a user's cache; `None` if there is no home folder.
///
/// It is `trueline` in `$XDG_CACHE_HOME`, or in `~/.cache` if that is not set; on Windows in `%LOCALAPPDATA%`. It need not exist.
pub fn default_folder() -> Option<PathBuf> {
    folder_in(|name| std::env::var_os(name))
}

fn folder_in(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    // The specification requires to ignore paths that are not absolute.
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = if cfg!(windows) {
        absolute("LOCALAPPDATA")
    } else {
        absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".cache")))
    };
    Some(caches?.join("trueline"))
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use super::folder_in;

    fn folder(variables: &[(&str, &str)]) -> Option<PathBuf> {
        folder_in(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_folder_is_that_of_the_desktop_specification() {
        assert_eq!(folder(&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")]), Some("/c/trueline".into()));
        assert_eq!(folder(&[("HOME", "/h")]), Some("/h/.cache/trueline".into()));
        assert_eq!(folder(&[("XDG_CACHE_HOME", ""), ("HOME", "/h")]), Some("/h/.cache/trueline".into()));
        assert_eq!(
            folder(&[("XDG_CACHE_HOME", "relative"), ("HOME", "/h")]),
            Some("/h/.cache/trueline".into())
        );
        assert_eq!(folder(&[("HOME", "")]), None);
        assert_eq!(folder(&[]), None);
    }
}
