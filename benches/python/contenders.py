"""What is timed: the same work done by segyio and by segbuf.

A contender is a context manager that opens its file anew, untimed, and gives the function that is
timed. So no map is touched and nothing is read ahead before the clock runs, except the axes, which
have a row of their own.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from data import BOX, FIRST_ILINE, FIRST_XLINE, Volume, cube_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Column:
    """One way of reading, and the options it opens files with."""

    name: str
    module: str
    mmap: bool = False
    threads: int | None = None

    @property
    def installed(self) -> bool:
        """Whether its package is there."""
        return importlib.util.find_spec(self.module) is not None


SEGYIO = (Column("segyio", "segyio"), Column("segyio, mmap", "segyio", mmap=True))
SEGBUF = (
    Column("segbuf, 1 thread", "segbuf", threads=1),
    Column("segbuf, all", "segbuf"),
    Column("mmap=True, 1 thread", "segbuf", mmap=True, threads=1),
    Column("mmap=True, all", "segbuf", mmap=True),
)
COLUMNS = SEGYIO + SEGBUF


WORDS = (21, 37, 181, 189, 193)
"""The header words that are read, by byte: ensemble, offset, x, inline, crossline."""


@dataclass(frozen=True)
class Picks:
    """The random lines (as labels), traces, slices and boxes (by their first cell and sample).

    A run reads the same for all contenders.
    """

    ilines: list[int]
    xlines: list[int]
    traces: list[int]
    slices: list[int]
    boxes: list[tuple[int, ...]]

    def box(self, number: int) -> tuple[slice, ...]:
        """Give a box as a key of the cube."""
        origin = self.boxes[number]
        return tuple(slice(at, at + n) for at, n in zip(origin, BOX, strict=True))


def opener(column: Column, volume: Volume, *, verify: bool = False) -> Callable[[], Any]:
    """Give what opens the volume, ready to read by label."""
    module = importlib.import_module(column.module)
    path = str(volume.path)
    if column.module == "segyio":

        def open_segyio() -> Any:  # noqa: ANN401
            file = module.open(path)
            if column.mmap:
                file.mmap()
            return file

        return open_segyio

    def open_segbuf() -> Any:  # noqa: ANN401
        file = module.open(path, mmap=column.mmap, threads=column.threads, verify=verify)
        _ = file.ilines, file.xlines
        return file

    return open_segbuf


def worker(work: str, column: Column, out: np.ndarray, picks: Picks) -> Callable[[Any], object]:
    """Give the function of an open file that does the work of a row."""
    functions = segyio_works if column.module == "segyio" else segbuf_works
    return functions(out, picks)[work]


def segyio_works(out: np.ndarray, picks: Picks) -> dict[str, Callable[[Any], object]]:
    """Do each work as segyio's documentation does. It has no way into the caller's array.

    So a whole file is timed without the copy into `out` that float32 would need.
    """

    def whole(f: Any) -> None:  # noqa: ANN401
        samples = f.trace.raw[:]
        if samples.dtype != np.float32:
            np.copyto(out, samples)

    return {
        "slices": lambda f: each(f.depth_slice.__getitem__, picks.slices),
        "boxes": lambda f: each(lambda i: box_by_traces(f, picks.box(i)), range(len(picks.boxes))),
        "whole": whole,
        "ilines": lambda f: each(f.iline.__getitem__, picks.ilines),
        "xlines": lambda f: each(f.xline.__getitem__, picks.xlines),
        "traces": lambda f: each(f.trace.raw.__getitem__, picks.traces),
        "traces[]": lambda f: each(f.trace.raw.__getitem__, picks.traces),
        "iterate": lambda f: exhaust(f.trace),
        "word": lambda f: f.attributes(189)[:],
        "words": lambda f: each(lambda byte: f.attributes(byte)[:], list(WORDS)),
    }


def box_by_traces(f: Any, key: tuple[slice, ...]) -> np.ndarray:  # noqa: ANN401
    """Cut a box out of the traces of its lines."""
    n_xl = len(f.xlines)
    lines, traces = range(len(f.ilines))[key[0]], range(n_xl)[key[1]]
    firsts = [line * n_xl + traces.start for line in lines]
    return np.stack([f.trace.raw[at : at + len(traces)][:, key[2]] for at in firsts])


def segbuf_works(out: np.ndarray, picks: Picks) -> dict[str, Callable[[Any], object]]:
    """Do each work into memory that was there before."""

    def whole(f: Any) -> None:  # noqa: ANN401
        f.read_into(out)

    def ilines(f: Any) -> None:  # noqa: ANN401
        line = out[: len(f.xlines)]
        for label in picks.ilines:
            f.iline.read_into(label, line)

    def xlines(f: Any) -> None:  # noqa: ANN401
        line = out[: len(f.ilines)]
        for label in picks.xlines:
            f.xline.read_into(label, line)

    def traces(f: Any) -> None:  # noqa: ANN401
        trace, read_into = out[0], f.trace.read_into
        for i in picks.traces:
            read_into(i, trace)

    def columns(f: Any, words: tuple[int, ...]) -> None:  # noqa: ANN401
        into = out.view(np.int32).ravel()[: len(words) * f.n_traces].reshape(len(words), -1)
        f.header.read_into(list(words), list(into))

    return {
        "slices": lambda f: slices_into(f, out.reshape(-1), picks),
        "slices-at-once": lambda f: f.depth_slice.read_into(
            picks.slices, out.reshape(-1)[: len(picks.slices) * len(out)]
        ),
        "boxes": lambda f: boxes_into(f.cube, out.reshape(-1), picks),
        "whole": whole,
        "ilines": ilines,
        "xlines": xlines,
        "traces": traces,
        "traces[]": lambda f: each(f.trace.__getitem__, picks.traces),
        "iterate": lambda f: exhaust(f.trace),
        "word": lambda f: columns(f, (189,)),
        "words": lambda f: columns(f, WORDS),
        "describe": lambda f: f.header.describe(),
        "group": lambda f: f.group("crossline"),
    }


def slices_into(f: Any, out: np.ndarray, picks: Picks) -> None:  # noqa: ANN401
    """Read depth slices one behind the other."""
    n = len(f.ilines) * len(f.xlines)
    for i, k in enumerate(picks.slices):
        f.depth_slice.read_into(k, out[i * n : (i + 1) * n])


def boxes_into(cube: Any, out: np.ndarray, picks: Picks) -> None:  # noqa: ANN401
    """Read each box into the same memory."""
    for number in range(len(picks.boxes)):
        key = picks.box(number)
        n = math.prod(len(range(n)[k]) for n, k in zip(cube.shape, key, strict=True))
        cube.read_into(key, out[:n])


def check(column: Column, volume: Volume, picks: Picks) -> None:
    """Refuse to time a reader that gives wrong numbers."""
    n_il, n_xl = np.arange(volume.n_ilines), np.arange(volume.n_xlines)
    some = np.array(picks.traces[:10])
    key = picks.box(0)
    box_il, box_xl = np.meshgrid(n_il[key[0]], n_xl[key[1]], indexing="ij")
    line, trace = picks.ilines[0] - FIRST_ILINE, picks.xlines[0] - FIRST_XLINE
    with opener(column, volume)() as f:
        got = [
            f.iline[picks.ilines[0]],
            f.xline[picks.xlines[0]],
            np.stack([f.trace[int(i)] for i in some]),
            f.depth_slice[picks.slices[0]][line],
            f.cube[key] if column.module == "segbuf" else box_by_traces(f, key),
        ]
    want = [
        cube_of(volume, np.full_like(n_xl, line), n_xl),
        cube_of(volume, n_il, np.full_like(n_il, trace)),
        cube_of(volume, some // volume.n_xlines, some % volume.n_xlines),
        cube_of(volume, np.full_like(n_xl, line), n_xl)[:, picks.slices[0]],
        cube_of(volume, box_il, box_xl)[..., key[2]],
    ]
    for mine, theirs in zip(want, got, strict=True):
        if not np.array_equal(mine, theirs):
            message = f"{column.name} reads {volume.path} wrongly"
            raise SystemExit(message)


def each(function: Callable[[int], object], keys: list[int]) -> None:
    """Call a function for each key."""
    for key in keys:
        function(key)


def exhaust(items: Any) -> None:  # noqa: ANN401
    """Iterate, and keep nothing."""
    for _ in items:
        pass


@contextmanager
def reading(
    open_file: Callable[[], Any], work: Callable[[Any], object], *, touched: bool = False
) -> Iterator[Callable[[], object]]:
    """Open untimed, read timed; what is to be `touched` is read once before, untimed."""
    with open_file() as file:
        if touched:
            work(file)
        yield lambda: work(file)


@contextmanager
def opening(open_file: Callable[[], Any]) -> Iterator[Callable[[], object]]:
    """Open timed, close untimed."""
    files: list[Any] = []
    yield lambda: files.append(open_file())
    for file in files:
        file.close()
