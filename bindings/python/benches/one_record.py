"""How long one record takes: trueline beside msgspec and pydantic, in one process, in turns.

    python bindings/python/benches/one_record.py            # a wheel that was built with --release
    python bindings/python/benches/one_record.py --test     # once, small

All of them hold the same records, of seven fields, against the same model: as dicts, and as the JSON that `json.dumps` writes. The verdicts
are compared first, over good records and over one of each fault. Then every round runs every contender once over all records, so that a slow
moment of the machine hurts all of them; the median of the rounds counts. Fails when a verdict is wrong, and, unless it is a test, when
trueline takes longer for a dict than one of the others, or more than half as long for JSON.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import pydantic

from trueline import Field, LineProcessor

Currency = Literal["USD", "EUR", "KES", "NGN", "ZAR"]
PATTERN = r"^TX\d{10}$"

SCHEMA = {
    "transaction_id": Field(str, required=True, pattern=PATTERN),
    "timestamp": Field("timestamp", required=True),
    "account_id": Field(str, required=True, min_length=8, max_length=20),
    "amount": Field(float, required=True, min=0.01, max=1_000_000),
    "currency": Field(str, required=True, enum=["USD", "EUR", "KES", "NGN", "ZAR"]),
    "quantity": Field(int, required=True, min=0),
    "merchant": Field(str, required=True, max_length=40),
}


class OfMsgspec(msgspec.Struct, gc=False):
    transaction_id: Annotated[str, msgspec.Meta(pattern=PATTERN)]
    timestamp: datetime
    account_id: Annotated[str, msgspec.Meta(min_length=8, max_length=20)]
    amount: Annotated[float, msgspec.Meta(ge=0.01, le=1_000_000)]
    currency: Currency
    quantity: Annotated[int, msgspec.Meta(ge=0)]
    merchant: Annotated[str, msgspec.Meta(max_length=40)]


class OfPydantic(pydantic.BaseModel):
    transaction_id: Annotated[str, pydantic.StringConstraints(pattern=PATTERN)]
    timestamp: datetime
    account_id: Annotated[str, pydantic.StringConstraints(min_length=8, max_length=20)]
    amount: Annotated[float, pydantic.Field(ge=0.01, le=1_000_000)]
    currency: Currency
    quantity: Annotated[int, pydantic.Field(ge=0)]
    merchant: Annotated[str, pydantic.StringConstraints(max_length=40)]


FAULTS = {
    "transaction_id": "TX12",
    "timestamp": "2026-02-30T09:15:00Z",
    "account_id": "short",
    "amount": -1.0,
    "currency": "XXX",
    "quantity": -3,
    "merchant": "m" * 41,
}

Call = Callable[..., Any]


def good(number: int) -> dict[str, Any]:
    """A record like no other."""
    return {
        "transaction_id": f"TX{number:010}",
        "timestamp": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:05Z",
        "account_id": f"ACC{number * 7919:07}",
        "amount": round(0.01 + number * 37.77 % 90_000, 2),
        "currency": ("USD", "EUR", "KES", "NGN", "ZAR")[number % 5],
        "quantity": number % 100,
        "merchant": f"Corner Shop {number % 977}",
    }


def contenders() -> dict[str, dict[str, tuple[Any, ...]]]:
    """By what they are given: functions, and what they are called with behind the record; each as fast as its authors offer it."""
    processor, of_pydantic = LineProcessor(schema=SCHEMA), OfPydantic.__pydantic_validator__
    return {
        "dict": {
            "trueline process_line": (processor.process_line,),
            "msgspec convert": (msgspec.convert, OfMsgspec),
            "pydantic validate_python": (of_pydantic.validate_python,),
        },
        "JSON": {
            "trueline process_json": (processor.process_json,),
            "msgspec Decoder.decode": (msgspec.json.Decoder(OfMsgspec).decode,),
            "pydantic validate_json": (of_pydantic.validate_json,),
        },
    }


def accepts(call: Call, record: Any, *behind: Any) -> bool:
    try:
        answer = call(record, *behind)
    except (msgspec.ValidationError, pydantic.ValidationError):
        return False
    return answer[0] if isinstance(answer, tuple) else True


def check_verdicts(calls: dict[str, tuple[Any, ...]], write: Call, records: list[dict[str, Any]]) -> None:
    bad = [{**records[0], key: value} for key, value in FAULTS.items()]
    bad += [{name: value for name, value in records[0].items() if name != key} for key in FAULTS]
    for name, (call, *behind) in calls.items():
        assert all(accepts(call, write(record), *behind) for record in records), f"{name} refuses a good record"
        for record in bad:
            assert not accepts(call, write(record), *behind), f"{name} accepts {record}"


def measure(calls: dict[str, tuple[Any, ...]], records: list[Any], rounds: int) -> dict[str, float]:
    """Nanoseconds for each record, by contender."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, (call, *behind) in calls.items():
            taken = all_of_type(call, behind[0], records) if behind else all_of(call, records)
            times[name].append(taken / len(records))
    return {name: statistics.median(taken) for name, taken in times.items()}


def all_of(call: Call, records: list[Any]) -> int:
    started = time.perf_counter_ns()
    for record in records:
        call(record)
    return time.perf_counter_ns() - started


def all_of_type(call: Call, kind: type, records: list[Any]) -> int:
    """The same with a second argument: unpacking one would cost as much as a tenth of the call."""
    started = time.perf_counter_ns()
    for record in records:
        call(record, kind)
    return time.perf_counter_ns() - started


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=101)
    parser.add_argument("--test", action="store_true", help="once, small")
    options = parser.parse_args()
    records = [good(number) for number in range(50 if options.test else 2000)]
    is_fast = True
    for kind, calls in contenders().items():
        write: Call = (lambda record: json.dumps(record).encode()) if kind == "JSON" else dict
        check_verdicts(calls, write, records)
        given = [write(record) for record in records]
        taken = measure(calls, given, 1 if options.test else options.rounds)
        own, others = next(iter(taken.values())), list(taken.values())[1:]
        for name, each in taken.items():
            print(f"{kind:4}  {name:26} {each:7.0f} ns   {each / own:5.2f}")
        is_fast &= own * (2 if kind == "JSON" else 1) <= min(others)
    return 0 if is_fast or options.test else 1


if __name__ == "__main__":
    sys.exit(main())
