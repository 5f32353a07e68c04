"""Keys of traces and samples, by NumPy's rules.

A key becomes a :class:`Selection`: an arithmetic run of indices, or a list of them. NumPy itself is
asked only where arrays are involved, so that ints, slices and lists of ints do without it.
"""

from __future__ import annotations

import operator

from segbuf.errors import TraceIndexError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

Run = tuple[int, int, int]
"""First index, step, count."""

NOTHING: Run = (0, 1, 0)


class Selection:
    """Chosen indices along one axis, and the shape that they have in the result.

    They are ``run``, an arithmetic run, or ``indices``, those of a list as native uint64.
    """

    __slots__ = ("indices", "run", "shape")

    def __init__(self, run: Run, indices: bytes | None, shape: tuple[int, ...]) -> None:
        """Say what is chosen."""
        self.run = run
        self.indices = indices
        self.shape = shape


def split(key: object) -> tuple[object, object]:
    """Tell a key into that of the traces and that of the samples."""
    if not isinstance(key, tuple):
        return key, slice(None)
    keys = list(key)
    dots = [i for i, k in enumerate(keys) if k is Ellipsis]
    if len(dots) > 1:
        message = "an index can only have a single ellipsis ('...')"
        raise TraceIndexError(message)
    if len(keys) - len(dots) > 2:
        message = f"too many indices: wanted traces and samples, found {len(keys)} indices"
        raise TraceIndexError(message)
    missing = [slice(None)] * (2 - (len(keys) - len(dots)))
    at = dots[0] if dots else len(keys)
    keys[at : at + len(dots)] = missing
    return keys[0], keys[1]


def is_scalar(key: object) -> bool:
    """Tell whether NumPy gives a scalar, not an array, for a key that leaves no axis."""
    return not (isinstance(key, tuple) and any(k is Ellipsis for k in key))


def samples(key: object, n: int) -> Selection:
    """Choose samples, a run of them: by an int or a slice."""
    chosen = _scalar_or_slice(key, n, "sample")
    if chosen is None:
        message = f"samples are chosen by an int or a slice, found {type(key).__name__}"
        raise TraceIndexError(message)
    return chosen


def traces(key: object, n: int) -> Selection:
    """Choose traces: by an int, slice, Ellipsis, list, integer array or boolean mask."""
    chosen = _scalar_or_slice(key, n, "trace")
    if chosen is not None:
        return chosen
    if isinstance(key, list) and all(type(k) is int for k in key):
        return _listed([_inside(k, n, "trace") for k in key])
    return _array(key, n)


def _scalar_or_slice(key: object, n: int, what: str) -> Selection | None:
    if key is Ellipsis:
        key = slice(None)
    if isinstance(key, slice):
        chosen = range(n)[key]
        # The step of a single index may be larger than a machine word.
        step = chosen.step if len(chosen) > 1 else 1
        run = (chosen.start, step, len(chosen)) if chosen else NOTHING
        return Selection(run, None, (run[2],))
    if isinstance(key, (bool, list)):
        return None
    try:
        index = operator.index(key)  # type: ignore[arg-type]
    except TypeError:
        return None
    return Selection((_inside(index, n, what), 1, 1), None, ())


def _inside(index: int, n: int, what: str) -> int:
    if -n <= index < n:
        return index if index >= 0 else index + n
    message = f"no such {what}: index {index} is out of bounds for {n} {what}s"
    raise TraceIndexError(message)


def _listed(indices: Sequence[int]) -> Selection:
    import array

    return Selection(NOTHING, array.array("Q", indices).tobytes(), (len(indices),))


def _array(key: object, n: int) -> Selection:
    import numpy as np

    refused = f"traces are chosen by an int, a slice, integers or a mask, found {key!r:.80}"
    if isinstance(key, (str, bytes, bool)) or key is None:
        raise TraceIndexError(refused)
    try:
        given: Any = np.asarray(key)
    except (ValueError, TypeError) as error:
        raise TraceIndexError(refused) from error
    if given.size == 0 and not isinstance(key, np.ndarray):
        given = given.astype(np.intp)
    if given.dtype.kind == "b":
        if given.shape != (n,):
            message = (
                f"a boolean mask of shape {given.shape} does not match: wanted one value for each "
                f"of {n} traces"
            )
            raise TraceIndexError(message)
        given = np.flatnonzero(given)
    elif given.dtype.kind not in "iu":
        raise TraceIndexError(refused)
    elif given.size:
        for worst in (given.min(), given.max()):
            _inside(int(worst), n, "trace")
        if given.dtype.kind == "i":
            given = given.astype(np.int64)  # a narrow type may not hold `n`
            given = np.where(given < 0, given + n, given)
    return Selection(NOTHING, given.astype(np.uint64).tobytes(), given.shape)
