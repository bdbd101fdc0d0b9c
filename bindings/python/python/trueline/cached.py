"""Reports of data that were judged before."""

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
    """A validator that keeps what it found, and does not look again at what it looked at.

    The report is the same with and without. A file with the same bytes is only hashed; of one that grew its tail is judged, of one that
    was edited the piece around the edit. ``cache_dir`` is a folder that any number of processes may share (default: that of the command line,
    ``~/.cache/trueline``), ``ttl`` how long something is kept (seconds, or a ``timedelta``; default for ever), ``max_size`` how many bytes the
    folder may have (default 4 GiB; what was not used for longest goes first). ``trust_mtime=True`` takes a file with the name, size, times
    and inode of one that was judged for the same, without reading it.

    Runs that need the rows themselves (``valid_out`` and its like, checks by functions, Arrow data in memory) go without.
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
        """The folder."""
        return os.fspath(self._cache.folder)

    def validate(self, data: Any, use_cache: bool = True, **options: Any) -> Report:
        """Any data; see ``Schema.validate``. ``use_cache=False`` neither asks the cache nor tells it."""
        if not use_cache:
            return self._validator.validate(data, **options)
        try:
            return self._validator.validate(data, cache=self._cache, **options)
        finally:
            warning = self._cache.take_warning()
            if warning is not None:
                warnings.warn(f"the cache was of no use: {warning}", RuntimeWarning, stacklevel=2)

    def is_valid(self, data: Any, use_cache: bool = True, **options: Any) -> bool:
        """Whether data are valid."""
        return self.validate(data, use_cache, **options).valid

    def validate_csv(self, path: Path | Iterable[Path] | Any, use_cache: bool = True, **options: Any) -> Report:
        """CSV, whatever its name ends in."""
        return self.validate(path, use_cache, format="csv", **options)

    def validate_json(self, path: Path | Iterable[Path] | Any, use_cache: bool = True, **options: Any) -> Report:
        """JSON Lines, whatever its name ends in."""
        return self.validate(path, use_cache, format="jsonl", **options)

    def validate_parquet(self, path: Path | Iterable[Path] | Any, use_cache: bool = True, **options: Any) -> Report:
        """Parquet, whatever its name ends in."""
        return self.validate(path, use_cache, format="parquet", **options)

    def validate_dataframe(self, frame: Any, use_cache: bool = True, **options: Any) -> Report:
        """A frame or table; it is in memory, and judged anew each time, whatever ``use_cache`` says."""
        del use_cache
        return self._validator.validate_dataframe(frame, **options)

    def get_cache_stats(self) -> dict[str, int]:
        """``entries`` and ``bytes`` of the folder; ``hits`` and ``misses`` of this validator."""
        return self._cache.stats()

    def clear_cache(self) -> dict[str, int]:
        """Removes everything; ``removed_entries``, ``removed_bytes``, and what is left."""
        return self._cache.clear()

    def prune(self) -> dict[str, int]:
        """Removes what is too old, and what is too much; ``removed_entries``, ``removed_bytes``, and what is left."""
        return self._cache.prune()

    def __repr__(self) -> str:
        return f"CachedValidator({self.schema!r}, cache_dir={self.cache_dir!r})"
