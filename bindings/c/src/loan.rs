//! Values that a caller lends for the duration of a call.
//!
//! A caller's bytes and callbacks are valid only until the function that received them returns. The engine
//! assumes that it may keep sources, and may read them on its own threads. Therefore a lender revokes its
//! value before the function returns, and waits for any current user of it.

use std::sync::{Arc, PoisonError, RwLock};

/// A value that may have been revoked.
pub(crate) struct Loan<T>(Arc<RwLock<Option<T>>>);

/// Revokes the value when dropped.
pub(crate) struct Lender<T>(Loan<T>);

impl<T> Clone for Loan<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Loan<T> {
    /// Calls a function with the value, unless it was revoked.
    pub(crate) fn with<R>(&self, use_it: impl FnOnce(&T) -> R) -> Option<R> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(use_it)
    }
}

impl<T> Lender<T> {
    pub(crate) fn new(thing: T) -> Self {
        Self(Loan(Arc::new(RwLock::new(Some(thing)))))
    }

    pub(crate) fn lend(&self) -> Loan<T> {
        self.0.clone()
    }
}

impl<T> Drop for Lender<T> {
    fn drop(&mut self) {
        *self.0.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_back_is_not_there() {
        let lender = Lender::new(5);
        let loan = lender.lend();
        assert_eq!(loan.with(|number| number + 1), Some(6));
        drop(lender);
        assert_eq!(loan.with(|number| number + 1), None);
    }
}
