//! Writes a Python record as a line of JSON.
//!
//! Values without a JSON type are written in the notation that schemas read: dates and times in ISO 8601,
//! decimals as numbers with all their digits, bytes in base64, durations as `PT…S`, and NaN and infinities as
//! strings (which are not numbers, so that type checks fail).

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;

use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::iter::BoundDictIterator;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};

/// The maximum nesting of values; the engine's own limit is lower.
const MAX_DEPTH: usize = 200;

/// The maximum number of cached keys, and of their bytes.
const MAX_KEYS: usize = 256;
const MAX_KEY_BYTES: usize = 16 << 10;

/// The keys of the last dict as JSON, with their punctuation. The next dict usually has the same keys, as
/// identical objects, so their JSON is copied.
#[derive(Default)]
pub(crate) struct KeyCache {
    /// The key objects, and the ranges of their JSON in `text`.
    known: Vec<(Py<PyString>, Range<usize>)>,
    text: Vec<u8>,
}

impl KeyCache {
    /// Appends a record, which must be a mapping.
    pub(crate) fn push_record(&mut self, record: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> PyResult<()> {
        let Ok(dict) = record.cast::<PyDict>() else { return push_record(record, out) };
        if dict.is_empty() {
            out.extend_from_slice(b"{}");
            return Ok(());
        }
        let mut pairs = Pairs::of(dict);
        let mut index = 0;
        while let Some((key, value)) = pairs.next()? {
            match self.known.get(index) {
                Some((known, text)) if known.is(&key) => {
                    out.extend_from_slice(&self.text[text.clone()]);
                }
                _ => {
                    let start = out.len();
                    out.push(if index == 0 { b'{' } else { b',' });
                    push_key(&key, out)?;
                    self.cache(index, &key, &out[start..]);
                }
            }
            push(&value, out, 1)?;
            index += 1;
        }
        out.push(b'}');
        Ok(())
    }

    /// Caches a key, unless it is of a subclass of `str`. Later keys are removed.
    fn cache(&mut self, index: usize, key: &Bound<'_, PyAny>, text: &[u8]) {
        self.known.truncate(index);
        let start = self.known.last().map_or(0, |(_, text)| text.end);
        self.text.truncate(start);
        let has_room = index < MAX_KEYS && start + text.len() <= MAX_KEY_BYTES;
        if let (true, true, Ok(key)) = (has_room, self.known.len() == index, key.cast_exact::<PyString>()) {
            self.text.extend_from_slice(text);
            self.known.push((key.clone().unbind(), start..self.text.len()));
        }
    }
}

/// The pairs of a dict, which code of its values or other threads may change during the iteration.
struct Pairs<'d, 'py> {
    dict: &'d Bound<'py, PyDict>,
    rest: BoundDictIterator<'py>,
    length: usize,
    left: usize,
}

impl<'d, 'py> Pairs<'d, 'py> {
    fn of(dict: &'d Bound<'py, PyDict>) -> Self {
        Self { dict, rest: dict.iter(), length: dict.len(), left: dict.len() }
    }

    /// The next pair.
    ///
    /// **Errors**: the number of pairs of the dict has changed.
    fn next(&mut self) -> PyResult<Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)>> {
        if self.dict.len() != self.length {
            return Err(PyRuntimeError::new_err("a record changed while it was read"));
        }
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        Ok(self.rest.next())
    }
}

