//! The tokenizer on its own: positions of records and fields.

use std::mem::MaybeUninit;

use crate::buffer::Buffer;
use crate::csv::{CsvDialect, CsvIndex, CsvPositions};
use crate::fault::Error;
use crate::guard::{free, guard};
use crate::pointer::{object, output, slice};
use crate::status::Status;

/// Fills a dialect with its defaults: RFC 4180.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_csv_dialect_init(
    dialect: Option<&mut MaybeUninit<CsvDialect>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        output("dialect", dialect)?.write(CsvDialect::default());
        Ok(())
    })
}

/// Finds the records and fields of `length` bytes of CSV, with the vector instructions of the machine.
/// `dialect` may be NULL for RFC 4180.
///
/// Malformed quoting and invalid UTF-8 are not errors, but faults of their record.
/// `TRUELINE_STATUS_INVALID_ARGUMENT` if the dialect is not usable or a record is longer than 4 GiB;
/// `TRUELINE_STATUS_UTF8` if the data begins with the byte order mark of UTF-16.
///
/// The index takes 16 bytes of memory per field and 8 per record, and up to three times as much while it is
/// made. A field may be a single comma, so index data of unknown origin in pieces. You own `*index`; free it
/// with `trueline_csv_index_free`. It does not need the bytes.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_csv_index(
    data: *const u8,
    length: usize,
    dialect: Option<&CsvDialect>,
    index: Option<&mut MaybeUninit<Box<CsvIndex>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let place = output("index", index)?;
        let dialect = dialect.copied().unwrap_or_default().read()?;
        place.write(Box::new(CsvIndex::new(slice("data", data, length)?, &dialect)?));
        Ok(())
    })
}

/// Gets the positions, which belong to the index.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_csv_index_positions(
    index: Option<&CsvIndex>,
    positions: Option<&mut MaybeUninit<CsvPositions>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let (index, place) = (object("index", index)?, output("positions", positions)?);
        place.write(index.positions());
        Ok(())
    })
}

/// Frees an index and sets the pointer to NULL. Does nothing if it is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_csv_index_free(index: Option<&mut Option<Box<CsvIndex>>>) -> Status {
    free(index)
}

/// Gets the content of a field of `length` bytes, quoted or not, without its quotes and escapes. `dialect`
/// may be NULL for RFC 4180.
///
/// `TRUELINE_STATUS_INVALID_ARGUMENT` if the dialect is not usable. You own `*content`.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_csv_unquote(
    data: *const u8,
    length: usize,
    dialect: Option<&CsvDialect>,
    content: Option<&mut MaybeUninit<Box<Buffer>>>,
    error: Option<&mut MaybeUninit<Box<Error>>>,
) -> Status {
    guard(error, || {
        let place = output("content", content)?;
        let dialect = dialect.copied().unwrap_or_default().read()?;
        let field = trueline::tokenizer::unquote(slice("data", data, length)?, &dialect);
        place.write(Box::new(Buffer::new(field.into_owned())));
        Ok(())
    })
}
