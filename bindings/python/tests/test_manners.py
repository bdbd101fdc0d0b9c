"""What a guest in somebody's process must do: leave it alone, tell how far it is, and stop when told to."""

from __future__ import annotations

import io
import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types
from collections import UserDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from conftest import BAD, GOOD

import trueline
from trueline import Cancel, Field, MapReduceValidator, Progress, Schema

SCHEMA = Schema({"id": Field(int, unique=True), "name": Field(str, max_length=2)})


def endless() -> Iterator[dict[str, Any]]:
    row = 0
    while True:
        yield {"id": row, "name": "abc" if row % 2 else "a"}
        row += 1


def script(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_nothing_is_started_and_little_imported() -> None:
    said = script(
        "import sys, threading, time\n"
        "before = set(sys.modules)\n"
        "started = time.perf_counter()\n"
        "import trueline\n"
        "print(int((time.perf_counter() - started) * 1000))\n"
        "heavy = {'asyncio', 'numpy', 'pandas', 'polars', 'pyarrow', 'tqdm', 'pydantic', 'subprocess', 'multiprocessing'}\n"
        "print(sorted(heavy & (set(sys.modules) - before)))\n"
        "print(threading.active_count(), len(__import__('os').listdir('/proc/self/task')) if sys.platform == 'linux' else 1)\n"
    )
    milliseconds, imported, threads = said.splitlines()
    assert imported == "[]" and threads == "1 1"
    # Alone on a machine it takes a tenth of this.
    assert int(milliseconds) < 500


class Interrupted(Exception):
    pass


def interrupt_after(seconds: float, times: list[float]) -> threading.Timer:
    def interrupt() -> None:
        times.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(seconds, interrupt)
    timer.start()
    return timer


def test_ctrl_c_tells_how_far_a_run_was() -> None:
    times: list[float] = []
    timer = interrupt_after(0.4, times)
    with pytest.raises(KeyboardInterrupt) as caught:
        SCHEMA.validate(endless(), chunk_bytes=10_000)
    taken = time.monotonic() - times[0]
    timer.join()
    assert taken < 1.0
    assert caught.value.rows > 0 and 0 < caught.value.invalid_rows < caught.value.rows  # type: ignore[attr-defined]


def test_ctrl_c_ends_a_stream() -> None:
    times: list[float] = []
    timer = interrupt_after(0.3, times)
    results = SCHEMA.stream(blocked())
    with pytest.raises(KeyboardInterrupt):
        for _ in results:
            pass
    assert time.monotonic() - times[0] < 1.0
    timer.join()
    assert list(results) == []


@pytest.mark.parametrize("kind", ["records", "Arrow"])
def test_ctrl_c_ends_a_chunk_to_be_merged(kind: str) -> None:
    """Neither of these runs any code of Python that would hear of it."""
    table = pa.table({"id": range(1000), "name": ["abc"] * 1000})
    forever = itertools.repeat(table.to_batches()[0])
    reader = pa.RecordBatchReader.from_batches(table.schema, forever)
    chunk = itertools.repeat({"id": 1, "name": "a"}) if kind == "records" else reader
    times: list[float] = []
    timer = interrupt_after(0.3, times)
    with pytest.raises(KeyboardInterrupt):
        MapReduceValidator(Schema({"id": int, "name": str})).map_validate_chunk(chunk)
    assert time.monotonic() - times[0] < 1.0
    timer.join()


class blocked:  # noqa: N801
    """A file that says nothing for a long time."""

    def read(self, _: int) -> bytes:
        time.sleep(3)
        return b""


def test_another_thread_ends_runs() -> None:
    cancel = Cancel()
    assert not cancel.cancelled
    threading.Timer(0.2, cancel.cancel).start()
    with pytest.raises(trueline.CancelledError) as caught:
        SCHEMA.validate(endless(), cancel=cancel, chunk_bytes=10_000)
    assert caught.value.rows > 0 and caught.value.invalid_rows is not None
    assert cancel.cancelled and str(caught.value).startswith("cancelled after")
    with pytest.raises(trueline.CancelledError):
        SCHEMA.validate(GOOD, cancel=cancel)


class Slow(io.RawIOBase):
    """A file that gives its bytes over some time."""

    def __init__(self, parts: int) -> None:
        self._parts = parts

    def read(self, size: int = -1) -> bytes:
        self._parts -= 1
        time.sleep(0.01)
        return (b"1,abc\n" * 500)[:size] if self._parts >= 0 else b""


def slow() -> Any:
    return Slow(40)


def test_a_bar_of_tqdm(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, Any]] = []

    class Bar:
        n = 0
        total: int | None = None

        def __init__(self, **options: Any) -> None:
            calls.append(("made", options))

        def update(self, count: int) -> None:
            self.n += count
            calls.append(("update", count))

        def set_postfix(self, **values: Any) -> None:
            calls.append(("postfix", values))

        def close(self) -> None:
            calls.append(("close", self.n))

    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    auto = types.ModuleType("tqdm.auto")
    auto.tqdm = Bar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm.auto", auto)
    started = time.monotonic()
    Schema({"id": int, "name": str}, csv={"header": False}).validate(slow(), format="csv", progress=True, threads=1, chunk_bytes=1000)
    most = (time.monotonic() - started) * 10 + 1
    assert calls[0][0] == "made" and calls[-1][0] == "close"
    updates = [value for kind, value in calls if kind == "update"]
    assert 1 <= len(updates) <= most and all(count >= 0 for count in updates)
    assert [value for kind, value in calls if kind == "postfix"][-1]["rows"] > 0


