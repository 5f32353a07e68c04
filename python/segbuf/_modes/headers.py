"""Trace headers: one by one, and as columns."""

from __future__ import annotations

import sys

from segbuf import _segbuf
from segbuf._keys import axis
from segbuf._results.field import listed
from segbuf._results.public import Public
from segbuf._segbuf import Field, HeaderMode
from segbuf.errors import FieldError, TraceIndexError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    import pandas as pd

    from segbuf._keys.annotations import _Array
    from segbuf._results.field import _FieldKey
    from segbuf._results.header import Header, Word
    from segbuf._results.table import Description, Table
    from segbuf._segbuf import _Buffer


class Headers(HeaderMode, Public):
    """Trace headers: ``f.header``, a table of traces by fields.

    ``f.header[7]`` is the header of a trace, ``f.header["inline"]`` an array over all traces,
    ``f.header["inline", "cdp_x"]`` a table of several, read in one sweep. Traces come first where
    both are given: ``f.header[mask, "inline"]``, ``f.header[:100, ["inline", "cdp_x"]]``; alone
    they give a table of all standard fields. They are chosen as in ``f.trace``. Fields go by name
    or alias, by `Field`, and, only behind traces or another field, by byte: ``f.header[:, 189]``.

    A name gives the value that counts: where the file has additional headers, that of
    ``SEG00001`` where it is not 0, else that of the standard header with its scalar. A byte gives
    the word as it stands.
    """

    __slots__ = ()

    def _get(self, key: object) -> Header | _Array | Table | Word | dict[Any, Word]:
        """Read what a key that is neither an int nor a str selects."""
        traces, fields = _split(key)
        chosen = self._traces(traces)
        if chosen.shape == ():
            if isinstance(fields, list):
                return {field: self._word(field, chosen) for field in fields}
            return self[chosen.run[0]] if fields is None else self._word(fields, chosen)
        if fields is None or isinstance(fields, list):
            return self._table(self._names() if fields is None else fields, chosen)
        return self._column(fields, chosen)

    def read_into(
        self,
        fields: _FieldKey | Iterable[_FieldKey],
        out: _Buffer | Sequence[_Buffer],
        *,
        traces: object = ...,
    ) -> None:
        """Read fields of headers into writable buffers, in one sweep.

        Parameters
        ----------
        fields
            A field, or several: names, aliases, bytes counted from 1, or `Field`.
        out
            For one field, a buffer with room for one number a trace. For several, a list of such
            buffers, or one buffer of shape (traces, fields). A buffer is of the type of the field,
            or of one that holds all its values exactly: float64 for int32, int64 for uint32. Bytes
            hold the field's own type. Any strides will do.
        traces
            Which traces, in the order wanted: an int, slice, Ellipsis, list, integer array or mask.

        Raises
        ------
        DestinationError
            Where a buffer cannot take it; all are untouched.
        FieldError
            For fields that are not there; it names the nearest.
        TraceIndexError
            For traces that are not there.
        """
        chosen = self._traces(traces)
        rows, shape = _rows(chosen), chosen.shape
        if isinstance(fields, (str, int, Field)):
            _segbuf.read_columns(self._raw, [fields], [out], rows, shape)  # type: ignore[list-item]
            return
        fields = list(fields)
        if isinstance(out, (list, tuple)):
            _segbuf.read_columns(self._raw, fields, out, rows, shape)
        else:
            _segbuf.read_table(self._raw, fields, out, rows)  # type: ignore[arg-type]

    def to_pandas(self, fields: Iterable[_FieldKey] | None = None) -> pd.DataFrame:
        """Read all traces into a pandas DataFrame: a row for each trace, a column for each field.

        Parameters
        ----------
        fields
            Names, aliases, bytes counted from 1, or `Field`. By default all standard fields.

        Returns
        -------
        DataFrame
            The result of ``f.header[:, fields].to_pandas()``: one sweep of the headers.
        """
        keys = self._names() if fields is None else listed(fields)
        return self._table(keys, self._traces(...)).to_pandas()

    def describe(
        self, fields: Iterable[_FieldKey] | _FieldKey | None = None, *, traces: object = ...
    ) -> Description:
        """Tell what fields hold, in one sweep: minimum, maximum, distinct values, whether constant.

        ``print(f.header.describe())`` shows the words that are not zero everywhere.

        Parameters
        ----------
        fields
            One or several, of numbers and strings of up to 8 bytes; all standard ones without it.
        traces
            Of which traces, as for `read_into`.

        Returns
        -------
        Description
            A mapping from the fields to ``(minimum, maximum, distinct, constant)``. Distinct values
            are counted up to 20,000, which bounds the memory; beyond, ``distinct`` is None.
        """
        from segbuf._results.table import Description

        keys = self._names() if fields is None else listed(fields)
        chosen = self._traces(traces)
        rows = _segbuf.describe(self._raw, keys, _rows(chosen))
        return Description(_named(keys), rows)

    def _read_delays(self, traces: object, out: _Buffer) -> None:
        chosen = self._traces(traces)
        _segbuf.read_delays(self._raw, out, _rows(chosen), chosen.shape)

    def _names(self) -> list[str]:
        """Give the names of all fields of the standard header."""
        return self._raw.schema.names()

    def _traces(self, key: object) -> axis.Selection:
        return axis.traces(key, self._raw.n_traces)

    def _word(self, field: object, trace: axis.Selection) -> Word:
        column = self._column(field, trace)
        # The value of a string ends at its first zero.
        return column.tobytes() if column.dtype.kind == "S" else column.item()

    def _column(self, field: object, traces: axis.Selection) -> _Array:
        return self._columns([field], traces)[0]

    def _columns(self, fields: Sequence[object], traces: axis.Selection) -> list[_Array]:
        return _segbuf.new_columns(self._raw, fields, traces.shape, _rows(traces))

    def _table(self, fields: Sequence[object], traces: axis.Selection) -> Table:
        from segbuf._results.table import Table

        if len(traces.shape) != 1:
            message = f"a table has one row for each trace, found traces of shape {traces.shape}"
            raise TraceIndexError(message, "invalid-index")
        names = _named(fields)
        return Table(names, self._columns(fields, traces), traces.shape[0])

    def _ipython_key_completions_(self) -> list[str]:
        return self._names()

    def __len__(self) -> int:
        """Count the traces."""
        return self._raw.n_traces

    def __contains__(self, index: object) -> bool:
        """Tell whether there is a trace of that index."""
        return index in self.keys()

    def keys(self) -> range:
        """Give the indices of the traces."""
        return range(self._raw.n_traces)

    def __repr__(self) -> str:
        """Say how many headers there are."""
        if self._raw.closed:
            return "<trace headers of a closed file>"
        return f"<{self._raw.n_traces} trace headers>"