/// Appends a record, which must be a mapping.
fn push_record(record: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> PyResult<()> {
    if record.cast::<PyDict>().is_ok() || record.cast::<PyMapping>().is_ok() {
        return push(record, out, 0);
    }
    let kind = record.get_type().name()?.to_string();
    Err(PyTypeError::new_err(format!("a record must be a dict, not {kind}")))
}

fn push(value: &Bound<'_, PyAny>, out: &mut Vec<u8>, depth: usize) -> PyResult<()> {
    if depth > MAX_DEPTH {
        return Err(PyValueError::new_err(format!("a record must not be nested deeper than {MAX_DEPTH}")));
    }
    if value.is_none() {
        out.extend_from_slice(b"null");
    } else if let Ok(text) = value.cast::<PyString>() {
        push_text(text.to_str()?, out);
    } else if let Ok(boolean) = value.cast::<PyBool>() {
        out.extend_from_slice(if boolean.is_true() { b"true" } else { b"false" });
    } else if let Ok(number) = value.cast::<PyInt>() {
        push_integer(number, out)?;
    } else if let Ok(number) = value.cast::<PyFloat>() {
        push_float(number, out);
    } else if let Ok(record) = value.cast::<PyDict>() {
        let mut object = ObjectWriter::open(out);
        let mut pairs = Pairs::of(record);
        while let Some((key, value)) = pairs.next()? {
            object.push(&key, &value, depth)?;
        }
        object.close();
    } else if let Ok(list) = value.cast::<PyList>() {
        push_items(list.iter(), out, depth)?;
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        push_items(tuple.iter(), out, depth)?;
    } else if let Ok(bytes) = value.cast::<PyBytes>() {
        let text = value.py().import("base64")?.call_method1("b64encode", (bytes,))?;
        push_text(&String::from_utf8_lossy(text.cast::<PyBytes>()?.as_bytes()), out);
    } else if let Ok(mapping) = value.cast::<PyMapping>() {
        let mut object = ObjectWriter::open(out);
        for pair in mapping.items()?.iter() {
            let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
            object.push(&key, &value, depth)?;
        }
        object.close();
    } else {
        push_other(value, out, depth)?;
    }
    Ok(())
}

/// Appends a value of a type that is recognised by the names of its module and class.
fn push_other(value: &Bound<'_, PyAny>, out: &mut Vec<u8>, depth: usize) -> PyResult<()> {
    let kind = value.get_type();
    // A subclass, such as the timestamps of pandas, is written like its base.
    let bases: Vec<String> = kind
        .mro()
        .iter()
        .filter_map(|class| {
            Some(format!("{}.{}", class.getattr("__module__").ok()?, class.getattr("__qualname__").ok()?))
        })
        .collect();
    let is = |names: &[&str]| bases.iter().any(|base| names.contains(&&**base));
    if is(&["decimal.Decimal"]) {
        // `__str__` of `Decimal` itself, because a subclass may override it.
        let text = value.py().import("decimal")?.getattr("Decimal")?.call_method1("__str__", (value,))?;
        let text = text.cast::<PyString>()?.to_str()?;
        if text.bytes().any(|byte| byte.is_ascii_digit()) && !text.contains('N') {
            out.extend_from_slice(text.as_bytes());
        } else {
            push_text(text, out);
        }
    } else if is(&["datetime.datetime", "datetime.date", "datetime.time"]) {
        let text = value.call_method0("isoformat")?;
        match text.cast::<PyString>()?.to_str()? {
            // The missing value of pandas for dates and times.
            "NaT" => out.extend_from_slice(b"null"),
            text => push_text(text, out),
        }
    } else if is(&["pandas._libs.missing.NAType", "pandas.api.typing.NAType"]) {
        out.extend_from_slice(b"null");
    } else if is(&["datetime.timedelta"]) {
        push_text(&duration(value)?, out);
    } else if is(&["uuid.UUID", "pathlib.PurePath"]) {
        push_text(value.str()?.to_str()?, out);
    } else if is(&["enum.Enum"]) {
        push(&value.getattr("value")?, out, depth + 1)?;
    } else if is(&["numpy.generic"]) {
        push_numpy(value, is(&["numpy.datetime64"]), is(&["numpy.timedelta64"]), out, depth)?;
    } else if is(&["numpy.ndarray"]) {
        push(&value.call_method0("tolist")?, out, depth + 1)?;
    } else {
        let kind = kind.fully_qualified_name()?.to_string();
        return Err(PyTypeError::new_err(format!("a record cannot have a value of {kind}")));
    }
    Ok(())
}

/// Appends a scalar of `numpy` as the Python object that its `item` returns. For times and durations in nanoseconds, for which
/// Python has no type, `item` returns an integer: they are written as strings.
fn push_numpy(
    value: &Bound<'_, PyAny>,
    is_time: bool,
    is_duration: bool,
    out: &mut Vec<u8>,
    depth: usize,
) -> PyResult<()> {
    let item = value.call_method0("item")?;
    if is_time && item.is_instance_of::<PyInt>() {
        push_text(value.str()?.to_str()?, out);
    } else if is_duration && item.is_instance_of::<PyInt>() {
        let nanos = value.call_method1("astype", ("timedelta64[ns]",))?.call_method0("item")?;
        push_text(&duration_of(nanos.extract()?), out);
    } else if item.get_type().is(value.get_type()) {
        // A float with more bits than that of Python, such as `longdouble`: `item` returns the scalar itself.
        push(&value.call_method0("__float__")?, out, depth + 1)?;
    } else {
        push(&item, out, depth + 1)?;
    }
    Ok(())
}

/// A duration as `PT…S`, exact to the microsecond, or to the nanosecond if the type has nanoseconds, as that of pandas.
fn duration(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let part = |name: &str| -> PyResult<i128> { value.getattr(name)?.extract() };
    let micros = (part("days")? * 86_400 + part("seconds")?) * 1_000_000 + part("microseconds")?;
    let nanos = if value.hasattr("nanoseconds")? { part("nanoseconds")? } else { 0 };
    Ok(duration_of(micros * 1_000 + nanos))
}

fn duration_of(nanos: i128) -> String {
    const SECOND: u128 = 1_000_000_000;
    let mut text = String::from(if nanos < 0 { "-PT" } else { "PT" });
    let nanos = nanos.unsigned_abs();
    let _infallible = write!(text, "{}", nanos / SECOND);
    match nanos % SECOND {
        0 => {}
        rest if rest % 1_000 == 0 => {
            let _infallible = write!(text, ".{:06}", rest / 1_000);
        }
        rest => {
            let _infallible = write!(text, ".{rest:09}");
        }
    }
    text.push('S');
    text
}

fn push_items<'py>(
    items: impl Iterator<Item = Bound<'py, PyAny>>,
    out: &mut Vec<u8>,
    depth: usize,
) -> PyResult<()> {
    out.push(b'[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push(&item, out, depth + 1)?;
    }
    out.push(b']');
    Ok(())
}

