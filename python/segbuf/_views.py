"""Views of what a file says: headers, evidence, reports. Imported at first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from segbuf import _segbuf
from segbuf._headers import Field

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    _Block: TypeAlias = Literal["binary", "trace", "su"]

Word = int | float | bytes
"""A header word: a number, or bytes where the standard says text or nothing."""


class _Words(Mapping[Any, Word]):
    """Header words by name or alias; also by the byte where they start."""

    __slots__ = ("_block", "_endian", "bytes")

    def __init__(self, content: bytes, endian: Literal["big", "little"], block: _Block) -> None:
        """View the bytes of a header, which stay what they were when the file is closed."""
        self.bytes = content
        self._endian: Literal["big", "little"] = endian
        self._block: _Block = block

    def __getitem__(self, word: str | int | Field) -> Word:
        """Give a word."""
        if isinstance(word, Field) and self._block != "binary":
            return _segbuf.column_value(self.bytes, self._endian, word._spec)  # noqa: SLF001
        return _segbuf.header_word(self._block, self.bytes, self._endian, word)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the standard."""
        return (field[0] for field in _segbuf.header_fields(self._block))

    def __len__(self) -> int:
        """Count the fields of the standard."""
        return len(_segbuf.header_fields(self._block))

    def __repr__(self) -> str:
        """Show the words that are not zero."""
        words = {name: value for name, value in self.items() if _says_something(value)}
        block = "binary" if self._block == "binary" else "trace"
        return f"<{block} header {words}>"


def _says_something(word: Word) -> bool:
    return any(word) if isinstance(word, bytes) else word != 0


class Binary(_Words):
    """The binary file header: words by name, alias, or byte counted from 3201."""

    __slots__ = ()


class Header(_Words):
    """The header of a trace: words by name, alias, or byte counted from 1."""

    __slots__ = ()


class Part(NamedTuple):
    """One of the files that are read as one."""

    name: str
    """Its path, or what else it is called by."""
    traces: range
    """The indices of its traces."""


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


class Report(NamedTuple):
    """What a sweep of all headers found; ``print`` shows the first offenders."""

    regular: bool
    """Whether the traces fill the grid of the axes exactly, in file order."""
    missing: int
    """Cells of the grid without a trace."""
    duplicates: int
    """Traces whose cell another trace fills already."""
    swaps: int
    """Traces out of place.

    Where every cell of the grid has exactly one trace: those that do not stand where the order of
    the grid would have them; two traces exchanged count 2. Otherwise the fewest traces that would
    have to be moved so that the rest stand in the order of a grid, after leaving out all traces of
    every key that is double, as nobody can say which is in place: a trace with a wrong label counts
    1 at most, the wrong label of another trace nothing.
    """
    first_missing: tuple[tuple[int, ...], ...]
    """The keys of the first missing cells, at most 10: (inline, crossline[, offset])."""
    first_duplicates: tuple[tuple[int, int], ...]
    """The first duplicates, at most 10: the first trace of the cell, and the other."""
    first_swaps: tuple[int, ...]
    """The numbers of the first traces out of place, at most 10."""
    text: str
    """All of it as text."""

    def __str__(self) -> str:
        """Tell all of it."""
        return self.text
