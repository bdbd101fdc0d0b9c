//! Small programs that use trueline.
