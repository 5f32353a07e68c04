"""Coordinates of traces, the affine map from labels to coordinates, the nearest trace."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, overload

from segbuf import _segbuf
from segbuf._results.public import Public
from segbuf.errors import SegbufWarning

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    _Doubles: TypeAlias = npt.NDArray[np.float64]
    _Pair: TypeAlias = Literal["ensemble", "source", "group"]
    _Both: TypeAlias = Callable[[bytes, bytes], tuple[bytes, bytes]]


class Coordinates(Public):
    """The coordinates of every trace, in file order: ``f.geometry.coords``.

    The first use of each pair (x and y of the ensemble, of the source, of the group) sweeps all
    headers. The coordinate scalar of each trace is applied; if the extension header of revision 2
    contains doubles that are not zero, they are used instead, without a scalar. Units are those of
    the file, except that degrees, minutes and seconds are converted to degrees. Arrays are cached,
    and therefore read-only.

    Warns
    -----
    SegbufWarning
        Once per pair, if the scalar or the unit is implausible.
    """

    __slots__ = ("_raw", "_swept")

    def __init__(self, raw: _segbuf.File) -> None:
        """Create the coordinates of a file."""
        self._raw = raw
        self._swept: dict[str, tuple[list[bytes], str | None]] = {}

    def _sweep(self, pair: _Pair) -> tuple[list[bytes], str | None]:
        if pair not in self._swept:
            columns, unit, warning = _segbuf.coordinates(self._raw, pair)
            self._swept[pair] = columns, unit
            if warning is not None:
                code, message, trace, byte = warning
                warnings.warn(SegbufWarning(message, code, trace, byte), stacklevel=4)
        return self._swept[pair]

    def _column(self, pair: _Pair, column: int) -> _Doubles:
        import numpy as np

        return np.frombuffer(self._sweep(pair)[0][column], np.float64)

    def _labels(self, traces: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
        """Inline and crossline of traces."""
        import numpy as np

        labels = np.frombuffer(self._sweep("ensemble")[0][0], np.int32)
        return labels.reshape(-1, 2)[traces]

    @property
    def x(self) -> _Doubles:
        """X of the ensemble (``cdp_x``) of each trace, float64 in `unit`; 0 if it has none."""
        return self._column("ensemble", 1)

    @property
    def y(self) -> _Doubles:
        """Y of the ensemble (``cdp_y``) of each trace, float64 in `unit`; 0 if it has none."""
        return self._column("ensemble", 2)

    @property
    def source_x(self) -> _Doubles:
        """X of the source of each trace, float64 in `source_unit`; 0 if it has none."""
        return self._column("source", 1)

    @property
    def source_y(self) -> _Doubles:
        """Y of the source of each trace, float64 in `source_unit`; 0 if it has none."""
        return self._column("source", 2)

    @property
    def group_x(self) -> _Doubles:
        """X of the receiver group of each trace, float64 in `group_unit`; 0 if it has none."""
        return self._column("group", 1)

    @property
    def group_y(self) -> _Doubles:
        """Y of the receiver group of each trace, float64 in `group_unit`; 0 if it has none."""
        return self._column("group", 2)

    @property
    def unit(self) -> str | None:
        """The unit of `x` and `y`: ``"m"``, ``"ft"``, ``"arcsec"``, ``"deg"``.

        From ``coordinate_units`` of each trace and ``measurement_system`` of the file; None if they
        do not state it, or disagree. An undeclared unit is a length if values are too large for an
        angle.
        """
        return self._sweep("ensemble")[1]

    @property
    def source_unit(self) -> str | None:
        """The unit of `source_x` and `source_y`, by the same rules as `unit`."""
        return self._sweep("source")[1]

    @property
    def group_unit(self) -> str | None:
        """The unit of `group_x` and `group_y`, by the same rules as `unit`."""
        return self._sweep("group")[1]

    def __repr__(self) -> str:
        """Return a summary: the pairs that were read so far."""
        return f"<coordinates of {self._raw.n_traces} traces, read: {list(self._swept) or 'none'}>"


class BinSize(NamedTuple):
    """Distances between neighbouring lines, in the unit of the coordinates."""

    iline: float
    """From one inline to the next."""
    xline: float
    """From one crossline to the next."""


class Corner(NamedTuple):
    """A corner of the grid of a survey."""

    iline: int
    xline: int
    x: float
    y: float


class Residual(NamedTuple):
    """Distances of traces from their positions by an affine map, in coordinate units."""

    max: float
    """The greatest distance."""
    rms: float
    """The root mean square of all distances."""
    trace: int
    """The index of the trace with the greatest distance."""


class Nearest(NamedTuple):
    """The trace nearest to a point."""

    trace: int
    """Its index; of several at the same position the first in the file."""
    iline: int
    """Its inline number."""
    xline: int
    """Its crossline number."""
    distance: float
    """Its distance from the point, in the unit of the coordinates."""


class NearestTraces(NamedTuple):
    """The trace nearest to each of several points: arrays of the shape of the points."""

    trace: npt.NDArray[np.intp]
    """Their indices; of several at the same position the first in the file."""
    iline: npt.NDArray[np.int32]
    """Their inline numbers."""
    xline: npt.NDArray[np.int32]
    """Their crossline numbers."""
    distance: npt.NDArray[np.float64]
    """Their distances from the points, in the unit of the coordinates."""


class Affine(Public):
    """The affine map from labels to coordinates: ``f.geometry.affine``.

    A least-squares fit to all traces that have coordinates (those with both at 0 have none).
    """

    __slots__ = ("_finder", "_raw")

    def __init__(self, raw: _segbuf.Affine, finder: Finder) -> None:
        """Wrap a fit."""
        self._raw = raw
        self._finder = finder

    @overload
    def to_xy(self, iline: float, xline: float) -> tuple[float, float]: ...
    @overload
    def to_xy(self, iline: npt.ArrayLike, xline: npt.ArrayLike) -> tuple[_Doubles, _Doubles]: ...
    def to_xy(self, iline: Any, xline: Any) -> tuple[Any, Any]:
        """Return x and y at inline and crossline labels: numbers, or arrays that broadcast.

        Labels may be between lines and outside the survey.
        """
        return _each(self._raw.to_xy, iline, xline)

    @overload
    def to_labels(self, x: float, y: float) -> tuple[float, float]: ...
    @overload
    def to_labels(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[_Doubles, _Doubles]: ...
    def to_labels(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return inline and crossline at x and y, float64, not rounded: numbers, or arrays."""
        return _each(self._raw.to_labels, x, y)

    @overload
    def nearest(self, x: float, y: float) -> Nearest: ...
    @overload
    def nearest(self, x: npt.ArrayLike, y: npt.ArrayLike) -> NearestTraces: ...
    def nearest(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Nearest | NearestTraces:
        """Return the trace nearest to x and y by its own coordinates: numbers, or arrays.

        Raises
        ------
        ValueError
            For points that are not finite.
        """
        return self._finder.nearest(x, y)

    @property
    def matrix(self) -> _Doubles:
        """The map as a 2 by 3 matrix: ``[x, y] = matrix @ [iline, xline, 1]``, float64.

        With large labels and coordinates `to_xy` is more exact.
        """
        import numpy as np

        matrix = np.empty((2, 3))
        matrix[:, :2] = np.transpose(self._raw.per_label)
        matrix[:, 2] = self.to_xy(0.0, 0.0)
        return matrix

    @property
    def rotation(self) -> float:
        """The direction of inlines, towards higher crossline numbers.

        In degrees counterclockwise from the x axis (from east), above -180, at most 180.
        """
        return self._raw.rotation

    @property
    def bin_size(self) -> BinSize:
        """The distance between neighbouring inlines of the file, and between crosslines.

        If line numbers have a step of 2, for example, it is the distance for 2.
        """
        return BinSize(*self._raw.bin_size)

    @property
    def corners(self) -> tuple[Corner, Corner, Corner, Corner]:
        """The corners of the grid, in order around it, with or without a trace.

        By (inline, crossline): (lowest, lowest), (highest, lowest), (highest, highest), (lowest,
        highest).
        """
        a, b, c, d = (Corner(i, x, *self.to_xy(i, x)) for i, x in self._raw.corners)
        return a, b, c, d

    @property
    def outline(self) -> _Doubles:
        """A polygon around all traces: x and y of its points, float64 of shape (points, 2).

        Along the lowest crossline of each inline, and back along the highest, without points that
        lie straight between their neighbours. The first point is not repeated at the end.
        """
        import numpy as np

        labels = np.array(self._raw.outline, np.float64)
        return np.stack(self.to_xy(labels[:, 0], labels[:, 1]), axis=1)

    @property
    def residual(self) -> Residual:
        """Distances of traces from their positions by this map."""
        return Residual(*self._raw.residual)

    @property
    def n_traces(self) -> int:
        """The number of traces that were fitted: those with coordinates."""
        return self._raw.traces

    def __repr__(self) -> str:
        """Return a summary: bins, rotation and residual."""
        (iline, xline), residual = self.bin_size, self.residual
        return (
            f"<affine map, bins of {iline:.6g} by {xline:.6g}, rotation {self.rotation:.6g} "
            f"degrees, residual max {residual.max:.3g} rms {residual.rms:.3g}>"
        )


def fitted(
    finder: Finder,
    key_bytes: tuple[int, int],
    xy: tuple[npt.ArrayLike, npt.ArrayLike] | None,
    words: str,
) -> Affine:
    """Fit labels to ensemble coordinates, or to ``xy``, which messages call ``words``."""
    import numpy as np

    coords = finder.coords
    (labels, x, y), _ = coords._sweep("ensemble")  # noqa: SLF001
    if xy is not None:
        given = [np.asarray(values, np.float64) for values in xy]
        shape = (len(coords.x),)
        if any(values.shape != shape for values in given):
            found = " and ".join(str(values.shape) for values in given)
            raise ValueError(f"expected one x and one y for each trace, {shape}, found {found}")
        x, y = (values.tobytes() for values in given)
        finder = Finder(coords, x, y)
    return Affine(_segbuf.Affine(labels, x, y, words, key_bytes), finder)


class Finder:
    """Finds the trace nearest to a point; its search structure is built at first use."""

    __slots__ = ("_raw", "_xy", "coords")

    def __init__(self, coords: Coordinates, x: bytes | None = None, y: bytes | None = None) -> None:
        """Search the ensemble coordinates of a file, or other coordinates of its traces."""
        self.coords = coords
        self._xy = None if x is None or y is None else (x, y)
        self._raw: _segbuf.Nearest | None = None

    @overload
    def nearest(self, x: float, y: float) -> Nearest: ...
    @overload
    def nearest(self, x: npt.ArrayLike, y: npt.ArrayLike) -> NearestTraces: ...
    def nearest(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Nearest | NearestTraces:
        """Return the trace nearest to each point."""
        import numpy as np

        if self._raw is None:
            xy = self._xy or self.coords._sweep("ensemble")[0][1:]  # noqa: SLF001
            self._raw = _segbuf.Nearest(*xy)
        a, b = _broadcast(x, y)
        found = self._raw.find(a.tobytes(), b.tobytes())
        traces = np.frombuffer(found[0], np.uint64)
        labels = self.coords._labels(traces)  # noqa: SLF001
        distances = np.frombuffer(found[1])
        if a.ndim == 0:
            iline, xline = labels[0].tolist()
            return Nearest(int(traces[0]), iline, xline, float(distances[0]))
        return NearestTraces(
            traces.astype(np.intp).reshape(a.shape),
            labels[:, 0].reshape(a.shape).copy(),
            labels[:, 1].reshape(a.shape).copy(),
            distances.reshape(a.shape).copy(),
        )


def _broadcast(a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[_Doubles, _Doubles]:
    import numpy as np

    a, b = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(b, np.float64))
    return a, b


def _each(function: _Both, a: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Any, Any]:
    import numpy as np

    a, b = _broadcast(a, b)
    first, second = (np.frombuffer(out) for out in function(a.tobytes(), b.tobytes()))
    if a.ndim == 0:
        return first.item(), second.item()
    return first.reshape(a.shape).copy(), second.reshape(a.shape).copy()
