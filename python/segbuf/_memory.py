"""What is alive of the memory that segbuf gave."""

from __future__ import annotations

from segbuf import _segbuf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from segbuf.pool import MemoryReport


def memory_report() -> MemoryReport:
    """Say what is alive of the memory that segbuf gave: blocks, by pool, and how they are lent.

    Iterations have pools of their own. Arrays of ``[]`` are NumPy's, and not here; `tracemalloc`
    shows those and these.
    """
    from segbuf.pool import MemoryReport, PoolReport

    views, no_pool, rows = _segbuf.memory()
    pools = tuple(
        PoolReport("no pool" if row[0] == no_pool else f"Pool {row[0]}", *row[1:]) for row in rows
    )
    return MemoryReport(
        blocks=sum(pool.blocks for pool in pools),
        size=sum(pool.size for pool in pools),
        views=views,
        cached=sum(pool.cached for pool in pools),
        pools=pools,
    )
