"""The survey as an array: ``f.depth_slice``, ``f.cube``, windows and arbitrary lines."""

from __future__ import annotations

import math
import operator

from segbuf._keys.grid import Selection, select
from segbuf._modes.lines import AXES, Lines, label_of
from segbuf._modes.whole import read_whole
from segbuf._recycled import Recycled
from segbuf._results.public import Public
from segbuf._segbuf import GridMode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, TypeVar

    import numpy as np
    import numpy.typing as npt

    from segbuf import _segbuf
    from segbuf._handle import Handle
    from segbuf._keys.annotations import _Array, _Int, _Number
    from segbuf._segbuf import _Buffer

    _Out = TypeVar("_Out", bound=_Buffer)

SWEEP_BYTES = 32 << 20
"""Approximate memory of iteration over depth slices; each block of this size takes a sweep."""

CHUNK_BYTES = 32 << 20
"""Approximate size of a chunk of a cube."""


def _read(raw: _segbuf.File, selection: Selection, out: _Buffer) -> None:
    if selection.points is not None:
        raw.read_window(out, selection.cells, selection.points, 1, selection.shape)
    else:
        raw.read_cells(
            out,
            selection.cells,
            selection.samples,
            shape=selection.shape,
            slices_first=selection.slices_first,
        )


def _new(raw: _segbuf.File, selection: Selection) -> _Array | _Number:
    import numpy as np

    out: _Array = np.empty(selection.shape, raw.dtype)
    _read(raw, selection, out)
    number: _Array | _Number = out[()] if selection.scalar else out
    return number


