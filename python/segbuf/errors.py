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
    """The file is odd, but readable."""
