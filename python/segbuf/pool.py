"""The results of `segbuf.memory_report`.

`segbuf.empty`, `segbuf.Pool`, `segbuf.Block` and `segbuf.Allocator` are implemented by the
extension without a Python wrapper, so that `tracemalloc` records the line that calls them.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["MemoryReport", "PoolReport"]


class PoolReport(NamedTuple):
    """The state of a pool at one moment."""

    name: str
    """As in the ``repr`` of the pool; ``"no pool"`` for blocks of `segbuf.empty`."""
    blocks: int
    """Number of blocks that are alive."""
    size: int
    """Their size in bytes."""
    peak: int
    """The maximum of ``size`` so far, in bytes."""
    cached: int
    """Bytes of freed blocks that are kept for reuse."""
    closed: bool
    """Whether the pool is closed, and these blocks outlive it."""

    def __str__(self) -> str:
        """Return one line."""
        return (
            f"{self.name}{', closed' if self.closed else ''}: {_counted(self.blocks, 'block')}, "
            f"{self.size:,} bytes, at most {self.peak:,}; {self.cached:,} kept"
        )


class MemoryReport(NamedTuple):
    """The blocks that are alive in the process at one moment; ``str()`` of it is a table."""

    blocks: int
    """Number of blocks that are alive."""
    size: int
    """Their size in bytes."""
    views: int
    """Number of exported buffers: arrays, memoryviews and the like."""
    cached: int
    """Bytes of freed blocks that pools keep for reuse."""
    pools: tuple[PoolReport, ...]
    """The pools, oldest first."""

    def __str__(self) -> str:
        """Return a line for the process, and one for each pool."""
        whole = (
            f"{_counted(self.blocks, 'block')}, {self.size:,} bytes, "
            f"lent to {_counted(self.views, 'view')}; {self.cached:,} bytes kept to be used again"
        )
        return "\n  ".join([whole, *map(str, self.pools)])


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
