"""Parts, judged by themselves and merged in any grouping, against one run."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

import pyarrow as pa
import pytest

from trueline import ChunkResult, Field, MapReduceValidator, OptionError, Schema

SCHEMA = Schema({"id": Field(int, required=True, unique=True), "name": Field(str, max_length=3)})
ROWS: list[dict[str, Any]] = [{"id": row % 37, "name": "n" * (row % 5)} for row in range(60)]


def chunks(size: int) -> list[list[dict[str, Any]]]:
    return [ROWS[start : start + size] for start in range(0, len(ROWS), size)]


def stable(result: Any) -> dict[str, Any]:
    report = getattr(result, "report", result).to_dict()
    report.pop("run")
    return report


def map_one(schema: Schema, chunk: list[dict[str, Any]]) -> ChunkResult:
    return MapReduceValidator(schema).map_validate_chunk(chunk)


@pytest.mark.parametrize("size", [1, 7, 60])
def test_any_grouping_gives_the_report_of_one_pass(size: int) -> None:
    validator = MapReduceValidator(schema=SCHEMA)
    expected = stable(SCHEMA.validate(ROWS))
    results = [validator.map_validate_chunk(chunk) for chunk in chunks(size)]
    assert stable(validator.reduce_results(results)) == expected
    head = validator.reduce_results(results[: len(results) // 2 + 1])
    tail = results[len(results) // 2 + 1 :]
    assert stable(validator.reduce_results([pickle.loads(pickle.dumps(head)), *tail])) == expected
    assert sum(result.total_rows for result in results) == 60


def test_arrow_data_are_merged_as_one_table() -> None:
    validator = MapReduceValidator(SCHEMA)
    table = pa.Table.from_pylist(ROWS)
    results = [validator.map_validate_chunk(table.slice(start, 20)) for start in (0, 20, 40)]
    merged = validator.reduce_results(results)
    expected, found = stable(SCHEMA.validate(table)), stable(merged)
    for report in (expected, found):
        # How much memory batches take depends on how they were cut.
        report["inputs"][0].pop("bytes")
    assert found == expected
    assert (merged.total_rows, merged.is_valid()) == (60, False)
    other = validator.map_validate_chunk(table.select(["id"]))
    with pytest.raises(Exception, match="other columns"):
        validator.reduce_results([results[0], other]).is_valid()


def test_results_come_back_from_other_processes() -> None:
    with ProcessPoolExecutor(2) as pool:
        results = list(pool.map(partial(map_one, SCHEMA), chunks(20)))
    merged = MapReduceValidator(SCHEMA).reduce_results(results)
    assert merged.invalid_count == SCHEMA.validate(ROWS).invalid_count
    assert merged.errors[0].row_index == 4


def test_what_cannot_be_mapped_or_reduced() -> None:
    validator = MapReduceValidator(SCHEMA)
    for chunk in ("text", b"bytes", {"id": 1}, 3):
        with pytest.raises(TypeError):
            validator.map_validate_chunk(chunk)
    with pytest.raises(ValueError, match="no results"):
        validator.reduce_results([])
    with pytest.raises(TypeError, match="map_validate_chunk"):
        validator.reduce_results([3])  # type: ignore[list-item]
    other = MapReduceValidator(Schema({"id": Field(str)})).map_validate_chunk([{"id": "x"}])
    with pytest.raises(Exception, match="schema"):
        validator.reduce_results([validator.map_validate_chunk([{"id": 1}]), other])
    assert validator.map_validate_chunk([]).total_rows == 0


def test_results_of_another_schema_are_refused() -> None:
    """Also where they agree among themselves."""
    other = MapReduceValidator(Schema({"id": Field(str)}))
    results = [other.map_validate_chunk([{"id": "x"}]) for _ in range(2)]
    assert other.reduce_results(results).is_valid()
    for given in (results, results[:1], pickle.loads(pickle.dumps(results))):
        with pytest.raises(ValueError, match="made with another schema"):
            MapReduceValidator(SCHEMA).reduce_results(given)
    twin = MapReduceValidator(Schema.from_json(SCHEMA.to_json()))
    assert twin.reduce_results([MapReduceValidator(SCHEMA).map_validate_chunk(ROWS[:3])]).total_rows == 3


def test_a_chunk_is_not_counted_twice() -> None:
    validator = MapReduceValidator(SCHEMA)
    first, second, third = (validator.map_validate_chunk(ROWS[:20]) for _ in range(3))
    with pytest.raises(OptionError, match="counted twice"):
        validator.reduce_results([first, second, pickle.loads(pickle.dumps(first))])
    both = validator.reduce_results([first, second])
    with pytest.raises(OptionError, match="number 2 and number 3"):
        validator.reduce_results([third, both, second])
    # The same rows judged twice may be meant.
    assert validator.reduce_results([both, third]).total_rows == 60
