//! The wrapper of every exported function: it stops panics and returns errors.
//!
//! **If you change this**: do not allocate on success, because a record is validated without allocation.

use std::mem::MaybeUninit;
use std::panic::{self, AssertUnwindSafe};

use crate::fault::{self, Error, Fault};
use crate::status::Status;

/// Runs a body and writes its error to `error`.
pub(crate) fn guard(
    error: Option<&mut MaybeUninit<Box<Error>>>,
    body: impl FnOnce() -> Result<(), Fault>,
) -> Status {
    // Objects that a body was changing when it panicked are only freed afterwards, so unwinding is safe.
    let fault = match panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return Status::Ok,
        Ok(Err(fault)) => fault,
        Err(panic) => {
            let fault = fault::panic(&*panic);
            // Dropping the payload of a panic may panic.
            std::mem::forget(panic);
            fault
        }
    };
    let status = fault.status;
    match error {
        Some(error) => drop(error.write(fault)),
        None => drop(fault),
    }
    status
}

/// Runs a body that returns a value in any case.
pub(crate) fn guard_value<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        std::mem::forget(panic);
        fallback
    })
}

/// Frees the object that a pointer points to, and sets the pointer to NULL.
pub(crate) fn free<T>(object: Option<&mut Option<Box<T>>>) -> Status {
    guard(None, || {
        let object = object.ok_or_else(|| fault::null("the address of the pointer"))?;
        // The pointer is set to NULL before the object is freed, because that may panic.
        drop(object.take());
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status_and_an_error() {
        let mut error = MaybeUninit::<Box<Error>>::uninit();
        let status = guard(Some(&mut error), || panic!("boom {}", 1));
        assert_eq!(status, Status::Internal);
        let mut made = None;
        let mut place = MaybeUninit::uninit();
        if guard(Some(&mut place), || Err(fault::null("x"))) == Status::NullArgument {
            made = Some(());
        }
        assert!(made.is_some());
        assert_eq!(guard_value(7, || panic!("boom")), 7);
    }

    #[test]
    fn freeing_twice_is_freeing_once() {
        let mut object = Some(Box::new(1));
        assert_eq!(free(Some(&mut object)), Status::Ok);
        assert_eq!(free(Some(&mut object)), Status::Ok);
        assert!(object.is_none());
        assert_eq!(free::<u8>(None), Status::NullArgument);
    }
}