def test_a_real_bar(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    Schema({"id": int, "name": str}, csv={"header": False}).validate(slow(), format="csv", progress=True, threads=1, chunk_bytes=1000)
    assert "trueline" in capsys.readouterr().err


def test_a_line_without_tqdm(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    Schema({"id": int, "name": str}, csv={"header": False}).validate(slow(), format="csv", progress=True, threads=1, chunk_bytes=1000)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("trueline: ") and " rows, " in lines[0]
    with pytest.raises(ZeroDivisionError):
        Schema({"id": int}).validate((1 / 0 for _ in range(3)), progress=True)
    assert Schema({"id": int}).validate([{"id": 1}], progress=False).valid


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_runs_survive_a_fork(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(GOOD)
    said = script(
        "import os, sys, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "import trueline\n"
        f"path = {str(tmp_path / 'a.csv')!r}\n"
        "schema = trueline.Schema({'id': int, 'amount': float, 'currency': str})\n"
        "assert schema.validate(path).valid\n"
        "stream = schema.stream([{'id': 1}] * 100_000, chunk_bytes=1000)\n"
        "next(stream)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    ok = schema.validate(path).valid and schema.validate([{'id': 1}]).valid\n"
        "    ok = ok and all(result.is_valid() for result in schema.stream(path))\n"
        "    os._exit(0 if ok else 1)\n"
        "code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])\n"
        "print(code, schema.validate(path).valid, sum(result.total_rows for result in stream) > 0)\n"
    )
    assert said == "0 True True\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_stream_belongs_to_its_process() -> None:
    said = script(
        "import os\n"
        "from trueline import Schema\n"
        "parts = Schema({'id': int}).stream(({'id': row} for row in range(100_000)), chunk_bytes=1000)\n"
        "next(parts)\n"
        "if os.fork() == 0:\n"
        "    try:\n"
        "        next(parts)\n"
        "    except RuntimeError as error:\n"
        "        print(error, flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
    )
    assert "belongs to the process that began it" in said


def test_processes_made_by_fork(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(GOOD)
    said = script(
        "import multiprocessing, trueline\n"
        "schema = trueline.Schema({'id': int})\n"
        f"path = {str(tmp_path / 'a.csv')!r}\n"
        "def run(number):\n"
        "    report = schema.validate(path)\n"
        "    return report\n"
        "if __name__ == '__main__':\n"
        "    schema.validate(path)\n"
        "    with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "        print({report.total_rows for report in pool.map(run, range(8))})\n"
    )
    assert said == "{2}\n"


def test_threads_share_a_schema() -> None:
    schema = SCHEMA.check(lambda record: record["id"] != 1, column="id", id="not_one")
    data = BAD.replace(b"id,amount,currency", b"id,name,more")

    def run(number: int) -> tuple[int, int, int]:
        report = schema.validate(io.BytesIO(data) if number % 2 else data, format="csv")
        streamed = list(schema.stream(data, format="csv", chunk_bytes=10))
        return report.total_rows, report.invalid_count, sum(result.invalid_count for result in streamed)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(run, range(64)))) == 1


def test_threads_share_a_stream() -> None:
    results = SCHEMA.stream(b"id,name\n" + b"".join(b"%d,a\n" % row for row in range(20_000)), format="csv", chunk_bytes=1000)

    def take(_: int) -> int:
        return sum(result.total_rows for result in results)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(4))) == 20_000
    assert results.report.valid


def test_progress_is_no_class_of_users() -> None:
    with pytest.raises(TypeError):
        Progress()  # type: ignore[call-arg]
    for kind in (trueline.Report, trueline.Mask, trueline.BatchResult, trueline.CheckResults):
        with pytest.raises(TypeError):
            kind()


@pytest.mark.parametrize("kind", ["stream", "thread"])
def test_an_interpreter_ends_while_runs_go_on(kind: str) -> None:
    code = """
        import threading, time
        from trueline import Schema

        def slow():
            while True:
                time.sleep(0.01)
                yield {"x": 1}

        schema = Schema({"x": int})
        if %r == "stream":
            parts = schema.stream(slow())
        else:
            threading.Thread(target=lambda: schema.validate(slow()), daemon=True).start()
        time.sleep(0.3)
    """
    for _ in range(3):
        assert script(textwrap.dedent(code % kind)) == ""


def test_a_dict_that_changes_while_it_is_read() -> None:
    class Mapping(UserDict[str, Any]):
        def items(self) -> Any:
            record[f"more {len(record)}"] = 1
            return super().items()

    record: dict[str, Any] = {}
    record.update({"a": Mapping({"b": 1}), "c": 2, "d": 3})
    with pytest.raises(RuntimeError, match="changed while it was read"):
        trueline.LineProcessor({"c": int}).process_line(record)
