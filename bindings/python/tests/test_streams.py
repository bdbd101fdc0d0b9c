"""Runs whose results come part by part, and runs by many workers."""

from __future__ import annotations

import asyncio
import gzip
import os
import subprocess
import sys
import threading
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from conftest import BAD

import trueline
from trueline import BatchResult, DistributedValidator, Field, OptionError, Schema, StreamingValidator

ROWS = 3000


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema({"id": Field(int, unique=True), "name": Field(str, max_length=4)})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows over two lines each; every tenth is too long, and the last two repeat keys."""
    rows = [f'{row},"{"long" if row % 10 == 0 else "a"}\nb"\n' for row in range(ROWS)]
    path = tmp_path_factory.mktemp("stream") / "rows.csv"
    path.write_text("id,name\n" + "".join(rows) + "5,x\n6,x\n")
    return path


def assert_whole(results: list[BatchResult], data: bytes, schema: Schema) -> None:
    report = schema.validate(data, max_violations=10_000, sample_limit=10_000)
    last = results[-1]
    assert last.is_last and last.total_rows == 0 and not any(result.is_last for result in results[:-1])
    assert sum(result.total_rows for result in results) == report.total_rows
    assert sum(result.invalid_count for result in results) == report.invalid_count
    found = [error.to_dict() | {"input_name": None} for result in results for error in result.errors]
    expected = [error.to_dict() | {"input_name": None} for error in report.errors]
    key = lambda error: (error["row_index"], error["check_id"])
    assert sorted(found, key=key) == sorted(expected, key=key)
    rows = 0
    for result in results[:-1]:
        assert result.first_row == rows
        rows += result.total_rows
        assert result.valid_count == result.total_rows - result.invalid_count
        for error in result.errors:
            assert result.first_row <= error.row_index < rows
            assert data[error.byte_offset : error.byte_offset + error.byte_length].startswith(b'"')
            assert data.count(b"\n", 0, error.byte_offset) + 1 == error.line


@pytest.mark.parametrize("parallel", [True, False, 3])
def test_places_are_those_of_the_file(schema: Schema, file: Path, parallel: bool | int) -> None:
    validator = StreamingValidator(schema=schema, buffer_size=1000, parallel=parallel)
    results = list(validator.validate_csv_stream(file))
    assert len(results) > 20
    assert_whole(results, file.read_bytes(), schema)
    assert not all(result.is_valid() for result in results)
    assert [error.code for error in results[-1].errors] == ["unique.duplicate"] * 2
    assert results[0].input_name == str(file) and results[0].errors[0].input_name == str(file)


def test_lines_of_json_and_other_data(schema: Schema) -> None:
    validator = StreamingValidator(schema, buffer_size=100)
    lines = b"".join(b'{"id": %d, "name": "abcde"}\n' % row for row in range(50))
    results = validator.validate_json_stream(lines)
    assert sum(result.invalid_count for result in results) == 50
    assert results.report.invalid_count == 50
    table = pyarrow.table({"id": [1, 1, 2], "name": ["a", "b", "abcde"]})
    parts = list(validator.validate_stream(table))
    assert [(part.total_rows, part.invalid_count, part.error_count) for part in parts] == [(3, 1, 1), (0, 1, 1)]
    compressed = validator.validate_csv_stream(gzip.compress(b"id,name\n1,a\n2,abcde\n"))
    assert [result.invalid_count for result in compressed] == [1, 0]


def test_a_valid_stream_is_valid_throughout(schema: Schema) -> None:
    results = StreamingValidator(schema).validate_csv_stream(b"id,name\n1,a\n2,b\n")
    assert all(result.is_valid() for result in results)
    assert results.report.valid


def test_a_header_that_is_wrong_is_no_valid_stream(schema: Schema) -> None:
    results = list(StreamingValidator(schema).validate_csv_stream(b"id,nam\n1,a\n"))
    assert not results[0].is_valid() and results[0].errors[0].code == "columns.missing"


def test_a_stream_that_breaks_off_raises_what_was_found(schema: Schema) -> None:
    data = gzip.compress(b"id,name\n" + b"".join(b"%d,a\n" % row for row in range(50_000)))
    results = StreamingValidator(schema, buffer_size=10_000).validate_csv_stream(data[:-20])
    rows = 0
    with pytest.raises(trueline.UnreadableError) as caught:
        for result in results:
            assert not result.is_last
            rows += result.total_rows
    assert caught.value.report.verdict == "unreadable" and caught.value.report.total_rows == rows
    assert list(results) == []


def endless() -> Iterator[dict[str, Any]]:
    row = 0
    while True:
        yield {"id": row, "name": "abcde"}
        row += 1


def test_who_stops_taking_results_ends_the_run(schema: Schema) -> None:
    before = threading.active_count()
    taken = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal taken
        for record in endless():
            taken += 1
            yield record

    with schema.stream(counted(), chunk_bytes=10_000) as results:
        assert next(results).total_rows > 0
    del results
    deadline = time.monotonic() + 10
    seen = -1
    while seen != taken and time.monotonic() < deadline:
        seen = taken
        time.sleep(0.2)
    assert seen == taken and threading.active_count() == before


def test_the_engine_is_never_far_ahead(schema: Schema) -> None:
    taken = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal taken
        for record in endless():
            taken += 1
            yield record

    results = schema.stream(counted(), chunk_bytes=1000, threads=1)
    next(results)
    time.sleep(0.5)
    # Records are written in parts of 64 KiB, and a few chunks of 1000 bytes wait.
    assert taken < 20_000
    results.close()
    with pytest.raises(trueline.CancelledError, match="no report"):
        _ = results.report


def test_results_for_coroutines(schema: Schema, file: Path) -> None:
    async def run() -> tuple[int, int, int]:
        rows = 0
        async for result in StreamingValidator(schema, buffer_size=5000).validate_csv_stream(file):
            rows += result.total_rows
        one, other = await asyncio.gather(schema.validate_async(file), schema.validate_async(BAD, format="csv"))
        return rows, one.total_rows, other.total_rows

    assert asyncio.run(run()) == (ROWS + 2, ROWS + 2, 3)


def test_a_task_that_is_cancelled_ends_its_run(schema: Schema) -> None:
    async def run() -> float:
        task = asyncio.create_task(schema.validate_async(endless()))
        await asyncio.sleep(0.2)
        task.cancel()
        started = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        results = schema.stream(endless(), chunk_bytes=10_000)
        async for _ in results:
            break
        results.close()
        return time.monotonic() - started

    started = time.monotonic()
    assert asyncio.run(run()) < 5
    # The loop waits for its threads at the end.
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("use_processes", [False, True])
def test_workers_tell_how_far_they_are(schema: Schema, file: Path, use_processes: bool) -> None:
    told: list[dict[str, int | None]] = []
    validator = DistributedValidator(schema=schema, workers=2, chunk_size=4000, use_processes=use_processes)
    report = validator.validate_csv_parallel(file, callback=told.append)
    assert report.total_rows == ROWS + 2 and report.invalid_count == ROWS // 10 + 2
    assert report == schema.validate(file) or report.to_dict()["checks"] == schema.validate(file).to_dict()["checks"]
    assert [call["chunk"] for call in told] == list(range(1, len(told) + 1)) and len(told) > 5
    assert told[-1]["chunk"] == told[-1]["total_chunks"]
    assert all(call["chunk"] < call["total_chunks"] for call in told[:-1])  # type: ignore[operator]
    assert told[-1]["total_rows"] == ROWS + 2 and told[-1]["invalid_count"] == report.invalid_count
    assert told[-1]["total_bytes"] == file.stat().st_size == told[-1]["bytes"]


def test_another_process_raises_here(schema: Schema, tmp_path: Path) -> None:
    validator = DistributedValidator(schema, use_processes=True)
    with pytest.raises(FileNotFoundError):
        validator.validate_csv_parallel(tmp_path / "none.csv")
    with pytest.raises(trueline.UnreadableError) as caught:
        validator.validate_csv_parallel(gzip.compress(b"id,name\n1,a\n")[:-3])
    assert caught.value.report.verdict == "unreadable"
    assert validator.validate_json_parallel(b'{"id":1}\n').valid


def talkative(record: dict[str, Any]) -> bool:
    print("judged", record)
    os.write(1, b"judged again\n")
    return True


def test_functions_in_another_process_may_print(schema: Schema, capfd: pytest.CaptureFixture[str]) -> None:
    validator = DistributedValidator(schema.check(talkative), use_processes=True)
    assert validator.validate_csv_parallel(b"id,name\n1,a\n").valid
    told = capfd.readouterr()
    assert told.out == "" and "judged {'id': 1" in told.err and "judged again" in told.err


def test_functions_that_another_process_cannot_have(schema: Schema, tmp_path: Path) -> None:
    validator = DistributedValidator(schema.check(lambda record: True), use_processes=True)
    with pytest.raises(TypeError, match="functions that can be imported from a module"):
        validator.validate_csv_parallel(b"id,name\n1,a\n")
    script = tmp_path / "script.py"
    script.write_text(
        "from trueline import DistributedValidator, Schema\n"
        "def told(record): return True\n"
        "validator = DistributedValidator(Schema({'id': int}).check(told), use_processes=True)\n"
        "try: validator.validate_csv_parallel(b'id\\n1\\n')\n"
        "except TypeError as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    assert "functions that can be imported from a module: told is of __main__" in run.stdout


def fleeting(record: dict[str, Any]) -> bool:
    return True


def test_modules_that_another_process_cannot_import(schema: Schema, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("of_this_process_only")
    module.fleeting = fleeting  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(fleeting, "__module__", module.__name__)
    validator = DistributedValidator(schema.check(fleeting), use_processes=True)
    with pytest.raises(ValueError, match="functions that can be imported from a module: ModuleNotFoundError"):
        validator.validate_csv_parallel(b"id,name\n1,a\n")


@pytest.mark.parametrize("use_processes", [False, True])
def test_a_callback_that_raises_ends_the_run(schema: Schema, file: Path, use_processes: bool) -> None:
    def fail(told: dict[str, Any]) -> None:
        raise KeyError(told["chunk"])

    with pytest.raises(KeyError, match="1"):
        DistributedValidator(schema, chunk_size=100, use_processes=use_processes).validate_csv_parallel(file, fail)


def test_sizes_that_are_none(schema: Schema, file: Path) -> None:
    for size in (0, -1, 1.5, "1", None, True):
        with pytest.raises(OptionError, match="buffer_size"):
            StreamingValidator(schema, buffer_size=size)  # type: ignore[arg-type]
        with pytest.raises(OptionError, match="chunk_size"):
            DistributedValidator(schema, chunk_size=size)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="workers"):
        DistributedValidator(schema, workers=0)
    with pytest.raises(OptionError, match="callback"):
        DistributedValidator(schema).validate_csv_parallel(file, callback=3)  # type: ignore[arg-type]
    for name in ("progress", "mask"):
        with pytest.raises(OptionError, match=f"{name} is no option of a stream"):
            schema.stream(file, **{name: True})
    with pytest.raises(OptionError, match="there is no option `chunks`"):
        schema.stream(file, chunks=3)
