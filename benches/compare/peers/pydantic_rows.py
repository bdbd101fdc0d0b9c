"""pydantic: a `TypeAdapter` over the rows of `csv.DictReader`, with its own types and constraints. One thread.

Its types are those of pydantic: numbers may have spaces around them and underlines in them, and a space may stand for the `T`
of a timestamp.
"""

import csv
from collections import Counter
from datetime import date, datetime
from typing import Annotated, Literal, Optional

from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from tables import BOOLEANS, FIELD_COUNT, QUOTE, arguments, say

CODES = {
    "greater_than_equal": "below_minimum",
    "greater_than": "below_minimum",
    "less_than_equal": "above_maximum",
    "string_too_short": "too_short",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "no_match",
}


def annotation(column):
    if column.enum:
        kind = Literal[column.enum]
    elif column.type == "boolean":
        kind = Literal[BOOLEANS]
    else:
        types = {"string": str, "float64": float, "date": date, "timestamp": datetime}
        rules = {
            "pattern": column.pattern,
            "min_length": column.min_length,
            "max_length": column.max_length,
            "ge": column.minimum,
            "gt": column.exclusive_minimum,
            "le": column.maximum,
        }
        rules = {name: rule for name, rule in rules.items() if rule is not None}
        kind = Annotated[types.get(column.type, int), Field(**rules)] if rules else types.get(column.type, int)
    return kind if column.required else Optional[kind]


def main():
    columns, file, _ = arguments()
    adapter = TypeAdapter(TypedDict("Row", {column.name: annotation(column) for column in columns}))
    by_name = {column.name: column for column in columns}
    unique = [column for column in columns if column.unique]
    seen = {column.name: set() for column in unique}
    counts, rows, last = Counter(), 0, columns[-1].name
    validate = adapter.validator.validate_python
    with open(file, newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            rows += 1
            if None in row or row[last] is None:
                counts[FIELD_COUNT] += 1
                continue
            row = {name: cell or None for name, cell in row.items()}
            try:
                validate(row)
            except ValidationError as error:
                for fault in error.errors(include_url=False, include_context=False):
                    column = by_name[fault["loc"][0]]
                    code = CODES.get(fault["type"], "unlisted" if column.enum else "invalid")
                    counts[column.label("null" if fault["input"] is None else code)] += 1
            for column in unique:
                key = row[column.name]
                if key is not None:
                    counts[column.label("duplicate")] += key in seen[column.name]
                    seen[column.name].add(key)
    say(rows, counts, [QUOTE])


main()
