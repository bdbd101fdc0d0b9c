"""Python's own `csv` module with checks written by hand. One thread.

Not in its strict mode: that stops in the middle of a record that holds line ends, and goes on as if its rest were records.
"""

import csv
import re
from datetime import date

from tables import BOOLEANS, FIELD_COUNT, INTEGERS, QUOTE, arguments, say


def is_time(text):
    """A day of the calendar, and a time after its T where there is one. The text has the right shape."""
    try:
        date(int(text[:4]), int(text[5:7]), int(text[8:10]))
    except ValueError:
        return False
    return len(text) == 10 or (int(text[11:13]) < 24 and int(text[14:16]) < 60 and int(text[17:19]) < 60)


def checker(column):
    """A function from a cell that is not empty to the codes it fails with."""
    rules = []
    if column.is_number:
        grammar, parse = re.compile(column.grammar).fullmatch, float if column.type == "float64" else int
        low, below, high = column.minimum, column.exclusive_minimum, column.maximum
        bits = INTEGERS.get(column.type)

        def number(cell):
            if not grammar(cell):
                return "invalid"
            parsed = parse(cell)
            if bits and not -(1 << bits - 1) <= parsed < 1 << bits - 1:
                return "out_of_range"
            if (low is not None and parsed < low) or (below is not None and parsed <= below):
                return "below_minimum"
            return "above_maximum" if high is not None and parsed > high else None

        rules.append(number)
    elif column.type in ("date", "timestamp"):
        shape = re.compile(column.grammar).fullmatch
        rules.append(lambda cell: None if shape(cell) and is_time(cell) else "invalid")
    elif column.type == "boolean":
        rules.append(lambda cell: None if cell in BOOLEANS else "invalid")
    if column.pattern:
        matches = re.compile(column.pattern).fullmatch
        rules.append(lambda cell: None if matches(cell) else "no_match")
    if column.min_length is not None:
        rules.append(lambda cell: "too_short" if len(cell) < column.min_length else None)
    if column.max_length is not None:
        rules.append(lambda cell: "too_long" if len(cell) > column.max_length else None)
    if column.enum:
        listed = frozenset(column.enum)
        rules.append(lambda cell: None if cell in listed else "unlisted")
    return rules


def main():
    columns, file, _ = arguments()
    counts, rows, width = {}, 0, len(columns)

    def fail(label):
        counts[label] = counts.get(label, 0) + 1

    rules = [(index, column, checker(column)) for index, column in enumerate(columns)]
    rules = [rule for rule in rules if rule[2] or rule[1].required]
    keys = [(index, column, set()) for index, column in enumerate(columns) if column.unique]
    with open(file, newline="", encoding="utf-8") as lines:
        reader = csv.reader(lines)
        next(reader)
        for row in reader:
            rows += 1
            if len(row) != width:
                fail(FIELD_COUNT)
                continue
            for index, column, checks in rules:
                cell = row[index]
                if not cell:
                    if column.required:
                        fail(column.label("null"))
                    continue
                for check in checks:
                    code = check(cell)
                    if code:
                        fail(column.label(code))
            for index, column, seen in keys:
                key = row[index]
                if key:
                    if key in seen:
                        fail(column.label("duplicate"))
                    seen.add(key)
    say(rows, counts, [QUOTE])


main()
