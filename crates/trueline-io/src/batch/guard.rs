//! Third-party decoders may panic on unexpected bytes. That makes the input unreadable but must not end the process.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use super::Problem;

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Returns whether a panic of the current thread comes from a Parquet or Arrow decoder and is caught and reported as an
/// unreadable input. A panic hook should then stay silent.
pub fn catches_panics() -> bool {
    IS_GUARDED.get()
}

/// Silences those panics with a hook in front of the current one, installed once per process. For programs; a library should not
/// change the hooks of its program.
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

/// Calls a decoder. A panic in it becomes a problem at `byte_offset`.
pub(crate) fn guard<T>(byte_offset: u64, what: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    // Values left in an inconsistent state are dropped: callers end with the first problem.
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
