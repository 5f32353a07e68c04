"""What `segbuf.memory_report` gives.

`segbuf.empty`, `segbuf.Pool`, `segbuf.Block` and `segbuf.Allocator` are those of the extension
itself, so that `tracemalloc` records the line that calls them.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["MemoryReport", "PoolReport"]


class PoolReport(NamedTuple):
    """What a pool has at a moment."""

    name: str
    """As in the ``repr`` of the pool; ``"no pool"`` for blocks of `segbuf.empty`."""
    blocks: int
    """How many blocks are alive."""
    size: int
    """Their bytes."""
    peak: int
    """The most bytes that they had at a time."""
    cached: int
    """Bytes of freed blocks that are kept to be used again."""
    closed: bool
    """Whether the pool has ended, and these blocks outlive it."""

    def __str__(self) -> str:
        """Give a line."""
        return (
            f"{self.name}{', closed' if self.closed else ''}: {_counted(self.blocks, 'block')}, "
            f"{self.size:,} bytes, at most {self.peak:,}; {self.cached:,} kept"
        )


class MemoryReport(NamedTuple):
    """What is alive at a moment, in the whole process; ``str()`` of it is a table."""

    blocks: int
    """How many blocks are alive."""
    size: int
    """Their bytes."""
    views: int
    """How many buffers of them are lent, to arrays, memoryviews and the like."""
    cached: int
    """Bytes of freed blocks that pools keep to use them again."""
    pools: tuple[PoolReport, ...]
    """Where the blocks are, oldest pool first."""

    def __str__(self) -> str:
        """Give a line in all, and one for each pool."""
        whole = (
            f"{_counted(self.blocks, 'block')}, {self.size:,} bytes, "
            f"lent to {_counted(self.views, 'view')}; {self.cached:,} bytes kept to be used again"
        )
        return "\n  ".join([whole, *map(str, self.pools)])


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
