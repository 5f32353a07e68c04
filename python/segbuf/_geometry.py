"""What is known of the survey."""

from __future__ import annotations

from segbuf._handle import Mode
from segbuf.errors import GeometryError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from segbuf._views import Report


class Geometry(Mode):
    """What is known of the survey: ``f.geometry``."""

    __slots__ = ()

    def verify(self) -> Report:
        """Sweep all headers and report what is irregular; nothing is raised about duplicates.

        Raises
        ------
        GeometryError
            Where the file is no survey.
        """
        from segbuf._views import Report

        return Report(*self._raw.verify())

    @property
    def live(self) -> npt.NDArray[np.bool_]:
        """Which cells of the grid (inline, crossline[, offset]) have a trace; sweeps, once."""
        import numpy as np

        live = np.frombuffer(self._raw.live(), np.bool_)
        return live.reshape(self._shape())

    def _shape(self) -> tuple[int, ...]:
        ilines, xlines, offsets, _ = self._handle.survey()
        fold = (len(offsets),) if len(offsets) > 1 else ()
        return len(ilines), len(xlines), *fold

    def __repr__(self) -> str:
        """Show the axes."""
        if self._raw.closed:
            return "<survey of a closed file>"
        try:
            shape = (*self._shape(), self._raw.n_samples)
            return f"<survey {shape}, sorting {self._handle.survey()[3]}>"
        except GeometryError:
            return "<no survey>"
