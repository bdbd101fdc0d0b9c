//! Writes all violations to a file.

use trueline_io::{ErrorsFormat, ErrorsOptions, ErrorsWriter, OutputFile, Source};
use trueline_report::{Report, Violation};
use trueline_validate::{Findings, Plan};

use crate::error::{Error, ErrorKind};
use crate::validator::Validator;

/// The file of violations of one run.
pub(in super::super) struct ErrorsOutput {
    writer: ErrorsWriter,
    written: u64,
}

fn fail(source: trueline_io::Error) -> Error {
    Error::output(source)
}

impl ErrorsOutput {
    /// Creates the file that a run writes, if any.
    pub(super) fn open(validator: &Validator, sources: &[&dyn Source]) -> Result<Option<Self>, Error> {
        let outputs = &validator.outputs;
        let Some(path) = &outputs.errors else { return Ok(None) };
        let names = sources.iter().map(|source| source.name());
        let options = ErrorsOptions::default().raw_cells(outputs.raw_cells).input_names(names);
        let format = ErrorsFormat::from_file_name(&path.display().to_string());
        if outputs.raw_cells && format.is_some_and(|format| format != ErrorsFormat::Csv) {
            let name = path.display().to_string();
            let expected = "CSV where cells are to be raw; other forms are exact in any case".to_owned();
            return Err(Error::new(ErrorKind::OutputName { name, expected }));
        }
        let writer = ErrorsWriter::create_among(path, &options, &outputs.temporaries);
        let writer = writer.map_err(|source| match source.kind() {
            trueline_io::ErrorKind::OutputForm { name, known } => Error::new(ErrorKind::OutputName {
                name: name.clone(),
                expected: format!("of another name: violations are written to a file that ends in {known}"),
            }),
            trueline_io::ErrorKind::NotBuilt { name, feature } => Error::new(ErrorKind::OutputName {
                name: name.clone(),
                expected: format!("in another form: this program was built without the feature `{feature}`"),
            }),
            _ => fail(source),
        })?;
        Ok(Some(Self { writer, written: 0 }))
    }

    /// Writes the violations of the rows of a piece, given the numbers of rows and line endings before it in the input with index
    /// `input`.
    pub(in super::super) fn write_piece(
        &mut self,
        findings: &Findings,
        plan: &Plan,
        input: u32,
        rows: u64,
        lines: u64,
    ) -> Result<(), Error> {
        findings.visit(plan, input, rows, lines, &mut |violation| self.write(violation))
    }

    /// Writes violations.
    pub(in super::super) fn write_all(&mut self, violations: &[Violation]) -> Result<(), Error> {
        violations.iter().try_for_each(|violation| self.write(violation))
    }

    fn write(&mut self, violation: &Violation) -> Result<(), Error> {
        self.written += 1;
        self.writer.write(violation).map_err(fail)
    }

    /// Syncs the file without renaming it into place.
    ///
    /// **Errors**: it does not have as many violations as the report counts; the file cannot be written.
    pub(super) fn finish(self, report: &Report) -> Result<OutputFile, Error> {
        let counted = report.violations.len() as u64 + report.violations_omitted;
        if self.written != counted {
            let message = format!("{counted} violations were counted and {} written", self.written);
            return Err(Error::new(ErrorKind::Internal { message }));
        }
        let mut file = self.writer.into_file().map_err(fail)?;
        file.finish().map_err(fail)?;
        Ok(file)
    }
}
