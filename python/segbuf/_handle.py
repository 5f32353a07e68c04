"""`Handle`, which a file and its modes share, and the base class of modes.

Modes hold the handle and not the file, so that a file without references is freed at once.
"""

from __future__ import annotations

import os

from segbuf._results.public import Public
from segbuf.errors import GeometryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal, TypeAlias

    from segbuf import _segbuf
    from segbuf._segbuf import _Source

    _Axes: TypeAlias = tuple[list[int], list[int], list[int], Literal["inline", "crossline"] | None]
    # Opens a file by its paths and options. `Handle` gets it, since `_open` is a layer above.
    _Reopen: TypeAlias = Callable[[list[str], dict[str, Any], tuple[int, int] | None], Any]


class Handle:
    """An open file, its options, and the axes of its survey."""

    __slots__ = ("_axes", "_nameless", "_places", "names", "options", "raw", "reopen")

    def __init__(
        self,
        raw: _segbuf.File,
        files: list[_Source],
        options: dict[str, Any],
        reopen: _Reopen,
    ) -> None:
        """Store an open file, its sources, its options, and the function that opens it again."""
        self.raw = raw
        self.options = options
        self.reopen = reopen
        # Of other sources only names are kept, so that they are freed when the file is closed.
        self._places = [absolute(file) for file in files if isinstance(file, str)]
        self._nameless: str | None = None
        if len(self._places) == len(files):
            self.names = [file for file in files if isinstance(file, str)]
        else:
            self.names = [
                file if isinstance(file, str) else name
                for file, (name, _, _) in zip(files, raw.files, strict=True)
            ]
            self._nameless = next(_kind(file) for file in files if not isinstance(file, str))
        self._axes: _Axes | None = None

    @property
    def path(self) -> str | None:
        """Return the path of the file; None for several files and for other sources."""
        return self.names[0] if len(self.names) == 1 and self._nameless is None else None

    def __str__(self) -> str:
        """Return the name of the file, or of the first of several."""
        if len(self.names) > 1:
            return f"{len(self.names)} files from {self.names[0]!r} on"
        return self.names[0] if self.path is None else repr(self.path)

    def is_survey(self) -> bool:
        """Return whether the file is a survey."""
        try:
            self.survey()
        except GeometryError:
            return False
        return True

    def survey(self) -> _Axes:
        """Return inlines, crosslines, offsets and sorting; once returned they do not change."""
        if self._axes is None or self.raw.closed:
            self._axes = self.raw.axes()
        return self._axes

    def grid(self) -> tuple[int, ...]:
        """Return the shape of the grid: (inline, crossline), prestack with offsets."""
        ilines, xlines, offsets, _ = self.survey()
        fold = (len(offsets),) if len(offsets) > 1 else ()
        return len(ilines), len(xlines), *fold

    def check_open(self) -> None:
        """Raise if the file is closed."""
        if self.raw.closed:
            message = "the file is closed"
            raise ValueError(message)

    def reopen_args(self) -> tuple[list[str], dict[str, Any], tuple[int, int] | None]:
        """Return the arguments of `reopen`, for pickling: of constant size, whatever was read."""
        if self._nameless is not None:
            message = f"{self._nameless} cannot be pickled: open it by path"
            raise TypeError(message)
        self.check_open()
        return self._places, self.options, self.raw.proof

    def reduce_mode(self, name: str) -> tuple[Any, ...]:
        """Return what `__reduce__` of the attribute ``name`` of the file returns."""
        return _mode, (self.reopen, self.reopen_args(), name)


class Mode(Public):
    """An attribute of a file that reads. It pickles, as the file does, by path and options."""

    __slots__ = ("_handle", "_name", "_raw")

    def __init__(self, handle: Handle, name: str) -> None:
        """Create the attribute ``name`` of a file."""
        self._handle = handle
        self._name = name
        self._raw = handle.raw

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by path, options and name."""
        return self._handle.reduce_mode(self._name)


def _mode(
    reopen: _Reopen, args: tuple[list[str], dict[str, Any], tuple[int, int] | None], name: str
) -> object:
    return getattr(reopen(*args), name)


def _kind(file: _Source) -> str:
    """Return the kind of a source that is not a path, for messages."""
    if isinstance(file, int):
        return "a file descriptor"
    try:
        memoryview(file).release()  # type: ignore[arg-type]
    except TypeError:
        return "a file object"
    except (ValueError, BufferError):
        pass  # memoryview does not know the type of its elements
    return "a file in memory"


def absolute(path: str) -> str:
    """Return an absolute path; pathlib is slow to import."""
    if os.path.isabs(path):  # noqa: PTH117
        return path
    return os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118
