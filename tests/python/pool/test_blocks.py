"""Blocks: memory that knows whether anybody sees it, and iteration, which lives on it."""

import gc
import itertools
import os
import queue
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from together import at_once

import segbuf
from segbuf import _recycled
from segbuf._recycled import Recycled
from segbuf.testing import write_file

N_ILINES, N_XLINES, N_SAMPLES = 30, 20, 50
N_TRACES = N_ILINES * N_XLINES


def numbered(n_ilines, n_xlines, n_samples):
    """Make a cube in which no two traces are alike."""
    traces = np.arange(n_ilines * n_xlines, dtype=np.float32).reshape(n_ilines, n_xlines, 1)
    return traces * 1000 + np.arange(n_samples, dtype=np.float32)


@pytest.fixture
def cube():
    return numbered(N_ILINES, N_XLINES, N_SAMPLES)


@pytest.fixture
def file(tmp_path, cube, monkeypatch):
    """Give an open file that iteration reads a few traces at a time."""
    monkeypatch.setattr(_recycled, "BLOCK_BYTES", 7 * N_SAMPLES * 4)
    write_file(tmp_path / "volume.sgy", cube, format=5)
    with segbuf.open(tmp_path / "volume.sgy") as f:
        yield f


def address(array):
    return array.__array_interface__["data"][0]


# Blocks


def test_a_block_is_zeroed_aligned_writable_bytes():
    for n in (0, 1, 63, 1000, 3 << 20):
        block = segbuf.empty(n, "u1")
        view = memoryview(block)
        assert (len(block), view.nbytes, view.format, view.readonly) == (n, n, "B", False)
        array = np.asarray(block)
        assert not array.any()
        assert n == 0 or address(array) % 64 == 0


def test_a_block_counts_what_it_has_lent():
    block = segbuf.empty(400, "u1")
    assert block.exports == 0
    first, second = memoryview(block), np.asarray(block)
    assert block.exports == 2
    part = first[100:]
    first.release()
    assert block.exports == 2, "the part still shows the memory"
    part.release()
    assert block.exports == 1
    row = second.view(np.float32).reshape(10, 10)[3]
    del second
    assert block.exports == 1, "a view of a view of it"
    del row
    assert block.exports == 0


@pytest.mark.parametrize("n", [-1, 1 << 64, 1 << 62])
def test_a_block_that_cannot_be_had_raises(n):
    with pytest.raises((ValueError, MemoryError)):
        segbuf.empty(n, "u1")


def test_views_keep_the_memory_of_a_block():
    array = np.asarray(segbuf.empty(4000, "u1")).view(np.float32)
    array[:] = range(1000)
    gc.collect()
    others = [np.asarray(segbuf.empty(4000, "u1")) for _ in range(100)]
    assert not any(other.any() for other in others)
    assert (array == np.arange(1000)).all()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks the system what is used")
def test_memory_is_given_back_with_the_last_view():
    size = 64 << 20
    before = resident()
    block = segbuf.empty(size, "u1")
    assert resident() - before < size // 2, "zeros cost nothing until they are touched"
    array = np.asarray(block)
    array[:] = 1
    del block
    assert resident() - before > size // 2
    del array
    assert resident() - before < size // 2


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_a_block_counts_right_in_many_threads():
    block = segbuf.empty(64, "u1")

    def borrow():
        for _ in range(2000):
            view = memoryview(block)
            part = view[1:]
            view.release()
            part.release()

    assert at_once(*[borrow] * 8) == [None] * 8
    assert block.exports == 0


# Recycling


def test_memory_is_used_again_only_when_nobody_sees_it():
    recycled = Recycled("float32", (10,), rows=4)
    first = recycled.free()
    assert (first.shape, first.dtype, first.flags.writeable) == ((4, 10), np.float32, True)
    where = address(first)
    row = first[2]
    del first
    second = recycled.free()
    assert not np.shares_memory(row, second)
    del row
    assert address(recycled.free()) == where


