"""DuckDB: one aggregate query over `read_csv` with every column as text, or over `read_parquet`.

Records that do not fit are rejected and counted by DuckDB itself (`store_rejects`). `TRY_CAST` takes spaces around numbers and
underlines in them, a space for the T of a timestamp and 24 for its hour, so these are looked for too.
"""

import duckdb

from tables import BOOLEANS, FIELD_COUNT, INTEGERS, QUOTE, arguments, has_types, say

TYPES = {"float64": "DOUBLE", "int8": "TINYINT", "int32": "INTEGER", "int64": "BIGINT", "date": "DATE", "timestamp": "TIMESTAMP"}


def name(text):
    return '"' + text + '"'


def string(text):
    return "'" + text.replace("'", "''") + "'"


def value(column):
    """The column's value; null where its text is no value of the type."""
    if has_types():
        return name(column.name)
    text, cast = name(column.name), f"TRY_CAST({name(column.name)} AS {TYPES[column.type]})"
    if column.type in INTEGERS:
        return f"CASE WHEN regexp_full_match({text}, '[+-]?[0-9]+') THEN {cast} END"
    if column.type == "float64":
        return f"CASE WHEN NOT contains({text}, ' ') AND NOT contains({text}, '_') THEN {cast} END"
    shape = "____-__-__" if column.type == "date" else "____-__-__T__:__:__" + (".%Z" if column.fraction else "Z")
    midnight = "" if column.type == "date" else f" AND {text} NOT LIKE '%T24:%'"
    return f"CASE WHEN {text} LIKE '{shape}'{midnight} THEN {cast} END"


def bound(column, limit):
    return f"TIMESTAMPTZ {string(limit)}" if column.type == "timestamp" else limit


def faults(column):
    """Code and condition of each fault."""
    text, parsed = name(column.name), name(column.name + " value")
    if column.required:
        yield "null", f"{text} IS NULL"
    if column.type in TYPES and not has_types():
        yield "invalid", f"{parsed} IS NULL AND {text} IS NOT NULL"
    if column.type == "boolean":
        yield "invalid", f"{text} NOT IN ({', '.join(map(string, BOOLEANS))})"
    if column.pattern:
        yield "no_match", f"NOT regexp_full_match({text}, {string(column.pattern)})"
    if column.minimum is not None:
        yield "below_minimum", f"{parsed} < {bound(column, column.minimum)}"
    if column.exclusive_minimum is not None:
        yield "below_minimum", f"{parsed} <= {column.exclusive_minimum}"
    if column.maximum is not None:
        yield "above_maximum", f"{parsed} > {bound(column, column.maximum)}"
    if column.min_length is not None:
        yield "too_short", f"length({text}) < {column.min_length}"
    if column.max_length is not None:
        yield "too_long", f"length({text}) > {column.max_length}"
    if column.enum:
        yield "unlisted", f"{text} NOT IN ({', '.join(map(string, column.enum))})"


def source(columns, file):
    if has_types():
        return f"read_parquet({string(file)})"
    types = ", ".join(f"{string(column.name)}: 'VARCHAR'" for column in columns)
    return (
        f"read_csv({string(file)}, columns = {{{types}}}, auto_detect = false, header = true, delim = ',', quote = '\"', "
        "escape = '\"', nullstr = '', strict_mode = true, ignore_errors = true, store_rejects = true, rejects_limit = 0)"
    )


def query(columns, file):
    labels, counts = [], []
    for column in columns:
        for code, condition in faults(column):
            labels.append(column.label(code))
            counts.append(f"count(*) FILTER (WHERE {condition})")
        if column.unique:
            labels.append(column.label("duplicate"))
            counts.append(f"count({name(column.name)}) - count(DISTINCT {name(column.name)})")
    values = [f"{value(column)} AS {name(column.name + ' value')}" for column in columns if column.type in TYPES]
    inner = f"SELECT {', '.join(['*', *values])} FROM {source(columns, file)}"
    return labels, f"SELECT {', '.join(['count(*)', *counts])} FROM ({inner})"


def rejected(connection):
    """Records that did not fit, and how many of each kind."""
    kinds = "CASE WHEN error_type IN ('MISSING COLUMNS', 'TOO MANY COLUMNS') THEN 0 ELSE 1 END"
    lines = f"SELECT line, min({kinds}) FROM reject_errors GROUP BY line"
    counted = f"SELECT kind, count(*) FROM ({lines}) AS broken(line, kind) GROUP BY kind"
    return {QUOTE if kind else FIELD_COUNT: count for kind, count in connection.execute(counted).fetchall()}


def main():
    columns, file, threads = arguments()
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("SET preserve_insertion_order = false")
    labels, sql = query(columns, file)
    [(rows, *counts)] = connection.execute(sql).fetchall()
    broken = {} if has_types() else rejected(connection)
    say(rows + sum(broken.values()), dict(zip(labels, counts)) | broken)


if __name__ == "__main__":
    main()
