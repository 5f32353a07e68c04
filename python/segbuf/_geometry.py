"""What is known of the survey."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from segbuf import _segbuf
    from segbuf._open import File
    from segbuf._views import Report


class Geometry:
    """What is known of the survey: ``f.geometry``."""

    __slots__ = ("_file", "_raw")

    def __init__(self, file: File, raw: _segbuf.File) -> None:
        """Answer for the survey of a file."""
        self._file = file
        self._raw = raw

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
        return live.reshape(self._file.shape[:-1])

    def __repr__(self) -> str:
        """Show the axes."""
        file = self._file
        if file.closed:
            return "<survey of a closed file>"
        if file.ilines is None:
            return "<no survey>"
        return f"<survey {file.shape}, sorting {file.sorting}>"
