"""A SEG-Y file together with all that a reader should find in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from segbuf.testing._traces import AXES

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray


class Axes(NamedTuple):
    """The labels of a survey, each axis in the order in which a reader gives them."""

    #: Inline labels, int64.
    inline: NDArray[np.int64]
    #: Crossline labels, int64.
    crossline: NDArray[np.int64]
    #: Offset labels, int64; one of them where the survey is post-stack.
    offset: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Survey:
    """A SEG-Y file and what is in it, in the order of the file.

    What the methods answer is found by looking at every trace, one by one.
    """

    #: The bytes of the file.
    file: bytes
    #: The samples, (n_traces, n_samples), of the type that holds them exactly.
    traces: NDArray[np.generic]
    #: The inline label of each trace, int64.
    ilines: NDArray[np.int64]
    #: The crossline label of each trace, int64.
    xlines: NDArray[np.int64]
    #: The offset label of each trace, int64.
    offsets: NDArray[np.int64]
    #: Sample format code.
    format: int
    #: "big", "little" or "pairwise".
    endian: Literal["big", "little", "pairwise"]
    #: Revision of the standard.
    revision: float
    #: Sample interval in milliseconds.
    interval: float
    #: Time of the first sample in milliseconds.
    delay: int
    #: The axes from slowest to fastest, before the file was made irregular.
    order: tuple[str, ...]
    #: What sets the file apart; one of `segbuf.testing.surveys`'s kinds.
    kind: str
    #: Bytes of the trace header, counted from 1, at which inline, crossline and offset stand.
    key_bytes: tuple[int, int, int]

    def __repr__(self) -> str:
        """Say what one needs to see in a failing example."""
        return (
            f"Survey(kind={self.kind!r}, format={self.format}, endian={self.endian!r}, "
            f"revision={self.revision}, order={self.order}, shape={self.traces.shape}, "
            f"ilines={self.ilines.tolist()}, xlines={self.xlines.tolist()}, "
            f"offsets={self.offsets.tolist()}, key_bytes={self.key_bytes})"
        )

    @property
    def n_traces(self) -> int:
        """Traces in the file."""
        return len(self.traces)

    @property
    def n_samples(self) -> int:
        """Samples in each trace."""
        return int(self.traces.shape[1])

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The type that holds every sample exactly."""
        return self.traces.dtype

    @property
    def options(self) -> dict[str, int]:
        """Keywords that tell `segbuf.open` where the labels stand."""
        return dict(zip(("iline", "xline", "offset"), self.key_bytes, strict=True))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the file to `path`."""
        Path(path).write_bytes(self.file)

    def labels(self, axis: str) -> NDArray[np.int64]:
        """Give the label of each trace in the file on an axis."""
        return {"inline": self.ilines, "crossline": self.xlines, "offset": self.offsets}[axis]

    @cached_property
    def has_keys(self) -> bool:
        """Whether the traces have labels: not 0 in all of them."""
        return bool(self.ilines.any() and self.xlines.any())

    @cached_property
    def is_prestack(self) -> bool:
        """Whether a bin, an (inline, crossline), holds several offsets."""
        bins = set(zip(self.ilines.tolist(), self.xlines.tolist(), strict=True))
        return len(bins) < self.n_traces and len(set(self.offsets.tolist())) > 1

    @cached_property
    def axes(self) -> Axes | None:
        """The labels of each axis; None without keys.

        They are in the order of their first appearance in the file if that is monotone, else
        ascending.
        """
        if not self.has_keys:
            return None
        found = []
        for axis in AXES:
            column = self.labels(axis)
            if axis == "offset" and not self.is_prestack:
                column = column[:1]
            seen = list(dict.fromkeys(column.tolist()))
            rising = sorted(seen)
            found.append(np.array(seen if seen == rising[::-1] else rising, np.int64))
        return Axes(*found)

    def grid(self, duplicates: Literal["error", "first", "last"] = "error") -> NDArray[np.intp]:
        """Give the number of the trace in each cell of the survey.

        Parameters
        ----------
        duplicates : {"error", "first", "last"}
            Which trace a cell that has several gets.

        Returns
        -------
        ndarray of intp, shape (inline, crossline) or prestack (inline, crossline, offset)
            Trace numbers; -1 where there is no trace.

        Raises
        ------
        ValueError
            If the file has no keys, or a cell has several traces and `duplicates` is "error".
        """
        if self.axes is None:
            raise ValueError("the traces have no keys")
        n_dims = 3 if self.is_prestack else 2
        cells = np.full([len(labels) for labels in self.axes[:n_dims]], -1, np.intp)
        place = [{label: i for i, label in enumerate(axis.tolist())} for axis in self.axes]
        for trace in range(self.n_traces):
            key = [int(self.labels(axis)[trace]) for axis in AXES[:n_dims]]
            cell = tuple(place[dim][label] for dim, label in enumerate(key))
            if cells[cell] >= 0 and duplicates == "error":
                raise ValueError(f"traces {cells[cell]} and {trace} both have the key {key}")
            if cells[cell] < 0 or duplicates == "last":
                cells[cell] = trace
        return cells

    @property
    def live(self) -> NDArray[np.bool_]:
        """Which cells of the survey have a trace, in the shape of `grid`."""
        return self.grid("first") >= 0

    @property
    def has_duplicates(self) -> bool:
        """Whether several traces have the same key."""
        return self.has_keys and int(np.count_nonzero(self.live)) < self.n_traces

    def cube(
        self,
        *,
        fill: float | None = None,
        duplicates: Literal["error", "first", "last"] = "error",
    ) -> NDArray[np.generic]:
        """Give the whole survey.

        Parameters
        ----------
        fill : float, optional
            What stands where there is no trace; by default NaN, which integers do not have.
        duplicates : {"error", "first", "last"}
            Which trace a cell that has several gets.

        Returns
        -------
        ndarray, shape (inline, crossline, sample) or (inline, crossline, offset, sample)
            Of the type of `traces`.

        Raises
        ------
        ValueError
            As `grid`, or if integers are missing and there is no `fill`.
        """
        return self._rows(self.grid(duplicates), fill)

    def line(
        self,
        axis: str,
        label: int,
        *,
        fill: float | None = None,
        duplicates: Literal["error", "first", "last"] = "error",
    ) -> NDArray[np.generic]:
        """Give the traces of one label of an axis.

        Parameters
        ----------
        axis : {"inline", "crossline", "offset"}
            The axis that `label` is of.
        label : int
            A label of that axis.
        fill, duplicates
            As in `cube`. A duplicate matters only where it is in this line.

        Returns
        -------
        ndarray
            The traces along the other axes, in the order of `axes`, such as (crossline, sample) or
            (crossline, offset, sample) of an inline; of the type of `traces`.

        Raises
        ------
        KeyError
            If the axis has no such label.
        ValueError
            As `cube`.
        """
        cells = self.grid("first" if duplicates == "error" else duplicates)
        assert self.axes is not None  # noqa: S101 - grid() has just raised otherwise
        dim = AXES.index(axis)
        found = np.flatnonzero(self.axes[dim] == label)
        if not found.size:
            raise KeyError(f"there is no {axis} {label}")
        if dim == cells.ndim:  # the one offset of a post-stack survey
            return self._rows(cells, fill)
        row = np.take(cells, int(found[0]), axis=dim)
        if duplicates == "error" and np.count_nonzero(row >= 0) < np.count_nonzero(
            self.labels(axis) == label
        ):
            raise ValueError(f"several traces of {axis} {label} have the same key")
        return self._rows(row, fill)

    def _rows(self, cells: NDArray[np.intp], fill: float | None) -> NDArray[np.generic]:
        rows: NDArray[np.generic] = self.traces[cells]
        if (cells < 0).any():
            if fill is None and self.dtype.kind != "f":
                raise ValueError("traces are missing, and integers have no NaN: give a fill")
            rows[cells < 0] = np.nan if fill is None else fill
        return rows
