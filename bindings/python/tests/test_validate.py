"""Everything that can be validated, down every road."""

from __future__ import annotations

import datetime
import decimal
import gzip
import io
import os
import signal
import sys
import threading
import time
import uuid
from collections import UserDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pyarrow.feather
import pyarrow.parquet
import pytest
from conftest import BAD, GOOD

from trueline import Field, Progress, Report, Schema

ROWS = [
    {"id": 1, "amount": 2.5, "currency": "USD"},
    {"id": 1, "amount": 0.0, "currency": "EUR"},
    {"id": 3, "amount": 1.0, "currency": "XXX"},
]


def codes(report: Report) -> list[tuple[int, str]]:
    return sorted((error.row_index, error.code) for error in report.errors)


EXPECTED = [(1, "range.below_minimum"), (1, "unique.duplicate"), (2, "enum.unlisted")]


def files(folder: Path) -> dict[str, Path]:
    table = pyarrow.Table.from_pylist(ROWS)
    (folder / "plain.csv").write_bytes(BAD)
    (folder / "packed.csv.gz").write_bytes(gzip.compress(BAD))
    (folder / "lines.jsonl").write_text("".join(f'{{"id":{r["id"]},"amount":{r["amount"]},"currency":"{r["currency"]}"}}\n' for r in ROWS))
    pyarrow.parquet.write_table(table, folder / "table.parquet")
    with pyarrow.OSFile(str(folder / "table.arrow"), "wb") as sink, pyarrow.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return {path.suffix: path for path in folder.iterdir()}


def test_files_of_every_format(payments: Schema, tmp_path: Path) -> None:
    found = {path.name: codes(payments.validate(path)) for path in files(tmp_path).values()}
    assert found == dict.fromkeys(found, EXPECTED)
    assert len(found) == 5


def test_paths_of_every_kind(payments: Schema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(GOOD)
    monkeypatch.chdir(tmp_path)
    assert payments.validate("a.csv").total_rows == 2
    assert payments.validate(Path("a.csv")).valid
    # Both have the same ids: they are one table.
    for both in ("*.csv", str(tmp_path) + os.sep, ["a.csv", Path("b.csv")], ("a.csv", "b.csv")):
        report = payments.validate(both)
        assert (report.total_rows, report.invalid_count) == (4, 2)
    assert [entry["name"] for entry in payments.validate(["a.csv", "b.csv"]).to_dict()["inputs"]] == ["a.csv", "b.csv"]


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes are a thing of Linux")
def test_a_name_that_is_not_utf8(payments: Schema, tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"\xff.csv")
    with open(path, "wb") as file:
        file.write(GOOD)
    assert payments.validate(os.fsdecode(path)).valid


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes(payments: Schema, kind: Any) -> None:
    assert payments.validate(kind(GOOD)).valid
    assert len(payments.validate(kind(BAD)).errors) == 3
    assert payments.validate(kind(gzip.compress(GOOD))).valid
    large = b"id,amount,currency\n" + b"".join(b"%d,1,USD\n" % number for number in range(50_000))
    assert payments.validate(kind(large)).total_rows == 50_000


def test_open_files(payments: Schema, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(BAD)
    with path.open("rb") as file:
        report = payments.validate(file)
        assert len(report.errors) == 3
        assert report.errors[0].input_name == str(path)
    with path.open("rb", buffering=0) as raw:
        assert len(payments.validate(raw).errors) == 3
    assert len(payments.validate(io.BytesIO(BAD)).errors) == 3
    assert payments.validate(gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(GOOD)))).valid
    whole = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), whole)
    whole.seek(0)
    assert len(payments.validate(whole).errors) == 3


def frames() -> dict[str, Any]:
    table = pyarrow.Table.from_pylist(ROWS)
    return {
        "pyarrow.Table": table,
        "pyarrow.RecordBatch": table.to_batches()[0],
        "pyarrow.RecordBatchReader": table.to_reader(1),
        "pyarrow.StructArray": table.to_struct_array().combine_chunks(),
        "duckdb": duckdb.sql("select unnest([1, 1, 3]) as id, unnest([2.5::double, 0, 1]) as amount, unnest(['USD', 'EUR', 'XXX']) as currency"),
        "dictionary": table.set_column(2, "currency", table["currency"].dictionary_encode()),
        "polars": polars.DataFrame(ROWS),
        "polars categorical": polars.DataFrame(ROWS).with_columns(polars.col("currency").cast(polars.Categorical)),
        "pandas": pandas.DataFrame(ROWS),
        "pandas index": pandas.DataFrame(ROWS, index=["x", "y", "z"]),
        "list of batches": table.to_batches(1),
        "list of frames": [polars.DataFrame(ROWS[:1]), polars.DataFrame(ROWS[1:])],
    }


