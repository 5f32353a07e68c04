"""Recording times of traces. Imported at first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np  # noqa: TID253 - an array, and imported when one is made

if TYPE_CHECKING:
    import numpy.typing as npt


class Timestamps(np.ndarray[Any, np.dtype[np.datetime64]]):
    """An array of datetime64[ns] with its time basis.

    Attributes
    ----------
    basis
        ``"local"``, ``"gmt"``, ``"other"``, ``"utc"``, ``"gps"``, ``"mixed"``, or None if no header
        states it.
    """

    basis: str | None

    def __array_finalize__(self, origin: npt.NDArray[Any] | None) -> None:
        """Keep the basis in views and parts."""
        self.basis = getattr(origin, "basis", None)


def timestamps(nanoseconds: bytes, basis: str | None) -> Timestamps:
    """Return the array of nanoseconds since 1970."""
    stamps = np.frombuffer(nanoseconds, "datetime64[ns]").view(Timestamps)
    stamps.basis = basis
    return stamps
