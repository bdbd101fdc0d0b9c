"""Schemas: built in Python or read from documents, and used to validate data."""

from __future__ import annotations

import decimal
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import _native
from ._native import Cache, Cancel, Progress, Report
from .custom import described
from .errors import OptionError, SchemaError
from .field import Field, _plain
from .progress import watching
from .results import Results

__all__ = ["Schema"]

_LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}


class _Number(float):
    """A number of a document that keeps its original text."""

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> _Number:
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __repr__(self) -> str:
        return self.text


def _fields(given: Any) -> list[dict[str, Any]]:
    if isinstance(given, Mapping):
        pairs: Iterable[tuple[Any, Any]] = given.items()
    elif isinstance(given, Iterable) and not isinstance(given, (str, bytes, set, frozenset)):
        pairs = ((None, field) for field in given)
    else:
        raise SchemaError(f"fields must be a dict of names or a list of Field, not {type(given).__name__}")
    fields = []
    for name, field in pairs:
        if name is not None and not isinstance(name, str):
            raise SchemaError(f"the name of a field must be str, not {type(name).__name__}")
        if isinstance(field, Field):
            fields.append(field._document(name))
        elif name is None:
            raise SchemaError(f"a list of fields must have Field only, not {type(field).__name__}")
        else:
            try:
                fields.append(Field(field)._document(name))
            except SchemaError as error:
                raise SchemaError(f"field `{name}`: {error}", error.problems, field=name, keyword="type") from None
    return fields


