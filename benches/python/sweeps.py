"""Sweeps over headers: how they grow, what they cost off the disk, what an index leaves of them.

    python benches/python/sweeps.py [--traces 1000000,10000000] [--sizes 100M,1G] [--cold 1G]
                                    [--rounds 5] [--markdown]

Files of so many traces have two int16 samples in each: 244 bytes. Files of a size, of which there
is 4G too, have 1000 IBM floats in each trace. The limit is one thread that copies the same words
out of a map whose pages were touched before. A cold sweep is of a volume that was evicted from the
page cache, beside the time that reading all of it in order takes. Files are opened, and their axes
asked for, with a saved index and without; whole, and without their last trace.
"""

from __future__ import annotations

import argparse
import os
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import limit
import numpy as np
from contenders import WORDS, Column, opener, reading, segbuf_works
from data import SIZES, Volume, volume, warm, write
from run import FOLDER, already, interleave, picks, ratio, show

import segbuf

if TYPE_CHECKING:
    from collections.abc import Callable
    from ctypes import CDLL

    from run import Contender

PER_LINE = 1000
WAYS = (
    ("read", False, Column("", "segbuf")),
    ("map", False, Column("", "segbuf", mmap=True)),
    ("map touched", True, Column("", "segbuf", mmap=True)),
)


def main() -> None:
    """Print how sweeps grow, then the cold one."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--traces", type=items, default="1000000,10000000")
    parser.add_argument(
        "--sizes", type=items, default="100M,1G", help="some of " + ", ".join(SIZES)
    )
    parser.add_argument("--cold", type=items, default="1G", help="likewise")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    lib = limit.compile_mover(FOLDER)
    rows = [
        [
            "sweep",
            "traces",
            "bytes each",
            "limit, ms",
            *[f"{way}, ns a trace" for way, *_ in WAYS],
            "of limit",
        ]
    ]
    for n in args.traces:
        rows += growth(lib, many(int(n)), args.rounds)
    for size in args.sizes:
        rows += growth(lib, volume(FOLDER, size, "ibm"), args.rounds)
    show(rows, markdown=args.markdown)
    rows = [["open and axes", "traces", "without, ms", "with index, ms", "index, bytes"]]
    for n in args.traces:
        rows += indexed(many(int(n)), args.rounds)
    show(rows, markdown=args.markdown)
    for size in args.cold:
        show(cold(volume(FOLDER, size, "ibm"), args.rounds), markdown=args.markdown)


def items(text: str) -> list[str]:
    """Tell a list apart that is written with commas; an empty one leaves out that part."""
    return [item for item in text.split(",") if item]


def many(n: int) -> Volume:
    """Find or make a file of so many short traces."""
    found = Volume(FOLDER / f"int16-{n}-traces.sgy", "int16", n // PER_LINE, PER_LINE, 2)
    if not found.path.exists() or found.path.stat().st_size != found.size:
        write(found)
    return found


def growth(lib: CDLL, v: Volume, rounds: int) -> list[list[str]]:
    """Time sweeps of one and five words, and a description, in all ways."""
    warm(v)
    out = np.ones(4 * len(WORDS) * v.n_traces, np.uint8)
    machine = limit.Limit(lib, v, out)
    rows = []
    try:
        for work, title, words in (
            ("word", "one word", WORDS[3:4]),
            ("words", "five words", WORDS),
            ("describe", "describe(), 91 words", ()),
        ):
            contenders: dict[str, Contender] = {}
            if words:
                need = limit.words(v, *words)
                mover = machine.mover(need, threads=1, mapped=True, apart=False)
                contenders["limit"] = partial(already, mover)
            does = segbuf_works(out.view(np.float32), picks(v))[work]
            for way, touched, column in WAYS:
                opened = opener(column, v)
                contenders[way] = partial(reading, opened, does, touched=touched)
            times = interleave(contenders, rounds)
            took = [f"{1e9 * median(times[way]) / v.n_traces:.1f}" for way, *_ in WAYS]
            base = times.get("limit")
            rows.append(
                [
                    title,
                    f"{v.n_traces:,}",
                    str(v.trace_len),
                    "" if base is None else f"{1e3 * median(base):.3g}",
                    *took,
                    "" if base is None else f"{ratio(times['map touched'], base):.2f}",
                ]
            )
    finally:
        machine.close()
    return rows


def indexed(v: Volume, rounds: int) -> list[list[str]]:
    """Time opening a file with an index and without, and again when a trace is missing."""
    warm(v)
    rows = [opened("regular", v, rounds)]
    with v.path.open("r+b") as file:
        file.seek(-v.trace_len, os.SEEK_END)
        last = file.read()
        file.truncate(v.size - v.trace_len)
        try:
            rows.append(opened("a trace missing", v, rounds))
        finally:
            file.seek(0, os.SEEK_END)
            file.write(last)
    return rows


def opened(title: str, v: Volume, rounds: int) -> list[str]:
    """Time opening a file until its axes are known."""

    def axes(*, index: bool) -> None:
        with segbuf.open(v.path, index=index) as f:
            _ = f.ilines, f.xlines

    with segbuf.open(v.path, index=False) as f:
        index, n = Path(f.save_index()), f.n_traces
    try:
        ways = {"without": False, "with": True}
        contenders: dict[str, Contender] = {
            way: partial(already, partial(axes, index=used)) for way, used in ways.items()
        }
        times = interleave(contenders, rounds)
        took = [f"{1e3 * median(times[way]):.3g}" for way in ways]
        return [title, f"{n:,}", *took, f"{index.stat().st_size:,}"]
    finally:
        index.unlink()


def cold(v: Volume, rounds: int) -> list[list[str]]:
    """Time a sweep of a file that is not in the page cache, and reading all of it."""
    out = np.empty(v.n_traces, np.int32)

    def sweep(*, mmap: bool) -> None:
        with segbuf.open(v.path, mmap=mmap) as f:
            f.header.read_into("inline", out)

    def through() -> None:
        with v.path.open("rb", buffering=0) as file:
            while file.read(1 << 20):
                pass

    works: dict[str, Callable[[], None]] = {
        "all of the file, in order": through,
        "one word": partial(sweep, mmap=False),
        "one word, mmap=True": partial(sweep, mmap=True),
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            evict(v)
            start = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - start)
    rows = [[f"cold, {v.size / 1e9:.2f} GB, {v.n_traces:,} traces", "ms", "GB/s of file"]]
    return rows + [
        [name, f"{1e3 * median(t):.0f}", f"{v.size / median(t) / 1e9:.2f}"]
        for name, t in times.items()
    ]


def evict(v: Volume) -> None:
    """Drop a file from the page cache. Nobody may have it mapped."""
    fd = os.open(v.path, os.O_RDONLY)
    try:
        os.fsync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(fd)


if __name__ == "__main__":
    main()
