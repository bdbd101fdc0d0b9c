"""msgspec: a typed `Struct` with constraints, decoded line by line. One thread.

It says the first thing that is wrong with a record, which is enough where a record has one fault at most. To it a space may
stand for the `T` of a timestamp.
"""

import re
from collections import Counter
from datetime import datetime
from typing import Annotated, Literal, Optional

import msgspec

from tables import DUPLICATE_KEY, JSON, UTF8, Column, arguments, is_required, say, tree

# The words of a message, and the code they stand for.
MESSAGES = [
    (re.compile(r"^Object missing required field|got `null`"), "null"),
    (re.compile(r"^Invalid enum value"), "unlisted"),
    (re.compile(r"matching regex"), "no_match"),
    (re.compile(r"of length <="), "too_long"),
    (re.compile(r"of length >="), "too_short"),
    (re.compile(r"^Expected `(?:int|float)` >"), "below_minimum"),
    (re.compile(r"^Expected `(?:int|float)` <"), "above_maximum"),
]
MISSING = re.compile(r"missing required field `([^`]*)`")
PLACE = re.compile(r" - at `\$\.?([^`]*)`$")


def annotation(column):
    if column.enum:
        return Literal[column.enum]
    kind = {"string": str, "float64": float, "timestamp": datetime}.get(column.type, int)
    names = {"pattern": column.pattern, "max_length": column.max_length, "ge": column.minimum, "le": column.maximum}
    rules = {name: rule for name, rule in names.items() if rule is not None}
    return Annotated[kind, msgspec.Meta(**rules)] if rules else kind


def struct(title, inside):
    fields = []
    for key, deeper in sorted(inside.items(), key=lambda item: not is_required(item[1])):
        kind = annotation(deeper) if isinstance(deeper, Column) else struct(key.title(), deeper)
        fields.append((key, kind) if is_required(deeper) else (key, Optional[kind], None))
    return msgspec.defstruct(title, fields, gc=False)


def fault(message, columns):
    """The label that a message stands for."""
    code = next((code for words, code in MESSAGES if words.search(message)), "invalid")
    place, missing = PLACE.search(message), MISSING.search(message)
    keys = [place[1]] if place and place[1] else []
    keys += [missing[1]] if missing else []
    if not keys:
        return JSON  # The line begins with something else than an object.
    name = ".".join(keys)
    column = columns.get(name) or next(column for column in columns.values() if column.name.startswith(name) and column.required)
    return column.label(code)


def main():
    columns, file, _ = arguments()
    by_name = {column.name: column for column in columns}
    decode = msgspec.json.Decoder(struct("Record", tree(columns))).decode
    counts, rows = Counter(), 0
    with open(file, "rb") as lines:
        for line in lines:
            rows += 1
            try:
                decode(line)
            except msgspec.ValidationError as error:
                counts[fault(str(error), by_name)] += 1
            except UnicodeDecodeError:
                counts[UTF8] += 1
            except msgspec.DecodeError:
                counts[JSON] += 1
    say(rows, counts, [DUPLICATE_KEY])


main()
