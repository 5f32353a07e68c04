"""What memory costs: segbuf's beside NumPy's and Python's own, with tracemalloc off and on.

    python benches/python/memory.py [--rounds 7] [--markdown]

Contenders run in turn, round after round. A figure is the median of the rounds; in brackets is the
median of the rounds' ratios to the first contender. The first table allocates and frees; the second
writes to all of the memory in between, so that what was put off is paid for; the third makes blocks
longer. `run.py` shows what iterating over a file costs.
"""

from __future__ import annotations

import argparse
import platform
import time
import tracemalloc
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from run import ratio, show

import segbuf

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = {
    "4 KB": 4 << 10,
    "64 KB": 64 << 10,
    "1 MB": 1 << 20,
    "16 MB": 16 << 20,
    "256 MB": 256 << 20,
    "1 GB": 1 << 30,
}


Work = dict[str, "Callable[[int], object]"]


def allocating(use: Callable[[object], object]) -> Work:
    """Give what makes so many bytes, uses them, and frees them."""
    pool = segbuf.Pool(max_cached=2 << 30)

    def pooled(n: int) -> None:
        block = pool.alloc(n, "u1")
        use(block)
        pool.free(block)

    return {
        "numpy.empty": lambda n: use(np.empty(n, np.uint8)),
        "numpy.zeros": lambda n: use(np.zeros(n, np.uint8)),
        "bytearray": lambda n: use(bytearray(n)),
        "segbuf.empty": lambda n: use(segbuf.empty(n, "u1")),
        "Pool, used again": pooled,
    }


def leave(_: object) -> None:
    """Use nothing of it."""


def write(memory: object) -> None:
    """Write to all of it."""
    np.asarray(memory).fill(1)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()
    print(f"Linux {platform.release()}, NumPy {np.__version__}; medians of {args.rounds} rounds")
    for tracing in (False, True):
        title = f"allocate and free, tracemalloc {'on' if tracing else 'off'}"
        table(title, allocating(leave), args, tracing=tracing)
    table("allocate, write, free", allocating(write), args)
    table("make 64 times longer, by doubling", growers(), args)


def growers() -> Work:
    """Give what makes memory grow to so many bytes, keeping its contents."""

    def block(n: int) -> None:
        memory = segbuf.empty(n >> 6, "u1")
        np.asarray(memory).fill(1)
        for shift in range(5, -1, -1):
            memory.resize(n >> shift)

    def array(n: int) -> None:
        memory = np.empty(n >> 6, np.uint8)
        memory.fill(1)
        for shift in range(5, -1, -1):
            memory.resize(n >> shift)

    def raw(n: int) -> None:
        memory = bytearray(b"\1") * (n >> 6)
        for shift in range(5, -1, -1):
            memory.extend(bytes((n >> shift) - len(memory)))

    return {"ndarray.resize": array, "bytearray.extend": raw, "Block.resize": block}


def table(
    title: str,
    contenders: Work,
    args: argparse.Namespace,
    *,
    tracing: bool = False,
) -> None:
    """Time all contenders at all sizes."""
    rows = [[title, *contenders]]
    if tracing:
        tracemalloc.start()
    try:
        for name, n in SIZES.items():
            first, *others = interleave(contenders, n, args.rounds).values()
            ratios = (f"{spoken(median(t))} ({ratio(t, first):.3g})" for t in others)
            rows.append([name, spoken(median(first)), *ratios])
    finally:
        tracemalloc.stop()
    show(rows, markdown=args.markdown)


def interleave(contenders: Work, n: int, rounds: int) -> dict[str, list[float]]:
    """Time each contender once a round, over as many calls as take a hundredth of a second."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    calls = {}
    for name, function in contenders.items():
        start = time.perf_counter()
        function(n)
        calls[name] = max(1, min(2000, int(0.01 / (time.perf_counter() - start))))
    for _ in range(rounds):
        for name, function in contenders.items():
            start = time.perf_counter()
            for _ in range(calls[name]):
                function(n)
            times[name].append((time.perf_counter() - start) / calls[name])
    return times


def spoken(seconds: float) -> str:
    """Give a time in the unit that suits it."""
    for unit, factor in (("s", 1), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


if __name__ == "__main__":
    main()
