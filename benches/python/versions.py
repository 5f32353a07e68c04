"""Time two builds of segbuf on the rows of `run.py`, in turn in one run.

    python benches/python/versions.py OLD NEW [--size 256M] [--rows NAME,NAME] [--rounds 9]

OLD and NEW are folders that hold an installed segbuf, such as `pip install --no-deps --target OLD
segbuf-0.1.0-*.whl` makes. Each build has a process that opens the file anew for every round, and
the two alternate, the first one first in even rounds, so that a slow moment of the machine affects
both. A figure is the median of the rounds' ratios new / old; above 1 the new build is slower.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import IO

from contenders import SEGBUF
from data import SIZES, volume, warm
from run import FOLDER, ROWS, contender, cool, destination, picks, show


def main() -> None:
    """Compare the builds and print a table of ratios."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("builds", nargs=2, metavar=("OLD", "NEW"), type=Path)
    parser.add_argument("--size", choices=SIZES, default="256M")
    parser.add_argument("--rows", default=",".join(row.name for row in ROWS))
    parser.add_argument("--rounds", type=int, default=9)
    args = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    volume(FOLDER, args.size, "ibm")  # made before the workers, which would both make it
    workers = [start(build, args.size) for build in args.builds]
    table = [["new / old", *(column.name for column in SEGBUF)]]
    for row in (row for row in ROWS if row.name in args.rows.split(",")):
        warm(volume(FOLDER, args.size, row.kind))
        ratios = [ratio(workers, row.name, column.name, args.rounds) for column in SEGBUF]
        table.append([row.title, *(f"{value:.3f}" for value in ratios)])
        print(*table[-1], sep="  ", flush=True)
    show(table, markdown=False)
    for worker in workers:
        pipe(worker.stdin).close()
        worker.wait()


def start(build: Path, size: str) -> subprocess.Popen[str]:
    """Start a process that imports segbuf from a folder."""
    return subprocess.Popen(
        [sys.executable, __file__, "--serve", size],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(build.resolve())},
    )


def pipe(stream: IO[str] | None) -> IO[str]:
    """Return a pipe of a process that was started with pipes."""
    assert stream is not None  # noqa: S101 - see `start`
    return stream


def ratio(workers: list[subprocess.Popen[str]], row: str, column: str, rounds: int) -> float:
    """Return the median of new / old; one round before the first is not counted."""
    ratios: list[float] = []
    for turn in range(rounds + 1):
        took = [0.0, 0.0]
        for number in (0, 1) if turn % 2 == 0 else (1, 0):
            print(f"{row}\t{column}", file=pipe(workers[number].stdin), flush=True)
            took[number] = float(pipe(workers[number].stdout).readline())
        ratios += [took[1] / took[0]] if turn else []
    return median(ratios)


def serve(size: str) -> None:
    """Time what standard input names, a row and a column per line, and print seconds."""
    out = destination(volume(FOLDER, size, "ibm"), 0)
    rows = {row.name: row for row in ROWS}
    columns = {column.name: column for column in SEGBUF}
    for line in sys.stdin:
        name, column = line.rstrip("\n").split("\t")
        v = volume(FOLDER, size, rows[name].kind)
        cube = out.view("f4")[: v.n_traces * v.n_samples].reshape(v.n_traces, v.n_samples)
        with contender(rows[name], columns[column], v, cube, picks(v))() as function:
            cool()
            before = time.perf_counter()
            function()
            took = time.perf_counter() - before
        print(took, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(sys.argv[2])
    else:
        main()
