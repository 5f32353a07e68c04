"""Prints what needs a fresh process: the time of an import, or the peak memory of iterating."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any


def import_ms(module: str) -> float:
    """Milliseconds that an import takes."""
    start = time.perf_counter()
    import_module(module)
    return 1e3 * (time.perf_counter() - start)


def peak_mb() -> float:
    """Peak of this process's resident memory. Not `ru_maxrss`, which starts from the parent's."""
    status = Path("/proc/self/status").read_text()
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kib) * 1024 / 1e6


def iterate_mb(module: str, path: str, *, mmap: bool) -> float:
    """Peak memory after iterating over all traces of a file."""
    opened: Any = import_module(module).open
    with opened(path, mmap=True) if mmap and module == "segbuf" else opened(path) as f:
        if mmap and module == "segyio":
            f.mmap()
        for _ in f.trace:
            pass
    return peak_mb()


def main() -> None:
    """`footprint.py import MODULE [AFTER]` or `footprint.py iterate MODULE PATH [mmap]`."""
    what, module, *rest = sys.argv[1:]
    if what == "iterate":
        print(iterate_mb(module, rest[0], mmap="mmap" in rest))
        return
    for other in rest:
        import_module(other)
    took = import_ms(module)
    print(took if rest or "numpy" not in sys.modules else "nan")


main()
