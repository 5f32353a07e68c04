"""Candidates for the keys of a file. Imported at first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from segbuf import _segbuf

    _Rows = list[tuple[list[tuple[int, str]], float, list[str]]]


class Candidate(NamedTuple):
    """Header words that may be what is looked for, and why."""

    bytes: tuple[int, ...]
    """Where they start, counted from 1: inline and crossline, the offset, or x and y."""
    dtypes: tuple[str, ...]
    """What stands there: ``"int32"``, ``"int16"``, ``"float32"``, or ``"ibm32"``."""
    score: float
    """How much speaks for them, 0 to 1."""
    reasons: tuple[str, ...]
    """What does, and what speaks against them."""


class Guess(NamedTuple):
    """Candidates for the keys of a file, best first; ``print`` shows all with their reasons."""

    lines: tuple[Candidate, ...]
    """For inline and crossline, in this order."""
    offsets: tuple[Candidate, ...]
    """For the offset."""
    coordinates: tuple[Candidate, ...]
    """For x and y."""
    notes: tuple[str, ...]
    """What was seen besides: words of the standard that are constant, counters, cards."""
    looked_at: int
    """How many headers were looked at."""
    n_traces: int
    """Traces in the file."""
    options: dict[str, int]
    """What to pass to `segbuf.open` should the best candidates be right.

    Keys that no candidate is likely for are left out: a score of less than 0.6, or a type that keys
    cannot have. Look at the reasons first.
    """
    text: str

    def __str__(self) -> str:
        """Tell all of it."""
        return self.text

    def __repr__(self) -> str:
        """Show the best of each."""
        best = {
            name: found[0].bytes if found else None
            for name, found in self._asdict().items()
            if name in ("lines", "offsets", "coordinates")
        }
        shown = ", ".join(f"{name}: {found}" for name, found in best.items())
        return f"<guess from {self.looked_at} of {self.n_traces} traces, {shown}>"


def guessed(raw: _segbuf.File) -> Guess:
    """Guess the keys of an open file."""
    from segbuf import _segbuf

    rows, keys, notes, (looked_at, n_traces), text = _segbuf.guess_keys(raw)
    lines, offsets, coordinates = (_candidates(found) for found in rows)
    names = ("iline", "xline", "offset")
    options = {name: byte for name, byte in zip(names, keys, strict=True) if byte is not None}
    return Guess(lines, offsets, coordinates, tuple(notes), looked_at, n_traces, options, text)


def _candidates(rows: _Rows) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            tuple(byte for byte, _ in words),
            tuple(dtype for _, dtype in words),
            score,
            tuple(reasons),
        )
        for words, score, reasons in rows
    )
