"""DuckDB: one aggregate query over `read_ndjson` with fixed columns.

Where a value may be of another type its column is JSON, and its kind is asked for: a column with a type takes "200" for 200 and
makes null of what it cannot take. A line that is no JSON becomes a row of nulls, and so does one that is no UTF-8. `TRY_CAST`
takes 24 for an hour and a space for the T of a timestamp.
"""

import duckdb

from duckdb_sql import faults, name, string
from tables import DUPLICATE_KEY, JSON, TYPED, UTF8, arguments, say, table, tree

TYPES = {"float64": "DOUBLE", "int32": "INTEGER", "int64": "BIGINT"}
KINDS = {"float64": "('BIGINT', 'UBIGINT', 'DOUBLE')", "int32": "('BIGINT', 'UBIGINT')", "int64": "('BIGINT', 'UBIGINT')"}
SHAPE = "____-__-__T__:__:__.%Z"


def has_any_types():
    return table() not in TYPED


def source(columns, file):
    types = ", ".join(f"{string(key)}: {string(type_of(inside))}" for key, inside in tree(columns).items())
    ignore = ", ignore_errors = true" if has_any_types() else ""
    return f"read_ndjson({string(file)}, columns = {{{types}}}{ignore})"


def type_of(inside):
    if isinstance(inside, dict):
        return f"STRUCT({', '.join(f'{name(key)} {type_of(deeper)}' for key, deeper in inside.items())})"
    return "JSON" if has_any_types() else TYPES.get(inside.type, "VARCHAR")


def cells(column):
    """Text or value of a column, and its kind where that may be any."""
    place = ".".join(map(name, column.path))
    if not has_any_types():
        yield f"{place} AS {name(column.name)}"
        return
    yield f"{place} ->> '$' AS {name(column.name)}"
    yield f"json_type({place}) AS {name(column.name + ' kind')}"


def value(column):
    """The column's value; null where there is none of the type."""
    text, kind = name(column.name), name(column.name + " kind")
    if column.type == "timestamp":
        is_text = f"{kind} = 'VARCHAR' AND " if has_any_types() else ""
        return f"CASE WHEN {is_text}{text} LIKE '{SHAPE}' AND {text} NOT LIKE '%T24:%' THEN TRY_CAST({text} AS TIMESTAMP) END"
    if not has_any_types():
        return text
    if column.type == "string":
        return f"CASE WHEN {kind} = 'VARCHAR' THEN {text} END"
    return f"CASE WHEN {kind} IN {KINDS[column.type]} THEN TRY_CAST({text} AS {TYPES[column.type]}) END"


def conditions(column):
    """Code and condition of each fault. Those of texts are asked of values too, which are null where the type is another."""
    text, parsed = name(column.name), name(column.name + " value")
    if column.required:
        yield "null", f"{text} IS NULL"
    if has_any_types() or column.type == "timestamp":
        yield "invalid", f"{parsed} IS NULL AND {text} IS NOT NULL"
    for code, condition in faults(column):
        if code not in ("null", "invalid"):
            yield code, condition.replace(text, parsed)


def query(columns, file):
    labels, counts = [], []
    for column in columns:
        for code, condition in conditions(column):
            labels.append(column.label(code))
            counts.append(f"count(*) FILTER (WHERE {condition})")
    read = f"SELECT {', '.join(cell for column in columns for cell in cells(column))} FROM {source(columns, file)}"
    values = ", ".join(f"{value(column)} AS {name(column.name + ' value')}" for column in columns)
    everything = f"SELECT *, {values} FROM ({read})"
    if has_any_types():
        is_broken = " AND ".join(f"{name(column.name)} IS NULL" for column in columns)
        counts = [count.replace("WHERE ", "WHERE NOT broken AND ") for count in counts]
        labels, counts = [*labels, JSON], [*counts, "count(*) FILTER (WHERE broken)"]
        everything = f"SELECT *, {is_broken} AS broken FROM ({everything})"
    return labels, f"SELECT {', '.join(['count(*)', *counts])} FROM ({everything})"


def main():
    columns, file, threads = arguments()
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("SET preserve_insertion_order = false")
    labels, sql = query(columns, file)
    [(rows, *counts)] = connection.execute(sql).fetchall()
    say(rows, dict(zip(labels, counts)), [JSON, UTF8, DUPLICATE_KEY])


main()
