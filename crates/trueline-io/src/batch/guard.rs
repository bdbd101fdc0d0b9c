//! Decoders of others may panic over bytes that nobody expected; that is an input that cannot be read, not the end of the process.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use super::Problem;

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread is one of a decoder of Parquet or Arrow, which is caught and told as an input that cannot be read. A panic hook
/// has nothing to say then.
pub fn catches_panics() -> bool {
    IS_GUARDED.get()
}

/// Keeps those panics from being printed: a hook before the one that is there now, set once in a process. For programs; a library leaves the hooks
/// of its program alone.
pub fn silence_caught_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !catches_panics() {
                hook(panic);
            }
        }));
    });
}

/// Does some decoding. A panic in it becomes a problem at `byte_offset`, and `what` is not used again.
pub(crate) fn guard<T>(byte_offset: u64, what: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    // Whoever is left in the middle of something is dropped: callers end with the first problem.
    let was_guarded = IS_GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(what));
    IS_GUARDED.set(was_guarded);
    done.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        let text = text.unwrap_or_else(|| "no reason given".to_owned());
        Err(Problem::damaged(byte_offset, format!("cannot be decoded: {text}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_problem_with_a_place() {
        let caught = guard(7, || -> Result<(), Problem> {
            assert!(guard(8, || Ok(())).is_ok() && catches_panics());
            panic!("of {}", "this kind")
        });
        assert!(!catches_panics());
        let failure = caught.unwrap_err().within("the page").into_failure("parquet");
        assert_eq!((failure.code, failure.byte_offset), ("parquet.damaged", 7));
        assert_eq!(failure.message, "the page cannot be decoded: of this kind; get the file again");
        assert!(guard(7, || Ok(1)).is_ok());
    }
}
