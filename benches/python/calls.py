"""Time single calls on a small file beside segyio, in one process: what a call costs by itself.

    python benches/python/calls.py [--rounds 15] [--calls "NAME;NAME"] [--markdown]

The file has 20 x 10 traces of 50 samples, all in the page cache, so that little time is spent on
bytes. Indices and labels are at random, the same ones for both. In every round both run a batch of
calls, in turn; a figure is the median of the rounds' ratios segbuf / segyio. The exit code is 1 if
one exceeds its target. segyio has no `read_into`: its ``trace[i]`` and ``iline[n]`` are beside it.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import segyio
from data import Volume, write
from run import FOLDER, show

import segbuf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

N_ILINES, N_XLINES, N_SAMPLES = 20, 10, 50
BATCH_SECONDS = 0.01
"""Approximate duration of a batch of calls."""


class Call(NamedTuple):
    """A call of segbuf and the same of segyio; each takes one of the keys."""

    name: str
    target: float
    keys: list[Any]
    segbuf: Callable[[Any], object]
    segyio: Callable[[Any], object]


def calls(path: Path, f: segbuf.File, s: segyio.SegyFile) -> list[Call]:
    """Return what is timed."""
    rng = np.random.default_rng(5)

    def at_random(keys: Sequence[int]) -> list[int]:
        return rng.choice(keys, 500).tolist()

    traces, once = at_random(range(f.n_traces)), [None]
    ilines, xlines = at_random(s.ilines), at_random(s.xlines)
    bins = list(zip(ilines, xlines, strict=True))
    samples = at_random(range(N_SAMPLES))
    parts = [slice(i, i + 20) for i in at_random(range(f.n_traces - 20))]
    trace, part = np.empty(N_SAMPLES, np.float32), np.empty(20, np.float32)
    line, some = np.empty((N_XLINES, N_SAMPLES), np.float32), slice(10, 30)

    def consume(iterable: Iterable[object]) -> None:
        for _ in iterable:
            pass

    def open_axes(_: None) -> None:
        with segbuf.open(path) as file:
            _ = file.ilines, file.xlines

    name = str(path)
    return [
        Call("trace[i]", 1, traces, lambda i: f.trace[i], lambda i: s.trace[i]),
        Call(
            "trace.read_into(i, out)",
            1,
            traces,
            lambda i: f.trace.read_into(i, trace),
            lambda i: s.trace[i],
        ),
        Call("trace[i, a:b]", 1, traces, lambda i: f.trace[i, some], lambda i: s.trace[i, some]),
        Call(
            "trace.read_into((i, slice(a, b)), out)",
            1,
            traces,
            lambda i: f.trace.read_into((i, some), part),
            lambda i: s.trace[i, some],
        ),
        Call("trace[a:b]", 1, parts, lambda k: f.trace[k], lambda k: s.trace.raw[k]),
        Call("header[i]", 1, traces, lambda i: f.header[i], lambda i: s.header[i]),
        Call("header[i][189]", 1, traces, lambda i: f.header[i][189], lambda i: s.header[i][189]),
        Call(
            "dict(header[i])",
            1,
            traces,
            lambda i: dict(f.header[i]),
            lambda i: dict(s.header[i]),
        ),
        Call("for h in header", 1, once, lambda _: consume(f.header), lambda _: consume(s.header)),
        Call("binary[3221]", 1, once, lambda _: f.binary[3221], lambda _: s.bin[3221]),
        Call("text[0]", 1, once, lambda _: f.text[0], lambda _: s.text[0]),
        Call("samples", 1, once, lambda _: f.samples, lambda _: s.samples),
        Call("iline[n]", 0.7, ilines, lambda n: f.iline[n], lambda n: s.iline[n]),
        Call(
            "iline.read_into(n, out)",
            0.6,
            ilines,
            lambda n: f.iline.read_into(n, line),
            lambda n: s.iline[n],
        ),
        Call("xline[n]", 0.6, xlines, lambda n: f.xline[n], lambda n: s.xline[n]),
        Call(
            "depth_slice[i]", 0.5, samples, lambda i: f.depth_slice[i], lambda i: s.depth_slice[i]
        ),
        Call("gather[i, x]", 0.4, bins, lambda b: f.gather[b], lambda b: s.gather[b]),
        Call(
            'header["inline"]',
            0.15,
            once,
            lambda _: f.header["inline"],
            lambda _: s.attributes(189)[:],
        ),
        Call(
            "open(p).close()",
            3,
            once,
            lambda _: segbuf.open(name).close(),
            lambda _: segyio.open(name, ignore_geometry=True).close(),
        ),
        Call("open(p), axes", 1.4, once, open_axes, lambda _: segyio.open(name).close()),
    ]


def batch(function: Callable[[Any], object], keys: list[Any], repeats: int) -> float:
    """Return the seconds of calling a function with each key, repeatedly."""
    before = time.perf_counter()
    for _ in range(repeats):
        for key in keys:
            function(key)
    return time.perf_counter() - before


def compare(call: Call, rounds: int) -> tuple[float, float]:
    """Return the ratio segbuf / segyio, and the seconds of one call of segbuf."""
    functions = (call.segbuf, call.segyio)
    one = max(batch(function, call.keys, 2) / 2 for function in functions)
    repeats = max(1, int(BATCH_SECONDS / one))
    ratios, seconds = [], []
    for turn in range(rounds):
        took = [0.0, 0.0]
        for number in (0, 1) if turn % 2 == 0 else (1, 0):
            took[number] = batch(functions[number], call.keys, repeats)
        ratios.append(took[0] / took[1])
        seconds.append(took[0] / repeats / len(call.keys))
    return median(ratios), median(seconds)


def main() -> None:
    """Print the ratios beside their targets."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", default="", help="names of rows; all without it")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "calls.sgy"
    write(Volume(path, "ibm", N_ILINES, N_XLINES, N_SAMPLES))
    rows = [["call", "of segyio", "at most", "us", ""]]
    wanted = [name for name in args.calls.split(";") if name]
    with segbuf.open(path) as f, segyio.open(path) as s:
        for call in calls(path, f, s):
            if wanted and call.name not in wanted:
                continue
            gc.collect()
            ratio, seconds = compare(call, args.rounds)
            missed = "MISSED" if ratio > call.target else ""
            rows.append(
                [call.name, f"{ratio:.2f}", f"{call.target:.2f}", f"{1e6 * seconds:.2f}", missed]
            )
    show(rows, markdown=args.markdown)
    sys.exit(any(row[-1] for row in rows[1:]))


if __name__ == "__main__":
    main()
