"""The survey by label: lines and gathers."""

from __future__ import annotations

import itertools
import operator

from segbuf._handle import Mode
from segbuf._recycled import Recycled
from segbuf._segbuf import choose_samples
from segbuf.errors import GeometryError, LabelError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, Literal, TypeAlias

    import numpy.typing as npt

    from segbuf._handle import Handle
    from segbuf._keys.axis import Run
    from segbuf._segbuf import _Buffer, _Cells

    # The index of one axis: a label, which drops the axis, or a slice of labels, which keeps it.
    _Key: TypeAlias = Any
    _Keys: TypeAlias = tuple[_Key, _Key, _Key]

AXES = ("inline", "crossline", "offset")

EVERY = slice(None)


class _ByLabel(Mode):
    """Reads by the labels of a survey, with inlines or crosslines outermost."""

    __slots__ = ("_axis",)

    def __init__(self, handle: Handle, name: str, axis: Literal[0, 1]) -> None:
        """Create the attribute ``name``, by inlines (axis 0) or crosslines (axis 1)."""
        super().__init__(handle, name)
        self._axis: Literal[0, 1] = axis

    def read_into(self, key: _Key, out: _Buffer, *, samples: object = ...) -> None:
        """Read the samples that ``key`` selects into a writable buffer.

        Parameters
        ----------
        key
            The indexing expression, as between brackets.
        out
            A destination as for `File.read_into`.
        samples
            Samples to read of each trace: an int or a slice.

        Raises
        ------
        LabelError
            If the survey has no such label; the message names the nearest.
        GeometryError
            If the file is not a survey, if a trace to be read has a duplicate, or if traces are
            missing and an integer destination has no ``fill``.
        """
        cells, _ = self._select(self._keys(key))
        self._read(cells, out, choose_samples(samples, self._raw.n_samples)[0])

    def __getitem__(self, key: _Key) -> npt.NDArray[Any]:
        """Read the samples that ``key`` selects into a new array."""
        import numpy as np

        cells, shape = self._select(self._keys(key))
        whole = (0, 1, self._raw.n_samples)
        out: npt.NDArray[Any] = np.empty((*shape, self._raw.n_samples), self._raw.dtype)
        self._read(cells, out, whole)
        return out

    def _read(self, cells: _Cells, out: _Buffer, samples: Run) -> None:
        self._raw.read_cells(out, cells, samples, crosslines_first=self._axis == 1)

    def _keys(self, key: _Key) -> _Keys:
        """Split an indexing expression into those of inlines, crosslines and offsets."""
        raise NotImplementedError

    def _select(self, keys: _Keys) -> tuple[_Cells, tuple[int, ...]]:
        """Return the selected cells, and their shape in the result."""
        chosen = [self._along(*item) for item in enumerate(keys)]
        order = (self._axis, 1 - self._axis, 2)
        shape = tuple(len(chosen[axis]) for axis in order if isinstance(keys[axis], slice))
        runs = [_run(indices) for indices in chosen if isinstance(indices, range)]
        if len(runs) == len(chosen):
            return (runs[0], runs[1], runs[2]), shape
        import array

        cells = array.array("Q")
        _, crosslines, offsets, _ = self._handle.survey()
        for place in itertools.product(*(chosen[axis] for axis in order)):
            inline, crossline = place[self._axis], place[1 - self._axis]
            cells.append((inline * len(crosslines) + crossline) * len(offsets) + place[2])
        return cells.tobytes(), shape

    def _along(self, axis: int, key: _Key) -> range | list[int]:
        """Return the selected indices along an axis: a range, if they are evenly spaced."""
        if not isinstance(key, slice):
            index = self._raw.index_of(axis, label_of(key, AXES[axis]))
            return range(index, index + 1)
        if key == EVERY:
            return range(len(self._handle.survey()[:3][axis]))
        bounds = (_bound(key.start), _bound(key.stop), _bound(key.step))
        indices = self._raw.indices_in(axis, *bounds)
        first, step = (*indices, 0)[0], 1
        if len(indices) > 1:
            step = indices[1] - first
        even = range(first, first + step * len(indices), step)
        return even if list(even) == indices else indices


def _run(indices: range) -> Run:
    return indices.start, indices.step, len(indices)


def label_of(key: Any, axis: str) -> int:  # noqa: ANN401 - an indexing expression
    """Return a label as a 64-bit int; raise if it is larger, as labels have 32 bits."""
    label = operator.index(key)
    if -(2**63) <= label < 2**63:
        return label
    raise LabelError(f"no {axis} {label}: labels are integers of 4 bytes", "unknown-label")


def _bound(bound: Any) -> int | None:  # noqa: ANN401 - a bound of a slice
    """Return a bound of a slice of labels, clipped to 64 bits; labels have 32 bits."""
    if bound is None:
        return None
    return max(-(2**63), min(operator.index(bound), 2**63 - 1))


