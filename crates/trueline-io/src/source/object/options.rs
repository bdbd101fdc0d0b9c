//! How object stores are read.

use std::fmt;
use std::time::Duration;

/// How objects are read, and what is waited for.
///
/// Where credentials come from is said by variables: those of the environment, and those that are set here, which go first.
#[derive(Clone)]
#[must_use]
#[non_exhaustive]
pub struct ObjectOptions {
    /// Bytes asked for at once. Default 8 MiB; at least 1 byte, at most 1 GiB.
    pub part_bytes: usize,
    /// Parts of one object that are held or on their way at once, where it is read from its start. Default 8. A thread that
    /// reads at places without order has up to four parts of its own.
    pub parts: usize,
    /// The longest time for a part, retries included; one that takes longer fails. Default 5 minutes.
    pub part_timeout: Duration,
    /// The longest time in which nothing comes on a connection. Default 30 seconds.
    pub read_timeout: Duration,
    /// How often a request is sent again after an error of the server or the connection. Default 10.
    pub retries: usize,
    /// The time after which nothing is sent again. Default 3 minutes.
    pub retry_timeout: Duration,
    /// The wait before a request is sent again for the first time; it then doubles, up to 15 seconds. Default 0.1 seconds.
    pub retry_wait: Duration,
    /// The most objects that a prefix or a pattern may stand for. Default 1,000,000.
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
    /// Sets the bytes asked for at once.
    pub fn part_bytes(mut self, bytes: usize) -> Self {
        self.part_bytes = bytes;
        self
    }

    /// Sets how many parts are held or on their way.
    pub fn parts(mut self, parts: usize) -> Self {
        self.parts = parts;
        self
    }

    /// Sets the longest time for a part.
    pub fn part_timeout(mut self, timeout: Duration) -> Self {
        self.part_timeout = timeout;
        self
    }

    /// Sets the longest time in which nothing comes.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// Sets how often a request is sent again, the first wait before that, and the time after which it is not.
    pub fn retries(mut self, retries: usize, wait: Duration, timeout: Duration) -> Self {
        self.retries = retries;
        self.retry_wait = wait;
        self.retry_timeout = timeout;
        self
    }

    /// Sets the most objects that a prefix or a pattern may stand for.
    pub fn max_objects(mut self, objects: usize) -> Self {
        self.max_objects = objects;
        self
    }

    /// Sets a variable, such as `AWS_ENDPOINT_URL`, whatever the environment says.
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Whether variables of the environment count. Default: yes.
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
