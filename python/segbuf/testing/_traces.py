"""Grids and lists of traces, laid out in the order of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from numpy.typing import ArrayLike, NDArray

    # The axis that varies slowest in the file, or all axes from slowest to fastest.
    _Order: TypeAlias = Literal["inline", "crossline"] | tuple[str, ...]

#: The axes of a survey, in the order of array dimensions.
AXES: tuple[str, ...] = ("inline", "crossline", "offset")


@dataclass(frozen=True)
class Traces:
    """Traces in the order of the file."""

    #: All traces, as given: (trace, sample), or a grid.
    data: NDArray[np.generic]
    #: For each trace in the file, its place in `data`, all axes but the last counted as one.
    positions: NDArray[np.intp]
    #: For each axis, the label of each trace in the file.
    labels: dict[str, NDArray[np.int64]]
    #: Traces in each bin, if there are no holes.
    fold: int

    @property
    def n_samples(self) -> int:
        """Samples in each trace."""
        return int(self.data.shape[-1])

    def take(self, chunk: slice) -> NDArray[np.generic]:
        """Give the samples of a run of traces, (trace, sample)."""
        places = np.unravel_index(self.positions[chunk], self.data.shape[:-1])
        return self.data[places]


def arrange(
    data: NDArray[np.generic],
    *,
    ilines: ArrayLike | None,
    xlines: ArrayLike | None,
    offsets: ArrayLike | None,
    sorting: _Order,
    trace_order: ArrayLike | None,
) -> Traces:
    """Lay traces out in the order of the file; for the arguments see `write_file`.

    Raises
    ------
    ValueError
        If labels, sorting or order do not fit the shape of the data.
    """
    given = dict(zip(AXES, (ilines, xlines, offsets), strict=True))
    if data.ndim == 2:
        positions = np.arange(len(data))
        labels = {axis: _spread(axis, given[axis], len(data)) for axis in AXES}
        fold = 1
    elif data.ndim in (3, 4):
        axes = AXES[: data.ndim - 1]
        positions, labels = _grid(data.shape[:-1], axes, given, sorting)
        if "offset" not in axes:
            labels["offset"] = _spread("offset", offsets, len(positions))
        fold = data.shape[2] if "offset" in axes else 1
    else:
        raise ValueError(
            "data must be (trace, sample), (inline, crossline, sample) or "
            f"(inline, crossline, offset, sample), not of shape {data.shape}"
        )
    if trace_order is not None:
        chosen = _chosen(trace_order, len(positions))
        positions = positions[chosen]
        labels = {axis: column[chosen] for axis, column in labels.items()}
    return Traces(data, positions, labels, fold)


def _grid(
    shape: tuple[int, ...],
    axes: tuple[str, ...],
    given: dict[str, ArrayLike | None],
    sorting: _Order,
) -> tuple[NDArray[np.intp], dict[str, NDArray[np.int64]]]:
    order = _axis_order(sorting, axes)
    cells = np.arange(np.prod(shape, dtype=np.intp)).reshape(shape)
    positions = cells.transpose([axes.index(axis) for axis in order]).ravel()
    places = np.unravel_index(positions, shape)
    labels: dict[str, NDArray[np.int64]] = {}
    for axis, size, place in zip(axes, shape, places, strict=True):
        default = np.arange(1, size + 1) * (100 if axis == "offset" else 1)
        value = given[axis]
        along = _labels(axis, default if value is None else value)
        if along.shape != (size,):
            raise ValueError(
                f"{axis} labels: {along.shape} for {size} lines of data of shape {shape}"
            )
        labels[axis] = along[place]
    return positions, labels


def _axis_order(sorting: _Order, axes: tuple[str, ...]) -> tuple[str, ...]:
    if sorting == "inline":
        return axes
    if sorting == "crossline":
        return ("crossline", "inline", *axes[2:])
    if sorted(sorting) == sorted(axes):
        return sorting
    raise ValueError(f"sorting={sorting!r}: not 'inline', 'crossline' or an order of {axes}")


def _spread(axis: str, labels: ArrayLike | None, n: int) -> NDArray[np.int64]:
    """Give a label to each of `n` traces."""
    column = _labels(axis, 0 if labels is None else labels)
    if column.shape not in ((), (n,)):
        raise ValueError(
            f"{axis} labels: shape {column.shape}, want one label or one for each of {n} traces"
        )
    return np.broadcast_to(column, (n,))


def _labels(axis: str, labels: ArrayLike) -> NDArray[np.int64]:
    column = np.asarray(labels)
    if column.dtype.kind not in "iu" and column.size:
        raise ValueError(f"{axis} labels must be integers, not {column.dtype}")
    return column.astype(np.int64)


def _chosen(trace_order: ArrayLike, n: int) -> NDArray[np.intp]:
    chosen = np.asarray(trace_order)
    if chosen.ndim != 1 or (chosen.size and chosen.dtype.kind not in "iu"):
        raise ValueError("trace_order must be a sequence of trace numbers")
    if chosen.size and not 0 <= chosen.min() <= chosen.max() < n:
        raise ValueError(
            f"trace_order names traces {chosen.min()} to {chosen.max()}; there are 0 to {n - 1}"
        )
    return chosen.astype(np.intp)
