//! Schemas, ready for validation.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::types::PyDict;
use trueline::{Language, Validator, ValidatorBuilder, document};

use crate::data::Job;
use crate::error;
use crate::option;
use crate::report::Report;
use crate::run::{self, RunControl};
use crate::stream::Stream;

/// The chunk size for small inputs, which fit into one chunk: allocating a large one costs more than the
/// validation.
const SMALL_CHUNK_BYTES: usize = 16 << 10;

/// A parsed schema document, and the validator with default options that small inputs share.
#[pyclass(frozen, module = "trueline._native")]
pub(crate) struct Schema {
    document: trueline::Schema,
    canonical: OnceLock<String>,
    fingerprint: OnceLock<String>,
    validator: OnceLock<Arc<Validator>>,
}

impl Schema {
    fn new(document: trueline::Schema) -> Self {
        Self {
            document,
            canonical: OnceLock::new(),
            fingerprint: OnceLock::new(),
            validator: OnceLock::new(),
        }
    }

    pub(crate) fn document(&self) -> &trueline::Schema {
        &self.document
    }

    /// A builder with options.
    fn builder(
        &self,
        py: Python<'_>,
        options: Option<&Bound<'_, PyDict>>,
        job: &Job,
        control: &RunControl,
    ) -> PyResult<ValidatorBuilder> {
        let builder = Validator::builder(self.document.clone()).cancel(control.cancel.clone());
        let builder = builder.temporaries(control.temporaries.clone());
        match options {
            Some(options) => option::apply(py, builder, options, job, control),
            None => Ok(builder),
        }
    }

    /// The validator with default options for small inputs. It cannot be cancelled.
    pub(crate) fn default_validator(&self, py: Python<'_>) -> PyResult<Arc<Validator>> {
        if let Some(validator) = self.validator.get() {
            return Ok(Arc::clone(validator));
        }
        let builder = Validator::builder(self.document.clone()).threads(1).chunk_bytes(SMALL_CHUNK_BYTES);
        let validator = builder.build().map_err(|error| error::engine(py, &error))?;
        Ok(Arc::clone(self.validator.get_or_init(|| Arc::new(validator))))
    }

    /// A validator with one thread that can be cancelled.
    pub(crate) fn cancellable_validator(&self, py: Python<'_>, control: &RunControl) -> PyResult<Validator> {
        let builder = Validator::builder(self.document.clone()).threads(1).cancel(control.cancel.clone());
        let builder = builder.temporaries(control.temporaries.clone());
        builder.build().map_err(|error| error::engine(py, &error))
    }
}

#[pymethods]
impl Schema {
    /// Read a document of `language` (`yaml`, `json` or `toml`); `name` identifies it in errors.
    #[staticmethod]
    fn parse(py: Python<'_>, text: &str, language: &str, name: &str) -> PyResult<Self> {
        let language = Language::from_extension(language)
            .ok_or_else(|| error::option(py, "the language of a schema is yaml, json or toml"))?;
        let schema = trueline::Schema::parse(text, language)
            .map_err(|fault| error::schema(py, fault.render(name, text), fault.errors()))?;
        let schema = Self::new(schema);
        // A schema that cannot be compiled is an error.
        schema.default_validator(py)?;
        Ok(schema)
    }

    /// Compose a schema from all documents below a folder, and return it with its text in YAML.
    #[staticmethod]
    fn compose(py: Python<'_>, folder: PathBuf) -> PyResult<(Self, String)> {
        let composed =
            py.detach(move || document::compose(folder)).map_err(|error| error::engine(py, &error))?;
        let schema = Self::new(composed.schema);
        schema.default_validator(py)?;
        Ok((schema, composed.yaml))
    }

    /// The name.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.document.name.as_deref()
    }

    /// The name and type of each field, in order.
    #[getter]
    fn fields(&self) -> Vec<(&str, String)> {
        self.document.fields.iter().map(|field| (&*field.name, field.data_type.to_string())).collect()
    }

    /// The id of every check, including implied ones, in report order.
    #[getter]
    fn check_ids(&self) -> Vec<String> {
        self.document.resolved_checks().into_iter().map(|check| check.id).collect()
    }

    /// The canonical document as JSON.
    #[getter]
    fn canonical(&self) -> &str {
        self.canonical.get_or_init(|| self.document.canonical())
    }

    /// The hash of the canonical document.
    #[getter]
    fn fingerprint(&self) -> &str {
        self.fingerprint.get_or_init(|| self.document.fingerprint())
    }

    /// Validate data with options; see `trueline.Schema.validate`.
    #[pyo3(signature = (data, **options))]
    fn validate(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Report> {
        let control = option::control(options)?;
        let job = Job::of(data, &control)?;
        if options.is_none_or(|options| options.values().iter().all(|value| value.is_none()))
            && job.is_small()
        {
            return run::run_on_calling_thread(py, &self.default_validator(py)?, job, &control);
        }
        let builder = self.builder(py, options, &job, &control)?;
        let job = if option::mask(options, &job)? { job.with_mask() } else { job };
        let validator = builder.build().map_err(|error| error::engine(py, &error))?;
        run::run_on_thread(py, validator, job, &control)
    }

    /// Validate data in parts; see `trueline.Schema.stream`.
    #[pyo3(signature = (data, **options))]
    fn stream(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Stream> {
        let control = option::control(options)?;
        let job = Job::of(data, &control)?;
        let builder = self.builder(py, options, &job, &control)?;
        Stream::start(py, builder, job, control)
    }
}
