"""The sample formats of the standard."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Format"]


class Format(IntEnum):
    """The sample format of a file: the code of bytes 3225-3226.

    ``GAIN_FIXED32``, fixed point with gain, is obsolete and read only with ``open(format=4)``.
    """

    IBM_FLOAT32 = 1
    INT32 = 2
    INT16 = 3
    GAIN_FIXED32 = 4
    IEEE_FLOAT32 = 5
    IEEE_FLOAT64 = 6
    INT24 = 7
    INT8 = 8
    INT64 = 9
    UINT32 = 10
    UINT16 = 11
    UINT64 = 12
    UINT24 = 15
    UINT8 = 16


def order_in_words(endian: str) -> str:
    """Return a byte order as messages name it."""
    return "pairwise-swapped" if endian == "pairwise" else f"{endian}-endian"
