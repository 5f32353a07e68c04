"""The strategy `destinations`: writable buffers of every sort, with watched surroundings."""

from __future__ import annotations

import array
import contextlib
import ctypes
import math
import mmap
import weakref
from dataclasses import dataclass, field
from multiprocessing import shared_memory
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import DTypeLike, NDArray

# What memory holds beforehand: a byte that gives odd, finite numbers in every type.
_BEFORE = 0xA5


@dataclass(eq=False)
class Destination:
    """A writable buffer to read into.

    Its memory is seen apart from its owner, so that what was written, and what should not have
    been, can be told whatever its sort.
    """

    #: What sort it is, such as "fortran" or "bytearray".
    kind: str
    #: The object to read into.
    target: Any
    #: The shape of what it should hold; the target itself may be flat.
    shape: tuple[int, ...]
    #: The type of what it should hold; the target itself may be bytes.
    dtype: np.dtype[np.generic]
    #: Gives a copy of all its memory, surroundings included.
    memory: Callable[[], bytes] = field(repr=False)
    #: Where in `memory` the first element is, in bytes.
    start: int = 0
    #: Steps to the next element along each axis, in bytes; None for C order.
    strides: tuple[int, ...] | None = None
    _before: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep what the memory holds now."""
        self._before = self.memory()

    def array(self) -> NDArray[np.generic]:
        """Give what it holds now, as a new array of `shape` and `dtype`."""
        return self._view(self.memory(), self.dtype, self.start).copy()

    def guard_ok(self) -> bool:
        """Tell whether all memory around its elements is as it was."""
        now = np.frombuffer(self.memory(), np.uint8)
        before = np.frombuffer(self._before, np.uint8)
        width = self.dtype.itemsize
        own = np.zeros(len(now) + width, np.bool_)
        for byte in range(width):
            self._view(own, np.dtype(np.bool_), self.start + byte)[...] = True
        return bool((now == before)[~own[:-width]].all())

    def untouched(self) -> bool:
        """Tell whether it holds what it held at first."""
        return self.memory() == self._before

    def _view(
        self, memory: bytes | NDArray[np.bool_], dtype: np.dtype[np.generic], start: int
    ) -> NDArray[np.generic]:
        strides = self.strides
        if strides is None:
            strides = c_strides(self.shape, self.dtype.itemsize)
        return np.ndarray(self.shape, dtype, memory, start, strides)


def c_strides(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Give the strides of an array in C order, in bytes."""
    return tuple(itemsize * math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


@st.composite
def destinations(
    draw: st.DrawFn,
    shape: int | tuple[int, ...],
    dtype: DTypeLike = np.float32,
    *,
    kinds: tuple[str, ...] | None = None,
) -> Destination:
    """Draw writable buffers that take an array of a shape and a type.

    Parameters
    ----------
    shape : int or tuple of int
        The shape of what will be read.
    dtype : dtype, default float32
        Its type, in the byte order of the machine.
    kinds : tuple of str, optional
        The sorts to choose from, where the type allows them:

        - ndarrays: "ndarray" (C order), "fortran", "transposed" (any order of axes), "strided" (any
          steps, negative ones included), "misaligned", "pitch" (a slice of a larger cube);
        - typed: "memoryview", "memoryview_sliced", "memoryview_strided" (one axis only),
          "array.array", "ctypes", "ctypes_2d";
        - bytes, for float32 and one-byte types: "bytearray", "memoryview_bytes", "ctypes_bytes",
          "mmap", "shared_memory".

    Returns
    -------
    SearchStrategy of Destination
        Each with memory of its own.

    Raises
    ------
    ValueError
        When drawn from, if none of `kinds` takes such an array.
    """
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    kind_dtype = np.dtype(dtype)
    possible = [k for k in _MAKERS if kinds is None or k in kinds]
    possible = [k for k in possible if _takes(k, shape, kind_dtype)]
    if not possible:
        raise ValueError(f"no destination of {kinds} takes {shape} {kind_dtype}")
    kind = draw(st.sampled_from(possible))
    return _MAKERS[kind](draw, kind, shape, kind_dtype)


def _takes(kind: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> bool:
    size = math.prod(shape)
    if kind in _BYTES and not (dtype == np.float32 or dtype.itemsize == 1):
        return False
    if kind in ("mmap", "shared_memory", "memoryview"):
        return size > 0
    if kind == "memoryview_strided":
        return len(shape) == 1
    if kind == "ctypes_2d":
        return len(shape) >= 2 and size > 0
    return True


def _filled(n: int) -> bytearray:
    return bytearray([_BEFORE]) * n


def _ndarray(
    draw: st.DrawFn, kind: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> Destination:
    """Make an ndarray: axes in some order in memory, each with a step of its own, and an offset."""
    axes = list(range(len(shape)))
    if kind == "fortran":
        axes.reverse()
    elif kind == "transposed":
        axes = draw(st.permutations(axes))
    strides = [0] * len(shape)
    extent = dtype.itemsize  # bytes from the first to the last element along the axes laid so far
    start = 0
    for depth, axis in enumerate(reversed(axes)):
        step = 1
        if kind == "strided":
            step = draw(st.sampled_from([1, -1, 2, -2, 3, -3]))
        elif kind == "pitch" and depth > 0:
            step = draw(st.integers(1, 3))
        elif kind == "misaligned" and depth > 0:
            extent += draw(st.integers(0, 3))
        stride = extent * step
        reach = max(shape[axis] - 1, 0) * abs(stride)
        start += reach if step < 0 else 0
        strides[axis] = stride
        extent = max(extent * abs(step) * max(shape[axis], 1), extent)
    pad = 16 + (draw(st.sampled_from([1, 3, 5, 7])) if kind == "misaligned" else 0)
    memory = _filled(pad + extent + 16)
    start += pad
    target = np.ndarray(shape, dtype, memory, start, strides)
    return Destination(
        kind, target, shape, dtype, lambda: bytes(memory), start=start, strides=tuple(strides)
    )


def _bytearray(
    draw: st.DrawFn, kind: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> Destination:
    del draw
    target = _filled(math.prod(shape) * dtype.itemsize)
    return Destination(kind, target, shape, dtype, lambda: bytes(target))


def _memoryview(
    draw: st.DrawFn, kind: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> Destination:
    """Make a typed memoryview of the whole shape."""
    del draw
    memory = _filled(math.prod(shape) * dtype.itemsize)
    whole: Any = memoryview(memory)
    target = whole.cast(dtype.char, shape)
    return Destination(kind, target, shape, dtype, lambda: bytes(memory))


def _memoryview_sliced(
    draw: st.DrawFn, kind: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> Destination:
    """Make a flat memoryview that is a part of a larger one, in steps if "memoryview_strided"."""
    size = math.prod(shape)
    step = draw(st.sampled_from([2, 3, -1, -2])) if kind == "memoryview_strided" else 1
    span = size * abs(step)
    before, after = draw(st.integers(0, 3)), draw(st.integers(0, 3))
    bytewise = kind == "memoryview_bytes"
    memory = _filled((before + span + after) * dtype.itemsize)
    elements: Any = memoryview(memory)
    if bytewise:
        target = elements[before * dtype.itemsize : (before + span) * dtype.itemsize]
    else:
        target = elements.cast(dtype.char)[before : before + span][::step]
    first = before + (span - 1 if step < 0 and span else 0)
    strides = (step * dtype.itemsize,) if kind == "memoryview_strided" else None
    start = first * dtype.itemsize
    return Destination(
        kind, target, shape, dtype, lambda: bytes(memory), start=start, strides=strides
    )


def _array(
    draw: st.DrawFn, kind: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> Destination:
    letters = {"f": "fd", "i": "bhilq", "u": "BHILQ"}[dtype.kind]
    codes = [c for c in letters if array.array(c).itemsize == dtype.itemsize]
    memory = _filled(math.prod(shape) * dtype.itemsize)
    target = array.array(draw(st.sampled_from(codes)), bytes(memory))
    return Destination(kind, target, shape, dtype, target.tobytes)


def _ctypes(
    draw: st.DrawFn, kind: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> Destination:
    del draw
    size = math.prod(shape)
    element: Any = np.ctypeslib.as_ctypes_type(np.dtype(dtype.name))
    if kind == "ctypes_bytes":
        size, element = size * dtype.itemsize, ctypes.c_ubyte
    whole = element * size
    if kind == "ctypes_2d":
        whole = (element * shape[-1]) * (size // shape[-1])
    memory = _filled(ctypes.sizeof(whole))
    return Destination(kind, whole.from_buffer(memory), shape, dtype, lambda: bytes(memory))


def _mmap(
    draw: st.DrawFn, kind: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> Destination:
    del draw
    size = math.prod(shape) * dtype.itemsize
    target = mmap.mmap(-1, size)
    target[:] = bytes(_filled(size))
    return Destination(kind, target, shape, dtype, lambda: target[:])


def _shared_memory(
    draw: st.DrawFn, kind: str, shape: tuple[int, ...], dtype: np.dtype[np.generic]
) -> Destination:
    size = math.prod(shape) * dtype.itemsize
    before, after = draw(st.integers(0, 8)), draw(st.integers(0, 8))
    shared = shared_memory.SharedMemory(create=True, size=before + size + after)
    shared.unlink()  # its name goes now, its memory with the destination
    whole: Any = shared.buf
    whole[:] = bytes([_BEFORE]) * len(whole)
    target = whole[before : before + size]
    made = Destination(kind, target, shape, dtype, lambda: bytes(whole), start=before)
    weakref.finalize(made, _close_shared, target, shared)
    return made


def _close_shared(target: memoryview, shared: shared_memory.SharedMemory) -> None:
    """Close shared memory, or, as long as somebody still has a view of it, do so another time."""
    _UNCLOSED.append((target, shared))
    for entry in _UNCLOSED[:]:
        with contextlib.suppress(BufferError):
            entry[0].release()
            entry[1].close()
            _UNCLOSED.remove(entry)


_UNCLOSED: list[tuple[memoryview, shared_memory.SharedMemory]] = []
_BYTES = ("bytearray", "memoryview_bytes", "ctypes_bytes", "mmap", "shared_memory")
_MAKERS: dict[
    str, Callable[[st.DrawFn, str, tuple[int, ...], np.dtype[np.generic]], Destination]
] = {
    "ndarray": _ndarray,
    "bytearray": _bytearray,
    "array.array": _array,
    **dict.fromkeys(("fortran", "transposed", "strided", "misaligned", "pitch"), _ndarray),
    "memoryview": _memoryview,
    **dict.fromkeys(
        ("memoryview_sliced", "memoryview_strided", "memoryview_bytes"), _memoryview_sliced
    ),
    **dict.fromkeys(("ctypes", "ctypes_2d", "ctypes_bytes"), _ctypes),
    "mmap": _mmap,
    "shared_memory": _shared_memory,
}