@pytest.mark.parametrize("kind", list(frames()))
def test_arrow_data(payments: Schema, kind: str) -> None:
    report = payments.validate(frames()[kind])
    assert (report.total_rows, report.valid_count, report.invalid_count) == (3, 1, 2)
    assert codes(report) == codes(payments.validate(BAD))


class Capsules:
    """Arrow data of a library that nobody knows: pyarrow's capsules, and nothing else of it."""

    def __init__(self, table: Any, method: str) -> None:
        setattr(self, method, getattr(table, method))


@pytest.mark.parametrize("method", ["__arrow_c_stream__", "__arrow_c_array__"])
def test_any_library_with_capsules(payments: Schema, method: str) -> None:
    batch = pyarrow.RecordBatch.from_pylist(ROWS)
    assert len(payments.validate(Capsules(batch, method)).errors) == 3


def test_nulls_and_empty_frames(payments: Schema) -> None:
    empty = pyarrow.Table.from_pylist([], pyarrow.schema([("id", pyarrow.int64()), ("amount", pyarrow.float64()), ("currency", pyarrow.string())]))
    assert payments.validate(empty).valid
    assert payments.validate(polars.DataFrame({"id": [1, None], "amount": [1.0, None], "currency": ["USD", None]})).invalid_count == 1
    assert payments.validate(pandas.DataFrame({"id": [1, 2], "amount": [1.0, float("nan")], "currency": ["USD", None]})).valid


def test_large_frames_are_one_table() -> None:
    schema = Schema({"id": Field(int, unique=True), "name": Field(str, max_length=8)})
    frame = polars.DataFrame({"id": numpy.arange(300_000), "name": ["abc"] * 300_000})
    report = schema.validate(polars.concat([frame, frame[:1]], rechunk=False))
    assert (report.total_rows, report.invalid_count) == (300_001, 1)


def test_records(payments: Schema) -> None:
    def generated() -> Iterator[Any]:
        yield from ROWS

    for records in (ROWS, tuple(ROWS), generated(), map(UserDict, ROWS), iter(ROWS)):
        report = payments.validate(records)
        assert codes(report) == codes(payments.validate(BAD))
    assert payments.validate([]).valid
    assert payments.validate(iter([])).total_rows == 0


def test_values_of_records() -> None:
    class Level(int):
        def __repr__(self) -> str:
            return "level"

    schema = Schema(
        {
            "d": datetime.date,
            "t": datetime.datetime,
            "c": datetime.time,
            "l": datetime.timedelta,
            "n": Field("decimal(38,4)", max=decimal.Decimal("123456789012345678901234567890.1234")),
            "b": bytes,
            "f": float,
            "i": Field(int, max=7),
            "u": Field(str, format="uuid"),
            "x": list[int],
            "z": Field(str, const='"\\\n\u00e9\U0001f600'),
            "o.k": bool,
        }
    )
    record = {
        "d": datetime.date(2026, 1, 31),
        "t": datetime.datetime(2026, 1, 31, 12, 0, 0, 5, datetime.timezone.utc),
        "c": datetime.time(1, 2, 3),
        "l": datetime.timedelta(days=-1, microseconds=1),
        "n": decimal.Decimal("123456789012345678901234567890.1234"),
        "b": b"\x00\xff",
        "f": numpy.float32(0.5),
        "i": Level(7),
        "u": uuid.UUID(int=1),
        "x": numpy.array([1, 2]),
        "z": '"\\\n\u00e9\U0001f600',
        "o": {"k": True},
    }
    assert [str(error) for error in schema.validate([record]).errors] == []
    assert schema.validate([{key: None for key in record}]).invalid_count == 0
    large = {**record, "n": decimal.Decimal("123456789012345678901234567890.1235"), "i": 2**70, "f": float("nan")}
    assert [error.column for error in schema.validate([large]).errors] == ["n", "f", "i"]


def test_outputs(payments: Schema, tmp_path: Path) -> None:
    good, bad, every = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "errors.jsonl"
    report = payments.validate(BAD, valid_out=good, invalid_out=str(bad), errors_out=every, reasons="why", format="csv")
    assert report.invalid_count == 2
    assert good.read_bytes() == b"id,amount,currency\n1,2.5,USD\n"
    assert bad.read_text().startswith("why,id,amount,currency\n")
    assert len(every.read_text().splitlines()) == len(report.errors)