def _split(key: object) -> tuple[object, Any]:
    """Tell a key into traces and fields: one, a list of several, or None for a key without."""
    if _is_field(key):
        return ..., key
    if isinstance(key, (tuple, list)) and key and _is_field(key[0]):
        return ..., list(key)
    if not isinstance(key, tuple):
        return key, None
    if not key:
        message = "expected traces or fields, found an empty tuple"
        raise TraceIndexError(message, "invalid-index")
    traces, *fields = key
    if len(fields) != 1:
        return traces, fields or None
    if isinstance(fields[0], (tuple, list)):
        return traces, list(fields[0])
    if fields[0] is None:
        raise TypeError("expected the name of a field, a byte or a Field, found None")
    return traces, fields[0]


def _is_field(key: object) -> bool:
    """Tell whether a key is a field wherever it stands, as an index and a byte number are not."""
    if isinstance(key, (str, Field)):
        return True
    # Who has a member of the enumeration has loaded it.
    fields = sys.modules.get("segbuf.fields")
    return fields is not None and isinstance(key, fields.TraceField)


def _rows(traces: axis.Selection) -> axis.Run | bytes:
    """Say traces as the extension takes them."""
    return traces.run if traces.indices is None else traces.indices


def _named(fields: Sequence[object]) -> dict[Any, str]:
    """Give each field, as it was asked for, with the name of its column.

    A `Field` with a name was asked for by it.
    """
    names: dict[Any, str] = {}
    known = set()
    for field in fields:
        if isinstance(field, Field):
            key: object = field if field.name is None else field.name
            name = field.name or f"{field.dtype}@{field.byte}"
        else:
            key, name = (
                field,
                field if isinstance(field, str) else getattr(field, "name", str(field)),
            )
        if key in names or name in known:
            message = f"the field {key!r} is requested twice"
            raise FieldError(message, "duplicate-field")
        names[key] = name
        known.add(name)
    return names
