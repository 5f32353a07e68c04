"""segbuf beside segyio and beside what the machine allows, in one run.

    python benches/python/run.py [--size 1G|256M|16M] [--rows NAME,NAME] [--rounds 5] [--markdown]

Each row first evicts its file and reads it through, then runs all contenders in turn, round after
round. A figure is the median of the rounds' ratios to the limit of the same round, so that a slow
moment of the machine hits all alike. Destinations are faulted in, handles are opened anew each
time, no map was touched before, the limit's excepted and where a row says so, and the processor's
caches hold nothing of the file.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from mmap import PAGESIZE
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import limit
import numpy as np
from contenders import (
    COLUMNS,
    SEGBUF,
    SEGYIO,
    WORDS,
    Column,
    Picks,
    check,
    opener,
    opening,
    reading,
    worker,
)
from data import BOX, FIRST_ILINE, FIRST_XLINE, SIZES, Volume, volume, warm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from ctypes import CDLL

    Contender = Callable[[], AbstractContextManager[Callable[[], object]]]

FOLDER = Path(__file__).parents[2] / "target" / "bench-data"
FOOTPRINT = Path(__file__).parent / "footprint.py"
IMPORT_MS, PEAK_MB = 5.0, 40.0
COOL = np.zeros(1 << 28, np.uint8)


@dataclass(frozen=True)
class Row:
    """One kind of work, and what segbuf promises of it, in multiples of `of`."""

    name: str
    title: str
    work: str
    kind: str = "ibm"
    must: float | None = None
    must_mmap: float | None = None
    of: str = "limit"
    apart: bool = True
    touched: bool = False


ROWS = (
    Row("whole-ibm", "whole file, IBM", "whole", must=1.3, must_mmap=0.9, apart=False),
    Row("whole-ieee", "whole file, IEEE", "whole", "ieee", must=1.2, must_mmap=0.8, apart=False),
    Row("whole-int16", "whole file, int16 to float32", "whole", "int16", 1.8, 1.8, apart=False),
    Row("ilines", "50 random inlines, IBM", "ilines", must=2.0, must_mmap=1.3),
    Row("xlines", "50 random crosslines, IBM", "xlines", must=2.5, must_mmap=1.5),
    Row("slices", "10 depth slices, one by one, IBM", "slices", must_mmap=1.2),
    Row("slices-at-once", "10 depth slices at once, IBM", "slices-at-once", must_mmap=1.2),
    Row("boxes", "50 boxes of 64 x 64 x 256, IBM", "boxes", must_mmap=2.0),
    Row("traces", "2000 random traces, read_into", "traces", must=4.0, must_mmap=2.5),
    Row("traces[]", "2000 random traces, []", "traces[]"),
    Row("iterate", "for trace in f.trace, IBM", "iterate", must=2.5, must_mmap=2.5),
    Row("word", "one header word, map touched", "word", must_mmap=1.2, apart=False, touched=True),
    Row(
        "words", "five header words, map touched", "words", must_mmap=0.6, apart=False, touched=True
    ),
    Row("word-fresh", "one header word, map not touched", "word", apart=False),
    Row("describe", "header.describe(), map touched", "describe", apart=False, touched=True),
    Row("group", 'f.group("crossline"), map touched', "group", apart=False, touched=True),
    Row("open", "open and axes", "open", must=1.2, must_mmap=1.2, of="segyio", apart=False),
    Row("verify", "open(verify=True)", "verify", must=1.5, must_mmap=1.5, apart=False),
)
# What only segbuf has.
OURS = {"verify", "traces[]", "slices-at-once", "describe", "group"}
EXTRAS = ("memcpy", "memory", "import")


def main() -> None:
    """Run the rows asked for and print the table."""
    names = [row.name for row in ROWS] + list(EXTRAS)
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--size", choices=SIZES, default="1G")
    parser.add_argument("--rows", default=",".join(names), help="some of " + ", ".join(names))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--offset", type=int, default=0, help="bytes of the destination off a page")
    parser.add_argument("--markdown", action="store_true", help="print tables for README.md")
    args = parser.parse_args()
    asked = args.rows.split(",")
    if unknown := set(asked) - set(names):
        parser.error(f"no such row: {', '.join(sorted(unknown))}")

    FOLDER.mkdir(parents=True, exist_ok=True)
    lib = limit.compile_mover(FOLDER)
    out = destination(volume(FOLDER, args.size, "ibm"), args.offset)
    print(about(args.size, args.rounds, args.offset))
    if "memcpy" in asked:
        print(memcpy(lib, out, args.rounds))
    if rows := [row for row in ROWS if row.name in asked]:
        table = [HEAD]
        table += [
            measure(lib, row, volume(FOLDER, args.size, row.kind), out, args.rounds) for row in rows
        ]
        show(table, markdown=args.markdown)
    if "memory" in asked:
        show(memory(volume(FOLDER, args.size, "ibm")), markdown=args.markdown)
    if "import" in asked:
        show(imports(args.rounds), markdown=args.markdown)


HEAD = ["work", "limit, ms", "limit, 2 threads", *[column.name for column in COLUMNS], "must be"]


def about(size: str, rounds: int, offset: int) -> str:
    """Say what is measured, and on what."""
    n_il, n_xl, ns = SIZES[size]
    where = f"{offset} bytes off a page" if offset else "on a page"
    return (
        f"{n_il} x {n_xl} traces of {ns} samples, warm page cache, destination faulted in and "
        f"{where}; {os.cpu_count()} CPUs ({cpu()}), Linux {platform.release()}; medians of "
        f"{rounds} rounds, as multiples of the limit with one thread."
    )


def cpu() -> str:
    """Name the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "unknown")


