"""Tables of header words, and what words hold. Imported at first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from segbuf import _segbuf
from segbuf._results.escaped import escaped
from segbuf._results.public import Public
from segbuf.errors import FieldError

if TYPE_CHECKING:
    from collections.abc import ItemsView, KeysView, ValuesView
    from typing import TypeVar

    import numpy.typing as npt
    import pandas as pd

    from segbuf._results.field import _FieldKey

    _T = TypeVar("_T")

__all__ = ["Description", "Summary", "Table"]

SHOWN_ROWS = 5
"""Rows of a table that are shown from its start, and from its end."""

SHOWN_WIDTH = 100
"""Characters of a line of a table that is shown."""


class Table(Public):
    """Columns of trace headers: a mapping from the fields, as they were asked for, to arrays.

    It has all that a mapping has, but is no `collections.abc.Mapping`: polars would take the arrays
    out of one, one by one, and not ask for the Arrow data.

    Arrow libraries take it as it is, without a copy: ``polars.DataFrame(table)``,
    ``pyarrow.table(table)``, ``pandas.DataFrame.from_arrow(table)``. The memory is then shared, so
    what is written to an array shows there as well.
    """

    __slots__ = ("_columns", "_names", "n_traces")

    def __init__(
        self,
        names: dict[_FieldKey, str],
        columns: list[npt.NDArray[Any]],
        n_traces: int,
    ) -> None:
        """Take the columns."""
        self._names = names
        self._columns: dict[_FieldKey, npt.NDArray[Any]] = dict(zip(names, columns, strict=True))
        #: How many rows there are.
        self.n_traces = n_traces

    def __getitem__(self, field: _FieldKey) -> npt.NDArray[Any]:
        """Give a column."""
        try:
            return self._columns[_key(field, self._names)]
        except (KeyError, TypeError):
            names = ", ".join(str(name) for name in self._names.values())
            message = f"the table has no column {field!r:.80}; it has {names}"
            raise FieldError(message, "unknown-field") from None

    @overload
    def get(self, field: object, default: None = None) -> npt.NDArray[Any] | None: ...
    @overload
    def get(self, field: object, default: _T) -> npt.NDArray[Any] | _T: ...
    def get(self, field: object, default: _T | None = None) -> npt.NDArray[Any] | _T | None:
        """Return a column, or the default if there is none of that field."""
        return self._columns.get(_key(field, self._names), default)

    def __contains__(self, field: object) -> bool:
        """Tell whether a field was asked for, by that name."""
        return _key(field, self._names) in self._columns

    def __iter__(self) -> Iterator[_FieldKey]:
        """Yield the fields, as they were asked for."""
        return iter(self._columns)

    def __len__(self) -> int:
        """Count the columns; `n_traces` counts the rows."""
        return len(self._columns)

    def keys(self) -> KeysView[_FieldKey]:
        """Give the fields, as they were asked for."""
        return self._columns.keys()

    def values(self) -> ValuesView[npt.NDArray[Any]]:
        """Give the columns."""
        return self._columns.values()

    def items(self) -> ItemsView[_FieldKey, npt.NDArray[Any]]:
        """Give the fields with their columns."""
        return self._columns.items()

    def to_pandas(self) -> pd.DataFrame:
        """Make a DataFrame of it, with a column for each field and a row for each trace."""
        import pandas as pd

        columns = zip(self._names.values(), self._columns.values(), strict=True)
        return pd.DataFrame(dict(columns), index=pd.RangeIndex(self.n_traces), copy=False)

    def __array__(
        self,
        dtype: npt.DTypeLike | None = None,
        copy: bool | None = None,  # noqa: FBT001 - NumPy's signature
    ) -> npt.NDArray[Any]:
        """Return a structured array: a row for each trace, with a field for each column."""
        import numpy as np

        if copy is False:
            raise ValueError(
                "the columns of a table are separate arrays: a structured array is a copy"
            )
        columns = dict(zip(self._names.values(), self._columns.values(), strict=True))
        kinds = [(name, column.dtype) for name, column in columns.items()]
        rows = np.empty(self.n_traces, kinds)
        for name, column in columns.items():
            rows[name] = column
        return rows if dtype is None else rows.astype(dtype)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._names.values())

    def _batch(self) -> _segbuf.Batch:
        columns = [
            (name, column.dtype.str[1:] if column.dtype.kind == "S" else column.dtype.name, column)
            for name, column in zip(self._names.values(), self._columns.values(), strict=True)
        ]
        return _segbuf.Batch(columns, self.n_traces)

    def __arrow_c_schema__(self) -> object:
        """Give the type of its rows as an Arrow capsule."""
        return self._batch().__arrow_c_schema__()

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """Give it as one record batch: two Arrow capsules."""
        return self._batch().__arrow_c_array__(requested_schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Give it as a stream of one record batch: an Arrow capsule."""
        return self._batch().__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        """Show its first and last rows, and as many columns as fit a line."""
        n = self.n_traces
        shown = list(range(min(n, SHOWN_ROWS))) + list(range(max(SHOWN_ROWS, n - SHOWN_ROWS), n))
        gap = n > 2 * SHOWN_ROWS
        columns = [["", "", *map(str, shown)]]
        for name, column in zip(self._names.values(), self._columns.values(), strict=True):
            cells = [str(column[row]) for row in shown]
            columns.append([name, str(column.dtype), *cells])
            if sum(max(map(len, cells)) + 2 for cells in columns) > SHOWN_WIDTH:
                columns[-1:] = [["...", *[""] * (len(columns[0]) - 1)]]
                break
        lines = _aligned(columns)
        if gap:
            lines.insert(2 + SHOWN_ROWS, "...")
        return "\n".join([*lines, f"[{n} traces x {len(self)} fields]"])


