"""pydantic: a `TypeAdapter` over typed dicts, strictly, line by line, with its own parser of JSON. One thread.

To it a space may stand for the `T` of a timestamp, and a line that is no UTF-8 is no JSON.
"""

from collections import Counter
from datetime import datetime
from typing import Annotated, Literal, Optional

from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import NotRequired, TypedDict

from tables import DUPLICATE_KEY, JSON, UTF8, Column, arguments, is_required, say, tree

CODES = {
    "greater_than_equal": "below_minimum",
    "less_than_equal": "above_maximum",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "no_match",
    "literal_error": "unlisted",
    "missing": "null",
}


def annotation(column):
    if column.enum:
        return Literal[column.enum]
    kind = {"string": str, "float64": float, "timestamp": datetime}.get(column.type, int)
    names = {"pattern": column.pattern, "max_length": column.max_length, "ge": column.minimum, "le": column.maximum}
    rules = {name: rule for name, rule in names.items() if rule is not None}
    return Annotated[kind, Field(**rules)] if rules else kind


def shape(title, inside):
    fields = {}
    for key, deeper in inside.items():
        kind = annotation(deeper) if isinstance(deeper, Column) else shape(key.title(), deeper)
        fields[key] = kind if is_required(deeper) else NotRequired[Optional[kind]]
    return TypedDict(title, fields)


def is_text(line):
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def label(fault, line, columns):
    """The label that a fault stands for."""
    if fault["type"] == "json_invalid":
        return JSON if is_text(line) else UTF8
    if not fault["loc"]:
        return JSON
    name = ".".join(fault["loc"])
    column = columns.get(name) or next(column for column in columns.values() if column.name.startswith(name) and column.required)
    code = CODES.get(fault["type"], "invalid")
    if code == "unlisted" and not isinstance(fault["input"], str):
        code = "invalid"
    return column.label("null" if fault["input"] is None else code)


def main():
    columns, file, _ = arguments()
    by_name = {column.name: column for column in columns}
    validate = TypeAdapter(shape("Record", tree(columns))).validator.validate_json
    counts, rows = Counter(), 0
    with open(file, "rb") as lines:
        for line in lines:
            rows += 1
            try:
                validate(line, strict=True)
            except ValidationError as error:
                for fault in error.errors(include_url=False, include_context=False):
                    counts[label(fault, line, by_name)] += 1
    say(rows, counts, [DUPLICATE_KEY])


main()