def destination(v: Volume, offset: int) -> np.ndarray:
    """Make float32 traces, faulted in, a given distance off a page. NumPy asks for huge pages."""
    raw = np.empty(v.size + 3 * PAGESIZE + offset, np.uint8)
    raw[:] = 1
    return raw[-raw.ctypes.data % PAGESIZE + offset :]


def picks(v: Volume) -> Picks:
    """Choose the lines and traces of a run, the same each time."""
    rng = np.random.default_rng(11)
    return Picks(
        ilines=(FIRST_ILINE + rng.integers(v.n_ilines, size=50)).tolist(),
        xlines=(FIRST_XLINE + rng.integers(v.n_xlines, size=50)).tolist(),
        traces=rng.integers(v.n_traces, size=2000).tolist(),
        slices=rng.integers(v.n_samples, size=10).tolist(),
        boxes=[
            tuple(int(rng.integers(max(1, n - size))) for n, size in zip(v.shape, BOX, strict=True))
            for _ in range(50)
        ],
    )


def spans(row: Row, v: Volume, chosen: Picks) -> limit.Spans:
    """Give the bytes that the work of a row needs."""
    makers: dict[str, Callable[[], limit.Spans]] = {
        "whole": lambda: limit.whole(v),
        "ilines": lambda: limit.inlines(v, np.array(chosen.ilines) - FIRST_ILINE),
        "xlines": lambda: limit.xlines(v, np.array(chosen.xlines) - FIRST_XLINE),
        "slices": lambda: limit.slices(v, np.array(chosen.slices)),
        "slices-at-once": lambda: limit.slices(v, np.array(chosen.slices)),
        "boxes": lambda: limit.boxes(v, np.array(chosen.boxes), BOX),
        "traces": lambda: limit.traces(v, np.array(chosen.traces)),
        "traces[]": lambda: limit.traces(v, np.array(chosen.traces)),
        "iterate": lambda: limit.sweep(v),
        "word": lambda: limit.words(v, 189),
        "words": lambda: limit.words(v, *WORDS),
        "describe": lambda: limit.headers(v),
        "group": lambda: limit.words(v, 193),
        "open": lambda: limit.headers(v),
        "verify": lambda: limit.headers(v),
    }
    return makers[row.work]()


def measure(lib: CDLL, row: Row, v: Volume, out: np.ndarray, rounds: int) -> list[str]:
    """Time one row and give its cells."""
    warm(v)
    chosen = picks(v)
    machine = limit.Limit(lib, v, out)
    try:
        need = spans(row, v, chosen)
        contenders: dict[str, Contender] = {
            f"limit {n} {'map' if mapped else 'pread'}": partial(
                already, machine.mover(need, threads=n, mapped=mapped, apart=row.apart)
            )
            for n in (1, 2)
            for mapped in (False, True)
        }
        cube = out.view(np.float32)[: v.n_traces * v.n_samples].reshape(v.n_traces, v.n_samples)
        for column in COLUMNS:
            if column.installed and not (column in SEGYIO and row.name in OURS):
                check(column, v, chosen)
                contenders[column.name] = contender(row, column, v, cube, chosen)
        times = interleave(contenders, rounds)
    finally:
        machine.close()
    one, two = (
        min((times[f"limit {n} {how}"] for how in ("pread", "map")), key=median) for n in (1, 2)
    )
    cells = [row.title, f"{1e3 * median(one):.3g}", f"{ratio(two, one):.2f}"]
    return [*cells, *(cell(row, column, times, one) for column in COLUMNS), promise(row)]


def contender(row: Row, column: Column, v: Volume, cube: np.ndarray, chosen: Picks) -> Contender:
    """Give what a column does in a row."""
    if row.work in {"open", "verify"}:
        return partial(opening, opener(column, v, verify=row.work == "verify"))
    work = worker(row.work, column, cube, chosen)
    return partial(reading, opener(column, v), work, touched=row.touched)


