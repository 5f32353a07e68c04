"""Indexing expressions for the grid, a cube of traces, by NumPy's rules.

`select` is for an array whose axes are those of the survey and the samples, in any order. It turns
an indexing expression into the arguments of a read: which cells, which samples, and which of both
comes first. NumPy is imported only for arrays, so that ints and slices do without it.
"""

from __future__ import annotations

from segbuf._keys.axis import (
    INVALID,
    NOTHING,
    bounded,
    classify,
    expand,
    packed,
    run_of,
)
from segbuf._segbuf import inside
from segbuf.errors import TraceIndexError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    import numpy as np
    import numpy.typing as npt

    from segbuf._keys.axis import Run

    _Grid = tuple[Run, Run, Run]
    # An item of an indexing expression and the axis that it is for: a range, an int, or an array.
    # Without an axis: None for a new axis, an array for a lone bool, and Ellipsis, which only
    # separates other items.
    _Index = tuple[int | None, Any]


class Selection:
    """The arguments of a read, and the shape of its result.

    Cells are a run along each axis, or their numbers in C order as native uint64; samples are a
    run, or indices as native uint64. Their order is (cell, sample), or with ``slices_first``, where
    samples are a list, (sample, cell). ``points``, native int64, replaces ``samples`` by one sample
    for each cell. ``scalar`` is True where NumPy would return a number and not an array.
    """

    __slots__ = ("cells", "points", "samples", "scalar", "shape", "slices_first")

    def __init__(
        self,
        shape: tuple[int, ...],
        cells: _Grid | bytes,
        samples: Run | bytes,
        *,
        slices_first: bool = False,
        points: bytes | None = None,
    ) -> None:
        """Store the arguments."""
        self.shape = shape
        self.cells = cells
        self.samples = samples
        self.slices_first = slices_first
        self.points = points
        self.scalar = False


def select(key: object, shape: tuple[int, ...], dims: tuple[str, ...]) -> Selection:
    """Return what an indexing expression selects of an array.

    Parameters
    ----------
    key
        What stands between brackets.
    shape
        The shape of the array.
    dims
        The names of its axes; that of the samples is called ``sample``.

    Raises
    ------
    TraceIndexError
        For indices that are invalid or out of bounds.
    """
    indices = _parse(key, shape, dims)
    fancy = [i for i, (_, of) in enumerate(indices) if _is_array(of)]
    if fancy:
        # With arrays among the indices, ints are arrays too.
        fancy = [i for i, (_, of) in enumerate(indices) if _is_array(of) or _is_int(of)]
    joint = _joint([indices[i][1] for i in fancy])
    together = bool(fancy) and fancy[-1] - fancy[0] + 1 == len(fancy)

    # The axes of the result, each by its length and by the axes of the array that vary along it:
    # one or, for the arrays, several.
    parts: list[tuple[int, list[int]]] = []
    at = 0
    for i, (axis, of) in enumerate(indices):
        if i in fancy:
            at = len(parts) if together and i == fancy[0] else at
        elif of is None:
            parts.append((1, []))
        elif isinstance(of, range) and axis is not None:
            parts.append((len(of), [axis]))
    arrays = [axis for axis, of in indices if axis is not None and _is_array(of)]
    parts[at:at] = [(n, arrays) for n in joint]

    by_axis = {axis: of for axis, of in indices if axis is not None}
    selection = _Plan(by_axis, shape, dims.index("sample"), parts, (at, len(joint))).read()
    selection.scalar = not parts and not any(of is Ellipsis for _, of in indices)
    return selection


def _parse(key: object, shape: tuple[int, ...], dims: tuple[str, ...]) -> list[_Index]:
    """Return the items of an indexing expression, each with the axis that it is for."""
    given = [classify(item) for item in (key if isinstance(key, tuple) else (key,))]
    indices: list[_Index] = []
    axis = 0
    for item in expand(given, sum(map(_used, given)), len(shape)):
        if item is None or item is Ellipsis:
            indices.append((None, item))
        elif isinstance(item, slice):
            indices.append((axis, range(shape[axis])[item]))
        elif _is_int(item):
            indices.append((axis, inside(item, shape[axis], dims[axis])))
        elif item.dtype.kind == "b":
            indices.extend(_mask(item, shape, axis))
        else:
            indices.append((axis, item))
        axis += _used(item)
    return _bounded(indices, shape, dims)


def _is_array(index: object) -> bool:
    return hasattr(index, "dtype")


def _is_int(index: object) -> bool:
    return isinstance(index, int)


def _used(item: Any) -> int:  # noqa: ANN401
    """Return how many axes an item is for."""
    if item is None or item is Ellipsis:
        return 0
    if _is_array(item) and item.dtype.kind == "b":
        return int(item.ndim)
    return 1


def _mask(mask: npt.NDArray[np.bool_], shape: tuple[int, ...], axis: int) -> Iterable[_Index]:
    """Return an array of indices for each axis of a mask."""
    import numpy as np

    for i, n in enumerate(mask.shape):
        if n != shape[axis + i]:
            raise TraceIndexError(
                f"boolean index did not match indexed array along axis {axis + i}; size of axis is "
                f"{shape[axis + i]} but size of corresponding boolean axis is {n}",
                INVALID,
            )
    if mask.ndim == 0:
        return [(None, np.zeros(int(mask), np.int64))]
    return [(axis + i, where) for i, where in enumerate(np.nonzero(mask))]


