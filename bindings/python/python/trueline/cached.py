"""Validation with a cache of earlier results."""

from __future__ import annotations

import datetime
import os
import warnings
from collections.abc import Iterable
from typing import Any

from ._native import Cache, Report
from .errors import OptionError
from .schema import Schema
from .validators import Validator

__all__ = ["CachedValidator"]

Path = str | os.PathLike[str]


class CachedValidator:
    """A validator that caches its results.

    The report is the same with and without the cache. A file with unchanged bytes is only hashed. If a file has grown,
    only its tail is validated; if it was edited, only the piece around the edit.

    ``cache_dir`` is a folder that any number of processes may share (default: that of the command line, usually
    ``~/.cache/trueline``). ``ttl`` is the lifetime of an entry in seconds or as a ``timedelta`` (default: unlimited).
    ``max_size`` is the maximum size of the folder in bytes (default: 4 GiB); the least recently used entries are
    removed first. With ``trust_mtime=True``, a file with the same name, size, times and inode as a validated one is
    considered unchanged and is not read.

    Runs that need the rows themselves do not use the cache: those with ``valid_out`` and similar outputs, with check
    functions, or on Arrow data in memory.
    """

    __slots__ = ("_cache", "_validator")

    def __init__(
        self,
        validator_or_schema: Any,
        cache_dir: Path | None = None,
        ttl: float | datetime.timedelta | None = None,
        max_size: int | None = None,
        trust_mtime: bool = False,
    ) -> None:
        given = validator_or_schema
        self._validator = given if isinstance(given, Validator) else Validator(given)
        seconds = ttl.total_seconds() if isinstance(ttl, datetime.timedelta) else ttl
        if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0):
            raise OptionError(f"ttl must be a number of seconds or a timedelta of at least 0, not {ttl!r}")
        if max_size is not None and (isinstance(max_size, bool) or not isinstance(max_size, int) or max_size < 0):
            raise OptionError(f"max_size must be a number of bytes of at least 0, not {max_size!r}")
        self._cache = Cache(cache_dir, seconds, max_size, trust_mtime)

    @property
    def schema(self) -> Schema:
        """The schema."""
        return self._validator.schema

    @property
    def cache_dir(self) -> str:
        """The cache folder."""
        return os.fspath(self._cache.folder)

    def validate(self, data: Any, use_cache: bool = True, **options: Any) -> Report:
        """Validate any data; see ``Schema.validate``.

        ``use_cache=False`` neither reads nor writes the cache.
        """
        if not use_cache:
            return self._validator.validate(data, **options)
        try:
            return self._validator.validate(data, cache=self._cache, **options)
        finally:
            warning = self._cache.take_warning()
            if warning is not None:
                warnings.warn(f"the cache was of no use: {warning}", RuntimeWarning, stacklevel=2)

    def is_valid(self, data: Any, use_cache: bool = True, **options: Any) -> bool:
        """Return whether the data is valid."""
        return self.validate(data, use_cache, **options).valid

    def validate_csv(self, path: Path | Iterable[Path] | Any, use_cache: bool = True, **options: Any) -> Report:
        """Validate CSV data, regardless of the file name extension."""
        return self.validate(path, use_cache, format="csv", **options)

    def validate_json(self, path: Path | Iterable[Path] | Any, use_cache: bool = True, **options: Any) -> Report:
        """Validate JSON Lines data, regardless of the file name extension."""
        return self.validate(path, use_cache, format="jsonl", **options)

    def validate_parquet(self, path: Path | Iterable[Path] | Any, use_cache: bool = True, **options: Any) -> Report:
        """Validate Parquet data, regardless of the file name extension."""
        return self.validate(path, use_cache, format="parquet", **options)

    def validate_dataframe(self, frame: Any, use_cache: bool = True, **options: Any) -> Report:
        """Validate a data frame or table in memory, always without the cache, regardless of ``use_cache``."""
        del use_cache
        return self._validator.validate_dataframe(frame, **options)

    def get_cache_stats(self) -> dict[str, int]:
        """Return ``entries`` and ``bytes`` of the folder, and ``hits`` and ``misses`` of this validator."""
        return self._cache.stats()

    def clear_cache(self) -> dict[str, int]:
        """Remove all entries.

        Returns ``removed_entries``, ``removed_bytes``, and the remaining ``entries`` and ``bytes``.
        """
        return self._cache.clear()

    def prune(self) -> dict[str, int]:
        """Remove expired entries, and the least recently used ones beyond ``max_size``.

        Returns ``removed_entries``, ``removed_bytes``, and the remaining ``entries`` and ``bytes``.
        """
        return self._cache.prune()

    def __repr__(self) -> str:
        return f"CachedValidator({self.schema!r}, cache_dir={self.cache_dir!r})"
