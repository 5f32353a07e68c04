"""Candidates for x and y, and what coordinates imply for inline and crossline.

Looked at: the pairs of fields of the standard, as integers with the coordinate scalar and, if
nearly all are implausible as integers, as IEEE and IBM floats; and any two adjacent int32. They
are compared with the best line numbers: coordinates of bins are a linear function of them, and
the distance from the best plane is small against a bin.

Right because a bin grid is regular by construction. Fails if the line numbers are wrong, for
coordinates of sources and receivers, which lie off the bins, and for a 2-D line, where nothing
can be compared: then the pairs of the standard are reported with half a score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from segbuf.guess.results import Candidate
from segbuf.guess.sample import PAIRS, is_upper_half, n_unique, step

if TYPE_CHECKING:
    from segbuf.guess.sample import Hints, Sample, _Doubles, _Integers


_MISS = 0.5
"""The part of a bin by which coordinates may miss the fit."""
_FLAT = 1e-9
"""The sine of an angle below which two directions count as one."""


class Fit(NamedTuple):
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


def _fit(labels: _Integers, xy: _Doubles) -> Fit | None:
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
    steps = [step(numbers) for numbers in labels.T]
    iline, xline = (float(length) * by for length, by in zip(lengths, steps, strict=True))
    rms = np.sqrt(((xy - ij @ per_label) ** 2).sum(axis=1).mean())
    return Fit((iline, xline), float(rms) / min(iline, xline))


class Pair:
    """Two fields that may be x and y, and the coordinates they give."""

    def __init__(self, sample: Sample, bytes_: tuple[int, int], dtype: str = "int32") -> None:
        self.bytes, self.dtypes = bytes_, (dtype, dtype)
        if dtype == "int32":
            xy = np.stack([sample.scaled(byte) for byte in bytes_], axis=1)
        else:
            xy = np.stack([sample.numbers(byte, dtype) for byte in bytes_], axis=1)
        self.xy = np.where(np.isfinite(xy).all(axis=1, keepdims=True), xy, 0.0)
        self.doubt: str | None = None

    @property
    def varies(self) -> bool:
        """Whether there are three different points."""
        known = self.xy[self.xy.any(axis=1)]
        return len(known) > 0 and n_unique(*known.T) > 2

    def overlaps(self, lines: Candidate) -> bool:
        """Whether bytes of it are those of line numbers."""
        return any(abs(a - b) < 4 for a in self.bytes for b in lines.bytes)

    def reasons(self) -> list[str]:
        """Return the range of the coordinates, and doubts about it."""
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


def standard_pairs(sample: Sample) -> list[Pair]:
    """Return the pairs of the standard: as integers and, if they look like floats, as floats."""
    pairs = []
    for bytes_ in PAIRS:
        whole = Pair(sample, bytes_)
        if not whole.varies:
            continue
        for dtype in ("float32", "ibm32"):
            if all(_looks_like(sample, byte, dtype) for byte in bytes_):
                whole.doubt = "implausible as integers, plausible as floats"
                pairs.append(Pair(sample, bytes_, dtype))
        pairs.append(whole)
    return [pair for pair in pairs if pair.varies]


def _looks_like(sample: Sample, byte: int, dtype: str) -> bool:
    """Whether a field is implausible as integers and plausible as floats."""
    integers, numbers = np.abs(sample.integers(byte)), np.abs(sample.numbers(byte, dtype))
    n = np.count_nonzero(integers)
    huge = np.count_nonzero(integers > 1_000_000_000)
    fine = np.count_nonzero((numbers >= 1e2) & (numbers < 1e8))
    return bool(n > 0 and 10 * huge >= 9 * n and 10 * fine >= 9 * n)


def weighed(sample: Sample, candidate: Candidate, pairs: list[Pair]) -> Candidate:
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


def _are_shots(sample: Sample, labels: _Integers, pairs: list[Pair]) -> bool:
    """Whether one of the labels is the number of a shot.

    Then the source changes with it, and only with it, while receivers change from trace to trace.
    """
    positions = {pair.bytes: pair.xy for pair in reversed(pairs)}
    if (73, 77) not in positions or (81, 85) not in positions:
        return False
    at = sample.neighbours
    moved, went = (
        (xy[at] != xy[at + 1]).any(axis=1) for xy in (positions[73, 77], positions[81, 85])
    )
    for numbers in labels.T:
        ends = numbers[at] != numbers[at + 1]
        n_ends, n_within = np.count_nonzero(ends), np.count_nonzero(~ends)
        fixed = np.count_nonzero(~ends & ~moved & went)
        changed = np.count_nonzero(ends & moved)
        if n_ends and n_within and 10 * fixed >= 9 * n_within and 10 * changed >= 9 * n_ends:
            return True
    return False


def coordinate_candidates(
    sample: Sample, lines: Candidate | None, known: list[Pair], hints: Hints
) -> list[Candidate]:
    """Return the pairs of fields that may be x and y, given the best line numbers."""
    if lines is None:
        return [pair.alone() for pair in known]
    labels = sample.labels(lines)
    varying = {b for b in range(1, 238, 2) if not is_upper_half(step(sample.integers(b)))}
    others = [(b, b + 4) for b in range(1, 234, 2) if {b, b + 4} <= varying]
    pairs = [Pair(sample, bytes_) for bytes_ in others if bytes_ not in PAIRS]
    found = []
    for pair in [*known, *(pair for pair in pairs if pair.varies)]:
        if pair.overlaps(lines):
            continue
        fit = _fit(labels, pair.xy)
        if fit is None:
            found += [pair.alone()] if pair.bytes in PAIRS else []
        elif fit.miss < _MISS:
            cards = [hints.of(key, byte) for key, byte in zip("xy", pair.bytes, strict=True)]
            trust = 1.0 if all(cards) else PAIRS.get(pair.bytes, 0.6)
            score = trust * (1 - fit.miss)
            score *= (0.5 if pair.doubt else 1.0) * (1.0 if fit.is_usual else 0.8)
            reasons = [*pair.reasons(), f"a linear function of inline and crossline: {fit}"]
            reasons += [card for card in cards if card]
            found.append(Candidate(pair.bytes, pair.dtypes, score, tuple(reasons)))
    return found
