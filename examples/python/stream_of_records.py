"""Validate records from any iterable as they arrive, and report progress."""

from collections.abc import Iterator
from typing import Any

from trueline import Field, Progress, Schema

schema = Schema(
    {
        "time": Field("timestamp", required=True),
        "level": Field(str, required=True, enum=["debug", "info", "warning", "error"]),
        "context.user.id": Field(int, min=1),
    },
    name="log",
)


def log() -> Iterator[dict[str, Any]]:
    """A substitute for a queue."""
    for number in range(20_000):
        level = "loud" if number == 777 else "info"
        yield {
            "time": f"2026-11-26T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z",
            "level": level,
            "context": {"user": {"id": number % 100 + (number != 500)}},
        }


def watch(progress: Progress) -> None:
    """Called at most ten times a second."""
    assert progress.rows <= 20_000


report = schema.validate(log(), progress=watch)
print(f"{report.invalid_count} of {report.total_rows} records are invalid")
for error in report.errors:
    print(error)
