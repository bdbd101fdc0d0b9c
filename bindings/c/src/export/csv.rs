//! The tokenizer alone: where records and fields are.

use std::mem::MaybeUninit;

use crate::buffer::Buffer;
use crate::csv::{CsvDialect, CsvIndex, CsvPositions};
use crate::fault::Error;
use crate::guard::{free, guard};
use crate::pointer::{object, output, run};
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

/// Finds the records and fields of `length` bytes of CSV, with the vector instructions of the machine. `dialect` may be NULL, for RFC 4180.
///
/// Broken quoting and bad UTF-8 are no errors but faults of their record. It takes 16 bytes of memory per field. `*index` is yours; free it
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
        place.write(Box::new(CsvIndex::new(run("data", data, length)?, &dialect)?));
        Ok(())
    })
}

/// The positions, which belong to the index.
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

/// Frees an index and sets the pointer to NULL. A pointer that is NULL stays so.
#[unsafe(no_mangle)]
pub extern "C" fn trueline_csv_index_free(index: Option<&mut Option<Box<CsvIndex>>>) -> Status {
    free(index)
}

/// The content of a field of `length` bytes that stands in quotes or not: without its quotes and escapes. `dialect` may be NULL, for RFC 4180.
/// `*content` is yours.
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
        let field = trueline::tokenizer::unquote(run("data", data, length)?, &dialect);
        place.write(Box::new(Buffer::new(field.into_owned())));
        Ok(())
    })
}
