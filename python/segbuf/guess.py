"""Guess which bytes of the trace headers hold the survey keys and the coordinates.

Up to 8000 headers are read, from the beginning, the middle and the end of the file. Every word of
them that can be a key is judged by how it varies from trace to trace and by what other words say.
The paragraphs before the functions state what is looked at, why that is right, and when it fails.
The survey keys the file was opened with play no part, and nothing is applied.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

import numpy as np

import segbuf
from segbuf.fields import Trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from segbuf._hints import Hint
    from segbuf._segbuf import _Source

    _Integers: TypeAlias = npt.NDArray[np.int64]
    _Doubles: TypeAlias = npt.NDArray[np.float64]
    _Mask: TypeAlias = npt.NDArray[np.bool_]

__all__ = ["LIKELY", "Candidate", "Guess", "guess_keys"]

LIKELY = 0.6
"""The score from which on a candidate is worth trying."""

_MOST_CANDIDATES = 8
_ENDS = 2000
"""Headers read at the beginning of a file, and at its end."""
_RUNS, _RUN = 20, 200
"""Runs of headers read in between, and the headers of each."""
_GREATEST_SPAN = 1_000_000
"""The greatest difference between two line numbers of a survey."""
_MOST_COMPARED = 32
"""Fields compared in pairs: those at the likeliest bytes."""
_LEAST_SCORE = {"lines": 0.1, "offset": 0.3}
_SHUFFLED = 0.6
"""The least score for the order of traces that fill a grid without a duplicate."""
_MISS = 0.5
"""The part of a bin by which coordinates may miss the fit."""
_FLAT = 1e-9
"""The sine of an angle below which two directions count as one."""

_WIDTHS = {int(field): end - field for field, end in pairwise([*Trace, 241])}
"""The bytes of each field of the standard header."""
_INT16 = [byte for byte, width in _WIDTHS.items() if width == 2 and byte != Trace.samples_per_trace]
_PAIRS = {(181, 185): 0.99, (73, 77): 0.95, (81, 85): 0.95}
"""The fields for coordinates, of ensemble, source and receiver group, and the trust in each."""
_KNOWN = {
    (189, 193): 1.0,
    (9, 13): 0.97,
    (9, 21): 0.97,
    (5, 21): 0.97,
    (17, 13): 0.97,
    (221, 225): 0.97,
    (221, 21): 0.95,
    (9, 17): 0.95,
    (25, 21): 0.95,
    (1, 5): 0.95,
    (181, 185): 0.9,
}
"""Bytes where inline and crossline are stored in practice, and the trust in each."""
_KEYS = {"inline": "inline", "crossline": "crossline", "offset": "offset"} | {
    name: name[-1] for name in ("x", "y", "cdp_x", "cdp_y")
}
"""What the hints about a field are about."""


class Candidate(NamedTuple):
    """Header fields that may be the ones looked for, and why."""

    bytes: tuple[int, ...]
    """Their first bytes, counted from 1: of inline and crossline, of the offset, or of x and y."""
    dtypes: tuple[str, ...]
    """Their types: ``"int32"``, ``"int16"``, ``"float32"`` or ``"ibm32"``."""
    score: float
    """How well they fit, 0 to 1."""
    reasons: tuple[str, ...]
    """The evidence for and against them."""

    def __str__(self) -> str:
        """Return score, fields and reasons."""
        fields = " and ".join(map(_shown, self.bytes, self.dtypes))
        return f"  {self.score:.2f}  byte {fields}" + "".join(
            f"\n        {r}" for r in self.reasons
        )


class Guess(NamedTuple):
    """Candidates for the survey keys, best first; ``print`` shows all with their reasons."""

    lines: tuple[Candidate, ...]
    """For inline and crossline, in this order."""
    offsets: tuple[Candidate, ...]
    """For the offset."""
    coordinates: tuple[Candidate, ...]
    """For x and y."""
    notes: tuple[str, ...]
    """Other findings: standard fields that are constant, trace counters, hints of the cards."""
    looked_at: int
    """How many headers were read."""
    n_traces: int
    """How many traces the file has."""

    @property
    def options(self) -> dict[str, int]:
        """The keywords to pass to `segbuf.open` if the best candidates are right.

        A key without a likely candidate is left out: its score is less than 0.6, or its type is
        not that of a key. Read the reasons first.
        """
        best = _likely(self.lines[:1]) + _likely(self.offsets[:1])
        names = ("iline", "xline", "offset") if _likely(self.lines[:1]) else ("offset",)
        return dict(zip(names, best, strict=False))

    def __str__(self) -> str:
        """Return all candidates with their reasons, and the notes."""
        text = [f"{self.looked_at} of {self.n_traces} trace headers read"]
        for name, found in (
            ("inline and crossline", self.lines),
            ("offset", self.offsets),
            ("x and y", self.coordinates),
        ):
            text += [f"{name}:", *map(str, found)] if found else [f"{name}: no candidate"]
        if self.notes:
            text += ["notes:", *(f"    {note}" for note in self.notes)]
        return "\n".join(text)

    def __repr__(self) -> str:
        """Return the best candidate of each kind."""
        found = {
            "lines": self.lines,
            "offsets": self.offsets,
            "coordinates": self.coordinates,
        }
        best = ", ".join(f"{name}: {c[0].bytes if c else None}" for name, c in found.items())
        return f"<guess from {self.looked_at} of {self.n_traces} traces, {best}>"


def guess_keys(path: _Source | Sequence[_Source], **options: Any) -> Guess:  # noqa: ANN401
    """Return candidates for the bytes of inline, crossline, offset, x and y, with reasons.

    Up to 8000 headers, from the beginning, the middle and the end of the file, and the textual
    headers are read. Nothing is applied: read the reasons, then pass bytes to `segbuf.open`.

    Parameters
    ----------
    path
        A file, as for `segbuf.open`.
    **options
        Overrides such as ``endian=`` and ``n_samples=``, as for `segbuf.open`.

    Returns
    -------
    Guess
        Candidates with scores and reasons.

    Raises
    ------
    OSError
        If the system cannot open or read the file.
    FormatError
        If the file is not SEG-Y.

    Examples
    --------
    >>> import segbuf
    >>> guess = segbuf.guess_keys("volume.sgy")  # doctest: +SKIP
    >>> print(guess)  # doctest: +SKIP
    >>> f = segbuf.open("volume.sgy", **guess.options)  # doctest: +SKIP
    """
    with segbuf.open(path, **options) as file:
        hints = _Hints(file.text.hints)
        if file.n_traces == 0:
            return Guess((), (), (), tuple(map(str, hints)), 0, 0)
        sample = _Sample(file)
    columns = _line_numbers(sample)
    lines = _lines(sample, columns, hints)
    pairs = _Pair.known(sample)
    lines = _best_first(_weighed(sample, candidate, pairs) for candidate in lines)
    coordinates = _coordinates(sample, lines, pairs, hints)
    best = lines[0] if lines and lines[0].score >= LIKELY else None
    offsets = _offsets(sample, best, hints)
    notes = [*_notes(sample, columns), *map(str, hints)]
    lines, offsets, coordinates = (
        _best_first(found)[:_MOST_CANDIDATES] for found in (lines, offsets, coordinates)
    )
    found = tuple(lines), tuple(offsets), tuple(coordinates)
    return Guess(*found, tuple(notes), len(sample), sample.n_traces)


def _best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: -candidate.score)


def _likely(best: tuple[Candidate, ...]) -> tuple[int, ...]:
    """Return the bytes of a candidate if it is likely and of the type of keys."""
    is_likely = best and best[0].score >= LIKELY and set(best[0].dtypes) == {"int32"}
    return best[0].bytes if is_likely else ()


def _shown(byte: int, dtype: str = "int32") -> str:
    return f"{byte}" if dtype == "int32" else f"{byte} ({dtype})"


class _Hints(tuple["Hint", ...]):
    """The hints about the positions of keys and coordinates."""

    __slots__ = ()

    def __new__(cls, hints: Iterable[Hint]) -> Self:
        return super().__new__(cls, (h for h in hints if h.byte and h.name in _KEYS))

    def of(self, key: str, byte: int) -> str | None:
        """Return the first hint that puts a key at a byte."""
        found = (h.text for h in self if _KEYS[h.name] == key and h.byte == byte)
        return next(found, None)

    def byte_of(self, key: str) -> int | None:
        """Return the byte that the first hint about a key states."""
        return next((h.byte for h in self if _KEYS[h.name] == key), None)


# --- Headers -------------------------------------------------------------------------------------


class _Sample:
    """Fields of some headers, in file order."""

    def __init__(self, file: segbuf.File) -> None:
        self.n_traces = file.n_traces
        runs = list(_runs(self.n_traces))
        traces = np.concatenate([np.arange(*run) for run in runs])
        places = [(byte, "int32") for byte in range(1, 238, 2)]
        places += [(byte, "int16") for byte in _INT16]
        places += [(b, t) for pair in _PAIRS for b in pair for t in ("float32", "ibm32")]
        fields = {place: segbuf.Field(*place) for place in places}
        table = file.header[traces, list(fields.values())]
        self._columns = {place: table[field] for place, field in fields.items()}
        self.neighbours = np.flatnonzero(np.diff(traces) == 1)
        """The headers followed by the next one in the file, as indices of the first of each two."""
        self.scalars = self.integers(71, "int16")

    def __len__(self) -> int:
        return len(self.scalars)

    @property
    def is_whole(self) -> bool:
        return len(self) == self.n_traces

    def integers(self, byte: int, dtype: str = "int32") -> _Integers:
        values: _Integers = self._columns[byte, dtype].astype(np.int64)
        return values

    def numbers(self, byte: int, dtype: str) -> _Doubles:
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


class _Column:
    """A field of all headers, and what its values have in common."""

    def __init__(self, sample: _Sample, byte: int, dtype: str = "int32") -> None:
        self.byte, self.dtype = byte, dtype
        self.values = values = sample.integers(byte, dtype)
        self.lowest, self.highest = int(values.min()), int(values.max())
        self.step = _step(values)
        self.n_unique = len(np.unique(values))
        differences = np.diff(values)
        self.n_changes = np.count_nonzero(differences[sample.neighbours])
        self.counts = len(values) > 2 and bool((differences > 0).all() or (differences < 0).all())
        """Whether it rises or falls from each header to the next: a counter of traces."""

    @property
    def name(self) -> str:
        return _shown(self.byte, self.dtype)

    @property
    def n_steps(self) -> int:
        """The number of values from the lowest to the highest, in steps."""
        return (self.highest - self.lowest) // self.step + 1 if self.step else 1

    @property
    def may_be_lines(self) -> bool:
        """Whether its values vary, but not too far, and not only in their upper halves."""
        is_near = self.highest - self.lowest <= _GREATEST_SPAN
        return self.n_unique > 1 and is_near and not _is_upper_half(self.step)

    @property
    def is_one_line(self) -> bool:
        return self.n_unique == 1 and self.lowest != 0

    def describe(self, name: str) -> str:
        if self.step == 0:
            return f"{name} at byte {self.name}: {self.lowest} in all traces"
        return (
            f"{name} at byte {self.name}: {self.lowest} to {self.highest} in steps of {self.step}, "
            f"{self.n_steps} values"
        )


def _step(values: _Integers) -> int:
    """Return the greatest common divisor of all differences; 0 for a single value."""
    return int(np.gcd.reduce(values - values[0]))


def _is_upper_half(step: int) -> bool:
    """Whether values a multiple of this apart do not vary, or only in their upper halves.

    So vary the values of four bytes that are the end of one field and the beginning of the next.
    """
    return step % 2**16 == 0


def _line_numbers(sample: _Sample) -> list[_Column]:
    """Return the fields that may be line numbers, counters of traces included.

    These are an int32 at any odd byte, and the int16 of the standard. An int16 that is the lower
    half of an int32 with the same values is left out.
    """
    wide = [_Column(sample, byte) for byte in range(1, 238, 2)]
    wide = [column for column in wide if column.may_be_lines or column.is_one_line]
    wide = [column for column in wide if not _starts_before_an_int32(sample, column)]
    around = {column.byte + 2: column for column in wide}
    narrow = [_Column(sample, byte, "int16") for byte in _INT16]
    for column in narrow:
        outer = around.get(column.byte)
        if column.may_be_lines and not (outer and np.array_equal(outer.values, column.values)):
            wide.append(column)
    return wide


def _starts_before_an_int32(sample: _Sample, column: _Column) -> bool:
    """Whether a column is the upper half of a standard int32, after two bytes of its sign."""
    below = column.byte + 2
    if _WIDTHS.get(column.byte) == 4 or _WIDTHS.get(below) != 4:
        return False
    return np.array_equal(sample.integers(below) >> 16, column.values)


def _notes(sample: _Sample, columns: list[_Column]) -> Iterator[str]:
    for field in (Trace.inline, Trace.crossline):
        column = _Column(sample, field)
        if column.n_unique == 1:
            yield column.describe(field.name)
    for column in columns:
        if column.counts:
            yield f"byte {column.name} rises or falls with every trace: a trace counter"


def _trust_in(byte: int, dtype: str) -> float:
    """Return how likely a field is a line number by its position in the header, 0 to 1."""
    if dtype != "int32":
        return 0.65
    # Counters within a line, and coordinates, vary like line numbers.
    for special, trust in (
        ({189, 193}, 1.0),
        ({1, 5, 13, 25}, 0.8),
        ({37}, 0.5),
        (range(41, 73), 0.75),
        ([*range(73, 89), *range(181, 189)], 0.6),
    ):
        if byte in special:
            return trust
    return 0.92 if _WIDTHS.get(byte) == 4 else 0.9 if byte >= 181 else 0.7


# --- Inline and crossline ------------------------------------------------------------------------
#
# Looked at: every pair of fields whose values vary within a span of a million, counters of traces
# aside. In a sorted survey the slower field is constant within a run of traces while the faster one
# changes in steps of one size, and at the end of the run the faster one restarts while the slower
# one takes a step in its usual direction. The score is the share of neighbours that obey this,
# times the fifth root of the share of grid cells that have traces, times the trust in the bytes:
# those of the standard, those used in practice, and those of a hint are trusted most. Coordinates
# that are a linear function of the pair raise the score, as unrelated fields do not predict them.
#
# Right because two fields rarely change in turn, and fill a grid, by chance. Fails for field
# records, whose shots and channels vary in the same way (sources that are constant within a shot
# lower their score), for traces in no order unless they fill a grid without a duplicate, and for
# a single line, of which little can be seen.


def _lines(sample: _Sample, columns: list[_Column], hints: _Hints) -> list[Candidate]:
    """Return the pairs of fields that vary like line numbers."""
    hinted = {hint.byte for hint in hints}

    def worth(column: _Column) -> float:
        # The bytes of the standard take precedence over hints.
        return max(_trust_in(column.byte, column.dtype), 0.99 * (column.byte in hinted))

    varying = [column for column in columns if column.n_unique > 1 and not column.counts]
    varying = sorted(varying, key=worth, reverse=True)[:_MOST_COMPARED]
    pairs = [(a, b) for a in varying for b in varying if a.n_changes < b.n_changes]
    found = [_line_pair(sample, a, b, hints) for a, b in pairs if not _overlap(a, b)]
    candidates = [candidate for candidate in found if candidate is not None]
    if all(candidate.score < LIKELY for candidate in candidates):
        candidates += _single_lines(columns, hints)
    return _best_first(c for c in candidates if c.score >= _LEAST_SCORE["lines"])


def _overlap(a: _Column, b: _Column) -> bool:
    first = min(a, b, key=lambda column: column.byte)
    return abs(a.byte - b.byte) < (4 if first.dtype == "int32" else 2)


def _line_pair(sample: _Sample, slow: _Column, fast: _Column, hints: _Hints) -> Candidate | None:
    """Return the candidate of two fields of which `slow` changes less often."""
    rhythm = _Rhythm.of(sample, slow, fast)
    if rhythm is None:
        return None
    grid = _Grid.of(sample, slow, fast)
    order = rhythm.steady * rhythm.resets
    reasons = []
    if order < _SHUFFLED and grid.is_exact:
        order = _SHUFFLED
        reasons.append("no two traces have the same pair of numbers, although they are not sorted")
    iline, xline, why = _roles(slow, fast, hints)
    trust, because = _trust(iline, xline, hints)
    score = trust * order * grid.fill**0.2
    reasons += [*because, *why, iline.describe("inline"), xline.describe("crossline")]
    reasons.append(
        f"byte {slow.name} is constant within runs of traces, byte {fast.name} changes in steps of "
        f"{rhythm.step} ({rhythm.steady:.0%}) and restarts with each run ({rhythm.resets:.0%})"
    )
    reasons.append(
        f"{grid.fill:.0%} of a grid of {grid.cells} cells, {grid.fold:.3f} traces per cell "
        f"({sample.n_traces} traces)"
    )
    if (slow.lowest < 0) != (fast.lowest < 0):
        score *= 0.7
        reasons.append("one of the two has negative numbers")
    if (iline.byte, xline.byte) in {(9, 13), (17, 13)}:
        reasons.append("in field records these bytes hold shot and channel")
    if "int16" in {iline.dtype, xline.dtype}:
        reasons.append("survey keys are int32: read an int16 as a column of f.header")
    return _candidate([iline, xline], score, reasons)


def _candidate(fields: list[_Column], score: float, reasons: list[str]) -> Candidate:
    dtypes = tuple(field.dtype for field in fields)
    return Candidate(tuple(field.byte for field in fields), dtypes, float(score), tuple(reasons))


class _Rhythm(NamedTuple):
    """How two fields change in turn."""

    step: int
    """The commonest step of the fast field within a run of the slow one."""
    steady: float
    """The share of neighbours within runs at which the fast field takes a regular step."""
    resets: float
    """The share of ends of runs at which it restarts and the slow one takes its usual direction."""

    @classmethod
    def of(cls, sample: _Sample, slow: _Column, fast: _Column) -> _Rhythm | None:
        """Return None if the slow field never changes, or the fast one only with it."""
        at = sample.neighbours
        turn, on = (column.values[at + 1] - column.values[at] for column in (slow, fast))
        ends = turn != 0
        goes_on = ~ends & (on != 0)
        if not ends.any() or not goes_on.any():
            return None
        steps, counts = np.unique(np.abs(on[goes_on]), return_counts=True)
        step = int(steps[counts.argmax()])
        way = _last_ways(at, ends, np.where(ends, 0, np.sign(on)))
        near = np.abs(on) <= 3 * step
        regular = goes_on & near & (on % step == 0) & ((way == 0) | (np.sign(on) == way))
        gathers = ~ends & (on == 0)
        upward = np.count_nonzero(turn > 0) > np.count_nonzero(turn < 0)
        # Serpentine lines begin where the last one ended: the next step is reversed.
        anew = ends & ((on == 0) | (np.sign(on) != way) | ~near) & ((turn > 0) == upward)
        steady = float((regular | gathers)[~ends].mean())
        return cls(step, steady, float(anew[ends].mean()))


def _last_ways(at: _Integers, ends: _Mask, ways: _Integers) -> _Integers:
    """Return the sign of the last step before each neighbour in its run; 0 at its start."""
    index = np.arange(len(at))
    last = np.maximum.accumulate(np.where(ends | (ways != 0), index, -1))
    last = np.concatenate([[-1], last[:-1]])
    starts = np.concatenate([[True], np.diff(at) != 1])
    start = np.maximum.accumulate(np.where(starts, index, 0))
    return np.where(last >= start, ways[last], 0)


class _Grid(NamedTuple):
    """How two fields fill a grid."""

    cells: int
    fold: float
    """Traces for each pair of values, in the headers read."""
    fill: float
    """The share of cells that have a trace, 0 to 1."""
    is_exact: bool
    """Whether the whole file fills a good part of it, no cell twice, unlike unrelated fields."""

    @classmethod
    def of(cls, sample: _Sample, slow: _Column, fast: _Column) -> _Grid:
        n_pairs = _n_unique(slow.values, fast.values)
        fold = len(sample) / n_pairs
        if sample.is_whole:
            cells, bins = slow.n_unique * fast.n_unique, float(n_pairs)
        else:
            cells, bins = slow.n_steps * fast.n_steps, sample.n_traces / fold
        # More bins than cells: each recurs elsewhere in the file, with another offset.
        fill = min(bins / cells, 1.0)
        return cls(cells, fold, fill, sample.is_whole and fold == 1.0 and fill > 0.25)


def _n_unique(*columns: _Integers) -> int:
    """Return the number of different rows."""
    rows = np.stack(columns)[:, np.lexsort(columns)]
    return 1 + int(np.count_nonzero(np.diff(rows).any(axis=0)))


def _roles(slow: _Column, fast: _Column, hints: _Hints) -> tuple[_Column, _Column, list[str]]:
    """Return inline and crossline in this order, and a reason if nothing distinguishes them."""
    for iline, xline in ((fast, slow), (slow, fast)):
        hinted = hints.of("inline", iline.byte) or hints.of("crossline", xline.byte)
        if hinted or (iline.byte, xline.byte) in _KNOWN:
            return iline, xline, []
    why = "taken as the inline since it changes less often: nothing distinguishes the two"
    return slow, fast, [why]


def _trust(iline: _Column, xline: _Column, hints: _Hints) -> tuple[float, list[str]]:
    """Return the trust in the positions of two fields, 0 to 1, and the reasons."""
    found = [hints.of("inline", iline.byte), hints.of("crossline", xline.byte)]
    stated = [hint for hint in found if hint]
    if len(stated) == 2:
        return 1.0, stated
    bytes_, dtypes = (iline.byte, xline.byte), {iline.dtype, xline.dtype}
    if bytes_ in _KNOWN and dtypes == {"int32"}:
        trust = _KNOWN[bytes_]
        why = "the bytes of the standard" if bytes_ == (189, 193) else "bytes that are often used"
    else:
        trust = min(_trust_in(column.byte, column.dtype) for column in (iline, xline))
        why = "bytes that are rarely used"
    # A hint about one of the two closes half the distance to 1.
    return (trust + 1) / 2 if stated else trust, [why, *stated]


def _single_lines(columns: list[_Column], hints: _Hints) -> Iterator[Candidate]:
    """Yield the pairs, at known bytes or those of hints, of which one is constant."""
    # Not at the bytes of counters and coordinates, which vary in the same way.
    known = {pair: trust for pair, trust in _KNOWN.items() if pair[0] not in {1, 181}}
    positions = [*known.items()]
    iline_byte, xline_byte = hints.byte_of("inline"), hints.byte_of("crossline")
    if iline_byte and xline_byte:
        positions.append(((iline_byte, xline_byte), 1.0))
    wide = {column.byte: column for column in columns if column.dtype == "int32"}
    for pair, trust in positions:
        both = [wide[byte] for byte in pair if byte in wide]
        # Each number occurs in a single run of traces.
        apart = all(column.n_unique == column.n_changes + 1 for column in both)
        if len(both) == 2 and both[0].is_one_line != both[1].is_one_line and apart:
            reasons = [
                both[0].describe("inline"),
                both[1].describe("crossline"),
                "one line only: its numbers could be any that rise",
            ]
            yield _candidate(both, 0.7 * trust, reasons)


# --- Coordinates ---------------------------------------------------------------------------------
#
# Looked at: the pairs of fields of the standard, as integers with the coordinate scalar and, if
# nearly all are implausible as integers, as IEEE and IBM floats; and any two adjacent int32. They
# are compared with the best line numbers: coordinates of bins are a linear function of them, and
# the distance from the best plane is small against a bin.
#
# Right because a bin grid is regular by construction. Fails if the line numbers are wrong, for
# coordinates of sources and receivers, which lie off the bins, and for a 2-D line, where nothing
# can be compared: then the pairs of the standard are reported with half a score.


class _Fit(NamedTuple):
    """How coordinates follow from line numbers."""

    bins: tuple[float, float]
    """The distances from inline to inline and from crossline to crossline."""
    miss: float
    """The root mean square distance of coordinates from the fit, as part of the smaller bin."""

    @property
    def is_usual(self) -> bool:
        """Whether bins have a size that surveys have."""
        return all(1 <= size <= 200 for size in self.bins)

    def __str__(self) -> str:
        doubt = "" if self.is_usual else ": is the scalar (byte 71) right?"
        iline, xline = self.bins
        return f"bins of {iline:.2f} by {xline:.2f}, residual {self.miss:.3f} of a bin{doubt}"


def _fit(labels: _Integers, xy: _Doubles) -> _Fit | None:
    """Fit the plane from line numbers to coordinates; None where either lie on one line.

    By least squares over the headers whose coordinates are not both 0, about the means, since
    coordinates have many digits.
    """
    known = xy.any(axis=1)
    labels, xy = labels[known], xy[known]
    if len(xy) == 0:
        return None
    ij, xy = labels - labels.mean(axis=0), xy - xy.mean(axis=0)
    (ii, ix), (_, xx) = ij.T @ ij
    determinant = ii * xx - ix * ix
    if not determinant > _FLAT * ii * xx:
        return None
    per_label = np.array([[xx, -ix], [-ix, ii]]) @ (ij.T @ xy) / determinant
    lengths = np.hypot(*per_label.T)
    # Line numbers that coordinates do not depend on: their vector differs from 0 by rounding only.
    is_constant = (lengths * np.ptp(ij, axis=0) <= _FLAT * np.ptp(xy)).any()
    if is_constant or not abs(np.linalg.det(per_label)) > _FLAT * lengths.prod():
        return None
    steps = [_step(numbers) for numbers in labels.T]
    iline, xline = (float(length) * step for length, step in zip(lengths, steps, strict=True))
    rms = np.sqrt(((xy - ij @ per_label) ** 2).sum(axis=1).mean())
    return _Fit((iline, xline), float(rms) / min(iline, xline))


class _Pair:
    """Two fields that may be x and y, and the coordinates they give."""

    def __init__(self, sample: _Sample, bytes_: tuple[int, int], dtype: str = "int32") -> None:
        self.bytes, self.dtypes = bytes_, (dtype, dtype)
        if dtype == "int32":
            xy = np.stack([sample.scaled(byte) for byte in bytes_], axis=1)
        else:
            xy = np.stack([sample.numbers(byte, dtype) for byte in bytes_], axis=1)
        self.xy = np.where(np.isfinite(xy).all(axis=1, keepdims=True), xy, 0.0)
        self.doubt: str | None = None

    @classmethod
    def known(cls, sample: _Sample) -> list[_Pair]:
        """Return those of the standard: as integers and, if they look like floats, as floats."""
        pairs = []
        for bytes_ in _PAIRS:
            whole = cls(sample, bytes_)
            if not whole.varies:
                continue
            for dtype in ("float32", "ibm32"):
                if all(_looks_like(sample, byte, dtype) for byte in bytes_):
                    whole.doubt = "implausible as integers, plausible as floats"
                    pairs.append(cls(sample, bytes_, dtype))
            pairs.append(whole)
        return [pair for pair in pairs if pair.varies]

    @property
    def varies(self) -> bool:
        """Whether there are three different points."""
        known = self.xy[self.xy.any(axis=1)]
        return len(known) > 0 and _n_unique(*known.T) > 2

    def overlaps(self, lines: Candidate) -> bool:
        """Whether bytes of it are those of line numbers."""
        return any(abs(a - b) < 4 for a in self.bytes for b in lines.bytes)

    def reasons(self) -> list[str]:
        known = self.xy[self.xy.any(axis=1)]
        (x0, y0), (x1, y1) = known.min(axis=0), known.max(axis=0)
        reasons = [f"x {x0:.15g} to {x1:.15g}, y {y0:.15g} to {y1:.15g}"]
        if max(x1 - x0, y1 - y0) > 1e7:
            reasons.append("they span more than 10,000,000 units: is the scalar (byte 71) right?")
        return reasons + ([self.doubt] if self.doubt else [])

    def alone(self) -> Candidate:
        """Return the candidate where no line numbers span an area to compare with."""
        reasons = (*self.reasons(), "no line numbers span an area to compare them with")
        return Candidate(self.bytes, self.dtypes, 0.3 if self.doubt else 0.5, reasons)


def _looks_like(sample: _Sample, byte: int, dtype: str) -> bool:
    """Whether a field is implausible as integers and plausible as floats."""
    integers, numbers = np.abs(sample.integers(byte)), np.abs(sample.numbers(byte, dtype))
    n = np.count_nonzero(integers)
    huge = np.count_nonzero(integers > 1_000_000_000)
    fine = np.count_nonzero((numbers >= 1e2) & (numbers < 1e8))
    return bool(n > 0 and 10 * huge >= 9 * n and 10 * fine >= 9 * n)


def _weighed(sample: _Sample, candidate: Candidate, pairs: list[_Pair]) -> Candidate:
    """Return a candidate for the line numbers, weighed against the standard coordinates.

    Its score rises if coordinates are a function of it, and falls if they vary independently.
    """
    labels = sample.labels(candidate)
    score, reasons = candidate.score, list(candidate.reasons)
    refuted = False
    for pair in pairs:
        fit = None if pair.overlaps(candidate) else _fit(labels, pair.xy)
        if fit is None:
            continue
        if fit.miss < _MISS:
            x, y = pair.bytes
            reasons.append(f"x and y at bytes {x} and {y} are a linear function of them: {fit}")
            score += 0.5 * (1 - score)
            return candidate._replace(score=score, reasons=tuple(reasons))
        refuted |= pair.bytes == (181, 185)
    if refuted:
        score *= 0.85
        reasons.append("cdp_x and cdp_y vary, but are no function of them")
    if _are_shots(sample, labels, pairs):
        score *= 0.6
        reasons.append(
            "the source is constant within a line: rather shot and channel of field records"
        )
    return candidate._replace(score=score, reasons=tuple(reasons))


def _are_shots(sample: _Sample, labels: _Integers, pairs: list[_Pair]) -> bool:
    """Whether one of the labels is the number of a shot.

    Then the source changes with it, and only with it, while receivers change from trace to trace.
    """
    places = {pair.bytes: pair.xy for pair in reversed(pairs)}
    if (73, 77) not in places or (81, 85) not in places:
        return False
    at = sample.neighbours
    moved, went = ((xy[at] != xy[at + 1]).any(axis=1) for xy in (places[73, 77], places[81, 85]))
    for numbers in labels.T:
        ends = numbers[at] != numbers[at + 1]
        n_ends, n_within = np.count_nonzero(ends), np.count_nonzero(~ends)
        fixed = np.count_nonzero(~ends & ~moved & went)
        changed = np.count_nonzero(ends & moved)
        if n_ends and n_within and 10 * fixed >= 9 * n_within and 10 * changed >= 9 * n_ends:
            return True
    return False


def _coordinates(
    sample: _Sample, lines: list[Candidate], known: list[_Pair], hints: _Hints
) -> list[Candidate]:
    """Return the pairs of fields that may be x and y, given the best line numbers."""
    if not lines or lines[0].score < LIKELY:
        return [pair.alone() for pair in known]
    best = lines[0]
    labels = sample.labels(best)
    varying = {b for b in range(1, 238, 2) if not _is_upper_half(_step(sample.integers(b)))}
    others = [(b, b + 4) for b in range(1, 234, 2) if {b, b + 4} <= varying]
    pairs = [_Pair(sample, bytes_) for bytes_ in others if bytes_ not in _PAIRS]
    found = []
    for pair in [*known, *(pair for pair in pairs if pair.varies)]:
        if pair.overlaps(best):
            continue
        fit = _fit(labels, pair.xy)
        if fit is None:
            found += [pair.alone()] if pair.bytes in _PAIRS else []
        elif fit.miss < _MISS:
            cards = [hints.of(key, byte) for key, byte in zip("xy", pair.bytes, strict=True)]
            trust = 1.0 if all(cards) else _PAIRS.get(pair.bytes, 0.6)
            score = trust * (1 - fit.miss)
            score *= (0.5 if pair.doubt else 1.0) * (1.0 if fit.is_usual else 0.8)
            reasons = [*pair.reasons(), f"a linear function of inline and crossline: {fit}"]
            reasons += [card for card in cards if card]
            found.append(Candidate(pair.bytes, pair.dtypes, score, tuple(reasons)))
    return found


# --- Offset --------------------------------------------------------------------------------------
#
# Looked at: every int32 that varies. An offset is the distance between the coordinates of source
# and receiver, of either sign, or it differs between the traces of a bin and has the same few
# values in every bin.
#
# Right because both are what an offset is. Fails for post-stack files, which need none, and for
# numbers of traces within a bin, which look the same and are trusted less.


def _offsets(sample: _Sample, lines: Candidate | None, hints: _Hints) -> list[Candidate]:
    """Return the fields that may be the offset."""
    distances = _distances(sample)
    labels = None if lines is None else sample.labels(lines)
    n_bins = 0 if labels is None else _n_unique(*labels.T)
    found = []
    for byte in range(1, 238, 2):
        values = sample.integers(byte)
        of_lines = lines is not None and any(abs(byte - other) < 4 for other in lines.bytes)
        if of_lines or _is_upper_half(_step(values)):
            continue
        evidence = None if distances is None else _as_distance(values, distances)
        if evidence is None and labels is not None:
            evidence = _as_third_axis(values, labels, n_bins)
        if evidence is None and labels is None and byte == 37:
            evidence = 0.5, "it varies, and there is nothing to compare it with"
        if evidence is None:
            continue
        hint = hints.of("offset", byte)
        # Numbers of traces within a gather vary like offsets.
        trust = 1.0 if hint or byte == 37 else 0.7 if byte in {1, 5, 13, 25} else 0.8
        score, why = evidence
        reasons = [*([hint] if hint else []), f"{values.min()} to {values.max()}", why]
        found.append(Candidate((byte,), ("int32",), float(trust * score), tuple(reasons)))
    return [candidate for candidate in found if candidate.score >= _LEAST_SCORE["offset"]]


def _distances(sample: _Sample) -> _Doubles | None:
    """Return the distances from source to receiver; None if they do not vary."""
    sx, sy, gx, gy = map(sample.scaled, (73, 77, 81, 85))
    distances = np.hypot(gx - sx, gy - sy)
    return distances if (np.abs(np.diff(distances)) > 0.5).any() else None


def _as_distance(values: _Integers, distances: _Doubles) -> tuple[float, str] | None:
    """Return score and reason if values are distances, of either sign."""
    off = np.abs(np.abs(values) - distances)
    share = float(((off <= 1.5) | (off <= 0.01 * distances)).mean())
    why = f"the distance from source to receiver in {share:.0%} of traces"
    return (share, why) if share >= 0.8 else None


def _as_third_axis(values: _Integers, labels: _Integers, n_bins: int) -> tuple[float, str] | None:
    """Return score and reason if values differ within a bin, and are the same few in each."""
    fold = len(values) / n_bins
    if fold < 1.01:
        return None
    apart = _n_unique(*labels.T, values) / len(values)
    fill = min(len(values) / (_n_unique(values) * n_bins), 1.0)
    why = (
        f"distinct in {apart:.0%} of the traces within bins ({fold:.3f} per bin), with a trace in "
        f"{fill:.0%} of bins and values"
    )
    return (apart * fill**0.2, why) if apart > 0.9 else None