class Lines(_ByLabel):
    """Lines by label: ``f.iline`` and ``f.xline``.

    ``f.iline[label]`` is an array (crossline, sample), prestack (crossline, offset, sample);
    ``f.iline[label, offset]`` is (crossline, sample), and with a slice of offsets (crossline,
    offset, sample). ``f.xline`` likewise, with inlines. A slice of labels is half-open, over the
    labels that exist, and without a step in axis order; lines are stacked along a first axis.
    Negative numbers are labels.
    """

    __slots__ = ()

    def __init__(self, handle: Handle, axis: Literal[0, 1]) -> None:
        """Create ``f.iline`` (axis 0) or ``f.xline`` (axis 1)."""
        super().__init__(handle, ("iline", "xline")[axis], axis)

    def _keys(self, key: _Key) -> _Keys:
        label, offset = key if isinstance(key, tuple) and len(key) == 2 else (key, None)
        if offset is None:
            offset = self._offsets()
        return (label, EVERY, offset) if self._axis == 0 else (EVERY, label, offset)

    def _offsets(self) -> _Key:
        """Return the index of all offsets; several of them are an axis of the result."""
        offsets = self._handle.survey()[2]
        return EVERY if len(offsets) > 1 else offsets[0]

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.keys())

    def __contains__(self, label: object) -> bool:
        """Return whether there is a line of that label."""
        return label in self.keys()

    def keys(self) -> Sequence[int]:
        """Return the labels of the lines, in axis order."""
        return list(self._handle.survey()[self._axis])

    def __iter__(self) -> Iterator[npt.NDArray[Any]]:
        """Yield each line, in axis order; memory is reused as in iteration over traces."""
        whole = (0, 1, self._raw.n_samples)
        inlines, crosslines, offsets, _ = self._handle.survey()
        box = [(0, 1, len(labels)) for labels in (inlines, crosslines, offsets)]
        shape = list(self._handle.grid())
        count = shape.pop(self._axis)
        blocks = Recycled(self._raw.dtype, (*shape, self._raw.n_samples), rows=1)
        for i in range(count):
            box[self._axis] = (i, 1, 1)
            line = blocks.free()[0]
            self._read((box[0], box[1], box[2]), line, whole)
            yield line
            del line

    def __repr__(self) -> str:
        """Return a summary: the number of lines and their labels."""
        name = ("inlines", "crosslines")[self._axis]
        if self._raw.closed:
            return f"<{name} of a closed file>"
        try:
            labels = self.keys()
        except GeometryError:
            return f"<no {name}: the file is no survey>"
        span = f", {labels[0]} to {labels[-1]}" if labels else ""
        return f"<{len(labels)} {name}{span}>"


class Gathers(_ByLabel):
    """Gathers by the labels of their bin: ``f.gather``.

    ``f.gather[inline, crossline]`` is an array (offset, sample), in any trace order of the file and
    with any number of offsets; missing traces are NaN or ``fill``. A third index selects offsets:
    ``f.gather[inline, crossline, offset]`` is a trace, and with a slice (offset, sample). A slice
    of inlines or of crosslines adds a leading axis: ``f.gather[10:12, 5, 100:400]`` is (inline,
    offset, sample). Slices are as in `Lines`.
    """

    __slots__ = ()

    def __init__(self, handle: Handle) -> None:
        """Create ``f.gather``."""
        super().__init__(handle, "gather", 0)

    def _keys(self, key: _Key) -> _Keys:
        if not isinstance(key, tuple) or len(key) not in (2, 3):
            message = f"gathers go by inline, crossline and offset, found {key!r:.80}"
            raise TypeError(message)
        inline, crossline, offset = (*key, EVERY)[:3]
        return inline, crossline, offset

    def __len__(self) -> int:
        """Return the number of bins."""
        inlines, crosslines, *_ = self._handle.survey()
        return len(inlines) * len(crosslines)

    def __contains__(self, key: object) -> bool:
        """Return whether the grid has a bin of these labels."""
        axes = self._handle.survey()
        return isinstance(key, tuple) and len(key) == 2 and key[0] in axes[0] and key[1] in axes[1]

    def keys(self) -> Sequence[tuple[int, int]]:
        """Return the bins of the grid, each by inline and crossline, in axis order."""
        inlines, crosslines, *_ = self._handle.survey()
        return list(itertools.product(inlines, crosslines))

    def __iter__(self) -> Iterator[npt.NDArray[Any]]:
        """Yield the gather of each bin, in axis order; memory is reused as for traces."""
        inlines, crosslines, offsets, _ = self._handle.survey()
        whole = (0, 1, self._raw.n_samples)
        gather = (len(offsets), self._raw.n_samples)
        blocks = Recycled(self._raw.dtype, gather, most=len(crosslines))
        for i in range(len(inlines)):
            for first in range(0, len(crosslines), blocks.rows):
                count = min(blocks.rows, len(crosslines) - first)
                block = blocks.free()[:count]
                self._read(((i, 1, 1), (first, 1, count), (0, 1, len(offsets))), block, whole)
                rows = iter(block)
                del block
                yield from rows

    def __repr__(self) -> str:
        """Return a summary: the numbers of bins and offsets."""
        if self._raw.closed:
            return "<gathers of a closed file>"
        try:
            inlines, crosslines, offsets, _ = self._handle.survey()
        except GeometryError:
            return "<no gathers: the file is no survey>"
        return f"<gathers of {len(inlines)} x {len(crosslines)} bins, {len(offsets)} offsets>"