class Summary(NamedTuple):
    """What a field holds."""

    minimum: float | None
    """The least number; None without traces, for strings, and where all are NaN."""
    maximum: float | None
    """The greatest number, likewise."""
    distinct: int | None
    """How many values differ; None for more than 20,000."""
    constant: bool
    """Whether all traces have the same value."""


class Description(Public, Mapping["_FieldKey", Summary]):
    """What fields hold: a mapping from the fields to summaries; ``print`` shows it as a table."""

    __slots__ = ("_names", "_summaries")

    def __init__(
        self,
        names: dict[_FieldKey, str],
        rows: list[tuple[float | None, float | None, int | None]],
    ) -> None:
        """Take the rows of the table."""
        self._names = names
        self._summaries = {
            key: Summary(*row, constant=row[2] == 1) for key, row in zip(names, rows, strict=True)
        }

    def __getitem__(self, field: _FieldKey) -> Summary:
        """Give the summary of a field."""
        return self._summaries[_key(field, self._names)]

    def __iter__(self) -> Iterator[_FieldKey]:
        """Yield the fields, as they were asked for."""
        return iter(self._summaries)

    def __len__(self) -> int:
        """Count the fields."""
        return len(self._summaries)

    def __repr__(self) -> str:
        """Show the fields that are not zero everywhere."""
        table = [["field", "minimum", "maximum", "distinct"]]
        zeros = 0
        for name, summary in zip(self._names.values(), self._summaries.values(), strict=True):
            if summary.constant and summary.minimum == 0:
                zeros += 1
                continue
            distinct = "constant" if summary.constant else summary.distinct
            ends = ("" if end is None else str(end) for end in summary[:2])
            table.append([name, *ends, "> 20000" if distinct is None else str(distinct)])
        lines = _aligned([list(column) for column in zip(*table, strict=True)])
        return "\n".join([*lines, f"[{len(self)} fields, {zeros} of them 0 everywhere]"])


def _key(field: object, names: dict[_FieldKey, str]) -> _FieldKey:
    """Give the key that stands for a field: a named one goes by its name."""
    name = getattr(field, "name", None)
    return name if isinstance(name, str) and name in names else field  # type: ignore[return-value]


def _aligned(columns: list[list[str]]) -> list[str]:
    """Give the lines of a table: the first column to the left, the others to the right."""
    columns = [[escaped(cell) for cell in column] for column in columns]
    widths = [max(map(len, column)) for column in columns]
    rows = zip(*columns, strict=True)
    return [
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
