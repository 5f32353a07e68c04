"""Fields of a few thousand trace headers, and hints about the survey keys."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Self, TypeAlias

import numpy as np

from segbuf._segbuf import Field
from segbuf.fields import TraceField
from segbuf.guess.results import Candidate, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from segbuf._modes.headers import Headers
    from segbuf._results.hints import Hint

    _Integers: TypeAlias = npt.NDArray[np.int64]
    _Doubles: TypeAlias = npt.NDArray[np.float64]


_ENDS = 2000
"""Headers read at the beginning of a file, and at its end."""
_RUNS, _RUN = 20, 200
"""Runs of headers read in between, and the headers of each."""
_GREATEST_SPAN = 1_000_000
"""The greatest difference between two line numbers of a survey."""

WIDTHS = {int(field): end - field for field, end in pairwise([*TraceField, 241])}
"""The bytes of each field of the standard header."""
INT16 = [
    byte for byte, width in WIDTHS.items() if width == 2 and byte != TraceField.samples_per_trace
]
PAIRS = {(181, 185): 0.99, (73, 77): 0.95, (81, 85): 0.95}
"""The fields for coordinates, of ensemble, source and receiver group, and the trust in each."""
KEYS = {"inline": "inline", "crossline": "crossline", "offset": "offset"} | {
    name: name[-1] for name in ("x", "y", "cdp_x", "cdp_y")
}
"""What the hints about a field are about."""


class Hints(tuple["Hint", ...]):
    """The hints about the positions of keys and coordinates."""

    __slots__ = ()

    def __new__(cls, hints: Iterable[Hint]) -> Self:
        """Select these hints from all of a file."""
        return super().__new__(cls, (h for h in hints if h.byte and h.name in KEYS))

    def of(self, key: str, byte: int) -> str | None:
        """Return the first hint that puts a key at a byte."""
        found = (h.text for h in self if KEYS[h.name] == key and h.byte == byte)
        return next(found, None)

    def byte_of(self, key: str) -> int | None:
        """Return the byte that the first hint about a key states."""
        return next((h.byte for h in self if KEYS[h.name] == key), None)


class Sample:
    """Fields of some headers, in file order."""

    def __init__(self, headers: Headers) -> None:
        self.n_traces = len(headers)
        runs = list(_runs(self.n_traces))
        traces = np.concatenate([np.arange(*run) for run in runs])
        positions = [(byte, "int32") for byte in range(1, 238, 2)]
        positions += [(byte, "int16") for byte in INT16]
        positions += [(b, t) for pair in PAIRS for b in pair for t in ("float32", "ibm32")]
        fields = {position: Field(*position) for position in positions}
        table = headers[traces, list(fields.values())]
        self._columns = {position: table[field] for position, field in fields.items()}
        self.neighbours = np.flatnonzero(np.diff(traces) == 1)
        """The headers followed by the next one in the file, as indices of the first of each two."""
        self.scalars = self.integers(71, "int16")

    def __len__(self) -> int:
        return len(self.scalars)

    @property
    def is_whole(self) -> bool:
        """Whether it has all headers of the file."""
        return len(self) == self.n_traces

    def integers(self, byte: int, dtype: str = "int32") -> _Integers:
        """Return an integer field of all headers."""
        values: _Integers = self._columns[byte, dtype].astype(np.int64)
        return values

    def numbers(self, byte: int, dtype: str) -> _Doubles:
        """Return a field of all headers as floats."""
        values: _Doubles = self._columns[byte, dtype].astype(np.float64)
        return values

    def labels(self, lines: Candidate) -> _Integers:
        """Return the inline and crossline numbers of all headers if a candidate is right."""
        return np.stack(list(map(self.integers, lines.bytes, lines.dtypes)), axis=1)

    def scaled(self, byte: int) -> _Doubles:
        """Return coordinates stored as integers, with the coordinate scalar of each header."""
        values, scalar = self.numbers(byte, "int32"), self.scalars.astype(np.float64)
        factor = np.where(scalar == 0, 1.0, np.abs(scalar))
        return np.where(scalar < 0, values / factor, values * factor)


def _runs(n_traces: int) -> Iterator[tuple[int, int]]:
    """Yield the runs of traces to read: all, or both ends and some in between."""
    if n_traces <= 2 * _ENDS + _RUNS * _RUN:
        yield 0, n_traces
        return
    yield 0, _ENDS
    part = (n_traces - 2 * _ENDS) // _RUNS
    for i in range(_RUNS):
        # Not evenly spaced: lines have one length, and runs should begin anywhere in a line.
        shift = (i + 1) * 0x9E37_79B9_7F4A_7C15 % 2**64 % (part - _RUN + 1)
        yield _ENDS + i * part + shift, _ENDS + i * part + shift + _RUN
    yield n_traces - _ENDS, n_traces


class Column:
    """A field of all headers, and what its values have in common."""

    def __init__(self, sample: Sample, byte: int, dtype: str = "int32") -> None:
        self.byte, self.dtype = byte, dtype
        self.values = values = sample.integers(byte, dtype)
        self.lowest, self.highest = int(values.min()), int(values.max())
        self.step = step(values)
        self.n_unique = len(np.unique(values))
        differences = np.diff(values)
        self.n_changes = np.count_nonzero(differences[sample.neighbours])
        self.counts = len(values) > 2 and bool((differences > 0).all() or (differences < 0).all())
        """Whether it rises or falls from each header to the next: a counter of traces."""

    @property
    def name(self) -> str:
        """Its byte and type, as texts show them."""
        return shown(self.byte, self.dtype)

    @property
    def n_steps(self) -> int:
        """The number of values from the lowest to the highest, in steps."""
        return (self.highest - self.lowest) // self.step + 1 if self.step else 1

    @property
    def may_be_lines(self) -> bool:
        """Whether its values vary, but not too far, and not only in their upper halves."""
        is_near = self.highest - self.lowest <= _GREATEST_SPAN
        return self.n_unique > 1 and is_near and not is_upper_half(self.step)

    @property
    def is_one_line(self) -> bool:
        """Whether it is constant, but not 0."""
        return self.n_unique == 1 and self.lowest != 0

    def describe(self, name: str) -> str:
        """Return its range as a reason."""
        if self.step == 0:
            return f"{name} at byte {self.name}: {self.lowest} in all traces"
        return (
            f"{name} at byte {self.name}: {self.lowest} to {self.highest} in steps of {self.step}, "
            f"{self.n_steps} values"
        )


def step(values: _Integers) -> int:
    """Return the greatest common divisor of all differences; 0 for a single value."""
    return int(np.gcd.reduce(values - values[0]))


def is_upper_half(step: int) -> bool:
    """Whether values a multiple of this apart do not vary, or only in their upper halves.

    So vary the values of four bytes that are the end of one field and the beginning of the next.
    """
    return step % 2**16 == 0


def line_numbers(sample: Sample) -> list[Column]:
    """Return the fields that may be line numbers, counters of traces included.

    These are an int32 at any odd byte, and the int16 of the standard. An int16 that is the lower
    half of an int32 with the same values is left out.
    """
    wide = [Column(sample, byte) for byte in range(1, 238, 2)]
    wide = [column for column in wide if column.may_be_lines or column.is_one_line]
    wide = [column for column in wide if not _starts_before_an_int32(sample, column)]
    around = {column.byte + 2: column for column in wide}
    narrow = [Column(sample, byte, "int16") for byte in INT16]
    for column in narrow:
        outer = around.get(column.byte)
        if column.may_be_lines and not (outer and np.array_equal(outer.values, column.values)):
            wide.append(column)
    return wide


def _starts_before_an_int32(sample: Sample, column: Column) -> bool:
    """Whether a column is the upper half of a standard int32, after two bytes of its sign."""
    below = column.byte + 2
    if WIDTHS.get(column.byte) == 4 or WIDTHS.get(below) != 4:
        return False
    return np.array_equal(sample.integers(below) >> 16, column.values)


def notes(sample: Sample, columns: list[Column]) -> Iterator[str]:
    """Yield the findings about constant standard fields and about counters."""
    for field in (TraceField.inline, TraceField.crossline):
        column = Column(sample, field)
        if column.n_unique == 1:
            yield column.describe(field.name)
    for column in columns:
        if column.counts:
            yield f"byte {column.name} rises or falls with every trace: a trace counter"


def n_unique(*columns: _Integers) -> int:
    """Return the number of different rows."""
    rows = np.stack(columns)[:, np.lexsort(columns)]
    return 1 + int(np.count_nonzero(np.diff(rows).any(axis=0)))
