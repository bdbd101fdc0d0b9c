//! Options of object stores.

use std::fmt;
use std::time::Duration;

/// Options and time limits of reading objects.
///
/// Variables say where credentials come from: those of the environment, and those set here, which take precedence.
#[derive(Clone)]
#[must_use]
#[non_exhaustive]
pub struct ObjectOptions {
    /// The size of a request in bytes. Default 8 MiB; at least 1 byte, at most 1 GiB.
    pub part_bytes: usize,
    /// The maximum number of parts of one object held or requested at once when it is read from its start. Default 8. A thread
    /// that reads at random offsets has up to four more parts.
    pub parts: usize,
    /// The maximum time for a part, including retries, after which it fails. Default 5 minutes.
    pub part_timeout: Duration,
    /// The maximum time without data on a connection. Default 30 seconds.
    pub read_timeout: Duration,
    /// The maximum number of retries of a request after an error of the server or the connection. Default 10.
    pub retries: usize,
    /// The time after which nothing is retried. Default 3 minutes.
    pub retry_timeout: Duration,
    /// The wait before the first retry; it then doubles, up to 15 seconds. Default 0.1 seconds.
    pub retry_wait: Duration,
    /// The maximum number of objects that a prefix or a pattern may match. Default 1,000,000.
    pub max_objects: usize,
    pub(super) has_environment: bool,
    pub(super) variables: Vec<(String, String)>,
}

impl Default for ObjectOptions {
    fn default() -> Self {
        Self {
            part_bytes: 8 << 20,
            parts: 8,
            part_timeout: Duration::from_secs(300),
            read_timeout: Duration::from_secs(30),
            retries: 10,
            retry_timeout: Duration::from_secs(180),
            retry_wait: Duration::from_millis(100),
            max_objects: 1_000_000,
            has_environment: true,
            variables: Vec::new(),
        }
    }
}

/// Values of variables may be secret.
impl fmt::Debug for ObjectOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.variables.iter().map(|(name, _)| name.as_str()).collect();
        formatter
            .debug_struct("ObjectOptions")
            .field("part_bytes", &self.part_bytes)
            .field("parts", &self.parts)
            .field("part_timeout", &self.part_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("retries", &self.retries)
            .field("retry_timeout", &self.retry_timeout)
            .field("retry_wait", &self.retry_wait)
            .field("max_objects", &self.max_objects)
            .field("has_environment", &self.has_environment)
            .field("variables", &names)
            .finish()
    }
}

impl ObjectOptions {
    /// Sets the size of a request.
    pub fn part_bytes(mut self, bytes: usize) -> Self {
        self.part_bytes = bytes;
        self
    }

    /// Sets the maximum number of parts held or requested.
    pub fn parts(mut self, parts: usize) -> Self {
        self.parts = parts;
        self
    }

    /// Sets the maximum time for a part.
    pub fn part_timeout(mut self, timeout: Duration) -> Self {
        self.part_timeout = timeout;
        self
    }

    /// Sets the maximum time without data.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// Sets the number of retries, the wait before the first one, and the time after which there are none.
    pub fn retries(mut self, retries: usize, wait: Duration, timeout: Duration) -> Self {
        self.retries = retries;
        self.retry_wait = wait;
        self.retry_timeout = timeout;
        self
    }

    /// Sets the maximum number of objects that a prefix or a pattern may match.
    pub fn max_objects(mut self, objects: usize) -> Self {
        self.max_objects = objects;
        self
    }

    /// Sets a variable, such as `AWS_ENDPOINT_URL`, overriding the environment.
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Sets whether environment variables are used. Default: true.
    pub fn environment(mut self, counts: bool) -> Self {
        self.has_environment = counts;
        self
    }

    /// The variables that begin with `prefix`; later ones go before earlier ones.
    pub(super) fn variables_of(&self, prefix: &str) -> Vec<(String, String)> {
        let environment = self.has_environment.then(std::env::vars_os).into_iter().flatten();
        let environment = environment
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        environment
            .chain(self.variables.iter().cloned())
            .filter(|(name, _)| name.starts_with(prefix))
            .collect()
    }

    pub(super) fn part(&self) -> u64 {
        self.part_bytes.clamp(1, 1 << 30) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_variables_are_not_shown() {
        let options = ObjectOptions::default().environment(false).variable("AWS_SECRET_ACCESS_KEY", "canary");
        let text = format!("{options:?}");
        assert!(text.contains("AWS_SECRET_ACCESS_KEY") && !text.contains("canary"), "{text}");
        assert_eq!(options.variables_of("AWS_").len(), 1);
        assert_eq!(options.variables_of("GOOGLE_").len(), 0);
    }
}