class DepthSlices(GridMode, Public):
    """Samples of all traces at one depth or time: ``f.depth_slice``.

    ``f.depth_slice[k]`` is an array (inline, crossline), prestack (inline, crossline, offset), of
    sample ``k`` of every trace; missing traces are NaN or ``fill``. ``f.depth_slice[[10, 20, 30]]``
    reads several in one sweep of the file, slices first. Indexing follows that of a NumPy array
    (sample, inline, crossline[, offset]).

    The first read of a trace checks its header, so the first slice reads all headers.
    """

    __slots__ = ()

    def _read_into(self, key: object, out: _Buffer) -> None:
        """Read what a key with a list, an array, a mask, Ellipsis or a new axis selects."""
        _read(self._raw, self._select(key), out)

    def _get(self, key: object) -> _Array | _Number:
        """Read what such a key selects into a new array."""
        return _new(self._raw, self._select(key))

    def _select(self, key: object) -> Selection:
        grid = self._handle.grid()
        return select(key, (self._raw.n_samples, *grid), ("sample", *AXES[: len(grid)]))

    def __len__(self) -> int:
        """Return the number of samples of a trace."""
        return self._raw.n_samples

    def __contains__(self, index: object) -> bool:
        """Return whether there is a sample of that index."""
        return index in self.keys()

    def keys(self) -> range:
        """Return the indices of the samples."""
        return range(self._raw.n_samples)

    def __iter__(self) -> Iterator[_Array]:
        """Yield each depth slice; a sweep of the file reads many of them.

        Memory is reused once no view of it is left, as in iteration over traces.
        """
        import numpy as np

        grid = self._handle.grid()
        one = math.prod(grid) * np.dtype(self._raw.dtype).itemsize
        blocks = Recycled(self._raw.dtype, grid, max(1, SWEEP_BYTES // max(1, one)), most=len(self))
        for first in range(0, len(self), blocks.rows):
            count = min(blocks.rows, len(self) - first)
            block = blocks.free()[:count]
            self.read_into(slice(first, first + count), block)
            rows = iter(block)
            del block
            yield from rows

    def __repr__(self) -> str:
        """Return a summary: the number of slices."""
        if self._raw.closed:
            return "<depth slices of a closed file>"
        return f"<{len(self)} depth slices, {self._raw.dtype}>"


class Cube(GridMode, Public):
    """The survey as an array that is read when it is indexed: ``f.cube``.

    Its axes are (inline, crossline, sample), prestack (inline, crossline, offset, sample), in any
    trace order of the file. Indexing follows NumPy: ints, slices, ellipsis, new axes, integer
    arrays and masks. ``np.asarray(f.cube)`` reads all of it, ``dask.array.from_array(f.cube)`` is
    lazy. Missing traces are NaN or ``fill``.

    Attributes
    ----------
    shape, ndim, size
        As of an ndarray.
    """

    __slots__ = ("ndim", "shape", "size")

    def __init__(self, handle: Handle, _name: str) -> None:
        """Store the shape of the cube."""
        self.shape: tuple[int, ...] = (*handle.grid(), self._raw.n_samples)
        self.ndim = len(self.shape)
        self.size = math.prod(self.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the samples, that of the file."""
        import numpy as np

        return np.dtype(self._raw.dtype)

    @property
    def nbytes(self) -> int:
        """Size of all samples in memory, in bytes."""
        return self.size * self.dtype.itemsize

    @property
    def dims(self) -> tuple[str, ...]:
        """The names of the axes: inline, crossline, prestack also offset, sample."""
        return (*AXES[: self.ndim - 1], "sample")

    @property
    def coords(self) -> Mapping[str, npt.NDArray[Any]]:
        """The coordinates of each axis: labels, and for samples time or depth.

        There is no ``sample`` if the sample interval is unknown.
        """
        import numpy as np

        labels = zip(self.dims[:-1], self._handle.survey(), strict=False)
        coords: dict[str, npt.NDArray[Any]] = {
            name: np.array(axis, np.int32) for name, axis in labels
        }
        if self._raw.interval is not None:
            coords["sample"] = self._raw.delay + np.arange(self.shape[-1]) * self._raw.interval
        return coords

    @property
    def chunks(self) -> tuple[int, ...]:
        """The shape of chunks of about 32 MiB that are contiguous in the file: several lines."""
        *grid, n_samples = range(self.ndim)
        if self._handle.survey()[3] == "crossline":
            grid = [1, 0, *grid[2:]]
        chunks = [1] * self.ndim
        left = max(1, CHUNK_BYTES // self.dtype.itemsize)
        for axis in (n_samples, *reversed(grid)):
            chunks[axis] = max(1, min(self.shape[axis], left))
            left //= chunks[axis]
        return tuple(chunks)

    def _read_into(self, key: object, out: _Buffer) -> None:
        """Read what a key with a list, an array, a mask, Ellipsis or a new axis selects."""
        _read(self._raw, self._select(key), out)

    def _get(self, key: object) -> _Array | _Number:
        """Read what such a key selects into a new array."""
        return _new(self._raw, self._select(key))

    def _select(self, key: object) -> Selection:
        return select(key, self.shape, self.dims)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> _Array:  # noqa: FBT001
        """Read all of it into a new array; raise ValueError for ``copy=False``."""
        return read_whole(self, dtype, copy)

    def __len__(self) -> int:
        """Return the number of inlines."""
        return self.shape[0]

    def __iter__(self) -> Iterator[_Array]:
        """Yield each inline; memory is reused as in iteration over lines."""
        return iter(Lines(self._handle, "iline"))

    def __repr__(self) -> str:
        """Return a summary: the axes."""
        if self._raw.closed:
            return "<cube of a closed file>"
        axes = ", ".join(f"{n} {name}s" for n, name in zip(self.shape, self.dims, strict=True))
        return f"<cube of {axes}, {self._raw.dtype}>"


def window(handle: Handle, start: npt.ArrayLike, length: int, out: _Out | None) -> _Out | _Array:
    """Read along a surface; see `File.window`."""
    import numpy as np

    grid = handle.grid()
    length = operator.index(length)
    if length < 0:
        raise ValueError(f"length: expected 0 samples or more, found {length}")
    starts = np.asarray(start)
    if starts.dtype.kind not in "iu":
        raise TypeError(f"start: expected whole sample indices, found {starts.dtype}")
    if starts.shape not in ((), grid):
        raise ValueError(f"start: expected one for each position, {grid}, found {starts.shape}")
    # A start that is too large for int64 is past the end as well.
    starts = np.minimum(starts, np.iinfo(np.int64).max).astype(np.int64)
    shape = (*grid, length)
    result: _Out | _Array = np.empty(shape, handle.raw.dtype) if out is None else out
    everywhere = select((), (*grid, 1), (*AXES[: len(grid)], "sample")).cells
    handle.raw.read_window(
        result, everywhere, np.broadcast_to(starts, grid).tobytes(), length, shape
    )
    return result


def _bin(labels: tuple[_Int, _Int]) -> tuple[int, int]:
    try:
        iline, xline = labels
    except (TypeError, ValueError):
        raise TypeError(f"bins go by inline and crossline, found {labels!r}") from None
    return label_of(iline, "inline"), label_of(xline, "crossline")


def traces_along(
    handle: Handle, bins: Iterable[tuple[_Int, _Int]], out: _Out | None
) -> _Out | _Array:
    """Read an arbitrary line; see `File.traces_along`."""
    import numpy as np

    _, _, *offsets = handle.grid()
    labels = [_bin(labels) for labels in bins]
    first = np.array(handle.raw.cells_at(labels), np.uint64).reshape(-1, 1)
    cells = first + np.arange(math.prod(offsets), dtype=np.uint64)
    n_samples = handle.raw.n_samples
    shape = (len(labels), *offsets, n_samples)
    result: _Out | _Array = np.empty(shape, handle.raw.dtype) if out is None else out
    handle.raw.read_cells(result, cells.tobytes(), (0, 1, n_samples), shape=shape)
    return result
