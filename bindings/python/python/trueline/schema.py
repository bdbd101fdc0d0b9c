"""Schemas: made in Python or read from documents, then held against data."""

from __future__ import annotations

import decimal
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import _native
from ._native import Progress, Report
from .errors import SchemaError
from .field import Field, _plain

__all__ = ["Schema"]

_LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml"}


class _Number(float):
    """A number of a document with the text it was written with."""

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
    elif isinstance(given, Iterable) and not isinstance(given, (str, bytes)):
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
    """JSON in which decimals have all their digits."""
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
    """A value in block style, its scalars as JSON has them."""
    if isinstance(value, dict) and value:
        lines = (f"{indent}{json.dumps(key)}:{_below(item, indent)}" for key, item in value.items())
        return "".join(lines)
    if isinstance(value, list) and value:
        return "".join(f"{indent}-{_below(item, indent)}" for item in value)
    return f"{indent}{_dump(value)}\n"


def _below(value: Any, indent: str) -> str:
    if isinstance(value, (dict, list)) and value:
        return "\n" + _yaml(value, indent + "  ")
    return f" {_dump(value)}\n"


class Schema:
    """What one table should be.

    ``fields`` is a dict of names and ``Field`` (or bare types), or a list of ``Field`` with names. The other arguments are the
    sections of a schema document: ``checks`` over the table or over several columns, as dicts; ``extra_columns`` ``"allow"`` or
    ``"forbid"``; ``column_order`` ``"any"`` or ``"exact"``; ``null_values``; ``csv`` and ``json``.

    Schemas of equal meaning are equal, whatever language and order they were written in.

    Raises ``SchemaError``, which names field and keyword.
    """

    __slots__ = ("_language", "_native", "_text")

    _native: _native.Schema
    _text: str
    _language: str

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
        """Reads a document made here: lines and columns of its text say nothing, names do."""
        text = _dump(document)
        try:
            self._native = _native.Schema.parse(text, "json", "<schema>")
        except SchemaError as error:
            raise _named(error, document) from None
        self._text, self._language = text, "json"

    def _read(self, text: str, language: str, name: str) -> None:
        if not isinstance(text, str):
            raise TypeError(f"a schema document is str, not {type(text).__name__}")
        self._native = _native.Schema.parse(text, language, name)
        self._text, self._language = text, language

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Schema:
        """Reads a document; the end of its name, ``.yaml``, ``.yml``, ``.json`` or ``.toml``, says in which language it is."""
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
    def from_yaml(cls, text: str) -> Schema:
        """Reads a YAML document."""
        return _parsed(cls, text, "yaml", "<yaml>")

    @classmethod
    def from_json(cls, text: str) -> Schema:
        """Reads a JSON document."""
        return _parsed(cls, text, "json", "<json>")

    @classmethod
    def from_toml(cls, text: str) -> Schema:
        """Reads a TOML document."""
        return _parsed(cls, text, "toml", "<toml>")

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Schema:
        """Reads a document that is a dict, with ``fields``, ``checks`` and so on."""
        schema = cls.__new__(cls)
        schema._read_document(_plain(document, "the document"))
        return schema

    @classmethod
    def from_arrow(cls, data: Any, *, name: str | None = None) -> Schema:
        """The columns of a schema, table or frame of pyarrow, Polars or pandas, with their types.

        Columns that pyarrow says are never null are ``required``; nothing else is asked for.
        """
        columns = data
        for member in ("schema", "dtypes"):
            found = getattr(data, member, None)
            if found is not None and not callable(found):
                columns = found
                break
        if hasattr(columns, "items"):
            return cls({str(column): Field(kind) for column, kind in columns.items()}, name=name)
        try:
            fields = {column.name: Field(column.type, required=None if column.nullable else True) for column in columns}
        except (AttributeError, TypeError):
            raise TypeError(f"{type(data).__name__} has no columns with types") from None
        return cls(fields, name=name)

    def to_json(self, *, indent: int | None = None) -> str:
        """The canonical document: sorted keys, without defaults, titles and descriptions. It reads as an equal schema."""
        if indent is None:
            return self._native.canonical
        return _dump(json.loads(self._native.canonical, parse_float=_Number), indent)

    def to_yaml(self) -> str:
        """The canonical document as YAML."""
        return _yaml(json.loads(self._native.canonical, parse_float=_Number), "")

    def to_dict(self) -> dict[str, Any]:
        """The canonical document as a dict; numbers with a point are ``Decimal``, so that none of their digits is lost."""
        document: dict[str, Any] = json.loads(self._native.canonical, parse_float=decimal.Decimal)
        return document

    @property
    def name(self) -> str | None:
        """The name of the schema."""
        return self._native.name

    @property
    def fields(self) -> dict[str, str]:
        """Name and type of each field, in order."""
        return dict(self._native.fields)

    @property
    def check_ids(self) -> list[str]:
        """The id of every check that the schema asks for, the implied ones included, in the order of reports."""
        return self._native.check_ids

    @property
    def fingerprint(self) -> str:
        """``blake3:`` and the hash of the canonical document: equal for schemas of equal meaning."""
        return self._native.fingerprint

    def validate(
        self,
        data: Any,
        *,
        threads: int | None = None,
        format: str | None = None,
        progress: Callable[[Progress], object] | None = None,
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
    ) -> Report:
        """Holds data against the schema.

        ``data`` is one of

        - a path (``str`` or ``PathLike``): a file of CSV, JSON Lines, Parquet or Arrow, compressed or not; a pattern
          (``"data/**/*.csv"``); a folder, with a slash behind its name; an address (``s3://…``, ``gs://…``, ``az://…``,
          ``https://…``); or a list of paths, which are one table;
        - ``bytes``, ``bytearray`` or ``memoryview``, the content of such a file;
        - a file that is open in binary mode, or any object with ``read``;
        - an object with ``__arrow_c_stream__`` or ``__arrow_c_array__``: tables, frames and batches of pyarrow, Polars, pandas
          and DuckDB, or a list of them;
        - an iterable of dicts, which are judged as JSON Lines.

        ``threads`` is how many threads judge files (default: as many as the machine has); Arrow data are judged by one.
        ``format`` is ``"csv"``, ``"jsonl"``, ``"parquet"`` or ``"arrow"``, where names and first bytes do not say it.
        ``progress`` is called with a ``Progress``, at most ten times a second, on another thread; what it raises ends the run.
        ``sample_limit`` is how many violations of one check are kept, ``max_violations`` how many of all. ``valid_out``,
        ``invalid_out`` and ``errors_out`` are files for valid rows, invalid rows and every violation; with ``reasons`` invalid rows have
        a column of that name with the checks they fail. ``trust_statistics`` is ``"never"``, ``"prove"`` or ``"audit"``. ``limits``
        are named as in Rust: ``{"max_record_bytes": 1 << 20}``.

        The interpreter lock is free meanwhile. Ctrl-C ends the run with ``KeyboardInterrupt``, whose ``rows``, where it has that, is
        how many were judged.

        Raises ``FileNotFoundError`` and its like for a path that stands for no file, ``OptionError`` for an option, and whatever
        the data's own code raises. Data that cannot be read to their end give a report whose ``verdict`` is ``"unreadable"``.
        """
        return self._native.validate(
            data,
            threads=threads,
            format=format,
            progress=progress,
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
        )

    def is_valid(self, data: Any, **options: Any) -> bool:
        """Whether data are valid; options as for ``validate``."""
        return self.validate(data, **options).valid

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}: {kind}" for name, kind in list(self.fields.items())[:8])
        more = ", …" if len(self.fields) > 8 else ""
        name = f" {self.name!r}" if self.name else ""
        return f"<trueline.Schema{name} {{{fields}{more}}}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Schema):
            return NotImplemented
        return self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_parsed, (type(self), self._text, self._language, "<pickle>"))


def _parsed(cls: type[Schema], text: str, language: str, name: str) -> Schema:
    schema = cls.__new__(cls)
    schema._read(text, language, name)
    return schema


def _named(error: SchemaError, document: Mapping[str, Any]) -> SchemaError:
    """The error with names instead of places in a text that nobody has seen."""
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
