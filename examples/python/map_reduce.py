"""Validate chunks of records in separate processes, and merge the results into one report."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial

from trueline import ChunkResult, Field, MapReduceValidator, Schema

SCHEMA = Schema({"id": Field(int, required=True, unique=True), "amount": Field(float, min=0.01)})


def chunk(number: int) -> list[dict[str, object]]:
    """A thousand records; every chunk repeats an id of the first one."""
    rows = range(number * 1000, number * 1000 + 1000)
    return [{"id": 7 if row % 1000 == 500 else row, "amount": 0.0 if row == 2500 else 1.5} for row in rows]


def find(schema: Schema, number: int) -> ChunkResult:
    return MapReduceValidator(schema).map_validate_chunk(chunk(number))


def main() -> None:
    with ProcessPoolExecutor(2) as pool:
        results = list(pool.map(partial(find, SCHEMA), range(4)))
    print("by themselves:", [result.invalid_count for result in results])
    merged = MapReduceValidator(SCHEMA).reduce_results(results)
    print(f"merged: {merged.invalid_count} of {merged.total_rows} records are invalid")
    for error in merged.errors:
        print(f"record {error.row_index}, {error.column}: {error.message}")


if __name__ == "__main__":
    main()
