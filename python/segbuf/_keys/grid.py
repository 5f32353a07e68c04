"""Keys of the grid, a cube of traces, by NumPy's rules.

`select` turns the key of an array whose axes are those of the survey and the samples, in whichever
order, into what a read takes: which cells, which samples, and which of both comes first. NumPy is
asked only where arrays are involved, so that ints and slices do without it.
"""

from __future__ import annotations

import math
import operator

from segbuf._keys.axis import NOTHING
from segbuf.errors import TraceIndexError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    import numpy as np
    import numpy.typing as npt

    from segbuf._keys.axis import Run

    _Grid = tuple[Run, Run, Run]
    # What a key says about an axis of the array: a range, an int, or an array. Without an axis:
    # None for a new one, an array for a lone bool, Ellipsis, which only keeps others apart.
    _Index = tuple[int | None, Any]

REFUSED = (
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean "
    "arrays are valid indices"
)


class Selection:
    """What a read takes, and the shape of the result.

    Cells are a run along each axis, or their numbers in C order as native uint64; samples are a
    run, or indices as native uint64. They lie (cell, sample), or with ``slices_first``, where
    samples are a list, (sample, cell). ``points``, native int64, has a sample for each cell, and
    stands in for ``samples``. ``scalar`` says that NumPy would give a number and not an array.
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
        """Say what is taken."""
        self.shape = shape
        self.cells = cells
        self.samples = samples
        self.slices_first = slices_first
        self.points = points
        self.scalar = False


def select(key: object, shape: tuple[int, ...], sample_axis: int) -> Selection:
    """Say what a key selects of an array of a shape, one axis of which is that of the samples."""
    indices = _parse(key, shape)
    fancy = [i for i, (_, of) in enumerate(indices) if _is_array(of)]
    if fancy:
        # With arrays among the indices, ints are arrays too.
        fancy = [i for i, (_, of) in enumerate(indices) if _is_array(of) or _is_int(of)]
    joint = _joint([indices[i][1] for i in fancy])
    together = bool(fancy) and fancy[-1] - fancy[0] + 1 == len(fancy)

    # The axes of the result, each by its length and by what tells its parts apart: axes of the
    # array, one or, for the arrays, several.
    dims: list[tuple[int, list[int]]] = []
    at = 0
    for i, (axis, of) in enumerate(indices):
        if i in fancy:
            at = len(dims) if together and i == fancy[0] else at
        elif of is None:
            dims.append((1, []))
        elif isinstance(of, range) and axis is not None:
            dims.append((len(of), [axis]))
    arrays = [axis for axis, of in indices if axis is not None and _is_array(of)]
    dims[at:at] = [(n, arrays) for n in joint]

    by_axis = {axis: of for axis, of in indices if axis is not None}
    selection = _Plan(by_axis, shape, sample_axis, dims, (at, len(joint))).read()
    selection.scalar = not dims and not any(of is Ellipsis for _, of in indices)
    return selection


def _parse(key: object, shape: tuple[int, ...]) -> list[_Index]:
    """Tell which index is for which axis."""
    given = [_classify(item) for item in (key if isinstance(key, tuple) else (key,))]
    dots = sum(item is Ellipsis for item in given)
    if dots > 1:
        raise TraceIndexError("an index can only have a single ellipsis ('...')")
    used = sum(_consumed(item) for item in given)
    if used > len(shape):
        raise TraceIndexError(
            f"too many indices for array: array is {len(shape)}-dimensional, but {used} were "
            "indexed"
        )
    at = next((i + 1 for i, item in enumerate(given) if item is Ellipsis), len(given))
    given[at:at] = [slice(None)] * (len(shape) - used)
    indices: list[_Index] = []
    axis = 0
    for item in given:
        if item is None or item is Ellipsis:
            indices.append((None, item))
        elif _is_array(item) and item.dtype.kind == "b":
            indices.extend(_mask(item, shape, axis))
        else:
            indices.append((axis, _within(item, shape[axis], axis)))
        axis += _consumed(item)
    return _bounded(indices, shape)


def _within(item: Any, n: int, axis: int) -> Any:  # noqa: ANN401
    """Give a range for a slice, an int that is not negative, an array as it is."""
    if isinstance(item, slice):
        return range(n)[item]
    return _inside(item, n, axis) if _is_int(item) else item


def _classify(item: object) -> Any:  # noqa: ANN401 - None, Ellipsis, slice, int or an array
    if item is None or item is Ellipsis or isinstance(item, slice):
        return item
    if not isinstance(item, (bool, list)):
        try:
            return operator.index(item)  # type: ignore[arg-type]
        except TypeError:
            pass
    import numpy as np

    if isinstance(item, (str, bytes)):
        raise TraceIndexError(REFUSED)
    try:
        array = np.asarray(item)
    except (ValueError, TypeError) as error:
        raise TraceIndexError(REFUSED) from error
    if array.size == 0 and not isinstance(item, np.ndarray):
        array = array.astype(np.intp)
    if array.dtype.kind not in "iub":
        raise TraceIndexError(REFUSED)
    return array


def _is_array(index: object) -> bool:
    return hasattr(index, "dtype")


def _is_int(index: object) -> bool:
    return isinstance(index, int)


def _consumed(item: Any) -> int:  # noqa: ANN401
    """Count the axes that an index is for."""
    if item is None or item is Ellipsis:
        return 0
    if _is_array(item) and item.dtype.kind == "b":
        return int(item.ndim)
    return 1


def _inside(index: int, n: int, axis: int) -> int:
    if -n <= index < n:
        return index if index >= 0 else index + n
    raise TraceIndexError(f"index {index} is out of bounds for axis {axis} with size {n}")


def _mask(mask: npt.NDArray[np.bool_], shape: tuple[int, ...], axis: int) -> Iterable[_Index]:
    """Turn a mask of several axes into an array of indices for each."""
    import numpy as np

    for i, n in enumerate(mask.shape):
        if n != shape[axis + i]:
            raise TraceIndexError(
                f"boolean index did not match indexed array along axis {axis + i}; size of axis is "
                f"{shape[axis + i]} but size of corresponding boolean axis is {n}"
            )
    if mask.ndim == 0:
        return [(None, np.zeros(int(mask), np.int64))]
    return [(axis + i, where) for i, where in enumerate(np.nonzero(mask))]


def _joint(arrays: Sequence[Any]) -> tuple[int, ...]:
    """Give the shape that arrays have together."""
    if not arrays:
        return ()
    import numpy as np

    try:
        return np.broadcast_shapes(*(np.shape(array) for array in arrays))
    except ValueError as error:
        shapes = " ".join(str(np.shape(array)) for array in arrays)
        raise TraceIndexError(
            f"shape mismatch: indexing arrays could not be broadcast together with shapes {shapes}"
        ) from error


def _bounded(indices: list[_Index], shape: tuple[int, ...]) -> list[_Index]:
    """Bring the indices of arrays into 0 to n - 1, unless they select nothing together."""
    arrays = [of for _, of in indices if _is_array(of)]
    if not arrays:
        return indices
    import numpy as np

    some = math.prod(_joint(arrays)) > 0
    bounded: list[_Index] = []
    for axis, of in indices:
        if axis is not None and _is_array(of):
            n = shape[axis]
            if some:
                for worst in (of.min(), of.max()):
                    _inside(int(worst), n, axis)
            positive = of.astype(np.int64)  # a narrow type may not hold `n`
            bounded.append((axis, np.where(positive < 0, positive + n, positive)))
        else:
            bounded.append((axis, of))
    return bounded


class _Plan:
    """The way from indices to a read.

    ``dims`` are the axes of the result: length, and the axes of the array that tell its parts
    apart. ``joint`` is the first axis of the result that belongs to the arrays, and how many do.
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
        """Take what was made of a key for an array of a shape."""
        self.by_axis = by_axis
        self.shape = shape
        self.sample_axis = sample_axis
        self.dims = dims
        self.joint = joint

    def read(self) -> Selection:
        """Say what to read."""
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
            samples = _listed(self._samples())
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
        runs = [_run(self.by_axis[axis]) for axis in axes]
        return runs[0], runs[1], runs[2] if len(runs) > 2 else (0, 1, 1)

    def _samples(self) -> Run | bytes:
        index = self.by_axis[self.sample_axis]
        if not _is_array(index):
            return _run(index)
        import numpy as np

        at, n = self.joint
        shape = [length for length, _ in self.dims[at : at + n]]
        return np.broadcast_to(index, shape).astype(np.uint64).tobytes()

    def _numbers(self, dims: Sequence[int]) -> bytes:
        """Give the numbers of the cells that some axes of the result tell apart, in their order."""
        import numpy as np

        axes = self._cell_axes()
        numbers: Any = 0
        for axis in axes:
            numbers = numbers * self.shape[axis] + self._along(axis, dims)
        shape = [self.dims[i][0] for i in dims]
        return np.broadcast_to(numbers, shape).astype(np.uint64).tobytes()

    def _along(self, axis: int, dims: Sequence[int]) -> npt.NDArray[np.int64]:
        """Give the indices of an axis of the array as they lie along axes of the result."""
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


def _run(index: range | int) -> Run:
    if isinstance(index, range):
        return (index.start, index.step, len(index)) if index else NOTHING
    return index, 1, 1


def _listed(samples: Run | bytes) -> bytes:
    if isinstance(samples, bytes):
        return samples
    import array

    first, step, count = samples
    return array.array("Q", range(first, first + step * count, step)).tobytes()
