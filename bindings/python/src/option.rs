//! The options of a run, by their Python names.

use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use trueline::{Format, Limits, Trust, ValidatorBuilder};

use crate::cache::Cache;
use crate::cancel::Cancel;
use crate::custom;
use crate::data::Job;
use crate::error;
use crate::run::{self, RunControl};

/// Sets every option that is not `None`.
pub(crate) fn apply(
    py: Python<'_>,
    mut builder: ValidatorBuilder,
    options: &Bound<'_, PyDict>,
    job: &Job,
    control: &RunControl,
) -> PyResult<ValidatorBuilder> {
    for (name, value) in options {
        if value.is_none() {
            continue;
        }
        let name: String = name.extract()?;
        builder = match &*name {
            "format" => builder.format(format(&value, job)?),
            "threads" => builder.threads(number(&name, &value)?),
            "chunk_bytes" => builder.chunk_bytes(number(&name, &value)?),
            "sample_limit" => builder.sample_limit(number(&name, &value)?),
            "max_violations" => builder.max_violations(number(&name, &value)?),
            "trust_statistics" => builder.trust_statistics(trust(&value)?),
            "progress" => builder.progress(run::progress_function(&value, control)?),
            "valid_out" => builder.valid_out(path(&name, &value)?),
            "invalid_out" => builder.invalid_out(path(&name, &value)?),
            "errors_out" => builder.errors_out(path(&name, &value)?),
            "spill_dir" => builder.spill_dir(path(&name, &value)?),
            "reasons" => builder.reasons(text(&name, &value)?),
            "limits" => builder.limits(limits(&value)?),
            "cache" => builder.cache(cache(&value)?),
            "custom" => custom::checks(&value)?.into_iter().fold(builder, ValidatorBuilder::custom),
            // The functions `control` and `mask` read these two.
            "cancel" | "mask" => builder,
            _ => return Err(error::option(py, format!("there is no option `{name}`"))),
        };
    }
    Ok(builder)
}

/// The control of a run, with the flag from the option `cancel` if given.
pub(crate) fn control(options: Option<&Bound<'_, PyDict>>) -> PyResult<RunControl> {
    let given = options.map(|options| options.get_item("cancel")).transpose()?.flatten();
    let Some(given) = given.filter(|given| !given.is_none()) else {
        return Ok(RunControl::new(trueline::Cancel::new()));
    };
    let Ok(cancel) = given.cast::<Cancel>() else {
        let found = short_repr(&given);
        return Err(error::option(given.py(), format!("cancel must be a trueline.Cancel, not {found}")));
    };
    Ok(RunControl::new(cancel.get().0.clone()))
}

/// Whether the validity of each row is requested, which only Arrow data supports.
pub(crate) fn mask(options: Option<&Bound<'_, PyDict>>, job: &Job) -> PyResult<bool> {
    let given = options.map(|options| options.get_item("mask")).transpose()?.flatten();
    let Some(given) = given.filter(|given| !given.is_none()) else { return Ok(false) };
    let is_asked: bool = given.extract().map_err(|_| {
        error::option(given.py(), format!("mask must be True or False, not {}", short_repr(&given)))
    })?;
    if is_asked && !matches!(job, Job::Batches(_)) {
        let text = "mask is for Arrow data; rows of files go to files with valid_out and invalid_out";
        return Err(error::option(given.py(), text));
    }
    Ok(is_asked)
}

/// An integer of at least 0.
fn number<'py, T>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<T>
where
    T: for<'a> FromPyObject<'a, 'py>,
{
    value.extract().map_err(|_| {
        let found = short_repr(value);
        error::option(value.py(), format!("{name} must be a whole number of at least 0, not {found}"))
    })
}

fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    value
        .extract()
        .map_err(|_| error::option(value.py(), format!("{name} must be text, not {}", short_repr(value))))
}

fn path(name: &str, value: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    value
        .extract()
        .map_err(|_| error::option(value.py(), format!("{name} must be a path, not {}", short_repr(value))))
}

fn format(value: &Bound<'_, PyAny>, job: &Job) -> PyResult<Format> {
    let py = value.py();
    let asked = named(value)?;
    match job.format() {
        Some(format) if format != asked => {
            let (format, asked) = (format.name(), asked.name());
            Err(error::option(py, format!("these data are {format}, and format says {asked}; leave it out")))
        }
        _ => Ok(asked),
    }
}

fn named(value: &Bound<'_, PyAny>) -> PyResult<Format> {
    let name = value.cast::<PyString>().ok().and_then(|name| name.to_str().ok());
    name.and_then(Format::from_name).ok_or_else(|| {
        let found = short_repr(value);
        error::option(value.py(), format!("format must be csv, jsonl, parquet or arrow, not {found}"))
    })
}

fn trust(value: &Bound<'_, PyAny>) -> PyResult<Trust> {
    match value.cast::<PyString>().ok().and_then(|name| name.to_str().ok()) {
        Some("never") => Ok(Trust::Never),
        Some("prove") => Ok(Trust::Prove),
        Some("audit") => Ok(Trust::Audit),
        _ => {
            let found = short_repr(value);
            Err(error::option(
                value.py(),
                format!("trust_statistics must be never, prove or audit, not {found}"),
            ))
        }
    }
}

/// Limits by their names in Rust; `None` removes an optional limit.
fn limits(value: &Bound<'_, PyAny>) -> PyResult<Limits> {
    let py = value.py();
    let given = value
        .cast::<PyDict>()
        .map_err(|_| error::option(py, format!("limits must be a dict, not {}", short_repr(value))))?;
    let mut limits = Limits::default();
    for (name, value) in given {
        let name: String = name.extract()?;
        limits = match &*name {
            "max_record_bytes" => limits.max_record_bytes(number(&name, &value)?),
            "max_field_bytes" => limits.max_field_bytes(number(&name, &value)?),
            "max_columns" => limits.max_columns(number(&name, &value)?),
            "max_depth" => limits.max_depth(number(&name, &value)?),
            "max_ratio" => limits.max_ratio(number(&name, &value)?),
            "max_decompressed_bytes" => limits.max_decompressed_bytes(number(&name, &value)?),
            "max_metadata_bytes" => limits.max_metadata_bytes(number(&name, &value)?),
            "max_row_groups" => limits.max_row_groups(number(&name, &value)?),
            "max_pages" => limits.max_pages(number(&name, &value)?),
            "max_page_bytes" => limits.max_page_bytes(number(&name, &value)?),
            "max_batch_values" => limits.max_batch_values(number(&name, &value)?),
            "max_batch_bytes" => limits.max_batch_bytes(number(&name, &value)?),
            "max_spool_bytes" => limits.max_spool_bytes(number(&name, &value)?),
            "key_memory_bytes" => limits.key_memory_bytes(number(&name, &value)?),
            _ => return Err(error::option(py, format!("there is no limit `{name}`"))),
        };
    }
    Ok(limits)
}

fn cache(value: &Bound<'_, PyAny>) -> PyResult<trueline::Cache> {
    let cache = value.cast::<Cache>().map_err(|_| {
        error::option(
            value.py(),
            format!("cache must be a trueline._native.Cache, not {}", short_repr(value)),
        )
    })?;
    Ok(cache.get().cache.clone())
}

/// The `repr` of a value, truncated if long.
fn short_repr(value: &Bound<'_, PyAny>) -> String {
    let text =
        value.repr().map_or_else(|_| "what it is".to_owned(), |text| text.to_string_lossy().into_owned());
    text.chars().take(80).collect()
}
