"""PyArrow: its CSV reader with every column as text, then compute functions over the batches by as many threads.

Records with another number of cells are counted by the reader's own handler. There is no cast that gives null for what is no
value, so types are regular expressions, and the calendar is arithmetic.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from tables import BOOLEANS, FIELD_COUNT, INTEGERS, QUOTE, arguments, say

DAYS = pa.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], pa.int32())


def read(columns, file, counts):
    def refuse(_row):
        counts[FIELD_COUNT] += 1
        return "skip"

    return csv.read_csv(
        file,
        read_options=csv.ReadOptions(block_size=4 << 20),
        parse_options=csv.ParseOptions(newlines_in_values=True, invalid_row_handler=refuse),
        convert_options=csv.ConvertOptions(
            column_types={column.name: pa.string() for column in columns},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def is_text_of(column, text):
    """Whether each cell is a value of the column's type; null for null."""
    if column.type == "boolean":
        return pc.and_kleene(pc.is_in(text, pa.array(BOOLEANS)), pc.is_valid(text))
    fits = pc.match_substring_regex(text, f"^{column.grammar}$")
    if column.type in ("date", "timestamp"):
        fits = pc.and_(fits, is_of_calendar(column, pc.if_else(fits, text, None)))
    return fits


def is_of_calendar(column, text):
    """Whether day and time exist. The text has the right shape or is null."""
    part = lambda start, stop: pc.cast(pc.utf8_slice_codeunits(text, start, stop), pa.int32())
    year, month, day = part(0, 4), part(5, 7), part(8, 10)
    is_month = pc.and_(pc.greater_equal(month, 1), pc.less_equal(month, 12))
    multiple = lambda of: pc.equal(pc.multiply(pc.divide(year, of), of), year)
    is_leap = pc.and_(multiple(4), pc.or_(pc.invert(multiple(100)), multiple(400)))
    days = pc.take(DAYS, pc.if_else(is_month, month, 0))
    days = pc.add(days, pc.cast(pc.and_(is_leap, pc.equal(month, 2)), pa.int32()))
    exists = pc.and_(pc.greater_equal(day, 1), pc.less_equal(day, days))
    if column.type == "timestamp":
        for start, largest in ((11, 23), (14, 59), (17, 59)):
            exists = pc.and_(exists, pc.less_equal(part(start, start + 2), largest))
    return pc.fill_null(exists, False)


def faults(column, text):
    """Code and mask of each fault."""
    if column.required:
        yield "null", pc.is_null(text)
    if column.type != "string":
        fits = is_text_of(column, text)
        yield "invalid", pc.and_(pc.invert(pc.fill_null(fits, True)), pc.is_valid(text))
    if column.is_number:
        number = pc.cast(pc.if_else(fits, text, None), pa.float64() if column.type == "float64" else pa.int64())
        if column.type in INTEGERS and column.type != "int64":
            limit = 1 << (INTEGERS[column.type] - 1)
            yield "out_of_range", pc.or_(pc.less(number, -limit), pc.greater_equal(number, limit))
        if column.minimum is not None:
            yield "below_minimum", pc.less(number, column.minimum)
        if column.exclusive_minimum is not None:
            yield "below_minimum", pc.less_equal(number, column.exclusive_minimum)
        if column.maximum is not None:
            yield "above_maximum", pc.greater(number, column.maximum)
    if column.pattern:
        yield "no_match", pc.invert(pc.match_substring_regex(text, column.pattern))
    if column.min_length is not None:
        yield "too_short", pc.less(pc.utf8_length(text), column.min_length)
    if column.max_length is not None:
        yield "too_long", pc.greater(pc.utf8_length(text), column.max_length)
    if column.enum:
        yield "unlisted", pc.and_(pc.invert(pc.is_in(text, pa.array(column.enum))), pc.is_valid(text))


def judge(columns, batch):
    counts = Counter()
    for column in columns:
        for code, mask in faults(column, batch.column(column.name)):
            counts[column.label(code)] += pc.sum(mask).as_py() or 0
    return counts


def main():
    columns, file, threads = arguments()
    pa.set_cpu_count(threads)
    counts = Counter()
    table = read(columns, file, counts)
    with ThreadPoolExecutor(threads) as pool:
        for part in pool.map(lambda batch: judge(columns, batch), table.to_batches(max_chunksize=1 << 16)):
            counts.update(part)
    for column in columns:
        if column.unique:
            text = table.column(column.name)
            counts[column.label("duplicate")] = pc.count(text).as_py() - pc.count_distinct(text).as_py()
    say(table.num_rows + counts[FIELD_COUNT], counts, [QUOTE])


main()
