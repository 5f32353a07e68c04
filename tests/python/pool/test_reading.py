"""Memory and reading: batches, samples where they lie, data that travels between processes."""

import ctypes
import gc
import math
import multiprocessing
import os
import struct
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
import pytest

import segbuf
from segbuf.testing import make_cube, write_file

N_TRACES, N_SAMPLES = 6 * 7, 101


@pytest.fixture
def cube():
    return make_cube(6, 7, N_SAMPLES)


def written(folder, cube, **how):
    path = folder / "volume.sgy"
    write_file(path, cube, **how)
    return path


@pytest.fixture
def native(tmp_path, cube):
    return written(tmp_path, cube, format=5, endian=sys.byteorder)


# Batches


@pytest.mark.parametrize("n", [1, 5, 21, 41, 42, 43, 10_000, 1 << 62])
def test_blocks_yield_batches_in_order(native, cube, n):
    traces = cube.reshape(N_TRACES, N_SAMPLES)
    with segbuf.open(native) as f:
        batches = list(f.trace.blocks(n))
    assert [len(b) for b in batches[:-1]] == [n] * (len(batches) - 1)
    assert all(b.shape[1:] == (N_SAMPLES,) and b.dtype == np.float32 for b in batches)
    assert np.array_equal(np.concatenate(batches), traces)


def test_blocks_reuse_memory(native):
    with segbuf.open(native) as f:
        places = {block.ctypes.data for block in f.trace.blocks(3)}
        assert len(places) <= 3
        assert all(place % 4096 == 0 for place in places), "the kernel copies faster there"
        kept = {block.ctypes.data: block for block in f.trace.blocks(3)}
        assert len(kept) == 14
        before = segbuf.memory_report().size
        del kept
        assert segbuf.memory_report().size == before - 14 * 3 * N_SAMPLES * 4


@pytest.mark.parametrize("n", [0, -1])
def test_empty_blocks_are_refused_at_once(native, n):
    with segbuf.open(native) as f, pytest.raises(ValueError, match=f"1 or more, found {n}"):
        f.trace.blocks(n)
    with segbuf.open(native) as f, pytest.raises(TypeError):
        f.trace.blocks(2.5)


@pytest.mark.parametrize(
    "mode",
    [
        lambda f: f.trace,
        lambda f: f.trace.blocks(1 << 40),
        lambda f: f.iline,
        lambda f: f.gather,
        lambda f: f.group("inline").values(),
        lambda f: f.depth_slice,
    ],
    ids=["trace", "blocks", "iline", "gather", "group", "depth_slice"],
)
def test_small_file_takes_no_more_memory_than_its_samples(native, cube, mode):
    with segbuf.open(native) as f:
        before = segbuf.memory_report().size
        kept = list(mode(f))
        assert segbuf.memory_report().size - before == cube.nbytes == sum(k.nbytes for k in kept)


def test_iteration_leaves_no_memory(native):
    gc.collect()
    before = segbuf.memory_report()
    with segbuf.open(native) as f:
        for items in (f.trace, f.trace.blocks(4), f.iline, f.xline):
            for item in items:
                assert item.any()
        abandoned = next(iter(f.trace.blocks(4)))
    del item, items, abandoned
    after = segbuf.memory_report()
    assert (after.blocks, after.size, after.views) == (before.blocks, before.size, before.views)
    assert after.cached == before.cached