def test_options_reach_the_engine(payments: Schema) -> None:
    many = b"id,amount,currency\n" + b"".join(b"%d,0,USD\n" % number for number in range(100))
    report = payments.validate(many, sample_limit=3)
    assert (len(report.errors), report.errors_omitted) == (3, 97)
    assert len(payments.validate(many, max_violations=2).errors) == 2
    assert payments.validate(many, threads=1).to_dict()["run"]["threads"] == 1
    broken = payments.validate(many, limits={"max_record_bytes": 4})
    assert (broken.verdict, broken.valid) == ("unreadable", False)
    assert broken.error is not None and broken.error["code"] == "structure.record_size"


class Slow(io.RawIOBase):
    """A file that gives a little, late."""

    def __init__(self, pause: float, reads: int) -> None:
        self.pause, self.left, self.first = pause, reads, True

    def read(self, size: int = -1) -> bytes:  # type: ignore[override]
        time.sleep(self.pause)
        self.left -= 1
        if self.first:
            self.first = False
            return b"id,amount,currency\n"
        return b"1,0.5,USD\n" if self.left > 0 else b""


def test_progress_comes_at_most_ten_times_a_second(payments: Schema) -> None:
    seen: list[tuple[float, Progress]] = []
    data = b"id,amount,currency\n" + b"".join(b"%d,1,USD\n" % number for number in range(1_500_000))
    started = time.monotonic()
    report = payments.validate(io.BytesIO(data), progress=lambda progress: seen.append((time.monotonic(), progress)), threads=1)
    elapsed = time.monotonic() - started
    assert report.total_rows == 1_500_000
    assert len(seen) <= 1 + elapsed * 10
    assert all(earlier[1].rows <= later[1].rows for earlier, later in zip(seen, seen[1:]))
    if seen:
        last = seen[-1][1]
        assert (last.input, last.total_bytes) == ("<file>", None)
        assert last.bytes > 0 and last.elapsed_seconds > 0
        assert "rows=" in repr(last)


def endless() -> Iterator[dict[str, Any]]:
    number = 0
    while True:
        number += 1
        yield {"id": number, "amount": 1.0, "currency": "USD"}


def stream_without_end() -> Any:
    batch = pyarrow.RecordBatch.from_pylist(ROWS[:1] * 1000)

    def batches() -> Iterator[Any]:
        while True:
            yield batch

    return pyarrow.RecordBatchReader.from_batches(batch.schema, batches())


def blocked() -> Any:
    return Slow(30, 2)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does")
@pytest.mark.parametrize("make", [endless, stream_without_end, blocked])
def test_ctrl_c_is_answered_within_a_fifth_of_a_second(make: Any) -> None:
    schema = Schema({"id": int, "amount": float, "currency": str})
    sent: list[float] = []

    def interrupt() -> None:
        time.sleep(0.3)
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt) as caught:
        schema.validate(make())
    answered = time.monotonic() - sent[0]
    thread.join()
    print(f"answered after {answered:.3f} s")
    assert answered < 0.2
    if make is not blocked:
        assert caught.value.rows > 0  # type: ignore[attr-defined]


def test_the_interpreter_lock_is_free() -> None:
    schema = Schema({"id": Field(int, unique=True)})
    data = b"id\n" + b"".join(b"%d\n" % number for number in range(3_000_000, 1_000_000, -1))
    longest, done = 0.0, threading.Event()

    def tick() -> None:
        nonlocal longest
        last = time.monotonic()
        while not done.is_set():
            time.sleep(0.001)
            now = time.monotonic()
            longest, last = max(longest, now - last), now

    thread = threading.Thread(target=tick)
    thread.start()
    started = time.monotonic()
    assert schema.validate(data).valid
    elapsed = time.monotonic() - started
    done.set()
    thread.join()
    print(f"the longest pause of another thread was {longest:.3f} s of {elapsed:.3f} s")
    assert longest < max(0.1, elapsed / 2)


def test_many_threads_share_a_schema(payments: Schema) -> None:
    found: list[int] = []

    def judge() -> None:
        for _ in range(20):
            found.append(len(payments.validate(BAD).errors) + len(payments.validate(ROWS).errors))

    threads = [threading.Thread(target=judge) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [6] * 160


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_validates_too(payments: Schema) -> None:
    assert payments.validate(iter(ROWS)).invalid_count == 2
    child = os.fork()
    if child == 0:
        os._exit(0 if payments.validate(iter(ROWS)).invalid_count == 2 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_nothing_is_started_at_import() -> None:
    import subprocess

    code = (
        "import sys, threading\n"
        "import trueline\n"
        "import os\n"
        "heavy = [name for name in ('numpy', 'pandas', 'polars', 'pyarrow', 'asyncio') if name in sys.modules]\n"
        "tasks = len(os.listdir('/proc/self/task')) if os.path.isdir('/proc/self/task') else 1\n"
        "print(heavy, threading.active_count(), tasks)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[] 1 1"
