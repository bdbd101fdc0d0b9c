//! Addresses with a scheme, shown without their secrets.

/// Whether a name is an address, `scheme://…`, rather than a path.
pub(super) fn is_address(name: &str) -> bool {
    scheme(name).is_some()
}

/// The scheme, in small letters, and what follows `://`.
pub(super) fn scheme(name: &str) -> Option<(String, &str)> {
    let (scheme, rest) = name.split_once("://")?;
    let mut letters = scheme.chars();
    let is_scheme = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "+.-".contains(letter));
    is_scheme.then(|| (scheme.to_ascii_lowercase(), rest))
}

/// An address without the parts that may be secret: a password, a query, a fragment. The container in
/// `abfss://container@account/key` is kept.
pub(super) fn without_secrets(address: &str) -> String {
    let Some((scheme, rest)) = scheme(address) else { return address.to_owned() };
    let has_keys = matches!(scheme.as_str(), "s3" | "s3a" | "gs" | "az" | "azure" | "adl" | "abfs" | "abfss");
    let end = if has_keys { query(rest) } else { rest.find(['?', '#']) };
    let rest = &rest[..end.unwrap_or(rest.len())];
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = match authority.rsplit_once('@') {
        Some((user, _)) if has_keys && scheme.starts_with('a') && !user.contains(':') => authority,
        Some((_, host)) => host,
        None => authority,
    };
    format!("{scheme}://{authority}{path}")
}

/// The offset of the query in a key, `?name=…`. A question mark without a name and value is a wildcard.
pub(super) fn query(key: &str) -> Option<usize> {
    key.match_indices('?').map(|(at, _)| at).find(|at| {
        let name = key[at + 1..].split('=').next().unwrap_or_default();
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || "_.%-".contains(letter);
        name.len() < key.len() - at - 1 && !name.is_empty() && name.chars().all(is_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_scheme() {
        for address in ["s3://b/k", "HTTPS://h/p", "svn+ssh://h/p", "x://"] {
            assert!(is_address(address), "{address}");
        }
        for path in ["a.csv", "C:\\a.csv", "C:/a.csv", "://", "1a://b", "a b://c", "/a/s3://b", "a:b//c", "-"]
        {
            assert!(!is_address(path), "{path}");
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        for (address, expected) in [
            ("https://host/a.csv", "https://host/a.csv"),
            ("HTTPS://host:8080/a%20b.csv?token=SECRET#SECRET", "https://host:8080/a%20b.csv"),
            ("https://user:SECRET@host/a.csv", "https://host/a.csv"),
            ("https://SECRET@host", "https://host"),
            ("https://host?token=SECRET", "https://host"),
            ("https://host?token=SECRET/a", "https://host"),
            ("https://host#SECRET", "https://host"),
            ("https://us@er:SECRET@host/a@b.csv", "https://host/a@b.csv"),
            ("s3://bucket/data/2026-??.csv", "s3://bucket/data/2026-??.csv"),
            ("s3://bucket/a?b.csv", "s3://bucket/a?b.csv"),
            ("s3://bucket/a.csv?versionId=SECRET", "s3://bucket/a.csv"),
            ("s3://bucket/a?.csv?X-Amz-Signature=SECRET&b=c", "s3://bucket/a?.csv"),
            ("s3://key:SECRET@bucket/a.csv", "s3://bucket/a.csv"),
            ("s3://SECRET@bucket/a.csv", "s3://bucket/a.csv"),
            (
                "abfss://container@account.dfs.core.windows.net/a.csv",
                "abfss://container@account.dfs.core.windows.net/a.csv",
            ),
            ("abfss://container:SECRET@account/a.csv", "abfss://account/a.csv"),
            ("az://container/a.csv?sv=1&sig=SECRET", "az://container/a.csv"),
            ("ftp://user:SECRET@host/a.csv?x=SECRET", "ftp://host/a.csv"),
            ("a.csv", "a.csv"),
        ] {
            assert_eq!(without_secrets(address), expected, "{address}");
        }
    }
}
