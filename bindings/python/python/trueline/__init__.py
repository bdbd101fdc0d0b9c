"""Validate tables against a schema: fast, in bounded memory, with the exact location of every violation.

>>> from trueline import Field, Schema
>>> schema = Schema({"id": Field(int, required=True, unique=True), "amount": Field(float, min=0.01)})
>>> report = schema.validate(b"id,amount\n1,2.50\n1,0\n")
>>> report
<trueline.Report invalid: 1 of 2 rows>
>>> [str(error) for error in report.errors]  # doctest: +ELLIPSIS
['line 3: ...', ...]
"""

from ._native import (
    ArrowStream,
    BatchResult,
    Cancel,
    CheckResult,
    CheckResults,
    Mask,
    Progress,
    Report,
    Violation,
    Violations,
    __version__,
)
from .cached import CachedValidator
from .errors import (
    CancelledError,
    InternalError,
    OptionError,
    OutputError,
    SchemaError,
    TruelineError,
    UnreadableError,
    ValidationError,
)
from .field import Field
from .map_reduce import ChunkResult, MapReduceValidator
from .reading import count_rows, read_csv, read_jsonl
from .results import Results
from .schema import Schema
from .table import Table
from .validators import (
    DistributedValidator,
    LineProcessor,
    StreamingValidator,
    Validator,
    validate_csv,
    validate_dataframe,
    validate_json,
    validate_parquet,
)

__all__ = [
    "ArrowStream",
    "BatchResult",
    "CachedValidator",
    "Cancel",
    "CancelledError",
    "CheckResult",
    "CheckResults",
    "ChunkResult",
    "DistributedValidator",
    "Field",
    "InternalError",
    "LineProcessor",
    "MapReduceValidator",
    "Mask",
    "OptionError",
    "OutputError",
    "Progress",
    "Report",
    "Results",
    "Schema",
    "SchemaError",
    "StreamingValidator",
    "Table",
    "TruelineError",
    "UnreadableError",
    "ValidationError",
    "Validator",
    "Violation",
    "Violations",
    "__version__",
    "count_rows",
    "read_csv",
    "read_jsonl",
    "validate_csv",
    "validate_dataframe",
    "validate_json",
    "validate_parquet",
]
