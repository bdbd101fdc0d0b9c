"""Who is measured, and the command of each."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

# Up to so many rows everybody runs three times; above so many, slow peers run on these tables alone.
FEW = 500_000
MANY = 1_000_000
FOR_THE_SLOW = ("transactions", "logs", "records")


@dataclass(frozen=True)
class Contender:
    """A program. `command` makes its arguments for a generated file; `pace` says how often it can be asked to run, `endings` which
    files it takes, `tables` which tables where that is not all of these."""

    name: str
    command: Callable
    threads: int = 2
    pace: str = "fast"
    endings: tuple = ("csv",)
    tables: tuple = ()
    is_bare: bool = False
    is_trueline: bool = False

    def takes(self, table):
        return table.ending in self.endings and (not self.tables or table.name in self.tables)

    def rounds(self, data, rounds):
        """How often it runs; 0 is not at all."""
        if self.pace == "fast":
            return rounds
        if data.rows <= FEW:
            return min(rounds, 3)
        if self.pace == "medium":
            return min(rounds, 2)
        return 1 if data.rows <= MANY or data.table.name in FOR_THE_SLOW else 0


def label(name, threads):
    return f"{name}, {threads} thread{'s' if threads > 1 else ''}"


def available(home, skipped):
    """All that are there; the others are said to be skipped."""
    found = [bare_unpacking(home)]
    for kind in (bare_read, bare_arrow_read, trueline, trusting_trueline):
        found += [kind(home, threads) for threads in (1, 2)]
    for library in ("csv", "simd-csv"):
        found += [by_hand(home, library, threads) for threads in (1, 2)]
    for library in ("simd-json", "sonic-rs"):
        found += [json_by_hand(home, library, threads) for threads in (1, 2)]
    found += in_python(home, skipped)
    if home.qsv:
        found.append(qsv(home))
    for peer, why in skipped.items():
        print(f"skipped: {peer}: {why}")
    return found


def bare_read(home, threads):
    command = lambda data: [home.program("peer"), "read", data.file, threads]
    return Contender(label("bare `read`", threads), command, threads, endings=("csv", "jsonl"), is_bare=True)


def bare_arrow_read(home, threads):
    command = lambda data: [home.program("peer"), "parquet", data.file, threads, ",".join(data.table.columns)]
    return Contender(label("bare `arrow-rs` read", threads), command, threads, endings=("parquet",), is_bare=True)


def bare_unpacking(home):
    command = lambda data: [home.program("peer"), "unpack", data.table.packing, data.file]
    return Contender(label("bare unpacking", 1), command, 1, endings=("csv.gz", "csv.zst"), is_bare=True)


def trueline(home, threads, name="trueline", more=(), **rest):
    command = lambda data: [
        *(home.program("trueline"), "validate", data.file, "--schema", data.schema),
        *("--threads", threads, "--output", "json", "--progress", "never", *more),
    ]
    rest = {"endings": ("csv", "jsonl", "parquet", "csv.gz", "csv.zst")} | rest
    return Contender(label(name, threads), command, threads, is_trueline=True, **rest)


def trusting_trueline(home, threads):
    option = "--trust-statistics"
    return trueline(home, threads, f"trueline `{option}`", [option], endings=("parquet",), tables=("statistics",))


def by_hand(home, library, threads):
    unique = {"small": ["--unique"]}
    kinds = {"small": "transactions"}

    def command(data):
        name = data.table.name
        return [home.program("peer"), library, kinds.get(name, name), data.file, threads, *unique.get(name, [])]

    return Contender(label(f"`{library}` crate by hand", threads), command, threads)


def json_by_hand(home, library, threads):
    command = lambda data: [home.program("peer"), library, data.file, threads]
    return Contender(label(f"`{library}` crate by hand", threads), command, threads, endings=("jsonl",))


def qsv(home):
    command = lambda data: [sys.executable, home.peers / "qsv_validate.py", home.qsv, data.table.name, data.file]
    return Contender("qsv, 2 threads", command, pace="slow")


TABLES = ("csv", "csv.gz", "csv.zst", "parquet")

# Name, file, packages, threads, pace, endings.
PEERS = [
    ("DuckDB", "duckdb_sql.py", ["duckdb"], 2, "fast", TABLES),
    ("DuckDB", "duckdb_json.py", ["duckdb"], 2, "fast", ("jsonl",)),
    ("Polars", "polars_expressions.py", ["polars"], 2, "fast", TABLES),
    ("Polars", "polars_json.py", ["polars"], 2, "fast", ("jsonl",)),
    ("PyArrow", "pyarrow_compute.py", ["pyarrow"], 2, "medium", ("csv",)),
    ("pandas", "pandas_frames.py", ["pandas", "pyarrow"], 2, "slow", ("csv",)),
    ("Pandera on Polars", "pandera_polars.py", ["pandera", "polars"], 2, "medium", ("csv",)),
    ("Pandera on pandas", "pandera_pandas.py", ["pandera", "pandas", "pyarrow"], 2, "slow", ("csv",)),
    ("msgspec", "msgspec_lines.py", ["msgspec"], 1, "medium", ("jsonl",)),
    ("pydantic", "pydantic_rows.py", ["pydantic"], 1, "slow", ("csv",)),
    ("pydantic", "pydantic_lines.py", ["pydantic"], 1, "slow", ("jsonl",)),
    ("Python `csv`", "python_csv.py", [], 1, "slow", ("csv",)),
]


def in_python(home, skipped):
    for name, file, packages, threads, pace, endings in PEERS:
        if "python" in skipped:
            skipped.setdefault(name, skipped["python"])
            continue
        missing = [package for package in packages if home.version(package) is None]
        if missing:
            skipped.setdefault(name, f"{' and '.join(missing)} is not installed")
            continue
        command = lambda data, file=file, threads=threads: [home.python, home.peers / file, data.table.name, data.file, threads]
        yield Contender(label(name, threads), command, threads, pace, endings)
