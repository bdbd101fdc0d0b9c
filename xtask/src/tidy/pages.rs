//! Checks that pages generated from the source are up to date.

use anyhow::Result;

use super::Findings;
use crate::project::Project;
use crate::{docs, header};

pub(crate) fn check(project: &Project, _files: &[String], findings: &mut Findings) -> Result<()> {
    for difference in
        docs::CHECKS.differences(project)?.into_iter().chain(header::HEADER.differences(project)?)
    {
        findings.error(difference);
    }
    Ok(())
}
