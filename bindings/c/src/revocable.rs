//! Values of the caller that are valid only for the duration of a call.
//!
//! A caller's bytes and callbacks are valid only until the function that received them returns. The engine
//! may keep sources and read them on its own threads. Therefore a value is revoked before the function
//! returns: handles to it then have no value. Revoking waits until no thread uses the value.

use std::sync::{Arc, PoisonError, RwLock};

/// A handle to a value that may have been revoked.
pub(crate) struct Handle<T>(Arc<RwLock<Option<T>>>);

/// The owner of a value, which revokes it when dropped.
pub(crate) struct Revocable<T>(Handle<T>);

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Handle<T> {
    /// Calls a function with the value, unless it was revoked.
    pub(crate) fn with<R>(&self, function: impl FnOnce(&T) -> R) -> Option<R> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(function)
    }
}

impl<T> Revocable<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Handle(Arc::new(RwLock::new(Some(value)))))
    }

    pub(crate) fn handle(&self) -> Handle<T> {
        self.0.clone()
    }
}

impl<T> Drop for Revocable<T> {
    fn drop(&mut self) {
        *self.0.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revoked_value_is_not_available() {
        let revocable = Revocable::new(5);
        let handle = revocable.handle();
        assert_eq!(handle.with(|number| number + 1), Some(6));
        drop(revocable);
        assert_eq!(handle.with(|number| number + 1), None);
    }
}
