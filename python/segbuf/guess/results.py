"""Candidates for the survey keys, and the evidence for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segbuf._results.hints import KeyOptions


LIKELY = 0.6
"""The score from which on a candidate is worth trying."""


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
        fields = " and ".join(map(shown, self.bytes, self.dtypes))
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
    def options(self) -> KeyOptions:
        """The keywords to pass to `segbuf.open` if the best candidates are right.

        A key without a likely candidate is left out: its score is less than 0.6, or its type is
        not that of a key. Read the reasons first.
        """
        best = likely(self.lines[:1]) + likely(self.offsets[:1])
        names = ("iline", "xline", "offset") if likely(self.lines[:1]) else ("offset",)
        return cast("KeyOptions", dict(zip(names, best, strict=False)))

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


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return candidates by falling score; equal ones keep their order."""
    return sorted(candidates, key=lambda candidate: -candidate.score)


def likely(best: tuple[Candidate, ...]) -> tuple[int, ...]:
    """Return the bytes of a candidate if it is likely and of the type of keys."""
    is_likely = best and best[0].score >= LIKELY and set(best[0].dtypes) == {"int32"}
    return best[0].bytes if is_likely else ()


def shown(byte: int, dtype: str = "int32") -> str:
    """Return a field as texts show it."""
    return f"{byte}" if dtype == "int32" else f"{byte} ({dtype})"
