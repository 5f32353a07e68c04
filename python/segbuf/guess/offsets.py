"""Candidates for the offset.

Looked at: every int32 that varies. An offset is the distance between the coordinates of source
and receiver, of either sign, or it differs between the traces of a bin and has the same few
values in every bin.

Right because both are what an offset is. Fails for post-stack files, which need none, and for
numbers of traces within a bin, which look the same and are trusted less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segbuf.guess.results import Candidate
from segbuf.guess.sample import is_upper_half, n_unique, step

if TYPE_CHECKING:
    from segbuf.guess.sample import Hints, Sample, _Doubles, _Integers


_LEAST_SCORE = 0.3


def offset_candidates(sample: Sample, lines: Candidate | None, hints: Hints) -> list[Candidate]:
    """Return the fields that may be the offset."""
    distances = _distances(sample)
    labels = None if lines is None else sample.labels(lines)
    n_bins = 0 if labels is None else n_unique(*labels.T)
    found = []
    for byte in range(1, 238, 2):
        values = sample.integers(byte)
        of_lines = lines is not None and any(abs(byte - other) < 4 for other in lines.bytes)
        if of_lines or is_upper_half(step(values)):
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
    return [candidate for candidate in found if candidate.score >= _LEAST_SCORE]


def _distances(sample: Sample) -> _Doubles | None:
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
    apart = n_unique(*labels.T, values) / len(values)
    fill = min(len(values) / (n_unique(values) * n_bins), 1.0)
    why = (
        f"distinct in {apart:.0%} of the traces within bins ({fold:.3f} per bin), with a trace in "
        f"{fill:.0%} of bins and values"
    )
    return (apart * fill**0.2, why) if apart > 0.9 else None
