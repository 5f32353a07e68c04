"""Guess which bytes of the trace headers hold the survey keys and the coordinates.

Up to 8000 headers are read, from the beginning, the middle and the end of the file. Every word of
them that can be a key is judged by how it varies from trace to trace and by the other words. The
modules `lines`, `coordinates` and `offsets` state what is looked at, why that is right, and when it
fails. The survey keys that the file was opened with are not used, and nothing is applied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segbuf._open import open as open_file
from segbuf.guess.coordinates import coordinate_candidates, standard_pairs, weighed
from segbuf.guess.lines import line_candidates
from segbuf.guess.offsets import offset_candidates
from segbuf.guess.results import LIKELY, Candidate, Guess, best_first
from segbuf.guess.sample import Hints, Sample, line_numbers, notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segbuf._segbuf import _Source


__all__ = ["LIKELY", "Candidate", "Guess", "guess_keys"]

_MOST_CANDIDATES = 8
"""Candidates of a kind that are returned."""


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
    with open_file(path, **options) as file:
        hints = Hints(file.text.hints)
        if file.n_traces == 0:
            return Guess((), (), (), tuple(map(str, hints)), 0, 0)
        sample = Sample(file)
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
