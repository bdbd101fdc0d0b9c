"""What the tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from trueline import Field, Schema

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session", autouse=True)
def listens() -> Iterator[None]:
    """Ctrl-C means something, also where the tests were started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def payments() -> Schema:
    """A small schema with a fault of each kind to be had."""
    return Schema(
        {
            "id": Field(int, required=True, unique=True),
            "amount": Field(float, min=0.01, max=1e6),
            "currency": Field(str, enum=["USD", "EUR"]),
        }
    )


GOOD = b"id,amount,currency\n1,2.5,USD\n2,3,EUR\n"
BAD = b"id,amount,currency\n1,2.5,USD\n1,0,EUR\n3,1,XXX\n"
