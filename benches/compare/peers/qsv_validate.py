"""qsv: `qsv validate` with a JSON Schema; its list of errors is counted by the words of their messages.

Called as `qsv_validate.py PROGRAM TABLE FILE`. It writes the valid and the invalid records to files of their own, which is part
of what it does.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tables import BOOLEANS, FIELD_COUNT, QUOTE, TABLES, say

# The words of a message, and the code they stand for.
MESSAGES = [
    (re.compile(r'^null is not of type|null is not one of'), "null"),
    (re.compile(r"is not of type|is not a \"(?:date|date-time)\"|cannot|Can't cast|parse"), "invalid"),
    (re.compile(r"does not match"), "no_match"),
    (re.compile(r"is not one of"), "unlisted"),
    (re.compile(r"less than"), "below_minimum"),
    (re.compile(r"greater than"), "above_maximum"),
    (re.compile(r"shorter than"), "too_short"),
    (re.compile(r"longer than"), "too_long"),
    (re.compile(r"[Cc]ombination|unique|[Dd]uplicate"), "duplicate"),
]


def schema(columns):
    properties = {}
    for column in columns:
        kinds = {"float64": "number", "int8": "integer", "int32": "integer", "int64": "integer"}
        rules = {"type": [kinds.get(column.type, "string")] + ([] if column.required else ["null"])}
        if column.type in ("date", "timestamp"):
            rules["format"] = "date" if column.type == "date" else "date-time"
        names = {
            "pattern": column.pattern,
            "minimum": column.minimum,
            "exclusiveMinimum": column.exclusive_minimum,
            "maximum": column.maximum,
            "minLength": column.min_length,
            "maxLength": column.max_length,
        }
        rules |= {name: rule for name, rule in names.items() if rule is not None}
        listed = column.enum or (BOOLEANS if column.type == "boolean" else ())
        if listed:
            rules["enum"] = [*listed, *([] if column.required else [None])]
        properties[column.name] = rules
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties}
    unique = [column.name for column in columns if column.unique]
    if unique:
        document["uniqueCombinedWith"] = unique
    return document


def main():
    program, table, file = sys.argv[1:]
    columns = TABLES[table]
    by_name = {column.name: column for column in columns}
    with tempfile.TemporaryDirectory(dir=Path(file).parent) as folder:
        # It writes beside its input, so the input is linked to where that may be.
        link = Path(folder) / "input.csv"
        link.symlink_to(Path(file).resolve())
        document = Path(folder) / "schema.json"
        document.write_text(json.dumps(schema(columns)))
        done = subprocess.run([program, "validate", "--jobs", "2", link, document], capture_output=True, text=True)
        errors = Path(folder) / "input.csv.validation-errors.tsv"
        if not errors.exists():
            sys.exit(done.stderr.strip() or f"qsv ended with {done.returncode} and no list of errors")
        counts = Counter()
        with errors.open(encoding="utf-8", errors="replace") as lines:
            next(lines)
            for line in lines:
                _, name, message = line.rstrip("\n").split("\t", 2)
                code = next((code for words, code in MESSAGES if words.search(message)), "invalid")
                column = by_name.get(name) or next((column for column in columns if column.unique), columns[0])
                counts[column.label(code)] += 1
    say(None, counts, [FIELD_COUNT, QUOTE])


main()
