"""What can go wrong, by name.

Each class inherits from :class:`SegbufError` and from the builtin that a reader of Python expects.
A message says what happened, where, what was wanted and found, and what to do; ``trace``
(counted from 0) and ``byte`` (of the file or the header, counted from 1) repeat the place where
there is one.
"""

from __future__ import annotations

__all__ = [
    "DestinationError",
    "FieldError",
    "FormatError",
    "GeometryError",
    "LabelError",
    "SegbufError",
    "SegbufWarning",
    "TraceIndexError",
]


class SegbufError(Exception):
    """Anything that segbuf itself has to complain about."""

    trace: int | None = None
    byte: int | None = None

    def __str__(self) -> str:
        """Give the message as it is: KeyError would quote it."""
        return str(self.args[0]) if self.args else ""


class FormatError(SegbufError, ValueError):
    """The bytes are not a SEG-Y file that can be read, or no longer the file that was opened."""


class GeometryError(SegbufError, ValueError):
    """The file is no survey, or its keys contradict the survey it seemed to be."""


class TraceIndexError(SegbufError, IndexError):
    """There is no such trace, sample or textual header."""


class LabelError(SegbufError, KeyError):
    """The survey has no such inline, crossline or offset."""


class FieldError(SegbufError, KeyError):
    """There is no header word of that name or at that byte."""


class DestinationError(SegbufError, BufferError):
    """The destination cannot take what was asked for; it is untouched."""


class SegbufWarning(UserWarning):
    """Something is unusual about a file that can be read.

    Attributes
    ----------
    code
        The stable name of the finding in kebab-case, that of the rule of ``segbuf check`` where it
        is the same. All codes are in ``docs/reference/codes.md``.
    trace, byte
        The trace, from 0, and the byte of the file or of its header, from 1; None where there is
        none.
    """

    def __init__(
        self, message: str = "", code: str = "", trace: int | None = None, byte: int | None = None
    ) -> None:
        """Make a warning with its code and its place."""
        super().__init__(message)
        self.code = code
        self.trace = trace
        self.byte = byte
