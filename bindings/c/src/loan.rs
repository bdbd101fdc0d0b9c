//! What a caller lends for the time of a call.
//!
//! Bytes and callbacks of a caller are there only until the function returns that got them. The engine takes sources for
//! things that it may keep, and may read them on threads of its own; a lender therefore takes back what it lent before the function
//! returns, and waits for whoever is using it at that moment.

use std::sync::{Arc, PoisonError, RwLock};

/// Something that may have been taken back.
pub(crate) struct Loan<T>(Arc<RwLock<Option<T>>>);

/// Takes it back when it is dropped.
pub(crate) struct Lender<T>(Loan<T>);

impl<T> Clone for Loan<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Loan<T> {
    /// What comes of it, unless it was taken back.
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
