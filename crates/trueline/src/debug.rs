//! How validators are shown for debugging: by their schema, without data or callbacks.

use std::fmt;

use crate::record::RecordValidator;
use crate::validator::{Validator, ValidatorBuilder};

impl fmt::Debug for Validator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Validator");
        shown.field("schema", &self.schema.name).field("plan", &self.plan).field("threads", &self.threads);
        shown.finish_non_exhaustive()
    }
}

impl fmt::Debug for ValidatorBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ValidatorBuilder").field("schema", &self.schema.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for RecordValidator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RecordValidator").field("validator", &self.validator).finish_non_exhaustive()
    }
}
