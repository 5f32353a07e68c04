"""Handles survive fork: a child reads with those of its parent, whatever the parent was doing."""

import contextlib
import multiprocessing
import os
import pickle
import select
import signal
import threading
import traceback
import warnings
from pathlib import Path

import numpy as np
import pytest
from together import (
    ILINES,
    MODES,
    N_SAMPLES,
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

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
]

# Seconds after which a child is stuck. It takes a fraction of one.
LIMIT = 60

# How often a fork is tried in the midst of something.
ROUNDS = 10


@pytest.fixture(scope="module")
def cube():
    return make_cube(*SHAPE)


@pytest.fixture(scope="module")
def path(tmp_path_factory, cube):
    path = tmp_path_factory.mktemp("fork") / "volume.sgy"
    write_file(path, cube, ilines=ILINES, xlines=XLINES, format=5)
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Give the path of a file that several threads read for a while."""
    path = tmp_path_factory.mktemp("fork") / "large.sgy"
    cube = np.arange(1_000_000, dtype=np.float32).reshape(20, 50, 1000)
    write_file(path, cube, format=5)
    return path


@pytest.fixture(scope="module")
def expected(path):
    with segbuf.open(path, threads=1) as f:
        return {mode: read(f) for mode, read in MODES.items()}


@contextlib.contextmanager
def child(work):
    """Start work in a forked child; give a function that waits for what it returned."""
    here, there = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks in processes with threads
        pid = os.fork()
    if pid == 0:
        try:
            os.close(here)
            try:
                answer = True, work()
            except BaseException:  # noqa: BLE001 - a child must not return
                answer = False, traceback.format_exc()
            with os.fdopen(there, "wb") as pipe:
                pickle.dump(answer, pipe)
        finally:
            os._exit(0)
    os.close(there)

    def wait():
        said = b""
        while True:
            if not select.select([here], [], [], LIMIT)[0]:
                pytest.fail("the child is stuck")
            piece = os.read(here, 1 << 16)
            if not piece:
                break
            said += piece
        assert said, "the child died"
        fine, answer = pickle.loads(said)  # noqa: S301
        assert fine, answer
        return answer

    try:
        yield wait
    finally:
        os.close(here)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def forked(work):
    """Give what work returns in a forked child."""
    with child(work) as wait:
        return wait()


def differing(f, expected):
    """Give the modes in which a handle does not read what is expected."""
    return [mode for mode, read in MODES.items() if not same(read(f), expected[mode])]


def whole(f, out=None):
    out = np.empty((f.n_traces, f.n_samples), np.float32) if out is None else out
    f.read_into(out)
    return bool((out == np.arange(out.size).reshape(out.shape)).all())


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("how", ["file", "map", "memory", "object"])
@pytest.mark.parametrize("used", [False, True])
def test_child_reads_with_parent_handle(path, expected, how, threads, used):
    with opened(path, how, threads=threads) as f:
        if used:
            assert not differing(f, expected)
        assert forked(lambda: differing(f, expected)) == []
        assert not differing(f, expected)


def helpers():
    """Count the threads that help."""
    tasks = Path("/proc/self/task").iterdir()
    return sum((task / "comm").read_text().startswith("segbuf") for task in tasks)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks the system for threads")
def test_child_starts_new_threads(large):
    with segbuf.open(large, threads=4) as f:
        assert whole(f)
        assert forked(lambda: (helpers(), whole(f), helpers())) == (0, True, helpers())
        assert whole(f)


def test_grandchildren_read(large):
    with segbuf.open(large, threads=4) as f:
        whole(f)

        def nested(depth):
            return whole(f) and (depth == 0 or forked(lambda: nested(depth - 1))) and whole(f)

        assert forked(lambda: nested(3))


def test_children_read_concurrently(path, expected):
    with segbuf.open(path, threads=3) as f, contextlib.ExitStack() as stack:
        waits = [stack.enter_context(child(lambda: differing(f, expected))) for _ in range(6)]
        assert [wait() for wait in waits] == [[]] * 6


def test_child_threads_read_concurrently(path, expected):
    def work():
        with hectic():
            return at_once(*[lambda: differing(f, expected)] * 4)

    with segbuf.open(path, threads=3) as f:
        whole_cube = np.empty(SHAPE, np.float32)
        f.read_into(whole_cube)
        assert forked(work) == [[]] * 4


def test_child_forked_from_thread_reads(large):
    with segbuf.open(large, threads=4) as f:
        whole(f)
        assert at_once(lambda: forked(lambda: whole(f))) == [True]
        assert at_once(*[lambda: forked(lambda: whole(f))] * 3) == [True] * 3


def test_close_in_child_leaves_parent_open(path, expected):
    with segbuf.open(path) as f:

        def close():
            f.close()
            return f.closed

        assert forked(close)
        assert not differing(f, expected)


def test_iteration_continues_in_parent_and_child(path, cube):
    traces = cube.reshape(-1, N_SAMPLES)
    with segbuf.open(path, threads=2) as f:
        rest = enumerate(f.trace)
        kept = [next(rest)[1] for _ in range(100)]

        def go_on():
            return all((trace == traces[i]).all() for i, trace in rest)

        assert forked(go_on)
        assert go_on()
        assert (np.array(kept) == traces[:100]).all()


def test_pickled_handle_opens_in_child(path, expected):
    with segbuf.open(path) as f:
        pickled = pickle.dumps(f)
        assert forked(lambda: differing(pickle.loads(pickled), expected)) == []  # noqa: S301


# In the midst of something


@pytest.mark.parametrize("threads", [1, 4])
def test_fork_during_read_leaves_child_usable(large, path, expected, threads):
    with segbuf.open(large, threads=threads) as busy, segbuf.open(path, threads=threads) as f:
        out = np.empty((busy.n_traces, busy.n_samples), np.float32)
        mine = np.empty_like(out)
        with again_and_again(lambda: busy.read_into(out)):
            for _ in range(ROUNDS):
                assert forked(lambda: differing(f, expected)) == []
                assert forked(lambda: whole(busy, mine))
        assert whole(busy, out)


def test_fork_during_many_operations_leaves_child_usable(large, path, expected):
    def look():
        with segbuf.open(large, verify=True) as f:
            f.trace[7], f.iline[3], f.geometry.live, list(f.xline)

    with segbuf.open(large, threads=4) as busy, segbuf.open(path, threads=4) as f:
        out = [np.empty((busy.n_traces, busy.n_samples), np.float32) for _ in range(2)]
        with contextlib.ExitStack() as stack:
            stack.enter_context(again_and_again(lambda: busy.read_into(out[0])))
            stack.enter_context(again_and_again(lambda: busy.read_into(out[1], samples=...)))
            stack.enter_context(again_and_again(look))
            for _ in range(ROUNDS):
                assert forked(lambda: differing(f, expected)) == []
                assert forked(lambda: look() is None)


def test_fork_during_first_read_leaves_child_usable(large):
    # The threads that help are made by the first read that wants them.
    def first_reads():
        with segbuf.open(large, threads=4) as f:
            out = np.empty((f.n_traces, f.n_samples), np.float32)
            mine = np.empty_like(out)
            start = threading.Barrier(2)

            def read():
                start.wait()
                f.read_into(out)

            reader = threading.Thread(target=read)
            reader.start()
            start.wait()
            right = forked(lambda: whole(f, mine))
            reader.join()
            return right and whole(f, out)

    for _ in range(ROUNDS):
        assert forked(first_reads)


def test_destination_leased_by_parent_thread_is_free_in_child(large):
    with segbuf.open(large, threads=1) as f:
        out = np.zeros((f.n_traces, f.n_samples), np.float32)
        part = out[:10]
        refused = 0
        with again_and_again(lambda: f.read_into(out)):
            for _ in range(500):
                try:
                    f.trace.read_into(slice(10), part)
                except segbuf.DestinationError:
                    refused += 1
                    assert forked(lambda: f.trace.read_into(slice(10), part)) is None
                    assert forked(lambda: whole(f, out))
                if refused == 10:
                    break
        assert refused == 10


def test_lease_in_child_is_separate(large):
    def overlapping():
        out = np.zeros((f.n_traces, f.n_samples), np.float32)
        works = [lambda: f.read_into(out), lambda: f.trace.read_into(slice(200), out[:200])]
        for _ in range(500):
            refused = [r for r in at_once(*works) if r is not None]
            if refused:
                return refused[0].code
        return "never refused"

    with segbuf.open(large, threads=1) as f:
        assert forked(overlapping) == "overlapping-reads"


# multiprocessing


def read_line(label):
    return SHARED.iline[label]


def share(handle):
    global SHARED  # noqa: PLW0603 - that is how a pool shares
    SHARED = handle


def test_forked_process_pool_reads(path, cube):
    with segbuf.open(path, threads=3) as f, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        whole_cube = np.empty(SHAPE, np.float32)
        f.read_into(whole_cube)
        with multiprocessing.get_context("fork").Pool(3, share, (f,)) as pool:
            lines = pool.map_async(read_line, ILINES).get(LIMIT)
        assert (np.array(lines) == cube).all()
        assert (whole_cube == cube).all()


def test_forked_process_fills_shared_memory(path, cube):
    shared = multiprocessing.get_context("fork").RawArray("f", cube.size)
    with segbuf.open(path, threads=3) as f:
        forked(lambda: f.read_into(shared))
    assert (np.frombuffer(shared, np.float32).reshape(cube.shape) == cube).all()
