"""Traces by the numbers in their headers: shots, receivers, ensembles. Imported at first use."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from typing import TYPE_CHECKING, Any

from segbuf import _segbuf
from segbuf._handle import Handle, Mode
from segbuf._keys import axis
from segbuf._modes.headers import Headers
from segbuf._recycled import Recycled
from segbuf._results.field import spec_of
from segbuf.errors import LabelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from segbuf._handle import _Reopen
    from segbuf._results.field import _FieldKey
    from segbuf._results.table import Table
    from segbuf._segbuf import _Buffer

__all__ = ["Groups"]

_KEPT_BYTES = 64 << 20
"""How much memory of groups larger than a block is used again while they are iterated over."""

_WIDEST = {"i": "int64", "u": "uint64", "f": "float64"}


class Groups(Mode, Mapping[Any, Any]):
    """Traces by the numbers of header fields: what `File.group` gives.

    A mapping from keys, a number for one field and a tuple of numbers for several, to arrays
    (trace, sample). Groups may be of any size. They come in the order of their first traces in the
    file, and their traces in file order, or sorted as asked.

    ``values()`` and ``items()`` read many groups at a time; memory is as for iteration over traces:
    keeping an array is safe and dropping it is free.
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
        specs = [spec_of(field) for field in fields]
        self._groups = _segbuf.group(self._raw, specs, [spec_of(field) for field in sort])

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by path, options and fields; headers are swept again where it goes."""
        return _group, (self._handle.reopen, *self._handle.anew(), self.fields, self.sort)

    @property
    def labels(self) -> Any:  # noqa: ANN401 - an array, or several
        """The numbers of each group: an array for one field, for several a tuple of arrays."""
        arrays = tuple(self._labels(i) for i in range(len(self.fields)))
        return arrays if len(arrays) > 1 else arrays[0]

    def _labels(self, field: int) -> npt.NDArray[Any]:
        import numpy as np

        dtype = np.dtype(self._raw.schema.column(spec_of(self.fields[field]))[1])
        return np.frombuffer(self._groups.labels(field), _WIDEST[dtype.kind]).astype(dtype)

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many traces each group has."""
        import numpy as np

        return np.frombuffer(self._groups.counts(), np.uint64).astype(np.int64)

    def indices(self, key: object) -> npt.NDArray[np.int64]:
        """Give the indices of the traces of a group, as `File.trace` takes them.

        Raises
        ------
        LabelError
            Where there is no such group; it names the nearest.
        """
        import numpy as np

        traces = self._groups.traces(self._find(key), 1)
        return np.frombuffer(traces, np.uint64).astype(np.int64)

    def header(self, key: object, fields: Sequence[_FieldKey] | _FieldKey | None = None) -> Any:  # noqa: ANN401
        """Read the headers of the traces of a group: a table of all standard fields.

        Parameters
        ----------
        key
            As between brackets.
        fields
            A field, which gives an array, or several, which give a table of them.

        Returns
        -------
        ndarray or Table
            What ``f.header[indices, fields]`` gives.

        Raises
        ------
        LabelError
            Where there is no such group; it names the nearest.
        FieldError
            For a field that is not there; it names the nearest.
        """
        headers = Headers(self._handle, "header")
        traces = self.indices(key)
        found: npt.NDArray[Any] | Table = headers[traces if fields is None else (traces, fields)]
        return found

    def read_into(self, key: object, out: _Buffer, *, samples: object = ...) -> None:
        """Read the traces of a group into a writable buffer.

        Parameters
        ----------
        key
            As between brackets.
        out
            As for `File.read_into`.
        samples
            Which samples of each trace: an int or a slice.

        Raises
        ------
        LabelError
            Where there is no such group; it names the nearest.
        """
        run = axis.samples(samples, self._raw.n_samples).run
        self._groups.read(self._raw, out, self._find(key), 1, run)

    def __getitem__(self, key: object) -> npt.NDArray[Any]:
        """Read the traces of a group into a new array."""
        import numpy as np

        group = self._find(key)
        n_samples = self._raw.n_samples
        out: npt.NDArray[Any] = np.empty((self._groups.count(group), n_samples), self._raw.dtype)
        self._groups.read(self._raw, out, group, 1, (0, 1, n_samples))
        return out

    def _find(self, key: object) -> int:
        numbers = key if isinstance(key, tuple) and len(self.fields) > 1 else (key,)
        if len(numbers) == len(self.fields):
            try:
                return self._groups.find(numbers)
            except (TypeError, OverflowError):
                pass  # no number of the fields
        raise LabelError(f"no group {key!r:.80}: groups go by {self._names()}")

    def _names(self) -> str:
        return ", ".join(str(getattr(field, "name", None) or field) for field in self.fields)

    def __contains__(self, key: object) -> bool:
        """Tell whether there is a group of that key; nothing is read."""
        try:
            self._find(key)
        except LabelError:
            return False
        return True

    def __len__(self) -> int:
        """Count the groups."""
        return len(self._groups)

    def __iter__(self) -> Iterator[Any]:
        """Yield the keys."""
        keys = map(self._groups.key, range(len(self)))
        return keys if len(self.fields) > 1 else (key[0] for key in keys)

    def values(self) -> ValuesView[npt.NDArray[Any]]:
        """Give the traces of each group."""
        return _Values(self)

    def items(self) -> ItemsView[Any, npt.NDArray[Any]]:
        """Give the keys, each with the traces of its group."""
        return _Items(self)

    def _arrays(self) -> Iterator[npt.NDArray[Any]]:
        """Yield the traces of each group: as many groups are read at a time as fit a block."""
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
            self._groups.read(self._raw, block, first, len(ends), (0, 1, n_samples))
            groups = iter(np.split(block, ends[:-1]))
            del block
            yield from groups
            first += len(ends)

    # Two mappings are compared by all they hold; nobody wants a file read for that.
    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same object."""
        return self is other

    def __hash__(self) -> int:
        """Hash it as an object."""
        return object.__hash__(self)

    def __repr__(self) -> str:
        """Say how many groups there are, and by what."""
        names = self._names()
        if self._raw.closed:
            return f"<groups by {names} of a closed file>"
        counts = self.counts
        span = f" of {counts.min()} to {counts.max()} traces" if len(counts) else ""
        return f"<{len(self)} groups by {names}{span}>"


class _Values(ValuesView[Any]):
    """The traces of each group, read as they are asked for."""

    _mapping: Groups

    def __iter__(self) -> Iterator[npt.NDArray[Any]]:
        return self._mapping._arrays()  # noqa: SLF001


class _Items(ItemsView[Any, Any]):
    """The keys, each with the traces of its group, read as they are asked for."""

    _mapping: Groups

    def __iter__(self) -> Iterator[tuple[Any, npt.NDArray[Any]]]:
        return zip(self._mapping, self._mapping._arrays(), strict=True)  # noqa: SLF001


def _group(
    reopen: _Reopen,
    paths: list[str],
    options: dict[str, Any],
    fields: tuple[_FieldKey, ...],
    sort: tuple[_FieldKey, ...],
) -> Groups:
    groups: Groups = reopen(paths, options).group(*fields, sort=sort)
    return groups
