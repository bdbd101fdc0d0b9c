"""The data: generated once for each size, with schema and truth beside it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROWS = 10_000_000
SMALL_ROWS = 500_000


@dataclass(frozen=True)
class Table:
    """A table to generate: the generator's name for it and its options."""

    name: str
    generator: str
    options: tuple = ()
    share: float = 1.0
    largest: int | None = None
    about: str = ""

    def rows(self, rows):
        rows = int(rows * self.share)
        return min(rows, self.largest) if self.largest else rows


TABLES = [
    Table("transactions", "transactions", ("--no-unique",), about="7 columns, checks of single rows only"),
    Table("ticks", "ticks", about="5 columns of market data"),
    Table("wide", "wide", ("--no-unique",), share=0.1, about="40 columns, text in quotes with commas and line ends inside"),
    Table("keys", "keys", about="16-digit keys in no order: required and unique"),
    Table("quoted", "quoted", share=0.5, about="20 columns of one byte, each in quotes"),
    Table("unquoted", "quoted", ("--unquoted",), share=0.5, about="the same cells without quotes"),
    Table("small", "transactions", largest=SMALL_ROWS, about="transactions with `unique` on the id, small enough for everybody"),
]


@dataclass(frozen=True)
class Data:
    """A generated file."""

    table: Table
    file: Path
    schema: Path
    rows: int
    bytes: int
    counts: dict
    invalid: int
    command: str


def generate(home, table, rows, rate):
    folder = home.folder / "data"
    folder.mkdir(exist_ok=True)
    stem = f"{table.name}-{rows}-{rate}"
    file, truth, schema = (folder / f"{stem}.{end}" for end in ("csv", "json", "yaml"))
    options = ["--rows", str(rows), "--rate", str(rate), *table.options]
    program = home.program("generate")
    # Made anew when the generator is newer: the same name may stand for other rows then.
    if not truth.exists() or truth.stat().st_mtime < program.stat().st_mtime:
        print(f"generating {stem}", file=sys.stderr)
        outputs = ["--out", file, "--truth", truth, "--schema-out", schema]
        subprocess.run([program, table.generator, *options, *outputs], check=True)
    found = json.loads(truth.read_text())
    counts = {f"{check} {code}": count for check, codes in found["counts"].items() for code, count in codes.items()}
    command = " ".join(["generate", table.generator, *options])
    return Data(table, file, schema, found["rows"], found["bytes"], counts, len(found["invalid_rows"]), command)
