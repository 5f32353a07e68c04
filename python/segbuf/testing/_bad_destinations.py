"""The strategy `bad_destinations`: what a reader must refuse to read into."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st
from numpy.lib.stride_tricks import as_strided

from segbuf.testing._destinations import c_strides

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from numpy.typing import DTypeLike, NDArray

    _Reason: TypeAlias = Literal[
        "read-only", "no buffer", "wrong type", "byte order", "too short", "too long", "overlap"
    ]

#: Why a destination is bad.
REASONS: tuple[_Reason, ...] = (
    "read-only",
    "no buffer",
    "wrong type",
    "byte order",
    "too short",
    "too long",
    "overlap",
)
# float32 is missing since any file can be read as it, and one-byte types since they are bytes.
_WRONG = (
    "float64",
    "int16",
    "int32",
    "int64",
    "uint16",
    "uint32",
    "uint64",
    "complex64",
    "float16",
)


@dataclass(eq=False)
class BadDestination:
    """An object to read into that a reader must refuse, leaving its memory as it is."""

    #: What is wrong with it.
    reason: _Reason
    #: The object itself.
    target: Any

    def __post_init__(self) -> None:
        """Keep what the target holds now."""
        self._before = self._contents()

    @property
    def error(self) -> type[Exception]:
        """The class of the error: TypeError for what is no buffer, else BufferError.

        `segbuf.errors.DestinationError` is a BufferError.
        """
        return TypeError if self.reason == "no buffer" else BufferError

    def untouched(self) -> bool:
        """Tell whether it holds what it held at first."""
        return self._contents() == self._before

    def _contents(self) -> object:
        if self.reason == "no buffer":
            return repr(self.target)
        return memoryview(self.target).tobytes()


@st.composite
def bad_destinations(
    draw: st.DrawFn,
    shape: int | tuple[int, ...],
    dtype: DTypeLike = np.float32,
    *,
    reasons: tuple[_Reason, ...] = REASONS,
) -> BadDestination:
    """Draw objects that do not take an array of a shape and a type, each for one reason.

    Parameters
    ----------
    shape : int or tuple of int
        The shape of what would be read.
    dtype : dtype, default float32
        The file's own type of sample.
    reasons : tuple of str
        What may be wrong: "read-only", "no buffer", "wrong type", "byte order" (the foreign one),
        "too short", "too long", "overlap" (elements that share memory). Those that the shape or
        type cannot have are left out.

    Returns
    -------
    SearchStrategy of BadDestination
    """
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    own = np.dtype(dtype)
    size = math.prod(shape)
    possible = [
        reason
        for reason in REASONS
        if reason in reasons
        and not (reason == "byte order" and own.itemsize == 1)
        and not (reason == "too short" and size == 0)
        and not (reason == "overlap" and size <= 1)
    ]
    reason = draw(st.sampled_from(possible))
    if reason == "no buffer":
        return BadDestination(
            reason, draw(st.sampled_from([None, 7, "text", [0.0] * size, object]))
        )
    if reason == "read-only":
        return BadDestination(reason, _read_only(draw, shape, own))
    if reason == "too short":
        target: NDArray[Any] = np.ones(draw(st.integers(0, size - 1)), own)
    elif reason == "too long":
        target = np.ones(_longer(draw, size, own), own)
    elif reason == "overlap":
        target = _overlapping(draw, shape, own)
    else:
        other = own.newbyteorder()
        if reason == "wrong type":
            # A 24-bit file may be read as int32 and as uint32.
            alike = ("int32", "uint32") if own.name in ("int32", "uint32") else (own.name,)
            other = np.dtype(draw(st.sampled_from([name for name in _WRONG if name not in alike])))
        target = np.ones(shape, other)
    return BadDestination(reason, target)


def _read_only(draw: st.DrawFn, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> object:
    array = np.ones(shape, dtype)
    kind = draw(st.sampled_from(["ndarray", "bytes", "memoryview"]))
    if kind == "bytes":
        return array.tobytes()
    if kind == "memoryview":
        return array.data.toreadonly()
    array.flags.writeable = False
    return array


def _longer(draw: st.DrawFn, size: int, dtype: np.dtype[np.generic]) -> int:
    """Give a length past `size`, but not that of float32 in bytes."""
    longer = st.integers(size + 1, size + 8)
    if dtype.itemsize == 1:
        longer = longer.filter(lambda n: n != 4 * size)
    return draw(longer)


def _overlapping(
    draw: st.DrawFn, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> NDArray[np.generic]:
    """Lay an array over memory so that one axis has no step, or half of one."""
    strides = list(c_strides(shape, dtype.itemsize))
    axis = draw(st.sampled_from([axis for axis, n in enumerate(shape) if n > 1]))
    strides[axis] = draw(st.sampled_from([0, strides[axis] // 2])) if dtype.itemsize > 1 else 0
    return as_strided(np.ones(shape, dtype), shape, strides)
