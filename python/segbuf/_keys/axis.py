"""Indexing expressions for one axis, by NumPy's rules.

`traces` and `samples` turn what stands between brackets into a `Selection`: an arithmetic run of
indices, or a list of them. `segbuf._keys.grid` does the same for several axes at once, with the
functions below. NumPy is imported only for arrays, so that ints, slices and lists of ints do
without it.
"""

from __future__ import annotations

import operator

from segbuf._segbuf import choose, inside
from segbuf.errors import TraceIndexError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    import numpy as np
    import numpy.typing as npt

Run = tuple[int, int, int]
"""First index, step, count."""

NOTHING: Run = (0, 1, 0)

INVALID = "invalid-index"
"""The code of the error for an indexing expression that NumPy does not know."""

REFUSED = (
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean "
    "arrays are valid indices"
)


class Selection:
    """Selected indices along one axis, and their shape in the result.

    They are ``run``, an arithmetic run, or ``indices``, a list of native uint64.
    """

    __slots__ = ("indices", "run", "shape")

    def __init__(self, run: Run, indices: bytes | None, shape: tuple[int, ...]) -> None:
        """Store what is selected."""
        self.run = run
        self.indices = indices
        self.shape = shape


def split(key: object) -> tuple[Any, Any]:
    """Split an indexing expression into that of the traces and that of the samples."""
    if not isinstance(key, tuple):
        return key, slice(None)
    used = sum(item is not Ellipsis for item in key)
    traces, samples = (item for item in expand(key, used, 2) if item is not Ellipsis)
    return traces, samples


def expand(items: Sequence[Any], used: int, n_axes: int) -> list[Any]:
    """Return items of an indexing expression with a slice for each axis that none of them uses.

    The slices come after the ellipsis, or last; ``used`` is the number of axes that items use.
    """
    dots = [i for i, item in enumerate(items) if item is Ellipsis]
    if len(dots) > 1:
        raise TraceIndexError("an index can only have a single ellipsis ('...')", INVALID)
    if used > n_axes:
        raise TraceIndexError(f"too many indices: expected at most {n_axes}, found {used}", INVALID)
    at = dots[0] + 1 if dots else len(items)
    return [*items[:at], *[slice(None)] * (n_axes - used), *items[at:]]


def has_ellipsis(key: object) -> bool:
    """Return whether `split` has expanded Ellipsis, or an empty tuple, which selects everything.

    With Ellipsis, NumPy returns an array also where no axis is left, and not a scalar.
    """
    return key is Ellipsis or (
        isinstance(key, tuple) and (not key or any(item is Ellipsis for item in key))
    )


def traces(key: object, n: int) -> Selection:
    """Select traces of ``n``: by an int, slice, Ellipsis, list, integer array or boolean mask."""
    chosen = choose(slice(None) if key is Ellipsis else key, n, "trace")
    if chosen is not None:
        run, kept = chosen
        return Selection(run, None, (run[2],) if kept else ())
    if isinstance(key, list) and all(type(item) is int for item in key):
        return Selection(NOTHING, packed(inside(i, n, "trace") for i in key), (len(key),))
    array = classify(key)
    if array is None:
        raise TraceIndexError(f"traces have no new axes: {REFUSED}", INVALID)
    if array.dtype.kind == "b":
        if array.shape != (n,):
            raise TraceIndexError(
                f"a boolean mask of shape {array.shape} does not match: expected one for each "
                f"of {n} traces",
                INVALID,
            )
        array = array.nonzero()[0]
    return Selection(NOTHING, bounded(array, n, "trace").astype("u8").tobytes(), array.shape)


def classify(item: object) -> Any:  # noqa: ANN401 - None, Ellipsis, slice, int or an array
    """Return an item as it is used: integers as int, lists as arrays of integers or bools."""
    if item is None or item is Ellipsis or isinstance(item, slice):
        return item
    if not isinstance(item, (bool, list)):
        try:
            return operator.index(item)  # type: ignore[arg-type]
        except TypeError:
            pass
    import numpy as np

    if isinstance(item, (str, bytes)):
        raise TraceIndexError(REFUSED, INVALID)
    try:
        array = np.asarray(item)
    except (ValueError, TypeError) as error:
        raise TraceIndexError(REFUSED, INVALID) from error
    if array.size == 0 and not isinstance(item, np.ndarray):
        array = array.astype(np.intp)
    if array.dtype.kind not in "iub":
        raise TraceIndexError(f"{REFUSED}, found {item!r:.80}", INVALID)
    return array


def bounded(indices: npt.NDArray[Any], n: int, what: str) -> npt.NDArray[np.int64]:
    """Return an array of indices counted from 0; raise unless there are so many of ``what``."""
    import numpy as np

    if indices.size:
        for worst in (indices.min(), indices.max()):
            inside(int(worst), n, what)
    indices = indices.astype(np.int64)  # a narrow type may not hold `n`
    return np.where(indices < 0, indices + n, indices)


def run_of(indices: range | int) -> Run:
    """Return the run of a range or of one index."""
    if isinstance(indices, int):
        return indices, 1, 1
    # The step of a single index may be larger than a machine word.
    step = indices.step if len(indices) > 1 else 1
    return (indices.start, step, len(indices)) if indices else NOTHING


def packed(indices: Iterable[int]) -> bytes:
    """Return indices as the extension takes a list of them: native uint64."""
    import array

    return array.array("Q", indices).tobytes()