ITERATE = """
import re, sys
from pathlib import Path
import numpy as np, segbuf

def peak():
    text = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\\s+(\\d+)", text)[1]) / 1024

def items(f):
    match sys.argv[2]:
        case "trace": return f.trace
        case "blocks": return f.trace.blocks(500)
        case mode: return getattr(f, mode)

with segbuf.open(sys.argv[1]) as f:
    for item in items(f):
        pass
    before = peak()
    for item in items(f):
        pass
    print(peak() - before, before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak")
@pytest.mark.parametrize("mode", ["trace", "blocks", "iline", "xline"])
def test_discarding_loop_runs_in_constant_memory(tmp_path, mode):
    path = tmp_path / "large.sgy"
    write_file(path, np.ones((100, 100, 1500), np.float32))  # 60 MB
    command = [sys.executable, "-c", ITERATE, path, mode]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    grown, peak = map(float, done.stdout.split())
    assert grown < 2
    assert peak < 60


# Samples where they lie


@pytest.mark.parametrize("source", ["map", "bytes", "bytearray"])
def test_view_shows_file_memory(native, cube, source):
    data = native.read_bytes()
    given = {"map": native, "bytes": data, "bytearray": bytearray(data)}[source]
    with segbuf.open(given, mmap=source == "map") as f:
        view = f.trace.view()
        assert np.array_equal(view, f.trace[:])
        assert (view.shape, view.dtype) == ((N_TRACES, N_SAMPLES), np.float32)
        assert view.strides == (240 + 4 * N_SAMPLES, 4)
        assert not view.flags.writeable
        assert not view.flags.owndata
        assert np.shares_memory(view, f.trace.view())
        with pytest.raises(ValueError, match=r"read-only"):
            view[0, 0] = 1
        with pytest.raises(ValueError, match=r"WRITEABLE"):
            view.flags.writeable = True
        if source != "map":
            assert np.shares_memory(view, np.frombuffer(given, np.uint8))
    gc.collect()
    assert np.array_equal(view[::5], cube.reshape(N_TRACES, N_SAMPLES)[::5]), "after close"


def test_view_is_readonly(tmp_path):
    one = np.ones((1, N_SAMPLES), np.float32)
    content = bytearray(written(tmp_path, one, format=5, endian=sys.byteorder).read_bytes())
    with segbuf.open(content) as f:
        view = f._raw.view()  # noqa: SLF001
        assert memoryview(view).contiguous
        with pytest.raises((BufferError, TypeError), match="read-"):
            struct.pack_into("f", view, 0, 5)
        with pytest.raises((BufferError, TypeError), match="writable"):
            (ctypes.c_float * N_SAMPLES).from_buffer(view)
        assert (f.trace[0] == 1).all()


def test_view_sees_writes_to_file(native):
    with segbuf.open(native, mmap=True) as f:
        view = f.trace.view()
        with native.open("r+b") as raw:
            raw.seek(3600 + 240 + 4 * 7)
            raw.write(np.float32(123).tobytes())
        assert view[0, 7] == 123


def test_view_exports_strides(native):
    with segbuf.open(native, mmap=True) as f:
        lent = memoryview(f.trace.view())
        assert (lent.readonly, lent.contiguous, lent.shape) == (True, False, (N_TRACES, N_SAMPLES))
        raw = f._raw.view()  # noqa: SLF001
        assert memoryview(raw).strides == lent.strides
        for refused in (lambda: bytearray(b"x").join([raw]), lambda: (b"x" * 8).find(raw)):
            with pytest.raises((BufferError, TypeError)):
                refused()


@pytest.mark.parametrize(
    ("how", "options", "says"),
    [
        ({"format": 5, "endian": sys.byteorder}, {}, "open its path with mmap="),
        ({"format": 1}, {"mmap": True}, r"IEEE float32, found ibm_float32; read a copy"),
        ({"format": 3}, {"mmap": True}, r"found int16; read a copy"),
        ({"format": 6, "endian": sys.byteorder}, {"mmap": True}, "found ieee_float64"),
        (
            {"format": 5, "endian": "big"},
            {"mmap": True},
            r"little-endian .* big-endian .*read a copy",
        ),
    ],
    ids=["not mapped", "IBM", "int16", "float64", "big-endian"],
)
def test_view_refusal_names_reason_and_alternative(tmp_path, cube, how, options, says):
    if sys.byteorder == "big" and how.get("endian") == "big":
        pytest.skip("big-endian is native here")
    path = written(tmp_path, cube.astype(np.int16) if how["format"] == 3 else cube, **how)
    with segbuf.open(path, **options) as f, pytest.raises(ValueError, match=says):
        f.trace.view()


def test_view_of_closed_file_is_refused(native):
    f = segbuf.open(native, mmap=True)
    f.close()
    with pytest.raises(ValueError, match="closed"):
        f.trace.view()


# Between processes


def read_line(path, label, name, shape, index):
    """In a worker: read a line into shared memory."""
    memory = SharedMemory(name)
    try:
        cube = np.ndarray(shape, np.float32, memory.buf)
        with segbuf.open(path) as f:
            f.iline.read_into(label, cube[index])
        del cube
    finally:
        memory.close()


def test_shared_memory_is_filled_and_passed_to_processes(native, cube):
    memory = SharedMemory(create=True, size=cube.nbytes)
    try:
        context = multiprocessing.get_context("spawn")
        with segbuf.open(native) as f, ProcessPoolExecutor(2, context) as workers:
            jobs = [
                workers.submit(read_line, native, int(label), memory.name, cube.shape, i)
                for i, label in enumerate(f.ilines)
            ]
            for job in jobs:
                job.result()
        shared = np.ndarray(cube.shape, np.float32, memory.buf)
        assert np.array_equal(shared, cube)
        del shared
    finally:
        memory.close()
        memory.unlink()


class Windows:
    """A data set as torch has them: it pickles by its file, and reads in any process."""

    def __init__(self, path, n):
        self.file, self.n = segbuf.open(path), n

    def __len__(self):
        return math.ceil(self.file.n_traces / self.n)

    def __getitem__(self, i):
        if not 0 <= i < len(self):
            raise IndexError(i)
        return self.file.trace[i * self.n : (i + 1) * self.n]


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_dataset_is_read_by_workers(native, cube, method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"there is no {method} here")
    windows = Windows(native, 5)
    with multiprocessing.get_context(method).Pool(2) as workers:
        parts = workers.map(windows.__getitem__, range(len(windows)))
    assert np.array_equal(np.concatenate(parts), cube.reshape(N_TRACES, N_SAMPLES))


def test_torch_loader_reads_with_workers(native, cube):
    data = pytest.importorskip("torch.utils.data")
    loader = data.DataLoader(Windows(native, 7), batch_size=None, num_workers=2)
    parts = [np.asarray(part) for part in loader]
    assert np.array_equal(np.concatenate(parts), cube.reshape(N_TRACES, N_SAMPLES))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_child_continues_parent_iteration(native, cube):
    traces = cube.reshape(N_TRACES, N_SAMPLES)
    with segbuf.open(native) as f:
        blocks = f.trace.blocks(5)
        first = next(blocks)

        def child():
            rest = [block.copy() for block in blocks]
            assert np.array_equal(np.concatenate([first, *rest]), traces)

        process = multiprocessing.get_context("fork").Process(target=child)
        process.start()
        process.join(60)
        assert process.exitcode == 0
        assert np.array_equal(np.concatenate([first, *blocks]), traces)
