"""Modes as arrays, for NumPy."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import EllipsisType
    from typing import Protocol

    import numpy.typing as npt

    from segbuf._keys.annotations import _Array

    class _Readable(Protocol):
        def __getitem__(self, key: EllipsisType, /) -> _Array: ...


def read_whole(mode: _Readable, dtype: npt.DTypeLike | None, copy: bool | None) -> _Array:  # noqa: FBT001
    """Read all samples of a mode, for its ``__array__``."""
    if copy is False:
        raise ValueError("samples are read from the file: there is no array of them without a copy")
    whole = mode[...]
    return whole if dtype is None else whole.astype(dtype, copy=False)