def _joint(arrays: Sequence[Any]) -> tuple[int, ...]:
    """Return the shape to which arrays broadcast."""
    if not arrays:
        return ()
    import numpy as np

    try:
        return np.broadcast_shapes(*(np.shape(array) for array in arrays))
    except ValueError as error:
        shapes = " ".join(str(np.shape(array)) for array in arrays)
        raise TraceIndexError(
            f"shape mismatch: indexing arrays could not be broadcast together with shapes {shapes}",
            INVALID,
        ) from error


def _bounded(indices: list[_Index], shape: tuple[int, ...], dims: tuple[str, ...]) -> list[_Index]:
    """Bring the indices of arrays into 0 to n - 1, unless they select nothing together."""
    if 0 in _joint([of for _, of in indices if _is_array(of)]):
        return indices
    return [
        (axis, bounded(of, shape[axis], dims[axis]) if axis is not None and _is_array(of) else of)
        for axis, of in indices
    ]


class _Plan:
    """The conversion of parsed items into a `Selection`.

    ``dims`` are the axes of the result: length, and the axes of the array that vary along it.
    ``joint`` is the first axis of the result that belongs to the arrays, and how many do.
    """

    __slots__ = ("by_axis", "dims", "joint", "sample_axis", "shape")

    def __init__(
        self,
        by_axis: dict[int, Any],
        shape: tuple[int, ...],
        sample_axis: int,
        dims: list[tuple[int, list[int]]],
        joint: tuple[int, int],
    ) -> None:
        """Store the parsed items of an indexing expression for an array of a shape."""
        self.by_axis = by_axis
        self.shape = shape
        self.sample_axis = sample_axis
        self.dims = dims
        self.joint = joint

    def read(self) -> Selection:
        """Return the arguments of the read."""
        shape = tuple(n for n, _ in self.dims)
        if 0 in shape:
            return Selection(shape, (NOTHING, NOTHING, NOTHING), NOTHING)
        told = [axes for _, axes in self.dims if axes]
        of_samples = [self.sample_axis in axes for axes in told]
        n = sum(of_samples)
        mixed = any(len(axes) > 1 for axes, yes in zip(told, of_samples, strict=True) if yes)
        if not mixed and not any(of_samples[: len(told) - n]):
            return Selection(shape, self._cells(), self._samples())
        if not mixed and all(of_samples[:n]):
            samples = self._samples()
            if not isinstance(samples, bytes):
                first, step, count = samples
                samples = packed(range(first, first + step * count, step))
            return Selection(shape, self._cells(), samples, slices_first=True)
        import numpy as np

        dims = range(len(shape))
        starts = np.broadcast_to(self._along(self.sample_axis, dims), shape).astype(np.int64)
        cells = self._numbers(dims)
        return Selection(shape, cells, NOTHING, points=starts.tobytes())

    def _cell_axes(self) -> list[int]:
        return [axis for axis in range(len(self.shape)) if axis != self.sample_axis]

    def _cells(self) -> _Grid | bytes:
        axes = self._cell_axes()
        if any(_is_array(self.by_axis[axis]) for axis in axes):
            dims = [i for i, (_, told) in enumerate(self.dims) if self.sample_axis not in told]
            return self._numbers(dims)
        runs = [run_of(self.by_axis[axis]) for axis in axes]
        return runs[0], runs[1], runs[2] if len(runs) > 2 else (0, 1, 1)

    def _samples(self) -> Run | bytes:
        index = self.by_axis[self.sample_axis]
        if not _is_array(index):
            return run_of(index)
        import numpy as np

        at, n = self.joint
        shape = [length for length, _ in self.dims[at : at + n]]
        return np.broadcast_to(index, shape).astype(np.uint64).tobytes()

    def _numbers(self, dims: Sequence[int]) -> bytes:
        """Return the numbers of the cells along some axes of the result."""
        import numpy as np

        axes = self._cell_axes()
        numbers: Any = 0
        for axis in axes:
            numbers = numbers * self.shape[axis] + self._along(axis, dims)
        shape = [self.dims[i][0] for i in dims]
        return np.broadcast_to(numbers, shape).astype(np.uint64).tobytes()

    def _along(self, axis: int, dims: Sequence[int]) -> npt.NDArray[np.int64]:
        """Return the indices of an axis of the array, shaped for axes of the result."""
        import numpy as np

        index: Any = self.by_axis[axis]
        if _is_int(index):
            return np.array(index, np.int64)
        at, n = self.joint
        shape = [1] * len(self.dims)
        if _is_array(index):
            shape[at + n - index.ndim : at + n] = index.shape
            values: npt.NDArray[np.int64] = index
        else:
            values = np.arange(index.start, index.stop, index.step)
            shape[next(i for i, (_, axes) in enumerate(self.dims) if axes == [axis])] = len(index)
        return values.reshape([shape[i] for i in dims])
