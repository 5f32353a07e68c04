"""The survey by label: lines and gathers."""

from __future__ import annotations

import itertools
import operator

from segbuf._recycled import Recycled
from segbuf._results.public import Public
from segbuf._segbuf import LabelMode
from segbuf.errors import GeometryError, LabelError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from segbuf._keys.annotations import _Array

AXES = ("inline", "crossline", "offset")


def label_of(key: Any, axis: str) -> int:  # noqa: ANN401 - an indexing expression
    """Return a label as a 64-bit int; raise if it is larger, as labels have 32 bits."""
    label = operator.index(key)
    if -(2**63) <= label < 2**63:
        return label
    raise LabelError(f"no {axis} {label}: labels are integers of 4 bytes", "unknown-label")


class Lines(LabelMode, Public):
    """Lines by label: ``f.iline`` and ``f.xline``.

    ``f.iline[label]`` is an array (crossline, sample), prestack (crossline, offset, sample);
    ``f.iline[label, offset]`` is (crossline, sample), and with a slice of offsets (crossline,
    offset, sample). ``f.xline`` likewise, with inlines. A slice of labels is half-open, over the
    labels that exist, and without a step in axis order; lines are stacked along a first axis.
    Negative numbers are labels.
    """

    __slots__ = ()

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.keys())

    def __contains__(self, label: object) -> bool:
        """Return whether there is a line of that label."""
        return label in self.keys()

    def _ipython_key_completions_(self) -> Sequence[int]:
        return self.keys() if self._handle.is_survey() else []

    def keys(self) -> Sequence[int]:
        """Return the labels of the lines, in axis order."""
        return list(self._handle.survey()[self._axis])

    def __iter__(self) -> Iterator[_Array]:
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
            cells = (box[0], box[1], box[2])
            self._raw.read_cells(line, cells, whole, crosslines_first=self._axis == 1)
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


class Gathers(LabelMode, Public):
    """Gathers by the labels of their bin: ``f.gather``.

    ``f.gather[inline, crossline]`` is an array (offset, sample), in any trace order of the file and
    with any number of offsets; missing traces are NaN or ``fill``. A third index selects offsets:
    ``f.gather[inline, crossline, offset]`` is a trace, and with a slice (offset, sample). A slice
    of inlines or of crosslines adds a leading axis: ``f.gather[10:12, 5, 100:400]`` is (inline,
    offset, sample). Slices are as in `Lines`.
    """

    __slots__ = ()

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

    def __iter__(self) -> Iterator[_Array]:
        """Yield the gather of each bin, in axis order; memory is reused as for traces."""
        inlines, crosslines, offsets, _ = self._handle.survey()
        whole = (0, 1, self._raw.n_samples)
        gather = (len(offsets), self._raw.n_samples)
        blocks = Recycled(self._raw.dtype, gather, most=len(crosslines))
        for i in range(len(inlines)):
            for first in range(0, len(crosslines), blocks.rows):
                count = min(blocks.rows, len(crosslines) - first)
                block = blocks.free()[:count]
                cells = ((i, 1, 1), (first, 1, count), (0, 1, len(offsets)))
                self._raw.read_cells(block, cells, whole)
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
