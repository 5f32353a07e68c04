"""One handle serves many threads: they get what one gets, and do not wait for each other."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from together import (
    ILINES,
    MODES,
    N_ILINES,
    N_SAMPLES,
    N_TRACES,
    N_XLINES,
    SHAPE,
    XLINES,
    again_and_again,
    at_once,
    hectic,
    opened,
    same,
)

import segbuf
from segbuf.testing import make_cube, write_file

pytestmark = pytest.mark.slow

N_THREADS = 8

# How often a race is run before it counts as one that nobody can win.
ROUNDS = 2000


@pytest.fixture(scope="module")
def cube():
    return make_cube(*SHAPE)


def swapped():
    order = np.arange(N_TRACES)
    order[[3, 4, 77, 301]] = order[[4, 3, 301, 77]]
    return order


# How the file is written, and which of its traces are there.
FILES = {
    "regular": {"format": 5},
    "ibm": {"format": 1},
    "by crossline": {"format": 5, "sorting": "crossline"},
    "swapped": {"format": 5, "trace_order": swapped()},
    "holes": {"format": 5, "trace_order": np.delete(np.arange(N_TRACES), [5, 123, 124, 499])},
}


@pytest.fixture(scope="module", params=FILES)
def path(request, tmp_path_factory, cube):
    """Give the path of a file of each sort."""
    path = tmp_path_factory.mktemp("threads") / "volume.sgy"
    write_file(path, cube, ilines=ILINES, xlines=XLINES, **FILES[request.param])
    return path


@pytest.fixture(scope="module")
def regular(tmp_path_factory, cube):
    """Give the path of a file of which nothing is odd."""
    path = tmp_path_factory.mktemp("threads") / "regular.sgy"
    write_file(path, cube, ilines=ILINES, xlines=XLINES, format=5)
    return path


@pytest.fixture
def frantic():
    """Let threads take turns as often as they can."""
    with hectic():
        yield


# What threads get


@pytest.mark.usefixtures("frantic")
@pytest.mark.parametrize("how", ["file", "map", "memory", "object", "parts"])
def test_eight_threads_match_one(path, how):
    with opened(path, how, threads=1) as f:
        expected = {mode: read(f) for mode, read in MODES.items()}

    def all_modes(f, first):
        # Each thread begins elsewhere, so that all meet each other.
        names = list(MODES)
        return {name: MODES[name](f) for name in names[first:] + names[:first]}

    with opened(path, how, threads=3) as f:
        works = [lambda i=i: all_modes(f, 4 * i % len(MODES)) for i in range(N_THREADS)]
        for result in at_once(*works):
            assert isinstance(result, dict), result
            assert all(same(result[mode], expected[mode]) for mode in MODES)


@pytest.mark.usefixtures("frantic")
@pytest.mark.parametrize(
    "mode", ["iline", "xlines", "axes", "live", "verify", "line of samples", "sorting"]
)
def test_first_survey_probe_is_same_for_all_threads(path, mode):
    with segbuf.open(path) as f:
        expected = MODES[mode](f)
    for _ in range(20):
        with segbuf.open(path) as f:
            results = at_once(*[lambda: MODES[mode](f)] * N_THREADS)
            assert all(same(result, expected) for result in results)


@pytest.mark.usefixtures("frantic")
def test_sweep_and_probe_at_once_agree_on_axes(tmp_path, cube):
    # A label that no probe sees: neither in the first line nor at the end of another.
    labels = np.tile(XLINES, N_ILINES)
    labels[N_XLINES * 10 + 10] = 5
    write_file(tmp_path / "v.sgy", cube, ilines=ILINES, xlines=XLINES, headers={193: labels})
    for _ in range(50):
        with segbuf.open(tmp_path / "v.sgy") as f:
            *_, axes = at_once(f.geometry.verify, f.geometry.verify, lambda: f.xlines)
            lines = at_once(*[lambda: f.iline[ILINES[10]]] * 2, lambda: len(f.xlines))
            for line in lines[:-1]:
                if isinstance(line, segbuf.GeometryError):
                    assert "5" in str(line), "labels outside the axes that were handed out"
                else:
                    assert line.shape == (len(axes), N_SAMPLES)
            assert lines[-1] == len(axes)


# Destinations


@pytest.mark.usefixtures("frantic")
def test_disjoint_columns_are_read_concurrently(regular, cube):
    with segbuf.open(regular, threads=2) as f:
        out = np.zeros_like(cube)

        def column(first):
            for x in range(first, N_XLINES, N_THREADS):
                f.xline.read_into(XLINES[x], out[:, x, :])

        for _ in range(20):
            out[:] = 0
            works = [lambda i=i: column(i) for i in range(N_THREADS)]
            assert at_once(*works) == [None] * N_THREADS
            assert (out == cube).all()


@pytest.mark.usefixtures("frantic")
def test_interleaved_samples_are_read_concurrently(regular, cube):
    with segbuf.open(regular) as f:
        out = np.zeros((N_TRACES, N_SAMPLES), np.float32)
        halves = [
            lambda i=i: f.read_into(out[:, i::2], samples=slice(i, None, 2)) for i in range(2)
        ]
        for _ in range(20):
            out[:] = 0
            assert at_once(*halves) == [None, None]
            assert (out == cube.reshape(out.shape)).all()


def test_overlapping_reads_refuse_one(tmp_path):
    cube = np.arange(4_000_000, dtype=np.float32).reshape(40, 100, 1000)
    write_file(tmp_path / "large.sgy", cube, format=5)
    with segbuf.open(tmp_path / "large.sgy", threads=1) as f:
        out = np.empty(cube.shape, np.float32)
        works = [
            lambda: f.read_into(out),
            lambda: f.trace.read_into(slice(500), out[:5].reshape(500, 1000)),
        ]
        for _ in range(ROUNDS):
            out[:5] = 0
            results = at_once(*works)
            assert None in results, "one of them is served"
            refused = [r for r in results if r is not None]
            if refused:
                break
        assert isinstance(refused[0], segbuf.DestinationError)
        assert refused[0].code == "overlapping-reads"
        assert (out[:5] == cube[:5]).all(), "the other one is right nevertheless"
        for work in works:
            work()  # nothing is left behind


def test_memory_source_is_refused_as_destination(regular):
    cube = np.zeros((40, 100, 1000), np.float32)
    memory = bytearray(write_file(None, cube, format=5))
    with segbuf.open(memory, threads=1) as f, segbuf.open(regular) as other:
        out = np.empty(cube.shape, np.float32)
        place = memoryview(memory)[5_000_000 : 5_000_000 + 4 * N_SAMPLES]
        with pytest.raises(segbuf.DestinationError, match="memory that a file is being read from"):
            f.read_into(place, traces=0, samples=slice(N_SAMPLES))
        with again_and_again(lambda: f.read_into(out)):
            for _ in range(ROUNDS):
                try:
                    other.trace.read_into(3, place)
                except segbuf.DestinationError as error:
                    refused = str(error)
                    break
                time.sleep(0)
        assert refused.startswith("the destination overlaps memory that a file is being read from")


# The GIL


@contextlib.contextmanager
def ticking():
    """Count turns of a thread that comes to its turn only where another lets go of the GIL."""
    ticks = [0]
    done = threading.Event()

    def tick():
        while not done.is_set():
            ticks[0] += 1
            time.sleep(0)  # lets go of the GIL, and nothing else

    before = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield lambda: ticks[0]
    finally:
        done.set()
        thread.join()
        sys.setswitchinterval(before)


def lets_others_run(work, rounds=ROUNDS):
    """Tell whether another thread ever ran during work."""
    with ticking() as ticks:
        for _ in range(rounds):
            before = ticks()
            work()
            if ticks() != before:
                return True
    return False


@pytest.mark.parametrize("threads", [1, 2])
def test_other_threads_run_during_large_read(regular, threads):
    with segbuf.open(regular, threads=threads) as f:
        out = np.empty((N_TRACES, N_SAMPLES), np.float32)
        assert lets_others_run(lambda: f.read_into(out))


def test_other_threads_run_during_scattered_read(regular):
    with segbuf.open(regular) as f:
        out = np.empty(N_TRACES, np.float32)
        assert lets_others_run(lambda: f.read_into(out, samples=11))


@pytest.mark.parametrize("look", ["axes", "live", "verify", "iline", "line of samples"])
def test_other_threads_run_during_header_sweep(tmp_path, look):
    path = tmp_path / "swapped.sgy"
    labels = {"ilines": ILINES, "xlines": XLINES}
    write_file(path, make_cube(*SHAPE), format=5, trace_order=swapped(), **labels)

    # So many that one of these short looks is seen.
    content = path.read_bytes()
    files = [segbuf.open(content) for _ in range(5000)]
    assert lets_others_run(lambda: MODES[look](files.pop()), rounds=len(files))


def test_other_threads_run_during_open_and_sweep(regular):
    memory = regular.read_bytes()
    assert lets_others_run(lambda: segbuf.open(memory, verify=True).close())


def test_small_memory_read_keeps_gil(regular):
    with segbuf.open(regular.read_bytes()) as f:
        out = np.empty(N_SAMPLES, np.float32)
        assert not lets_others_run(lambda: f.trace.read_into(17, out), rounds=200)


# How many threads


COUNT = """
import os, sys, threading
import numpy as np
import segbuf

