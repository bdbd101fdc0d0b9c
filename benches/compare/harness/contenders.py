"""Who is measured, and the command of each."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

# Up to so many rows everybody runs three times; above so many, slow peers run on the transactions alone.
FEW = 500_000
MANY = 1_000_000


@dataclass(frozen=True)
class Contender:
    """A program. `command` makes its arguments for a generated file; `pace` says how often it can be asked to run."""

    name: str
    command: Callable
    threads: int = 2
    pace: str = "fast"
    is_bare: bool = False
    is_trueline: bool = False

    def rounds(self, data, rounds):
        """How often it runs; 0 is not at all."""
        if self.pace == "fast":
            return rounds
        if data.rows <= FEW:
            return min(rounds, 3)
        if self.pace == "medium":
            return min(rounds, 2)
        return 1 if data.rows <= MANY or data.table.name == "transactions" else 0


def label(name, threads):
    return f"{name}, {threads} thread{'s' if threads > 1 else ''}"


def available(home, skipped):
    """All that are there; the others are said to be skipped."""
    found = []
    for threads in (1, 2):
        found.append(bare(home, threads))
    for threads in (1, 2):
        found.append(trueline(home, threads))
    for library in ("csv", "simd-csv"):
        for threads in (1, 2):
            found.append(by_hand(home, library, threads))
    found += in_python(home, skipped)
    if home.qsv:
        found.append(qsv(home))
    for peer, why in skipped.items():
        print(f"skipped: {peer}: {why}")
    return found


def bare(home, threads):
    command = lambda data: [home.program("peer"), "read", data.file, threads]
    return Contender(label("bare `read`", threads), command, threads, is_bare=True)


def trueline(home, threads):
    command = lambda data: [
        *(home.program("trueline"), "validate", data.file, "--schema", data.schema),
        *("--threads", threads, "--output", "json", "--progress", "never"),
    ]
    return Contender(label("trueline", threads), command, threads, is_trueline=True)


def by_hand(home, library, threads):
    unique = {"small": ["--unique"]}
    kinds = {"small": "transactions"}

    def command(data):
        name = data.table.name
        return [home.program("peer"), library, kinds.get(name, name), data.file, threads, *unique.get(name, [])]

    return Contender(label(f"`{library}` crate by hand", threads), command, threads)


def qsv(home):
    command = lambda data: [sys.executable, home.peers / "qsv_validate.py", home.qsv, data.table.name, data.file]
    return Contender("qsv, 2 threads", command, pace="slow")


# Name, file, packages, threads, pace.
PEERS = [
    ("DuckDB", "duckdb_sql.py", ["duckdb"], 2, "fast"),
    ("Polars", "polars_expressions.py", ["polars"], 2, "fast"),
    ("PyArrow", "pyarrow_compute.py", ["pyarrow"], 2, "medium"),
    ("pandas", "pandas_frames.py", ["pandas", "pyarrow"], 2, "slow"),
    ("Pandera on Polars", "pandera_polars.py", ["pandera", "polars"], 2, "medium"),
    ("Pandera on pandas", "pandera_pandas.py", ["pandera", "pandas", "pyarrow"], 2, "slow"),
    ("pydantic", "pydantic_rows.py", ["pydantic"], 1, "slow"),
    ("Python `csv`", "python_csv.py", [], 1, "slow"),
]


def in_python(home, skipped):
    if "python" in skipped:
        return
    for name, file, packages, threads, pace in PEERS:
        missing = [package for package in packages if home.version(package) is None]
        if missing:
            skipped.setdefault(name, f"{' and '.join(missing)} is not installed")
            continue
        command = lambda data, file=file, threads=threads: [home.python, home.peers / file, data.table.name, data.file, threads]
        yield Contender(label(name, threads), command, threads, pace)
