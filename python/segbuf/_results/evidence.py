"""What was concluded about a file, and from what. Imported at first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Candidate(NamedTuple):
    """Something that might have been concluded."""

    value: str
    score: int
    reasons: tuple[str, ...]


class Conclusion(NamedTuple):
    """Something that was concluded about a file."""

    name: str
    value: str
    because: tuple[str, ...]
    candidates: tuple[Candidate, ...]


class Evidence(Mapping[str, Conclusion]):
    """What was concluded about a file, by name, and from what; ``print`` shows all of it."""

    __slots__ = ("_conclusions", "_text")

    def __init__(
        self, rows: list[tuple[str, str, list[str], list[tuple[str, int, list[str]]]]], text: str
    ) -> None:
        """Take the rows of the table, and the table as text."""
        self._text = text
        self._conclusions = {
            name: Conclusion(
                name,
                value,
                tuple(because),
                tuple(Candidate(v, score, tuple(reasons)) for v, score, reasons in candidates),
            )
            for name, value, because, candidates in rows
        }

    def __getitem__(self, name: str) -> Conclusion:
        """Give a conclusion."""
        return self._conclusions[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the conclusions."""
        return iter(self._conclusions)

    def __len__(self) -> int:
        """Count the conclusions."""
        return len(self._conclusions)

    def __str__(self) -> str:
        """Tell all of it, a line for each conclusion, reason and candidate."""
        return self._text

    def __repr__(self) -> str:
        """Show the choices."""
        choices = ", ".join(f"{c.name}: {c.value}" for c in self._conclusions.values())
        return f"<evidence {choices}>"