@contextmanager
def already(function: Callable[[], object]) -> Iterator[Callable[[], object]]:
    """Give a function that needs no setting up."""
    yield function


def interleave(contenders: dict[str, Contender], rounds: int) -> dict[str, list[float]]:
    """Time the contenders in turn, one round unrecorded and then as many as asked for."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds + 1):
            for name, make in contenders.items():
                with make() as function:
                    cool()
                    start = time.perf_counter()
                    function()
                    took = time.perf_counter() - start
                if turn:
                    times[name].append(took)
    finally:
        gc.enable()
    return times


def cool() -> None:
    """Push what the last contender read out of the processor's caches."""
    COOL[::64] += 1


def ratio(times: list[float], base: list[float]) -> float:
    """Give the median of the rounds' ratios."""
    return median(t / b for t, b in zip(times, base, strict=True))


def cell(row: Row, column: Column, times: dict[str, list[float]], one: list[float]) -> str:
    """Give a ratio to the limit and, for segbuf, whether the promise is met."""
    if column.name not in times:
        return "-" if column.installed else "not installed"
    text = f"{ratio(times[column.name], one):.2f}"
    must = row.must_mmap if column.mmap else row.must
    base = one if row.of == "limit" else times.get(row.of)
    if column not in SEGBUF or must is None or base is None:
        return text
    return f"{text} {'met' if ratio(times[column.name], base) <= must else 'MISSED'}"


def promise(row: Row) -> str:
    """Say what segbuf must be."""
    mapped = "" if row.must_mmap == row.must else f"mmap=True {row.must_mmap}"
    must = "" if row.must is None else f"{row.must}{' x segyio' if row.of == 'segyio' else ''}"
    return "; ".join(part for part in (must, mapped) if part)


def memcpy(lib: CDLL, out: np.ndarray, rounds: int) -> str:
    """Time copies of memory to memory, one half of the destination to the other."""
    half = out.nbytes // (2 * PAGESIZE) * PAGESIZE
    movers: dict[str, Contender] = {
        str(n): partial(already, limit.memcpy(lib, out[:half], out[half:], n)) for n in (1, 2)
    }
    times = interleave(movers, rounds)
    speed = [half / median(t) / 1e9 for t in times.values()]
    return f"memcpy: {speed[0]:.1f} GB/s with one thread, {speed[1]:.1f} with two."


def fresh(*arguments: str) -> float:
    """Give what `footprint.py` prints in a process of its own."""
    command = [sys.executable, str(FOOTPRINT), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def memory(v: Volume) -> list[list[str]]:
    """Give the peak memory of iterating over a file."""
    table = [["peak memory of iterating", "MB", "must be"]]
    for column in COLUMNS:
        if not column.installed or column.threads == 1:
            continue
        peak = fresh("iterate", column.module, str(v.path), *(["mmap"] if column.mmap else []))
        promised = column in SEGBUF and not column.mmap
        verdict = (" met" if peak <= PEAK_MB else " MISSED") if promised else ""
        name = column.name.removesuffix(", all")
        table.append([name, f"{peak:.0f}{verdict}", f"{PEAK_MB:.0f}" if promised else ""])
    return table


def imports(rounds: int) -> list[list[str]]:
    """Give what an import takes, after numpy and in a process without it."""
    table = [["import", "after numpy, ms", "alone, ms", "must be"]]
    for module in ("segyio", "segbuf"):
        if not any(c.installed for c in COLUMNS if c.module == module):
            table.append([module, "not installed", "not installed", ""])
            continue
        after = median(fresh("import", module, "numpy") for _ in range(rounds))
        alone = median(fresh("import", module) for _ in range(rounds))
        cells = [f"{after:.1f}", "loads numpy" if np.isnan(alone) else f"{alone:.1f}", ""]
        if module == "segbuf":
            cells[0] += " met" if after <= IMPORT_MS else " MISSED"
            cells[1] += " met" if not np.isnan(alone) else " MISSED"
            cells[2] = f"{IMPORT_MS:.0f} ms, and without numpy"
        table.append([module, *cells])
    return table


def show(table: list[list[str]], *, markdown: bool) -> None:
    """Print a table, the first row being its head."""
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    print()
    for number, row in enumerate(table):
        cells = [text.ljust(w) for text, w in zip(row, widths, strict=True)]
        print(f"| {' | '.join(cells)} |" if markdown else "  ".join(cells).rstrip())
        if markdown and number == 0:
            print(f"|{'|'.join('-' * (w + 2) for w in widths)}|")


if __name__ == "__main__":
    main()
