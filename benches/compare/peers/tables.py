"""The checks of the generated tables, once, for every peer in Python; and how a peer says what it counted."""

import json
import sys
from dataclasses import dataclass

FLOAT = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
INTEGER = r"[+-]?[0-9]+"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIMESTAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
TIMESTAMP_FRACTION = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]+Z"

BOOLEANS = ("true", "false", "1", "0")
INTEGERS = {"int8": 8, "int32": 32, "int64": 64}

FIELD_COUNT = "structure structure.field_count"
QUOTE = "structure structure.quote"
JSON = "structure structure.json"
UTF8 = "structure structure.utf8"
DUPLICATE_KEY = "structure structure.duplicate_key"


@dataclass(frozen=True)
class Column:
    """What a column must be. `fraction`: its timestamps have a fraction of the second. Bounds of timestamps are texts."""

    name: str
    type: str = "string"
    required: bool = False
    unique: bool = False
    pattern: str | None = None
    minimum: float | str | None = None
    exclusive_minimum: float | None = None
    maximum: float | str | None = None
    min_length: int | None = None
    max_length: int | None = None
    enum: tuple = ()
    fraction: bool = False

    @property
    def path(self):
        """The keys that lead to a nested value."""
        return self.name.split(".")

    @property
    def is_number(self):
        return self.type == "float64" or self.type in INTEGERS

    @property
    def grammar(self):
        """The regular expression of the type's text; the calendar comes on top of it."""
        if self.type in INTEGERS:
            return INTEGER
        if self.type == "timestamp":
            return TIMESTAMP_FRACTION if self.fraction else TIMESTAMP
        return {"float64": FLOAT, "date": DATE}[self.type]

    @property
    def time_format(self):
        """As `strptime` has it."""
        if self.type == "date":
            return "%Y-%m-%d"
        return "%Y-%m-%dT%H:%M:%S.%fZ" if self.fraction else "%Y-%m-%dT%H:%M:%SZ"

    def label(self, code):
        """Check id and code of one kind of fault, as the generator's truth names them."""
        check = "range" if code in ("below_minimum", "above_maximum") else "length" if code.startswith("too_") else None
        check = check or {"null": "required", "duplicate": "unique", "no_match": "pattern", "unlisted": "enum"}.get(code)
        check = check or "type"
        return f"{self.name}.{check} {check}.{code}"


def _group(name, count, width, **rest):
    return [Column(f"{name}_{number:0{width}}", **rest) for number in range(1, count + 1)]


def _transactions(unique):
    return [
        Column("transaction_id", required=True, unique=unique, pattern=r"^TX[0-9]{10}$"),
        Column("amount", "float64", required=True, minimum=0.01, maximum=1_000_000),
        Column("timestamp", "timestamp", required=True),
        Column("account_id", required=True, min_length=8, max_length=20),
        Column("currency", required=True, enum=("USD", "EUR", "KES", "NGN", "ZAR")),
        Column("status", enum=("pending", "posted", "reversed")),
        Column("counterparty", max_length=40),
    ]


_BOUNDS = [
    Column("transaction_id", required=True),
    Column("amount", "float64", required=True, minimum=0.01, maximum=1_000_000),
    Column("timestamp", "timestamp", required=True, minimum="2021-01-01T00:00:00Z", maximum="2024-12-31T23:59:59Z"),
    Column("account_id", required=True),
    Column("currency", required=True),
]

_LOGS = [
    Column("timestamp", "timestamp", required=True, fraction=True),
    Column("level", required=True, enum=("DEBUG", "INFO", "WARN", "ERROR")),
    Column("service", required=True, max_length=32),
    Column("message", required=True, max_length=200),
    Column("request_id", required=True, pattern=r"^req-[0-9a-f]{16}$"),
    Column("status", "int32", required=True, minimum=100, maximum=599),
    Column("duration_ms", "float64", required=True, minimum=0, maximum=600_000),
    Column("context.user.id", "int64", minimum=1),
    Column("context.user.country", pattern=r"^[A-Z]{2}$"),
    Column("context.host", required=True, max_length=64),
]

_QUOTED = [
    *_group("letter", 5, 1, required=True, enum=("a", "b", "c", "d", "e", "f")),
    *_group("text", 5, 1, required=True, max_length=1),
    *_group("digit", 10, 1, type="int8", required=True, minimum=0, maximum=8),
]

TABLES = {
    "transactions": _transactions(unique=False),
    "small": _transactions(unique=True),
    "ticks": [
        Column("timestamp", "timestamp", required=True, fraction=True),
        Column("symbol", required=True, pattern=r"^[A-Z]{1,5}$"),
        Column("price", "float64", required=True, exclusive_minimum=0),
        Column("volume", "int64", required=True, minimum=1, maximum=1_000_000),
        Column("exchange", required=True, enum=("XNYS", "XNAS", "XLON", "XETR", "XTKS")),
    ],
    "wide": [
        Column("id", "int64", required=True),
        Column("title", required=True, max_length=80),
        Column("note"),
        *_group("integer", 10, 2, type="int32", minimum=0),
        *_group("float", 8, 2, type="float64"),
        *_group("text", 10, 2, max_length=60),
        *_group("flag", 4, 2, type="boolean"),
        *_group("date", 4, 2, type="date"),
        Column("code", required=True, enum=("red", "green", "blue")),
    ],
    "keys": [Column("key", required=True, unique=True), Column("value")],
    "quoted": _QUOTED,
    "unquoted": _QUOTED,
    "logs": _LOGS,
    "records": _LOGS,
    "parquet": _transactions(unique=False),
    "statistics": _BOUNDS,
    "gzip": _transactions(unique=False),
    "zstd": _transactions(unique=False),
}


# Tables with line ends inside of cells, and with cells in quotes; in the others a quote is a fault.
HOLDING_LINE_ENDS = ("wide",)
HOLDING_QUOTES = ("wide", "quoted")

# Tables in files with types, and tables whose every value is of its type.
WITH_TYPES = ("parquet", "statistics")
TYPED = (*WITH_TYPES, "records")


def table():
    """The name of the table that the peer was called with."""
    return sys.argv[1]


def has_types():
    """Whether the file itself has types, so that no text need be parsed."""
    return table() in WITH_TYPES


def tree(columns):
    """The columns by the keys that lead to them: a dict for each object."""
    root = {}
    for column in columns:
        *outer, last = column.path
        inside = root
        for key in outer:
            inside = inside.setdefault(key, {})
        inside[last] = column
    return root


def is_required(inside):
    """Whether a key must be there: that of a required column, or of an object that holds one."""
    return inside.required if isinstance(inside, Column) else any(map(is_required, inside.values()))


def arguments():
    """The table's columns, the file and the number of threads that the peer was called with."""
    _, name, file, threads = sys.argv
    return TABLES[name], file, int(threads)


def say(rows, counts, cannot=()):
    """Prints what was counted: rows (`None` when the peer cannot tell), counts per label, and the labels it has no means to tell."""
    counts = {label: int(count) for label, count in counts.items() if count}
    print(json.dumps({"rows": rows, "counts": counts, "cannot": list(cannot)}))
