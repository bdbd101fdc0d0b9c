#!/usr/bin/env python3
"""Writes transactions.csv and transactions.faults.csv beside itself, the same bytes each time.

2,000 rows of payments. Most are clean, some of those on purpose awkward: quoted commas, doubled quotes, line ends inside
quotes, empty counterparties, offsets and fractions of seconds. The rows in FAULTS are broken, each in one way.

transactions.faults.csv says where: `row_index` from 0 without the header, `line` from 1, `byte_offset` from 0 and
`byte_length` of the cell as it stands in the file (its quotes included), of the whole record for a wrong number of
fields, and from the offending quote to the end of the record for broken quoting. A record is counted without its line end.
"""

import csv
import pathlib
from datetime import datetime, timedelta, timezone

ROWS = 2000
HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = ["transaction_id", "amount", "timestamp", "account_id", "currency", "status", "counterparty"]
CURRENCIES = ["USD", "EUR", "KES", "NGN", "ZAR"]
STATUSES = ["settled", "settled", "settled", "pending", "refunded", "failed"]
COUNTERPARTIES = [
    "Harbour Books",
    "Green Valley Farm",
    "Café Olé",
    "Northern Rail",
    "City Water and Power",
    "Mwangaza Solar",
    "Ọjà Online",
    "Table Bay Fisheries",
    '"Smith, Sons & Daughters"',
    '"The ""Blue"" Bakery"',
    '"Lagos Cold Storage, Ltd."',
    "",
]

# row: (check, code, column or none, how the cell is written in the file)
FAULTS = {
    101: ("transaction_id.required", "required.null", "transaction_id", ""),
    230: ("transaction_id.pattern", "pattern.no_match", "transaction_id", "TX00023"),
    333: ("transaction_id.unique", "unique.duplicate", "transaction_id", "TX0000000042"),
    417: ("amount.type", "type.invalid", "amount", '"1,250.00"'),
    500: ("amount.required", "required.null", "amount", '""'),
    588: ("amount.range", "range.below_minimum", "amount", "-75.00"),
    642: ("amount.range", "range.above_maximum", "amount", "1000000.01"),
    731: ("amount.type", "type.out_of_range", "amount", "1e999"),
    819: ("timestamp.type", "type.invalid", "timestamp", "2026-02-30T09:15:00Z"),
    900: ("timestamp.type", "type.invalid", "timestamp", "2026-03-01 10:00:00"),
    987: ("timestamp.range", "range.below_minimum", "timestamp", "2025-12-31T23:59:59Z"),
    1024: ("account_id.length", "length.too_short", "account_id", "AC7"),
    1111: ("account_id.length", "length.too_long", "account_id", "ACCT-0000-0000-0000-01"),
    1298: ("currency.enum", "enum.unlisted", "currency", "usd"),
    1350: ("status.enum", "enum.unlisted", "status", '"done"'),
    1477: ("structure", "structure.field_count", None, "too few"),
    1590: ("structure", "structure.field_count", None, "too many"),
    1703: ("structure", "structure.quote", None, 'Harbour "Books" Ltd'),
    1816: ("structure", "structure.quote", None, '"Northern Rail" Ltd'),
}
# Clean rows whose counterparty goes over several lines.
QUOTED_LINES = {57: '"Mwangaza Solar\nNairobi"', 1234: '"Harbour Books\n\n""Old Quay"""'}


class Dice:
    """A linear congruential generator, so that the bytes depend on no library."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit


def stamp(dice, row):
    """A moment of 2026, later in each row, written in one of three ways."""
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=row * 7200 + dice.below(7200))
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return text + ["Z", "Z", "Z", f".{dice.below(1000):03}Z", "+03:00"][dice.below(5)]


def clean(dice, row):
    cells = {
        "transaction_id": f"TX{row:010}",
        "amount": f"{1 + dice.below(250_000)}.{dice.below(100):02}",
        "timestamp": stamp(dice, row),
        "account_id": f"AC{10_000_000 + dice.below(90_000_000)}",
        "currency": CURRENCIES[dice.below(5)],
        "status": STATUSES[dice.below(6)],
        "counterparty": COUNTERPARTIES[dice.below(12)],
    }
    if row in QUOTED_LINES:
        cells["counterparty"] = QUOTED_LINES[row]
    return cells


def written(row, cells):
    """The record as it stands in the file, and the part of it that a fault is about: start and end."""
    _, code, column, text = FAULTS.get(row, (None, None, None, None))
    if column:
        cells[column] = text
        before = "".join(f"{cells[name]}," for name in COLUMNS[: COLUMNS.index(column)])
        record = ",".join(cells[name] for name in COLUMNS)
        return record, len(before.encode()), len((before + text).encode())
    if code == "structure.quote":
        cells["counterparty"] = text
    record = ",".join(cells[name] for name in COLUMNS)
    if text == "too few":
        record = ",".join(cells[name] for name in COLUMNS[:5])
    if text == "too many":
        record = record + ",extra"
    start = 0
    if code == "structure.quote":
        # A quote inside an unquoted field, or the closing quote that text follows.
        at = text.index('"') if not text.startswith('"') else text.index('"', 1)
        start = len(record.encode()) - len(text.encode()) + at
    return record, start, len(record.encode())


def main():
    dice = Dice(2026)
    out = bytearray((",".join(COLUMNS) + "\n").encode())
    faults = []
    for row in range(ROWS):
        record, start, end = written(row, clean(dice, row))
        if row in FAULTS:
            check, code, column, _ = FAULTS[row]
            line = out.count(b"\n") + 1
            related = 42 if code == "unique.duplicate" else ""
            faults.append([row, line, column or "", check, code, len(out) + start, end - start, related])
        out += record.encode() + b"\n"
    (HERE / "transactions.csv").write_bytes(out)
    with open(HERE / "transactions.faults.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        header = ["row_index", "line", "column", "check_id", "code", "byte_offset", "byte_length", "related_row_index"]
        writer.writerows([header, *faults])


if __name__ == "__main__":
    main()
