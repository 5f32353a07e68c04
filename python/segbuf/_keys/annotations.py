"""Types of indexing expressions and of what they return, for annotations only."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import EllipsisType
    from typing import Any, Protocol, TypeAlias

    import numpy as np
    import numpy.typing as npt

    from segbuf._results.field import _FieldKey

    _Int: TypeAlias = int | np.integer[Any]
    """An index or a label, which drops its axis."""

    _Run: TypeAlias = slice | EllipsisType
    """Indices that are evenly spaced, which keep their axis."""

    _Many: TypeAlias = _Run | range | list[int] | list[bool] | npt.NDArray[Any]
    """Several indices, which keep their axis: also lists, integer arrays and boolean masks."""

    _Grid: TypeAlias = _Int | _Many | tuple[_Int | _Many | None, ...] | None
    """An indexing expression of NumPy for an array of several axes."""

    _Array: TypeAlias = npt.NDArray[Any]
    """Samples or values, whose type is that of the file or of a field."""

    _Number: TypeAlias = np.number[Any]
    """A sample, whose type is that of the file."""

    class _FieldKeys(Protocol):
        """Several fields: a list or a tuple. A str is none, as it contains only str."""

        def __len__(self) -> int: ...
        def __iter__(self) -> Iterator[_FieldKey]: ...
        def __contains__(self, key: object, /) -> bool: ...
