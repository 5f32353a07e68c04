"""What a sweep of all headers finds. Imported at first use."""

from __future__ import annotations

from typing import NamedTuple


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
