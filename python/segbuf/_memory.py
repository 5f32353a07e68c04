"""`memory_report`, apart from `segbuf.pool` so that `import segbuf` does not load `typing`."""

from __future__ import annotations

from segbuf import _segbuf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from segbuf.pool import MemoryReport


def memory_report() -> MemoryReport:
    """Return the memory blocks of segbuf that are alive, by pool, and the number of their views.

    Each iteration has a separate pool. Arrays that ``[]`` returns belong to NumPy and are not
    included; `tracemalloc` shows both.
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
