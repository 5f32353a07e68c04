"""The conclusions about a file and their evidence. Imported at first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from segbuf._results.public import Public


class Candidate(NamedTuple):
    """An alternative that was weighed."""

    value: str
    score: int
    """Comparable within one file only."""
    reasons: tuple[str, ...]
    """What supports the value and what contradicts it, with points."""


class Conclusion(NamedTuple):
    """A conclusion about a file."""

    name: str
    value: str
    because: tuple[str, ...]
    """The reasons for it."""
    candidates: tuple[Candidate, ...]
    """All values that were weighed, the best first."""
    origin: str
    """Where the value comes from.

    ``"override"``, ``"declared"`` (the usual header word), ``"extended"`` (that of revision 2),
    ``"trace"`` (the first trace header), ``"each-trace"``, ``"detected"`` (the content of the
    file), ``"default"`` and so on.
    """


class Evidence(Public, Mapping[str, Conclusion]):
    """The conclusions about a file by name; ``print`` shows all of them."""

    __slots__ = ("_conclusions", "_text")

    def __init__(
        self,
        rows: list[tuple[str, str, str, list[str], list[tuple[str, int, list[str]]]]],
        text: str,
    ) -> None:
        """Take the rows of the table, and the table as text."""
        self._text = text
        self._conclusions = {
            name: Conclusion(
                name,
                value,
                tuple(because),
                tuple(Candidate(v, score, tuple(reasons)) for v, score, reasons in candidates),
                origin,
            )
            for name, value, origin, because, candidates in rows
        }

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._conclusions)

    def __getitem__(self, name: str) -> Conclusion:
        """Return a conclusion."""
        return self._conclusions[name]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the conclusions."""
        return iter(self._conclusions)

    def __len__(self) -> int:
        """Count the conclusions."""
        return len(self._conclusions)

    def __str__(self) -> str:
        """Return a line for each conclusion, reason and candidate."""
        return self._text

    def __repr__(self) -> str:
        """Show the choices."""
        choices = ", ".join(f"{c.name}: {c.value}" for c in self._conclusions.values())
        return f"<evidence {choices}>"
