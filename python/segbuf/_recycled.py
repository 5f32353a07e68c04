"""Memory that iterations use again."""

from __future__ import annotations

import math

from segbuf import _segbuf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt

BLOCK_BYTES = 256 * 1024
"""About how much memory an iteration reads at a time."""


class Recycled:
    """Arrays for iteration, whose memory is used again once nobody sees it.

    An array holds its block, as do views of it, and views of those; with its last holder a block
    goes back to its pool, from which the next array comes. References are never counted.
    """

    __slots__ = ("_dtype", "_pool", "_shape", "rows")

    KEPT = 3
    """One that is filled, one whose last row is still held by the loop, and one to spare."""

    def __init__(
        self,
        dtype: str,
        shape: tuple[int, ...],
        rows: int | None = None,
        *,
        most: int | None = None,
        kept: int = 0,
    ) -> None:
        """Give arrays of so many rows of a shape, or of about `BLOCK_BYTES`: at most of `most`.

        Of larger ones, which can be asked for, ``kept`` bytes are used again.
        """
        import numpy as np

        self._dtype = dtype
        row_bytes = math.prod(shape) * np.dtype(dtype).itemsize
        rows = max(1, BLOCK_BYTES // max(1, row_bytes)) if rows is None else rows
        self.rows = rows if most is None else min(rows, max(1, most))
        self._shape = shape
        self._pool = _segbuf.Pool(max_cached=max(kept, self.KEPT * self.rows * row_bytes))

    def free(self, rows: int = 0) -> npt.NDArray[Any]:
        """Give an array that nobody else sees, with whatever its memory held before.

        It has the usual number of rows, or `rows` where that is more.
        """
        import numpy as np

        # Memory is used again for the same size, and of sizes that double there are few.
        room = self.rows
        while room < rows:
            room *= 2
        array = np.asarray(self._pool._lend((room, *self._shape), self._dtype))  # noqa: SLF001
        return array[:rows] if room > self.rows else array
