//! Decoders of others may panic over bytes that nobody expected; that is an input that cannot be read, not the end of the process.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Problem;

/// Does some decoding. A panic in it becomes a problem at `byte_offset`, and `what` is not used again.
pub(crate) fn guard<T>(byte_offset: u64, what: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    // Whoever is left in the middle of something is dropped: callers end with the first problem.
    catch_unwind(AssertUnwindSafe(what)).unwrap_or_else(|panic| {
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
        let caught = guard(7, || -> Result<(), Problem> { panic!("of {}", "this kind") });
        let failure = caught.unwrap_err().within("the page").into_failure("parquet");
        assert_eq!((failure.code, failure.byte_offset), ("parquet.damaged", 7));
        assert_eq!(failure.message, "the page cannot be decoded: of this kind; get the file again");
        assert!(guard(7, || Ok(1)).is_ok());
    }
}
