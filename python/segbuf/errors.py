"""Errors and warnings.

Each error class inherits from `SegbufError` and from the builtin exception that fits it. An error
has a ``code``, the stable name of the problem in kebab-case, and, where there is one, the place of
the problem: ``trace`` (from 0) and ``byte`` (from 1). All codes are in ``docs/reference/codes.md``.
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
    """Base class of all errors of segbuf.

    Parameters
    ----------
    message
        Problem, place and remedy in words.
    code
        The stable name of the problem, such as ``"wrong-length"``.
    trace
        Index of the trace with the problem, from 0.
    byte
        Number of the file byte or header byte with the problem, from 1.
    """

    def __init__(
        self, message: str = "", code: str = "", trace: int | None = None, byte: int | None = None
    ) -> None:
        """Make an error with its code and its place."""
        super().__init__(message)
        self.code = code
        self.trace = trace
        self.byte = byte

    def __str__(self) -> str:
        """Return the message; a KeyError would quote it."""
        return str(self.args[0])


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
