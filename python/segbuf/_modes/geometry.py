"""The survey: ``f.geometry``."""

from __future__ import annotations

from segbuf._handle import Mode
from segbuf.errors import GeometryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import overload

    import numpy as np
    import numpy.typing as npt

    from segbuf._handle import Handle
    from segbuf._results.coordinates import Affine, Coordinates, Finder, Nearest, NearestTraces
    from segbuf._results.report import Report


class Geometry(Mode):
    """Axes, completeness and coordinates of the survey: ``f.geometry``."""

    __slots__ = ("_affine", "_found")

    def __init__(self, handle: Handle, name: str) -> None:
        """Create ``f.geometry``."""
        super().__init__(handle, name)
        self._found: Finder | None = None
        self._affine: Affine | None = None

    def verify(self) -> Report:
        """Sweep all headers and report irregularities; duplicates do not raise.

        Raises
        ------
        GeometryError
            If the file is not a survey.
        """
        from segbuf._results.report import Report

        return Report(*self._raw.verify())

    @property
    def live(self) -> npt.NDArray[np.bool_]:
        """Mask of the grid (inline, crossline[, offset]): live cells. The first use sweeps."""
        import numpy as np

        live = np.frombuffer(self._raw.live(), np.bool_)
        return live.reshape(self._handle.grid())

    @property
    def coords(self) -> Coordinates:
        """The coordinates of every trace; each pair is read at its first use."""
        return self._finder.coords

    @property
    def _finder(self) -> Finder:
        if self._found is None:
            from segbuf._results.coordinates import Coordinates, Finder

            self._found = Finder(Coordinates(self._raw))
        return self._found

    @property
    def affine(self) -> Affine:
        """The affine map from labels to `coords` that best fits all traces; computed once.

        Raises
        ------
        GeometryError
            If no trace has coordinates, or if labels or coordinates lie on one line.
        """
        if self._affine is None:
            from segbuf._results.coordinates import fitted

            words = "cdp_x (byte 181) and cdp_y (byte 185)"
            self._affine = fitted(self._finder, self._key_bytes, None, words)
        return self._affine

    @property
    def _key_bytes(self) -> tuple[int, int]:
        return self._raw.key_bytes[:2]

    def fit(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Affine:
        """Fit the affine map from labels to other coordinates: x and y of every trace.

        For files whose ``cdp_x`` and ``cdp_y`` are empty. Traces with both at 0 are excluded.

        Raises
        ------
        GeometryError
            As for `affine`.
        ValueError
            If x and y do not have one value for each trace.

        Examples
        --------
        >>> affine = f.geometry.fit(
        ...     f.geometry.coords.source_x, f.geometry.coords.source_y
        ... )  # doctest: +SKIP
        """
        from segbuf._results.coordinates import fitted

        return fitted(self._finder, self._key_bytes, (x, y), "the x and y given")

    if TYPE_CHECKING:

        @overload
        def nearest(self, x: float, y: float) -> Nearest: ...
        @overload
        def nearest(self, x: npt.ArrayLike, y: npt.ArrayLike) -> NearestTraces: ...

    def nearest(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Nearest | NearestTraces:
        """Return the trace nearest to x and y by `coords`: numbers, or arrays that broadcast.

        Raises
        ------
        GeometryError
            If no trace has coordinates.
        ValueError
            For points that are not finite.
        """
        return self._finder.nearest(x, y)

    def __repr__(self) -> str:
        """Show the axes."""
        if self._raw.closed:
            return "<survey of a closed file>"
        try:
            shape = (*self._handle.grid(), self._raw.n_samples)
            return f"<survey {shape}, sorting {self._handle.survey()[3]}>"
        except GeometryError:
            return "<no survey>"
