"""Traces by header values: shots, receivers, ensembles. Imported at first use."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from segbuf import _segbuf
from segbuf._handle import Handle, Mode
from segbuf._modes.headers import Headers
from segbuf._recycled import Recycled
from segbuf._segbuf import Field
from segbuf.errors import LabelError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from segbuf._handle import _Reopen
    from segbuf._keys.annotations import _Array, _FieldKeys
    from segbuf._results.field import _FieldKey
    from segbuf._results.table import Table
    from segbuf._segbuf import _Buffer

__all__ = ["Groups"]

_KEPT_BYTES = 64 << 20
"""Bytes of groups larger than a block that iteration keeps for reuse."""

_Key = TypeVar("_Key")
"""What groups go by: a number, or a tuple of numbers."""

_Labels_co = TypeVar("_Labels_co", covariant=True)
"""All labels: an array, or a tuple of arrays."""

_WIDEST = {"i": "int64", "u": "uint64", "f": "float64"}


class Groups(Mode, Mapping[_Key, "_Array"], Generic[_Key, _Labels_co]):
    """Traces grouped by the values of header fields: the result of `File.group`.

    A mapping from group labels, a number for one field and a tuple of numbers for several, to
    arrays (trace, sample). Groups may have any size. They are in the order of their first traces in
    the file; their traces are in file order, or sorted by the fields of ``sort``.

    ``values()`` and ``items()`` read many groups at a time; memory is reused as in iteration over
    traces: keeping an array is safe and dropping it is free.
    """

    __slots__ = ("_groups", "fields", "sort")

    def __init__(
        self, handle: Handle, fields: tuple[_FieldKey, ...], sort: tuple[_FieldKey, ...]
    ) -> None:
        """Sweep the headers of a file and group its traces."""
        super().__init__(handle, "group")
        #: The fields that traces are grouped by.
        self.fields = fields
        #: The fields that the traces of a group are sorted by.
        self.sort = sort
        self._groups = _segbuf.group(self._raw, list(fields), list(sort))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by path, options and fields; unpickling sweeps the headers again."""
        return _group, (self._handle.reopen, self._handle.reopen_args(), self.fields, self.sort)

    @property
    def labels(self) -> _Labels_co:
        """The labels of the groups: an array for one field, for several a tuple of arrays."""
        arrays = tuple(self._labels(i) for i in range(len(self.fields)))
        return cast("_Labels_co", arrays if len(arrays) > 1 else arrays[0])

    def _labels(self, field: int) -> npt.NDArray[Any]:
        import numpy as np

        dtype = np.dtype(self._groups.dtype(field))
        return np.frombuffer(self._groups.labels(field), _WIDEST[dtype.kind]).astype(dtype)

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """The number of traces of each group."""
        import numpy as np

        return np.frombuffer(self._groups.counts(), np.uint64).astype(np.int64)

    def indices(self, key: _Key) -> npt.NDArray[np.int64]:
        """Return the indices of the traces of a group, as `File.trace` takes them.

        Raises
        ------
        LabelError
            If there is no such group; the message names the nearest.
        """
        import numpy as np

        traces = self._groups.traces(self._find(key), 1)
        return np.frombuffer(traces, np.uint64).astype(np.int64)

    @overload
    def header(self, key: _Key, fields: _FieldKeys | None = None) -> Table: ...
    @overload
    def header(self, key: _Key, fields: _FieldKey) -> _Array: ...
    def header(self, key: _Key, fields: _FieldKeys | _FieldKey | None = None) -> Table | _Array:
        """Read the headers of the traces of a group: a table of all standard fields.

        Parameters
        ----------
        key
            The label of the group, as between brackets.
        fields
            A field, for an array, or several, for a table of them.

        Returns
        -------
        ndarray or Table
            The result of ``f.header[indices, fields]``.

        Raises
        ------
        LabelError
            If there is no such group; the message names the nearest.
        FieldError
            If there is no such field; the message names the nearest.
        """
        headers = Headers(self._handle, "header")
        traces = self.indices(key)
        if fields is None:
            return headers[traces]
        if isinstance(fields, (str, int, Field)):
            return headers[traces, fields]
        return headers[traces, list(fields)]

    def read_into(self, key: _Key, out: _Buffer, *, samples: object = ...) -> None:
        """Read the traces of a group into a writable buffer.

        Parameters
        ----------
        key
            The label of the group, as between brackets.
        out
            A destination as for `File.read_into`.
        samples
            Samples to read of each trace: an int or a slice.

        Raises
        ------
        LabelError
            If there is no such group; the message names the nearest.
        """
        run, kept = _segbuf.choose_samples(samples, self._raw.n_samples)
        self._groups.read(self._raw, out, self._find(key), 1, run, kept)

    def __getitem__(self, key: _Key) -> _Array:
        """Read the traces of a group into a new array."""
        import numpy as np

        group = self._find(key)
        n_samples = self._raw.n_samples
        out: _Array = np.empty((self._groups.count(group), n_samples), self._raw.dtype)
        self._groups.read(self._raw, out, group, 1, (0, 1, n_samples), True)  # noqa: FBT003
        return out

    def _find(self, key: object) -> int:
        numbers = key if isinstance(key, tuple) and len(self.fields) > 1 else (key,)
        if len(numbers) == len(self.fields):
            try:
                return self._groups.find(numbers)
            except (TypeError, OverflowError):
                pass  # not a value of the fields
        message = f"no group {key!r:.80}: groups go by {self._names()}"
        raise LabelError(message, "unknown-group")

    def _names(self) -> str:
        return ", ".join(str(getattr(field, "name", None) or field) for field in self.fields)

    def __contains__(self, key: object) -> bool:
        """Return whether there is a group of that label; nothing is read."""
        try:
            self._find(key)
        except LabelError:
            return False
        return True

    def __len__(self) -> int:
        """Return the number of groups."""
        return len(self._groups)

    def __iter__(self) -> Iterator[_Key]:
        """Yield the labels."""
        keys = map(self._groups.key, range(len(self)))
        return cast("Iterator[_Key]", keys if len(self.fields) > 1 else (key[0] for key in keys))

    def values(self) -> ValuesView[_Array]:
        """Return a view of the traces of each group."""
        return _Values(self)

    def items(self) -> ItemsView[_Key, _Array]:
        """Return a view of the labels, each with the traces of its group."""
        return _Items(self)

    def _arrays(self) -> Iterator[_Array]:
        """Yield the traces of each group; each read is of as many groups as fit a block."""
        import numpy as np

        counts = self.counts.tolist()
        n_samples = self._raw.n_samples
        memory = Recycled(self._raw.dtype, (n_samples,), most=sum(counts), kept=_KEPT_BYTES)
        first = 0
        while first < len(counts):
            ends = [counts[first]]
            while (after := first + len(ends)) < len(counts):
                if ends[-1] + counts[after] > memory.rows:
                    break
                ends.append(ends[-1] + counts[after])
            block = memory.free(ends[-1])[: ends[-1]]
            self._groups.read(self._raw, block, first, len(ends), (0, 1, n_samples), True)  # noqa: FBT003
            groups = iter(np.split(block, ends[:-1]))
            del block
            yield from groups
            first += len(ends)

    # Comparing the contents, as mappings do, would read the file.
    def __eq__(self, other: object) -> bool:
        """Return whether ``other`` is the same object."""
        return self is other

    def __hash__(self) -> int:
        """Return the hash of the object."""
        return object.__hash__(self)

    def __repr__(self) -> str:
        """Return a summary: the number of groups, and their fields."""
        names = self._names()
        if self._raw.closed:
            return f"<groups by {names} of a closed file>"
        counts = self.counts
        span = f" of {counts.min()} to {counts.max()} traces" if len(counts) else ""
        return f"<{len(self)} groups by {names}{span}>"


class _Values(ValuesView["_Array"]):
    """The traces of each group, read during iteration."""

    _mapping: Groups[Any, Any]

    def __iter__(self) -> Iterator[_Array]:
        return self._mapping._arrays()  # noqa: SLF001


class _Items(ItemsView[_Key, "_Array"]):
    """The labels, each with the traces of its group, read during iteration."""

    _mapping: Groups[_Key, Any]

    def __iter__(self) -> Iterator[tuple[_Key, _Array]]:
        return zip(self._mapping, self._mapping._arrays(), strict=True)  # noqa: SLF001


def _group(
    reopen: _Reopen,
    args: tuple[list[str], dict[str, Any], tuple[int, int] | None],
    fields: tuple[_FieldKey, ...],
    sort: tuple[_FieldKey, ...],
) -> Groups[Any, Any]:
    groups: Groups[Any, Any] = reopen(*args).group(*fields, sort=sort)
    return groups
