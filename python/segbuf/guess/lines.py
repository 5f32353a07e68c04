"""Candidates for inline and crossline.

Looked at: every pair of fields whose values vary within a span of a million, counters of traces
aside. In a sorted survey the slower field is constant within a run of traces while the faster one
changes in steps of one size, and at the end of the run the faster one restarts while the slower
one takes a step in its usual direction. The score is the share of neighbours that obey this,
times the fifth root of the share of grid cells that have traces, times the trust in the bytes:
those of the standard, those used in practice, and those of a hint are trusted most. Coordinates
that are a linear function of the pair raise the score, as unrelated fields do not predict them.

Right because two fields rarely change in turn, and fill a grid, by chance. Fails for field
records, whose shots and channels vary in the same way (sources that are constant within a shot
lower their score), for traces in no order unless they fill a grid without a duplicate, and for
a single line, of which little can be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segbuf.guess.results import LIKELY, Candidate, best_first
from segbuf.guess.sample import WIDTHS, n_unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from segbuf.guess.sample import Column, Hints, Sample, _Integers


_MOST_COMPARED = 32
"""Fields compared in pairs: those at the likeliest bytes."""
_SHUFFLED = 0.6
"""The least score for the order of traces that fill a grid without a duplicate."""
_LEAST_SCORE = 0.1
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
    return 0.92 if WIDTHS.get(byte) == 4 else 0.9 if byte >= 181 else 0.7


def line_candidates(sample: Sample, columns: list[Column], hints: Hints) -> list[Candidate]:
    """Return the pairs of fields that vary like line numbers."""
    hinted = {hint.byte for hint in hints}

    def worth(column: Column) -> float:
        # The bytes of the standard take precedence over hints.
        return max(_trust_in(column.byte, column.dtype), 0.99 * (column.byte in hinted))

    varying = [column for column in columns if column.n_unique > 1 and not column.counts]
    varying = sorted(varying, key=worth, reverse=True)[:_MOST_COMPARED]
    pairs = [(a, b) for a in varying for b in varying if a.n_changes < b.n_changes]
    found = [_line_pair(sample, a, b, hints) for a, b in pairs if not _overlap(a, b)]
    candidates = [candidate for candidate in found if candidate is not None]
    if all(candidate.score < LIKELY for candidate in candidates):
        candidates += _single_lines(columns, hints)
    return best_first(c for c in candidates if c.score >= _LEAST_SCORE)


def _overlap(a: Column, b: Column) -> bool:
    first = min(a, b, key=lambda column: column.byte)
    return abs(a.byte - b.byte) < (4 if first.dtype == "int32" else 2)


def _line_pair(sample: Sample, slow: Column, fast: Column, hints: Hints) -> Candidate | None:
    """Return the candidate of two fields of which `slow` changes less often."""
    rhythm = Rhythm.of(sample, slow, fast)
    if rhythm is None:
        return None
    grid = Grid.of(sample, slow, fast)
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


def _candidate(fields: list[Column], score: float, reasons: list[str]) -> Candidate:
    dtypes = tuple(field.dtype for field in fields)
    return Candidate(tuple(field.byte for field in fields), dtypes, float(score), tuple(reasons))


class Rhythm(NamedTuple):
    """How two fields change in turn."""

    step: int
    """The commonest step of the fast field within a run of the slow one."""
    steady: float
    """The share of neighbours within runs at which the fast field takes a regular step."""
    resets: float
    """The share of ends of runs at which it restarts and the slow one takes its usual direction."""

    @classmethod
    def of(cls, sample: Sample, slow: Column, fast: Column) -> Rhythm | None:
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


def _last_ways(at: _Integers, ends: npt.NDArray[np.bool_], ways: _Integers) -> _Integers:
    """Return the sign of the last step before each neighbour in its run; 0 at its start."""
    index = np.arange(len(at))
    last = np.maximum.accumulate(np.where(ends | (ways != 0), index, -1))
    last = np.concatenate([[-1], last[:-1]])
    starts = np.concatenate([[True], np.diff(at) != 1])
    start = np.maximum.accumulate(np.where(starts, index, 0))
    return np.where(last >= start, ways[last], 0)


class Grid(NamedTuple):
    """How two fields fill a grid."""

    cells: int
    fold: float
    """Traces for each pair of values, in the headers read."""
    fill: float
    """The share of cells that have a trace, 0 to 1."""
    is_exact: bool
    """Whether the whole file fills a good part of it, no cell twice, unlike unrelated fields."""

    @classmethod
    def of(cls, sample: Sample, slow: Column, fast: Column) -> Grid:
        """Return the grid of two fields."""
        n_pairs = n_unique(slow.values, fast.values)
        fold = len(sample) / n_pairs
        if sample.is_whole:
            cells, bins = slow.n_unique * fast.n_unique, float(n_pairs)
        else:
            cells, bins = slow.n_steps * fast.n_steps, sample.n_traces / fold
        # More bins than cells: each recurs elsewhere in the file, with another offset.
        fill = min(bins / cells, 1.0)
        return cls(cells, fold, fill, sample.is_whole and fold == 1.0 and fill > 0.25)


def _roles(slow: Column, fast: Column, hints: Hints) -> tuple[Column, Column, list[str]]:
    """Return inline and crossline in this order, and a reason if nothing distinguishes them."""
    for iline, xline in ((fast, slow), (slow, fast)):
        hinted = hints.of("inline", iline.byte) or hints.of("crossline", xline.byte)
        if hinted or (iline.byte, xline.byte) in _KNOWN:
            return iline, xline, []
    why = "taken as the inline since it changes less often: nothing distinguishes the two"
    return slow, fast, [why]


def _trust(iline: Column, xline: Column, hints: Hints) -> tuple[float, list[str]]:
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


def _single_lines(columns: list[Column], hints: Hints) -> Iterator[Candidate]:
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
