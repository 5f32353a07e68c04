"""Guess which bytes of the trace headers hold the survey keys and the coordinates.

Up to 8000 headers are read, from the beginning, the middle and the end of the file. Every word of
them that can be a key is judged by how it varies from trace to trace and by the other words. The
modules `lines`, `coordinates` and `offsets` state what is looked at, why that is right, and when it
fails. The survey keys that the file was opened with are not used, and nothing is applied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segbuf.guess.coordinates import coordinate_candidates, standard_pairs, weighed
from segbuf.guess.lines import line_candidates
from segbuf.guess.offsets import offset_candidates
from segbuf.guess.results import LIKELY, Candidate, Guess, best_first
from segbuf.guess.sample import Hints, Sample, line_numbers, notes

if TYPE_CHECKING:
    from segbuf._modes.headers import Headers
    from segbuf._modes.texts import Texts


__all__ = ["LIKELY", "Candidate", "Guess", "guess_from"]

_MOST_CANDIDATES = 8
"""Candidates of a kind that are returned."""


def guess_from(headers: Headers, texts: Texts) -> Guess:
    """Return candidates from the trace headers and textual headers of a file.

    `segbuf.guess_keys` and `File.guess_keys` call it.
    """
    hints = Hints(texts.hints)
    if len(headers) == 0:
        return Guess((), (), (), tuple(map(str, hints)), 0, 0)
    sample = Sample(headers)
    columns = line_numbers(sample)
    pairs = standard_pairs(sample)
    lines = line_candidates(sample, columns, hints)
    lines = best_first(weighed(sample, candidate, pairs) for candidate in lines)
    best = lines[0] if lines and lines[0].score >= LIKELY else None
    return Guess(
        _reported(lines),
        _reported(offset_candidates(sample, best, hints)),
        _reported(coordinate_candidates(sample, best, pairs, hints)),
        (*notes(sample, columns), *map(str, hints)),
        len(sample),
        sample.n_traces,
    )


def _reported(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    return tuple(best_first(candidates)[:_MOST_CANDIDATES])