@pytest.mark.parametrize(
    "hold",
    [
        lambda a: a,
        lambda a: a[1:],
        lambda a: a.T[::-1],
        lambda a: a.view(np.uint8),
        lambda a: a.reshape(-1)[:1],
        memoryview,
        lambda a: memoryview(memoryview(a)),
        iter,
        lambda a: a.flat,
        lambda a: np.broadcast_to(a, (2, *a.shape)),
        lambda a: np.lib.stride_tricks.sliding_window_view(a, 2, axis=1),
        np.ctypeslib.as_ctypes,
    ],
)
def test_whoever_holds_it_keeps_it(hold):
    recycled = Recycled("float32", (10,), rows=4)
    array = recycled.free()
    where = address(array)
    held = hold(array)
    del array
    assert all(address(recycled.free()) != where for _ in range(10))
    assert held is not None


@pytest.mark.parametrize(("shape", "rows"), [((0,), 3), ((3, 0), 1), ((5,), 0), ((), 2)])
def test_no_samples_are_no_trouble(shape, rows):
    assert Recycled("int16", shape, rows).free().shape == (rows, *shape)


# Iteration


def test_traces_that_are_kept_stay_what_they_were(file, cube):
    kept = list(file.trace)
    assert (np.array(kept) == cube.reshape(N_TRACES, N_SAMPLES)).all()


@pytest.mark.parametrize("mode", ["iline", "xline"])
def test_lines_that_are_kept_stay_what_they_were(file, cube, mode):
    expected = cube if mode == "iline" else cube.transpose(1, 0, 2)
    kept = list(getattr(file, mode))
    assert (np.array(kept) == expected).all()
    assert not any(np.shares_memory(a, b) for a, b in itertools.pairwise(kept))


def test_some_traces_may_be_kept(file, cube):
    kept = {i: trace[3:9] for i, trace in enumerate(file.trace) if i % 11 == 0}
    for i, part in kept.items():
        assert (part == cube.reshape(N_TRACES, N_SAMPLES)[i, 3:9]).all()


@pytest.mark.parametrize("mode", ["trace", "iline", "xline"])
def test_what_is_let_go_of_is_filled_again(file, mode):
    places = {address(array) for array in getattr(file, mode)}
    rows = 7 if mode == "trace" else 1
    assert len(places) <= Recycled.KEPT * rows


def test_a_trace_may_be_written_to(file, cube):
    for i, trace in enumerate(file.trace):
        assert (trace == cube.reshape(N_TRACES, N_SAMPLES)[i]).all()
        trace[:] = -1


def test_two_iterations_at_once_do_not_meet(file, cube):
    traces = cube.reshape(N_TRACES, N_SAMPLES)
    pairs = zip(file.trace, file.trace, strict=True)
    for i, (a, b) in enumerate(pairs):
        assert not np.shares_memory(a, b)
        assert (a == traces[i]).all()
        assert (b == traces[i]).all()


def test_a_trace_outlives_file_and_iteration(tmp_path, cube):
    write_file(tmp_path / "volume.sgy", cube, format=5)
    with segbuf.open(tmp_path / "volume.sgy") as f:
        first, second, *_ = f.trace
        line = next(iter(f.iline))
    gc.collect()
    assert (first == cube[0, 0]).all()
    assert (second == cube[0, 1]).all()
    assert (line == cube[0]).all()


def test_traces_are_let_go_of_in_other_threads(file, cube):
    traces = cube.reshape(N_TRACES, N_SAMPLES)
    work = queue.Queue(maxsize=16)
    wrong = []

    def produce():
        for item in enumerate(file.trace):
            work.put(item)
        for _ in range(4):
            work.put(None)

    def consume():
        while (item := work.get()) is not None:
            i, trace = item
            if not (trace == traces[i]).all():
                wrong.append(i)
            del trace, item

    assert at_once(produce, *[consume] * 4) == [None] * 5
    assert not wrong


def test_eight_threads_iterate_over_one_handle(file, cube):
    traces = cube.reshape(N_TRACES, N_SAMPLES)
    wrong = []

    def iterate(step):
        kept = {}
        for i, trace in enumerate(file.trace):
            if i % step == 0:
                kept[i] = trace
            if not (trace == traces[i]).all():
                wrong.append(i)
        wrong.extend(i for i, trace in kept.items() if not (trace == traces[i]).all())

    assert at_once(*(partial(iterate, step) for step in range(1, 9))) == [None] * 8
    assert not wrong
