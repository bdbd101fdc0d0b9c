"""The data: generated once for each size, with schema and truth beside it."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.environment import say_and_run

ROWS = 10_000_000
SMALL_ROWS = 500_000


@dataclass(frozen=True)
class Table:
    """A table to generate: the generator's name for it and its options, and how its file's name ends, which says what it is."""

    name: str
    generator: str
    options: tuple = ()
    share: float = 1.0
    largest: int | None = None
    ending: str = "csv"
    columns: tuple = ()
    about: str = ""

    def rows(self, rows):
        rows = int(rows * self.share)
        return min(rows, self.largest) if self.largest else rows

    @property
    def packing(self):
        """What the text is packed with, or `None`."""
        return {"gz": "gzip", "zst": "zstd"}.get(self.ending.split(".")[-1])

    @property
    def bare(self):
        """What nobody gets around, and what everything is compared with."""
        return "unpacking" if self.packing else "`arrow-rs` read" if self.ending == "parquet" else "`read`"


PAYMENTS = ("transaction_id", "amount", "timestamp", "account_id", "currency", "status", "counterparty")

TABLES = [
    Table("transactions", "transactions", ("--no-unique",), about="7 columns, checks of single rows only"),
    Table("ticks", "ticks", about="5 columns of market data"),
    Table("wide", "wide", ("--no-unique",), share=0.1, about="40 columns, text in quotes with commas and line ends inside"),
    Table("keys", "keys", about="16-digit keys in no order: required and unique"),
    Table("quoted", "quoted", share=0.5, about="20 columns of one byte, each in quotes"),
    Table("unquoted", "quoted", ("--unquoted",), share=0.5, about="the same cells without quotes"),
    Table("small", "transactions", largest=SMALL_ROWS, about="transactions with `unique` on the id, small enough for everybody"),
    Table("logs", "logs", share=0.2, ending="jsonl", about="JSON Lines: log records with a nested context, 10 fields checked"),
    Table(
        "records", "logs", ("--typed",), share=0.2, ending="jsonl",
        about="the same log records without faults of grammar or type, for those that end at the first",
    ),
    Table(
        "parquet", "transactions", ("--no-unique", "--typed"), ending="parquet", columns=PAYMENTS,
        about="the transactions as Parquet: snappy, row groups of 1,048,576 rows, dictionaries",
    ),
    Table(
        "statistics", "transactions", ("--bounds", "--faulty", "0.1"), ending="parquet", columns=PAYMENTS[:5],
        about="Parquet with rules that its statistics can prove: no nulls and bounds, faults in the first tenth of the rows",
    ),
    Table("gzip", "transactions", ("--no-unique",), ending="csv.gz", about="the transactions, one gzip member, level 6"),
    Table("zstd", "transactions", ("--no-unique",), ending="csv.zst", about="the transactions, one zstd frame, level 3"),
]


@dataclass(frozen=True)
class Data:
    """A generated file. `bytes` are those of the text, `packed` those of the file where it is something else."""

    table: Table
    file: Path
    schema: Path
    rows: int
    bytes: int
    packed: int | None
    counts: dict
    invalid: int
    command: str


def generate(home, table, rows, rate):
    """The table's file; or why it cannot be made."""
    folder = home.folder / "data"
    folder.mkdir(exist_ok=True)
    stem = f"{table.name}-{rows}-{rate}"
    text_ending = table.ending.split(".")[0].replace("parquet", "csv")
    text, file, truth, schema = (folder / f"{stem}.{end}" for end in (text_ending, table.ending, "json", "yaml"))
    options = ["--rows", str(rows), "--rate", str(rate), *table.options]
    program = home.program("generate")
    # Made anew when the generator is newer: the same name may stand for other rows then.
    if not file.exists() or not truth.exists() or file.stat().st_mtime < program.stat().st_mtime:
        print(f"generating {stem}", file=sys.stderr)
        outputs = ["--out", text, "--truth", truth, "--schema-out", schema]
        subprocess.run([program, table.generator, *options, *outputs], check=True)
        why = None if file == text else convert(home, table, text, file)
        if why is not None:
            return why
    found = json.loads(truth.read_text())
    counts = {f"{check} {code}": count for check, codes in found["counts"].items() for code, count in codes.items()}
    command = " ".join(["generate", table.generator, *options])
    packed = None if file == text else file.stat().st_size
    return Data(table, file, schema, found["rows"], found["bytes"], packed, counts, len(found["invalid_rows"]), command)


def convert(home, table, text, file):
    """Makes the file from its text, which goes; gives back why that failed, or `None`."""
    if table.packing:
        command = [home.program("peer"), "pack", table.packing, text, file]
    elif home.version("pyarrow") is None:
        return "pyarrow, which writes its file, is not installed"
    else:
        command = [home.python, Path(__file__).parent / "parquet_file.py", text, file]
    why = say_and_run(command, home.folder / "convert.log")
    text.unlink()
    if why is not None:
        file.unlink(missing_ok=True)
    return why
