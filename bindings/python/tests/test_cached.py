"""A cache cannot be noticed but by speed."""

from __future__ import annotations

import datetime
import pathlib
import warnings
from typing import Any

import pyarrow
import pytest

from trueline import CachedValidator, Field, OptionError, OutputError, Schema, Validator

SCHEMA = Schema({"id": Field(int, unique=True), "amount": Field(float, min=0.01)})


def stable(report: Any) -> dict[str, Any]:
    found: dict[str, Any] = report.to_dict()
    del found["run"]
    return found


def rows(count: int) -> str:
    return "id,amount\n" + "".join(f"{row % 900},{row % 7}\n" for row in range(count))


def test_reports_are_the_same_cold_warm_and_changed(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "t.csv"
    cached = CachedValidator(SCHEMA, tmp_path / "cache")
    for text in [rows(1000), rows(1000), rows(1100), rows(1100).replace("5", "x", 1)]:
        path.write_text(text)
        expected = stable(SCHEMA.validate(path))
        for _ in range(2):
            assert stable(cached.validate_csv(path)) == expected
        assert stable(cached.validate_csv(path, use_cache=False)) == expected
    report = cached.validate_csv(path)
    assert report.to_dict()["run"]["decided"]["cached"] == report.total_rows


def test_what_is_kept_is_counted_and_removed(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(rows(100))
    cached = CachedValidator(Validator(SCHEMA, parallel=False), tmp_path / "cache", ttl=3600, max_size=1 << 20)
    assert cached.get_cache_stats()["entries"] == 0
    cached.validate(path)
    stats = cached.get_cache_stats()
    assert stats["entries"] > 0 and stats["bytes"] > 0
    cached.validate(path)
    assert cached.get_cache_stats()["hits"] > stats["hits"]
    assert cached.prune()["removed_entries"] == 0
    assert cached.clear_cache()["removed_entries"] == stats["entries"]
    assert cached.get_cache_stats()["entries"] == 0
    assert cached.schema is SCHEMA and cached.cache_dir == str(tmp_path / "cache") and "cache" in repr(cached)


def test_a_time_to_live_ends(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(rows(100))
    cached = CachedValidator(SCHEMA, tmp_path / "cache", ttl=datetime.timedelta(0))
    expected = stable(SCHEMA.validate(path))
    assert stable(cached.validate(path)) == expected == stable(cached.validate(path))
    assert cached.validate(path).to_dict()["run"]["decided"]["cached"] == 0


def test_data_in_memory_and_rows_go_without(tmp_path: pathlib.Path) -> None:
    cached = CachedValidator(SCHEMA, tmp_path / "cache")
    table = pyarrow.table({"id": [1, 1], "amount": [1.0, 0.0]})
    assert stable(cached.validate_dataframe(table)) == stable(SCHEMA.validate(table))
    path = tmp_path / "t.jsonl"
    path.write_text('{"id": 1, "amount": 2.5}\n{"id": 2, "amount": 0}\n')
    for _ in range(2):
        report = cached.validate_json(path, valid_out=tmp_path / "good.jsonl")
        assert report.invalid_count == 1
        assert (tmp_path / "good.jsonl").read_text() == '{"id": 1, "amount": 2.5}\n'
    assert not cached.is_valid(path)


def test_mistakes(tmp_path: pathlib.Path) -> None:
    for options in [{"ttl": -1}, {"ttl": "1d"}, {"ttl": True}, {"max_size": -1}, {"max_size": 1.5}, {"ttl": float("nan")}]:
        with pytest.raises(OptionError):
            CachedValidator(SCHEMA, tmp_path / "cache", **options)  # type: ignore[arg-type]
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        CachedValidator(SCHEMA, tmp_path / "file")
    with pytest.raises(OptionError):
        SCHEMA.validate(b"id,amount\n1,2\n", cache="here")  # type: ignore[arg-type]


def test_a_cache_that_cannot_be_written_is_told_and_does_no_harm(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(rows(100))
    folder = tmp_path / "cache"
    cached = CachedValidator(SCHEMA, folder)
    import shutil

    shutil.rmtree(folder)
    folder.write_text("in the way")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        report = cached.validate(path)
    assert stable(report) == stable(SCHEMA.validate(path))
    assert any("the cache was of no use" in str(warning.message) for warning in told)
