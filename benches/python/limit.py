"""The limit: what the machine takes to move the same bytes without looking at them.

A small C program does it, compiled here with `cc`: 25,000 reads from Python would measure Python.
What is printed as the limit is the faster of two ways, `pread` into memory already faulted in, and
a copy out of a map whose pages were touched.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from data import Volume

HERE = Path(__file__).parent
CHUNK = 1 << 20


def compile_mover(folder: Path) -> ctypes.CDLL:
    """Compile `limit.c` into `folder`, once for each version of it."""
    source = HERE / "limit.c"
    library = folder / "limit.so"
    if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
        cc = shutil.which("cc")
        if cc is None:
            message = "the limit is measured by a C program: `cc` is needed"
            raise SystemExit(message)
        flags = ["-O3", "-shared", "-fPIC", "-pthread"]
        subprocess.run([cc, *flags, str(source), "-o", str(library)], check=True)
    lib = ctypes.CDLL(str(library))
    pointer, i64 = ctypes.c_void_p, ctypes.c_int64
    lib.move_spans.argtypes = [ctypes.c_int, ctypes.c_int, *[pointer] * 5, i64, i64]
    return lib


class Spans:
    """Runs of bytes of a file, and where each goes in the destination."""

    def __init__(self, off: np.ndarray, length: int | np.ndarray, to: int | np.ndarray) -> None:
        self.off = np.ascontiguousarray(off, np.int64)
        self.len = np.ascontiguousarray(np.broadcast_to(length, self.off.shape), np.int64)
        self.to = np.ascontiguousarray(np.broadcast_to(to, self.off.shape), np.int64)
        self.n = len(self.off)
        self.extent = int((self.to + self.len).max())


def whole(volume: Volume) -> Spans:
    """All traces, headers and samples, to where they would lie one after the other."""
    off = np.arange(volume.first, volume.size, CHUNK)
    return Spans(off, np.minimum(CHUNK, volume.size - off), off - volume.first)


def sweep(volume: Volume) -> Spans:
    """All traces, through one small buffer used over and over."""
    off = np.arange(volume.first, volume.size, CHUNK)
    return Spans(off, np.minimum(CHUNK, volume.size - off), 0)


def headers(volume: Volume) -> Spans:
    """Every trace header."""
    off = volume.first + volume.trace_len * np.arange(volume.n_traces)
    return Spans(off, 240, 240 * np.arange(volume.n_traces))


def words(volume: Volume, *bytes_: int) -> Spans:
    """Words of 4 bytes of every trace header, by their byte numbers, one word after the other."""
    off = volume.first + volume.trace_len * np.arange(volume.n_traces)
    to = 4 * np.arange(len(bytes_) * volume.n_traces)
    return Spans(np.concatenate([off + byte - 1 for byte in bytes_]), 4, to)


def inlines(volume: Volume, picks: np.ndarray) -> Spans:
    """Whole inlines, headers and samples in one piece, each into the same memory."""
    length = volume.trace_len * volume.n_xlines
    return Spans(volume.first + length * picks, length, 0)


def xlines(volume: Volume, picks: np.ndarray) -> Spans:
    """Crosslines, the samples of one trace after the other, each crossline into the same memory."""
    line = np.arange(volume.n_ilines)
    trace = (line[None, :] * volume.n_xlines + picks[:, None]).ravel()
    to = np.tile(line * volume.samples_len, len(picks))
    return Spans(volume.first + 240 + volume.trace_len * trace, volume.samples_len, to)


def traces(volume: Volume, picks: np.ndarray) -> Spans:
    """Single traces, only their samples, each into the same memory."""
    return Spans(volume.first + 240 + volume.trace_len * picks, volume.samples_len, 0)


def slices(volume: Volume, picks: np.ndarray) -> Spans:
    """Depth slices, one sample of every trace, one slice behind the other."""
    width = volume.samples_len // volume.n_samples
    trace = volume.first + 240 + volume.trace_len * np.arange(volume.n_traces)
    off = (trace[None, :] + width * picks[:, None]).ravel()
    return Spans(off, width, width * np.arange(len(off)))


def boxes(volume: Volume, origins: np.ndarray, box: tuple[int, int, int]) -> Spans:
    """Boxes, a run of samples of one trace after the other, each box into the same memory."""
    width = volume.samples_len // volume.n_samples
    n_il, n_xl, n = (min(size, whole) for size, whole in zip(box, volume.shape, strict=True))
    line = origins[:, :1, None] + np.arange(n_il)[None, :, None]
    trace = line * volume.n_xlines + origins[:, 1:2, None] + np.arange(n_xl)[None, None, :]
    off = volume.first + 240 + volume.trace_len * trace + width * origins[:, 2:, None]
    to = np.tile(width * n * np.arange(n_il * n_xl), len(origins))
    return Spans(off.ravel(), width * n, to)


class Limit:
    """Moves spans of one file, by `pread` and out of a map that it touches once."""

    def __init__(self, lib: ctypes.CDLL, volume: Volume, out: np.ndarray) -> None:
        self._lib, self._out = lib, out
        self._fd = os.open(volume.path, os.O_RDONLY)
        self._map = mmap.mmap(self._fd, 0, access=mmap.ACCESS_READ)
        self._view = np.frombuffer(self._map, np.uint8)
        int(self._view[:: mmap.PAGESIZE].sum())

    def mover(self, spans: Spans, *, threads: int, mapped: bool, apart: bool) -> Callable[[], None]:
        """Give what moves the spans once; `apart` if two threads may not share the destination."""
        gap = -(-spans.extent // mmap.PAGESIZE) * mmap.PAGESIZE if apart else 0
        if spans.extent + gap > self._out.nbytes:
            message = "the destination is too small"
            raise ValueError(message)
        fd = -1 if mapped else self._fd
        where = [a.ctypes.data for a in (self._view, self._out, spans.off, spans.len, spans.to)]

        def move() -> None:
            err = self._lib.move_spans(threads, fd, *where, spans.n, gap)
            if err:
                raise OSError(err, os.strerror(err))

        return move

    def close(self) -> None:
        """Let go of the file."""
        del self._view
        self._map.close()
        os.close(self._fd)


def memcpy(
    lib: ctypes.CDLL, source: np.ndarray, out: np.ndarray, threads: int
) -> Callable[[], None]:
    """Give what copies memory to memory, both faulted in."""
    n = min(source.nbytes, out.nbytes)
    off = np.arange(0, n, CHUNK)
    spans = Spans(off, np.minimum(CHUNK, n - off), off)
    where = [a.ctypes.data for a in (source, out, spans.off, spans.len, spans.to)]

    def move() -> None:
        lib.move_spans(threads, -1, *where, spans.n, 0)

    return move
