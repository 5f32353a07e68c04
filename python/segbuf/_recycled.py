"""Reusable memory for iteration."""

from __future__ import annotations

import math

from segbuf import _segbuf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt

BLOCK_BYTES = 256 * 1024
"""Approximate size of the blocks that an iteration reads."""


class Recycled:
    """Arrays for iteration, whose memory is reused once nothing refers to it.

    An array and its views hold a block of a pool; when the last of them is freed, the block returns
    to the pool, from which the next array is taken. No reference counts are inspected.
    """

    __slots__ = ("_dtype", "_pool", "_shape", "rows")

    KEPT = 3
    """Blocks that are kept: one being filled, one whose last row the loop holds, one spare."""

    def __init__(
        self,
        dtype: str,
        shape: tuple[int, ...],
        rows: int | None = None,
        *,
        most: int | None = None,
        kept: int = 0,
    ) -> None:
        """Create arrays of ``rows`` rows of a shape.

        By default they have about `BLOCK_BYTES`; ``most`` is the maximum number of rows. Of larger
        arrays, which `free` returns if requested, ``kept`` bytes are reused.
        """
        import numpy as np

        self._dtype = dtype
        row_bytes = math.prod(shape) * np.dtype(dtype).itemsize
        rows = max(1, BLOCK_BYTES // max(1, row_bytes)) if rows is None else rows
        self.rows = rows if most is None else min(rows, max(1, most))
        self._shape = shape
        self._pool = _segbuf.Pool(max_cached=max(kept, self.KEPT * self.rows * row_bytes))

    def free(self, rows: int = 0) -> npt.NDArray[Any]:
        """Return an array that nothing else refers to, with undefined contents.

        It has the usual number of rows, or ``rows`` if that is more.
        """
        import numpy as np

        # Memory is reused for equal sizes only; doubling keeps the number of sizes small.
        room = self.rows
        while room < rows:
            room *= 2
        array = np.asarray(self._pool._lend((room, *self._shape), self._dtype))  # noqa: SLF001
        return array[:rows] if room > self.rows else array
