"""The result of a sweep of all headers. Imported at first use."""

from __future__ import annotations

from typing import NamedTuple


class Report(NamedTuple):
    """The irregularities that a sweep of all headers found; ``print`` shows the first."""

    regular: bool
    """Whether the traces fill the grid exactly, in file order."""
    missing: int
    """Number of cells of the grid without a trace."""
    duplicates: int
    """Number of traces whose cell an earlier trace fills."""
    swaps: int
    """Number of traces out of order.

    If every cell of the grid has exactly one trace: the traces that are not at their position in
    the order of the grid; two exchanged traces count as 2. Otherwise the smallest number of traces
    whose removal leaves the others in the order of a grid. Duplicate traces are excluded first,
    because any of them may be the one in order: a wrong label counts as 1 at most.
    """
    first_missing: tuple[tuple[int, ...], ...]
    """The labels of the first missing cells, at most 10: (inline, crossline[, offset])."""
    first_duplicates: tuple[tuple[int, int], ...]
    """The first duplicates, at most 10: index of the first trace of the cell, and of the other."""
    first_swaps: tuple[int, ...]
    """The indices of the first traces out of order, at most 10."""
    text: str
    """The report as text."""

    def __str__(self) -> str:
        """Return the report as text."""
        return self.text
