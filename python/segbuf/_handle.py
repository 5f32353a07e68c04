"""What a file and its modes share.

Modes hold the handle and not the file, so that a file goes as soon as nobody holds it.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, TypeAlias

    from segbuf import _segbuf

    _Axes: TypeAlias = tuple[list[int], list[int], list[int], Literal["inline", "crossline"] | None]


class Handle:
    """An open file, how it was opened, and the axes that were handed out."""

    __slots__ = ("_axes", "_place", "options", "path", "raw")

    def __init__(self, raw: _segbuf.File, path: str | None, options: dict[str, Any]) -> None:
        """Take what was opened; the path is None for memory."""
        self.raw = raw
        self.path = path
        self.options = options
        self._place = None if path is None else _absolute(path)
        self._axes: _Axes | None = None

    def survey(self) -> _Axes:
        """Give inlines, crosslines, offsets and sorting, which never change once handed out."""
        if self._axes is None or self.raw.closed:
            self._axes = self.raw.axes()
        return self._axes

    def grid(self) -> tuple[int, ...]:
        """Count the labels of each axis: (inline, crossline), prestack with offsets."""
        ilines, xlines, offsets, _ = self.survey()
        fold = (len(offsets),) if len(offsets) > 1 else ()
        return len(ilines), len(xlines), *fold

    def check_open(self) -> None:
        """Raise where the file is closed."""
        if self.raw.closed:
            message = "the file is closed"
            raise ValueError(message)

    def anew(self) -> tuple[str, dict[str, Any]]:
        """Give the path and the options that open the file again, for pickling."""
        if self._place is None:
            message = "a file in memory cannot be pickled: open it by path"
            raise TypeError(message)
        self.check_open()
        return self._place, self.options


class Mode:
    """A file under one aspect. It pickles, as the file does, by path and options."""

    __slots__ = ("_handle", "_name", "_raw")

    def __init__(self, handle: Handle, name: str) -> None:
        """Serve an open file as its attribute of that name."""
        self._handle = handle
        self._name = name
        self._raw = handle.raw

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by path, options and name."""
        return _mode, (*self._handle.anew(), self._name)


def _mode(path: str, options: dict[str, Any], name: str) -> object:
    from segbuf._open import reopen

    return getattr(reopen(path, options), name)


def _absolute(path: str) -> str:
    """Give a path that holds in other directories and processes; pathlib is slow to import."""
    if os.path.isabs(path):  # noqa: PTH117
        return path
    return os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118
