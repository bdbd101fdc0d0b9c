"""pandas: every column read as text by its fastest reader, then vectorised checks. The reading has as many threads as allowed.

Records with another number of cells are counted by the reader's own handler. That reader takes line ends inside of cells for
ends of records where its pieces meet, so the table that has some is read by the slower one, which fills short records
with empty text and leaves long ones out with a warning.
"""

import warnings
from collections import Counter

import pandas as pd
import pyarrow as pa

from tables import BOOLEANS, FIELD_COUNT, HOLDING_LINE_ENDS, INTEGERS, QUOTE, arguments, say, table


def read(columns, file):
    """The rows, and the number of records left out."""
    options = {"dtype": "str", "keep_default_na": False, "na_values": []}
    if table() not in HOLDING_LINE_ENDS:
        refused = []

        def refuse(row):
            refused.append(row.actual_columns)
            return "skip"

        return pd.read_csv(file, engine="pyarrow", on_bad_lines=refuse, **options), len(refused)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", pd.errors.ParserWarning)
        names = [column.name for column in columns]
        frame = pd.read_csv(file, on_bad_lines="warn", names=names, header=0, index_col=False, **options)
    return frame, sum(str(warning.message).count("Skipping line") for warning in caught)


def values(column, text):
    """Numbers or times; null where the text is no value of the type."""
    if column.is_number:
        return pd.to_numeric(text.where(text.str.fullmatch(column.grammar)), errors="coerce")
    return pd.to_datetime(text, format=column.time_format, errors="coerce", exact=True)


def faults(column, cells):
    """Code and mask of each fault."""
    if column.required:
        yield "null", cells == ""
    text = cells[cells != ""]
    if column.type == "boolean":
        yield "invalid", ~text.isin(BOOLEANS)
    elif column.type != "string":
        parsed = values(column, text)
        yield "invalid", parsed.isna()
    if column.type in INTEGERS:
        limit = 1 << (INTEGERS[column.type] - 1)
        yield "out_of_range", (parsed < -limit) | (parsed >= limit)
    if column.minimum is not None:
        yield "below_minimum", parsed < column.minimum
    if column.exclusive_minimum is not None:
        yield "below_minimum", parsed <= column.exclusive_minimum
    if column.maximum is not None:
        yield "above_maximum", parsed > column.maximum
    if column.pattern:
        yield "no_match", ~text.str.fullmatch(column.pattern)
    if column.min_length is not None:
        yield "too_short", text.str.len() < column.min_length
    if column.max_length is not None:
        yield "too_long", text.str.len() > column.max_length
    if column.enum:
        yield "unlisted", ~text.isin(column.enum)


def main():
    columns, file, threads = arguments()
    pa.set_cpu_count(threads)
    frame, refused = read(columns, file)
    counts = Counter({FIELD_COUNT: refused})
    for column in columns:
        cells = frame[column.name]
        for code, mask in faults(column, cells):
            counts[column.label(code)] += int(mask.sum())
        if column.unique:
            counts[column.label("duplicate")] = int(cells[cells != ""].duplicated().sum())
    say(len(frame) + refused, counts, [QUOTE])


if __name__ == "__main__":
    main()
