"""Pandera over a pandas frame, lazily, so that every failure is collected.

As in `pandera_polars.py`: every column is read as text, and beside it stands its value, where it has a type.
"""

import pandera.pandas as pa
from pyarrow import set_cpu_count

from pandas_frames import read, values
from tables import BOOLEANS, FIELD_COUNT, QUOTE, arguments, say


def of_text(column):
    checks = []
    if column.pattern:
        checks.append(pa.Check.str_matches(column.pattern, error="no_match"))
    if column.min_length is not None:
        checks.append(pa.Check.str_length(min_value=column.min_length, error="too_short"))
    if column.max_length is not None:
        checks.append(pa.Check.str_length(max_value=column.max_length, error="too_long"))
    if column.enum:
        checks.append(pa.Check.isin(column.enum, error="unlisted"))
    if column.type == "boolean":
        checks.append(pa.Check.isin(BOOLEANS, error="invalid"))
    return checks


def of_value(column, text):
    checks = [pa.Check(lambda parsed: text.isna() | parsed.notna(), error="invalid", ignore_na=False)]
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum, error="below_minimum"))
    if column.exclusive_minimum is not None:
        checks.append(pa.Check.gt(column.exclusive_minimum, error="below_minimum"))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum, error="above_maximum"))
    return checks


def main():
    columns, file, threads = arguments()
    set_cpu_count(threads)
    frame, refused = read(columns, file)
    rows = len(frame) + refused
    frame = frame.where(frame != "")
    typed = {column.name + " value": column for column in columns if column.type not in ("string", "boolean")}
    frame = frame.assign(**{name: values(column, frame[column.name]) for name, column in typed.items()})
    schema = {column.name: pa.Column(None, of_text(column), nullable=not column.required) for column in columns}
    for name, column in typed.items():
        schema[name] = pa.Column(None, of_value(column, frame[column.name]), nullable=True)
    counts = {FIELD_COUNT: refused}
    try:
        pa.DataFrameSchema(schema).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        for (name, check), count in errors.failure_cases.groupby(["column", "check"]).size().items():
            column = typed.get(name) or next(column for column in columns if column.name == name)
            counts[column.label("null" if check.startswith("not_nullable") else check)] = count
    for column in columns:
        if column.unique:
            # `unique=True` counts every row that has a repeated key, the first one too.
            counts[column.label("duplicate")] = int(frame[column.name].dropna().duplicated().sum())
    say(rows, counts, [QUOTE])


main()