def _dump(document: Any, indent: int | None = None, level: int = 0) -> str:
    """Dump a document as JSON with all digits of its decimals."""
    if isinstance(document, Mapping):
        parts = [f"{json.dumps(str(key))}: {_dump(value, indent, level + 1)}" for key, value in document.items()]
        return _enclose("{", parts, "}", indent, level)
    if isinstance(document, (list, tuple)):
        return _enclose("[", [_dump(item, indent, level + 1) for item in document], "]", indent, level)
    if isinstance(document, decimal.Decimal):
        if not document.is_finite():
            raise SchemaError(f"{document} cannot stand in a schema: it must be finite")
        return str(document)
    if isinstance(document, _Number):
        return document.text
    try:
        return json.dumps(document, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise SchemaError(f"{document!r} cannot stand in a schema: {error}") from None


def _enclose(start: str, parts: list[str], end: str, indent: int | None, level: int) -> str:
    if indent is None or not parts:
        return start + ", ".join(parts) + end
    outer, inner = "\n" + " " * indent * level, "\n" + " " * indent * (level + 1)
    return start + inner + ("," + inner).join(parts) + outer + end


def _yaml(value: Any, indent: str) -> str:
    """Dump a value as YAML in block style, with scalars as in JSON."""
    if isinstance(value, dict) and value:
        lines = (f"{indent}{_scalar(key)}:{_below(item, indent)}" for key, item in value.items())
        return "".join(lines)
    if isinstance(value, list) and value:
        return "".join(f"{indent}-{_below(item, indent)}" for item in value)
    return f"{indent}{_scalar(value)}\n"


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return _dump(value)
    return re.sub(r"[^ -~]", lambda match: _escaped(match[0]), json.dumps(value, ensure_ascii=False))


def _escaped(character: str) -> str:
    return f"\\U{ord(character):08x}" if character > "\uffff" else f"\\u{ord(character):04x}"


def _below(value: Any, indent: str) -> str:
    if isinstance(value, (dict, list)) and value:
        return "\n" + _yaml(value, indent + "  ")
    return f" {_scalar(value)}\n"


class Schema:
    """The definition of one table.

    ``fields`` is a dict from names to ``Field`` (or bare types), or a list of ``Field`` with names. The other arguments
    are the sections of a schema document: ``checks`` over the table or several columns, as dicts; ``extra_columns``:
    ``"allow"`` or ``"forbid"``; ``column_order``: ``"any"`` or ``"exact"``; ``null_values``; ``csv`` and ``json``.

    Schemas with the same meaning are equal, regardless of the language and order they were written in.

    Raises ``SchemaError``, which names the field and the keyword.
    """

    __slots__ = ("_custom", "_language", "_native", "_text")

    _native: _native.Schema
    _text: str
    _language: str
    _custom: tuple[dict[str, Any], ...]

    def __init__(
        self,
        fields: Mapping[str, Any] | Iterable[Field],
        *,
        name: str | None = None,
        description: str | None = None,
        checks: Iterable[Mapping[str, Any]] | None = None,
        extra_columns: str | None = None,
        column_order: str | None = None,
        null_values: Iterable[str] | None = None,
        csv: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | None = None,
    ) -> None:
        sections = {
            "name": name,
            "description": description,
            "fields": _fields(fields),
            "checks": checks,
            "extra_columns": extra_columns,
            "column_order": column_order,
            "null_values": null_values,
            "csv": csv,
            "json": json,
        }
        document = {key: _plain(value, f"`{key}`") for key, value in sections.items() if value is not None}
        self._read_document(document)

    def _read_document(self, document: Mapping[str, Any]) -> None:
        """Read a document that was built here.

        Its errors give names, because the lines and columns of its text mean nothing to the caller.
        """
        text = _dump(document)
        try:
            self._native = _native.Schema.parse(text, "json", "<schema>")
        except SchemaError as error:
            raise _named(error, document) from None
        self._text, self._language, self._custom = text, "json", ()

    def _read(self, text: str, language: str, name: str) -> None:
        if not isinstance(text, str):
            raise TypeError(f"a schema document is str, not {type(text).__name__}")
        self._native = _native.Schema.parse(text, language, name)
        self._text, self._language, self._custom = text, language, ()

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Schema:
        """Read a schema document from a file.

        The extension gives its language: ``.yaml``, ``.yml``, ``.json`` or ``.toml``.
        """
        name = os.fspath(path)
        language = _LANGUAGES.get(os.path.splitext(name)[1].lower())
        if language is None:
            raise SchemaError(f"{name}: the name of a schema must end in .yaml, .yml, .json or .toml")
        with open(name, "rb") as file:
            raw = file.read()
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise SchemaError(f"{name}: not UTF-8 at byte {error.start}") from None
        return _parsed(cls, text, language, name)

    @classmethod
    def from_folder(cls, path: str | os.PathLike[str]) -> Schema:
        """Compose a schema from all documents below a folder, in path order, such as fields in one and checks in another.

        A document is a file as ``from_file`` accepts it. Other files and hidden ones are ignored; links are followed.
        Each document is read on its own. If two of them contradict each other, a ``SchemaError`` is raised, whose
        ``problems`` name the ``document`` of each.
        """
        schema = cls.__new__(cls)
        schema._native, schema._text = _native.Schema.compose(path)
        schema._language, schema._custom = "yaml", ()
        return schema

    @classmethod
    def from_yaml(cls, text: str) -> Schema:
        """Read a YAML document."""
        return _parsed(cls, text, "yaml", "<yaml>")

    @classmethod
    def from_json(cls, text: str) -> Schema:
        """Read a JSON document."""
        return _parsed(cls, text, "json", "<json>")

    @classmethod
    def from_toml(cls, text: str) -> Schema:
        """Read a TOML document."""
        return _parsed(cls, text, "toml", "<toml>")

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Schema:
        """Read a document from a dict with ``fields``, ``checks`` and so on."""
        schema = cls.__new__(cls)
        schema._read_document(_plain(document, "the document"))
        return schema

    @classmethod
    def from_class(cls, table: type, **sections: Any) -> Schema:
        """Make a schema from a class with annotations, such as a dataclass; see ``Table``."""
        from .table import Table, of_class

        if hasattr(table, "__pydantic_core_schema__"):
            return cls.from_pydantic(table, **sections)
        is_made = isinstance(table, type) and issubclass(table, Table) and table is not Table
        schema = table.schema if is_made and not sections else of_class(table, **sections)  # type: ignore[attr-defined]
        return _parsed(cls, schema._text, schema._language, "<class>")

    @classmethod
    def from_pydantic(cls, model: Any, *, name: str | None = None, skip_code: bool = False) -> Schema:
        """Make a schema from a pydantic 2 model: types, constraints, ``Optional``, ``Literal`` and enums.

        A required nested model becomes fields with dotted names (``address.city``); one in a list, or one that may be
        absent, becomes a struct. A field with a default is ``optional``. Several aliases, and the names of fields with
        ``populate_by_name``, become ``aliases``.

        Anything without an equivalent raises a ``SchemaError`` that names the field. This includes validators, which
        are code, unless ``skip_code`` is true.

        Nothing is converted, but the schema differs from the model in some places. It also accepts whole numbers written
        as ``1.0`` for ``int``, null in a field with a default, in a list and in the members of a struct, records without a
        nested model none of whose fields is required, and records without a field that may be null. It refuses ``nan`` and
        infinities, unless the field has ``allow_inf_nan=True``; what only pydantic's lax mode accepts, such as ``"1"`` for
        a number; a UUID without hyphens; and records with two aliases of a field.
        """
        from .model import document_of

        return cls.from_dict(document_of(model, name=name, skip_code=skip_code))

    @classmethod
    def from_arrow(cls, data: Any, *, name: str | None = None) -> Schema:
        """Make a schema from the columns and types of a schema, table or frame of pyarrow, Polars or pandas.

        Columns that pyarrow marks as not nullable are ``required``; there are no other checks.
        """
        columns = data
        for member in ("schema", "dtypes"):
            # A frame of pandas has its columns as attributes, which its class does not have.
            found = getattr(data, member, None) if hasattr(type(data), member) else None
            if found is not None and not callable(found):
                columns = found
                break
        typed: list[tuple[str, Any, bool | None]]
        try:
            if hasattr(columns, "items"):
                typed = [(str(column), kind, None) for column, kind in columns.items()]
            else:
                typed = [(column.name, column.type, None if column.nullable else True) for column in columns]
        except (AttributeError, TypeError):
            raise TypeError(f"{type(data).__name__} has no columns with types") from None
        fields: dict[str, Field] = {}
        for column, kind, required in typed:
            if column in fields:
                raise SchemaError(f"field `{column}`: there are several columns of this name", field=column, keyword="name")
            try:
                fields[column] = Field(kind, required=required)
            except SchemaError as error:
                raise SchemaError(f"field `{column}`: {error}", error.problems, field=column, keyword="type") from None
        return cls(fields, name=name)

    def check(
        self,
        check: str | Callable[..., Any],
        /,
        *,
        column: str | None = None,
        columns: Iterable[str] | None = None,
        on: str = "record",
        **parameters: Any,
    ) -> Schema:
        """Return a schema with one more check; this one is unchanged.

        ``check`` is the name of a check as under ``checks`` in documents, with its parameters:
        ``schema.check("row_count", min=1)``, ``schema.check("unique", columns=["day", "shop"], severity="warning")``.

        Or ``check`` is a function. It is called with some rows at a time and returns for each row ``True`` (passed),
        ``False`` (failed) or ``None`` (not evaluated, counted as null). ``on`` is the kind of its arguments:
        ``"record"`` (a dict; the function returns a single value); ``"pyarrow"``, ``"polars"``, ``"numpy"``,
        ``"pandas"`` or ``"arrow"`` (one argument per column, for ``"arrow"`` an object with ``__arrow_c_array__``; the
        function returns one boolean per row); or ``"batch"`` (all columns in one object with ``__arrow_c_stream__``).
        ``columns`` are the columns that it needs (default: all of the schema). Further arguments are ``id``,
        ``severity``, ``message``, ``expected`` (default: the first line of its docstring) and ``sample_limit``.

        The function may be called on several threads, and more than once for the same rows, so it must evaluate each
        row by itself. If it raises an exception, that is the ``reason`` of its check, whose status is ``"error"``; at
        severity error the data is then not valid. Functions are not part of documents or of the fingerprint, and are
        pickled as Python pickles functions.
        """
        if columns is not None and (column is not None or isinstance(columns, str)):
            raise SchemaError("give one column as `column`, several as a list in `columns`", keyword="columns")
        if isinstance(columns, (set, frozenset)):
            columns = sorted(columns)
        named = list(columns) if columns is not None else [column] if column is not None else []
        if callable(check):
            return self._with_function(check, named, on, parameters)
        if on != "record":
            raise SchemaError("`on` is for functions", keyword="on")
        item: dict[str, Any] = {"check": check, **parameters}
        if column is not None:
            item["column"] = column
        elif named:
            item["columns"] = named
        document = self.to_dict()
        document["checks"] = [*document.get("checks", []), _plain(item, "the check")]
        schema = type(self).from_dict(document)
        schema._custom = self._custom
        return schema

    def _with_function(
        self, function: Callable[..., Any], columns: list[str], on: str, parameters: dict[str, Any]
    ) -> Schema:
        known = ("id", "severity", "message", "expected", "sample_limit")
        for name in parameters:
            if name not in known:
                raise SchemaError(f"`{name}` is no argument of a check by a function: it has {', '.join(known)}", keyword=name)
        for name in columns:
            if name not in self.fields:
                raise SchemaError(f"a check names the column `{name}`, which the schema does not declare", keyword="columns")
        item = described(function, columns, on=on, **{name: parameters.get(name) for name in known})
        if item["id"] in (*self.check_ids, *(other["id"] for other in self._custom)):
            raise SchemaError(f"there is a check with the id `{item['id']}` already: give another `id`", keyword="id")
        schema = _parsed(type(self), self._text, self._language, "<check>")
        schema._custom = (*self._custom, item)
        return schema

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the canonical document as JSON: sorted keys, without defaults, titles and descriptions.

        Reading it gives an equal schema.
        """
        if indent is None:
            return self._native.canonical
        return _dump(json.loads(self._native.canonical, parse_float=_Number), indent)

    def to_yaml(self) -> str:
        """Return the canonical document as YAML."""
        return _yaml(json.loads(self._native.canonical, parse_float=_Number), "")

    def to_dict(self) -> dict[str, Any]:
        """Return the canonical document as a dict.

        Numbers with a decimal point are ``Decimal``, so no digits are lost.
        """
        document: dict[str, Any] = json.loads(self._native.canonical, parse_float=decimal.Decimal)
        return document

    @property
    def name(self) -> str | None:
        """The name of the schema."""
        return self._native.name

    @property
    def fields(self) -> dict[str, str]:
        """The name and type of each field, in order."""
        return dict(self._native.fields)

    @property
    def check_ids(self) -> list[str]:
        """The id of every check, including implied ones, in report order."""
        return self._native.check_ids

    @property
    def fingerprint(self) -> str:
        """``blake3:`` and the hash of the canonical document; equal for schemas with the same meaning."""
        return self._native.fingerprint

    def validate(
        self,
        data: Any,
        *,
        threads: int | None = None,
        format: str | None = None,
        progress: Callable[[Progress], object] | bool | None = None,
        mask: bool = False,
        cancel: Cancel | None = None,
        sample_limit: int | None = None,
        max_violations: int | None = None,
        valid_out: str | os.PathLike[str] | None = None,
        invalid_out: str | os.PathLike[str] | None = None,
        reasons: str | None = None,
        errors_out: str | os.PathLike[str] | None = None,
        trust_statistics: str | None = None,
        spill_dir: str | os.PathLike[str] | None = None,
        chunk_bytes: int | None = None,
        limits: Mapping[str, int] | None = None,
        cache: Cache | None = None,
    ) -> Report:
        """Validate data against the schema.

        ``data`` is one of

        - a path (``str`` or ``PathLike``): a file of CSV, JSON Lines, Parquet or Arrow, compressed or not; a pattern
          (``"data/**/*.csv"``); a folder, with a trailing slash; an address (``s3://…``, ``gs://…``, ``az://…``,
          ``https://…``); or a list of paths, which form one table;
        - ``bytes``, ``bytearray`` or ``memoryview``: the content of such a file;
        - a file opened in binary mode, or any object with ``read``;
        - an object with ``__arrow_c_stream__`` or ``__arrow_c_array__``: tables, frames and batches of pyarrow, Polars,
          pandas and DuckDB, or a list of them;
        - an iterable of dicts, which are validated as JSON Lines.

        The options are

        - ``threads``: the number of threads for files, from 1 to 1,024 (default: all processors); Arrow data is validated
          by one thread;
        - ``format``: ``"csv"``, ``"jsonl"``, ``"parquet"`` or ``"arrow"``, if the name and the first bytes do not show
          it;
        - ``progress``: a function that is called with a ``Progress`` at most ten times a second, on another thread; an
          exception from it ends the run. ``True`` shows a tqdm bar, or a line on standard error if tqdm is not
          installed;
        - ``mask``: ``True``, for Arrow data, sets the report's ``valid_mask``;
        - ``cancel``: a ``Cancel`` that ends the run from another thread with ``CancelledError``;
        - ``sample_limit``, ``max_violations``: how many violations are kept per check and in all;
        - ``valid_out``, ``invalid_out``, ``errors_out``: files for valid rows, invalid rows and every violation;
        - ``reasons``: the name of a column in ``invalid_out`` with the checks that each row fails;
        - ``trust_statistics``: ``"never"``, ``"prove"`` or ``"audit"``;
        - ``limits``: limits by their names in Rust: ``{"max_record_bytes": 1 << 20}``;
        - ``cache``: the cache of a ``CachedValidator``.

        The interpreter lock is released during the run. Ctrl-C ends the run with ``KeyboardInterrupt``; its ``rows``
        and ``invalid_rows``, if set, are the numbers of rows validated and found invalid so far.

        Raises ``FileNotFoundError`` or a similar exception for a path that names no file, ``OptionError`` for an
        invalid option, and any exception from the code of the data itself. Data that cannot be read to its end gives a
        report with the ``verdict`` ``"unreadable"``.
        """
        refuse_lazy(data)
        with watching(progress) as watcher:
            return self._native.validate(
                data,
                threads=threads,
                format=format,
                progress=watcher,
                mask=mask or None,
                cancel=cancel,
                custom=self._custom or None,
                sample_limit=sample_limit,
                max_violations=max_violations,
                valid_out=valid_out,
                invalid_out=invalid_out,
                reasons=reasons,
                errors_out=errors_out,
                trust_statistics=trust_statistics,
                spill_dir=spill_dir,
                chunk_bytes=chunk_bytes,
                limits=None if limits is None else dict(limits),
                cache=cache,
            )

    async def validate_async(self, data: Any, **options: Any) -> Report:
        """Validate data without blocking the event loop; see ``validate``.

        Cancelling the task ends the run.
        """
        import asyncio

        cancel = options.pop("cancel", None) or Cancel()
        try:
            return await asyncio.to_thread(self.validate, data, cancel=cancel, **options)
        except asyncio.CancelledError:
            cancel.cancel()
            raise

    def stream(self, data: Any, **options: Any) -> Results:
        """Validate data in parts; options as for ``validate``, except ``progress`` and ``mask``.

        Yields a ``BatchResult`` for each part while the run is in progress. A part of text has ``chunk_bytes`` bytes
        (default: 1 MiB); a part of Parquet or Arrow has the rows that the format groups. The result supports ``for``
        and ``async for``; see ``Results``.
        """
        refuse_lazy(data)
        for name in ("progress", "mask"):
            if options.pop(name, None):
                raise OptionError(f"{name} is no option of a stream")
        limits = options.pop("limits", None)
        options["limits"] = None if limits is None else dict(limits)
        return Results(self._native.stream(data, custom=self._custom or None, **options))

    def is_valid(self, data: Any, **options: Any) -> bool:
        """Return whether the data is valid; options as for ``validate``."""
        return self.validate(data, **options).valid

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}: {kind}" for name, kind in list(self.fields.items())[:8])
        more = ", …" if len(self.fields) > 8 else ""
        name = f" {self.name!r}" if self.name else ""
        return f"<trueline.Schema{name} {{{fields}{more}}}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schema):
            return NotImplemented
        return self.fingerprint == other.fingerprint and self._custom == other._custom

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_parsed, (type(self), self._text, self._language, "<pickle>", self._custom))


def _parsed(
    cls: type[Schema], text: str, language: str, name: str, custom: tuple[dict[str, Any], ...] = ()
) -> Schema:
    schema = cls.__new__(cls)
    schema._read(text, language, name)
    schema._custom = custom
    return schema


def refuse_lazy(data: Any) -> None:
    """Refuses frames that are only planned, such as ``polars.LazyFrame``."""
    if hasattr(data, "collect_schema") and hasattr(data, "collect") and not hasattr(data, "__arrow_c_stream__"):
        raise TypeError(f"a {type(data).__name__} has no rows before it is collected: give data.collect()")


def _named(error: SchemaError, document: Mapping[str, Any]) -> SchemaError:
    """Return the error with names instead of locations in a text that the caller has not seen."""
    lines = []
    first: tuple[str | None, str | None] = (None, None)
    for index, problem in enumerate(error.problems):
        path = problem.get("path", "")
        field, keyword = None, None
        if match := re.match(r"fields\[(\d+)\](?:\.(.+))?", path):
            fields = document.get("fields")
            item = fields[int(match[1])] if isinstance(fields, list) else None
            field = item.get("name") if isinstance(item, Mapping) else None
            keyword = match[2]
        elif path:
            keyword = path
        if index == 0:
            first = (field, keyword)
        place = ": ".join(part for part in (f"field `{field}`" if field else "", f"`{keyword}`" if keyword else "") if part)
        lines.append(f"{place}: {problem['message']}" if place else problem["message"])
    text = "\n".join(lines) or str(error)
    return SchemaError(text, error.problems, field=first[0], keyword=first[1])
