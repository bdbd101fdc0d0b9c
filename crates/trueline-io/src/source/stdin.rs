//! Standard input.

use std::io::Read;

use super::Source;
use crate::error::Error;

/// Standard input; it can be read once.
#[derive(Clone, Copy, Debug, Default)]
pub struct StdinSource(());

impl StdinSource {
    /// Standard input.
    pub fn new() -> Self {
        Self(())
    }
}

impl Source for StdinSource {
    fn name(&self) -> &'static str {
        "<stdin>"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        Ok(Box::new(std::io::stdin()))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}