f = segbuf.open(sys.argv[1], threads=eval(sys.argv[2]), verify=True)
out = np.empty((f.n_traces, f.n_samples), np.float32)
before = set(os.listdir("/proc/self/task"))
f.read_into(out)
f.geometry.verify()
new = set(os.listdir("/proc/self/task"))
names = [open(f"/proc/self/task/{t}/comm").read().strip() for t in new]
print(f._raw.threads, sum(name.startswith("segbuf") for name in names))
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Give the path of a file that several threads read."""
    path = tmp_path_factory.mktemp("threads") / "large.sgy"
    write_file(path, np.ones((60, 100, 400), np.float32), format=5)
    return path


def threads_made(path, threads, environment):
    """Give how many threads a handle may use, and how many helpers there are then."""
    variables = {k: v for k, v in os.environ.items() if k != "SEGBUF_THREADS"}
    said = subprocess.run(
        [sys.executable, "-c", COUNT, path, str(threads)],
        env={**variables, **environment},
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    return tuple(int(n) for n in said.stdout.split())


CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks the system for threads")
@pytest.mark.parametrize(
    ("threads", "environment", "used", "helpers"),
    [
        (1, {}, 1, 0),
        (None, {"SEGBUF_THREADS": "1"}, 1, 0),
        (None, {"SEGBUF_THREADS": "5"}, 5, max(5, CORES) - 1),
        (1, {"SEGBUF_THREADS": "5"}, 1, 0),
        (3, {"SEGBUF_THREADS": "5"}, 3, max(5, CORES) - 1),
        (None, {}, CORES, CORES - 1),
        (None, {"SEGBUF_THREADS": "0"}, CORES, CORES - 1),
        (None, {"SEGBUF_THREADS": "many"}, CORES, CORES - 1),
    ],
)
def test_threads_option_limits_threads(large, threads, environment, used, helpers):
    assert threads_made(large, threads, environment) == (used, helpers)


@pytest.mark.parametrize("threads", [0, -1])
def test_threads_option_rejects_zero(regular, threads):
    with pytest.raises(ValueError, match="threads"):
        segbuf.open(regular, threads=threads)


@pytest.mark.parametrize("threads", [1, 2, 7, 64, 1000])
def test_thread_count_does_not_change_result(large, threads):
    with segbuf.open(large, threads=threads) as f:
        out = np.zeros((f.n_traces, f.n_samples), np.float32)
        f.read_into(out)
        assert (out == 1).all()


# Interpreters


def test_second_interpreter_is_refused():
    code = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
import segbuf
other = interpreters.create()
interpreters.run_string(other, '''
try:
    import segbuf
except ImportError as error:
    print("refused", flush=True)
''')
interpreters.destroy(other)
"""
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (said.stdout, said.stderr, said.returncode) == ("refused\n", "", 0)