fn push_integer(number: &Bound<'_, PyInt>, out: &mut Vec<u8>) -> PyResult<()> {
    if let Ok(small) = number.extract::<i64>() {
        out.extend_from_slice(itoa::Buffer::new().format(small).as_bytes());
        return Ok(());
    }
    // `__repr__` of `int` itself, because a subclass may override it.
    let text = number.py().get_type::<PyInt>().call_method1("__repr__", (number,))?;
    out.extend_from_slice(text.cast::<PyString>()?.to_str()?.as_bytes());
    Ok(())
}

fn push_float(number: &Bound<'_, PyFloat>, out: &mut Vec<u8>) {
    let float = number.value();
    if float.is_finite() {
        out.extend_from_slice(zmij::Buffer::new().format_finite(float).as_bytes());
    } else {
        let text = if float.is_nan() {
            "NaN"
        } else if float > 0.0 {
            "inf"
        } else {
            "-inf"
        };
        push_text(text, out);
    }
}

/// A JSON object that is being written.
struct ObjectWriter<'o> {
    out: &'o mut Vec<u8>,
    is_first: bool,
}

impl<'o> ObjectWriter<'o> {
    fn open(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_first: true }
    }

    fn push(&mut self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>, depth: usize) -> PyResult<()> {
        if !self.is_first {
            self.out.push(b',');
        }
        self.is_first = false;
        push_key(key, self.out)?;
        push(value, self.out, depth + 1)
    }

    fn close(self) {
        self.out.push(b'}');
    }
}

/// Appends a key and its colon.
fn push_key(key: &Bound<'_, PyAny>, out: &mut Vec<u8>) -> PyResult<()> {
    let Ok(name) = key.cast::<PyString>() else {
        let kind = key.get_type().name()?.to_string();
        return Err(PyTypeError::new_err(format!("the keys of a record must be str, not {kind}")));
    };
    push_text(name.to_str()?, out);
    out.push(b':');
    Ok(())
}

fn push_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    out.extend_from_slice(bytes);
    if has_special(bytes) {
        out.truncate(out.len() - bytes.len());
        push_escaped(bytes, out);
    }
    out.push(b'"');
}

/// Whether any byte must be escaped in a string.
fn has_special(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else {
        return bytes.iter().any(|byte| matches!(byte, 0..0x20 | b'"' | b'\\'));
    };
    // The last word may overlap the one before it, so some bytes are tested twice.
    let words = bytes.as_chunks::<8>().0.iter().chain([last]);
    words.fold(0, |any, word| any | special(u64::from_le_bytes(*word))) != 0
}

/// Non-zero if one of eight bytes must be escaped.
fn special(word: u64) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let quotes = word ^ (u64::from(b'"') * LOW);
    let escapes = word ^ (u64::from(b'\\') * LOW);
    let quotes = quotes.wrapping_sub(LOW) & !quotes;
    let escapes = escapes.wrapping_sub(LOW) & !escapes;
    let control = word.wrapping_sub(0x20 * LOW) & !word;
    (quotes | escapes | control) & (0x80 * LOW)
}

#[cold]
fn push_escaped(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0..0x20 => {
                let _infallible = write!(out, "\\u{byte:04x}");
            }
            _ => out.push(*byte),
        }
    }
}
