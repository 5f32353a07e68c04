"""Every block shows in tracemalloc, at the line that asked for it, for as long as it is there."""

import inspect
import tracemalloc
from functools import partial

import numpy as np
import pytest
from together import at_once

import segbuf
from segbuf.testing import make_cube, write_file

MB = 1 << 20


def here():
    """The line that calls this."""
    return inspect.currentframe().f_back.f_lineno


@pytest.fixture(autouse=True)
def _tracing():
    tracemalloc.start(5)
    yield
    tracemalloc.stop()


def traced(domain=segbuf.TRACEMALLOC_DOMAIN):
    """Bytes and blocks by the line of this file, in a domain."""
    snapshot = tracemalloc.take_snapshot()
    snapshot = snapshot.filter_traces([tracemalloc.DomainFilter(inclusive=True, domain=domain)])
    lines = {}
    for stat in snapshot.statistics("lineno"):
        frame = stat.traceback[0]
        assert frame.filename == __file__
        lines[frame.lineno] = (stat.size, stat.count)
    return lines


def test_a_block_shows_from_its_line_to_its_end():
    assert traced() == {}
    for n in (1, 1000, 3 * MB):
        block, line = segbuf.empty(n, "f8"), here()
        assert traced() == {line: (8 * n, 1)}
        seen = np.asarray(block)
        del block
        assert traced() == {line: (8 * n, 1)}
        del seen
        assert traced() == {}
    block = segbuf.empty(1000)
    block.release()
    assert traced() == {}
    assert segbuf.empty(0).nbytes == 0
    assert traced() == {}


@pytest.mark.parametrize(("first", "second"), [(10, 20), (20, 10), (100, MB), (MB, 4 * MB)])
def test_a_resized_block_shows_where_it_was_resized(first, second):
    block, line = segbuf.empty(first), here()
    other, other_line = segbuf.empty(5), here()
    assert traced() == {line: (4 * first, 1), other_line: (20, 1)}
    line = here() + 1
    block.resize(second)
    assert traced() == {line: (4 * second, 1), other_line: (20, 1)}
    with pytest.raises(MemoryError):
        block.resize(1 << 60)
    assert traced() == {line: (4 * second, 1), other_line: (20, 1)}, "as it was"
    block.resize(0)
    assert traced() == {other_line: (20, 1)}
    line = here() + 1
    block.resize(7)
    assert traced() == {line: (28, 1), other_line: (20, 1)}
    del other, block
    assert traced() == {}


def test_blocks_of_pools_show_and_what_is_kept_does_not():
    pool = segbuf.Pool()
    blocks, line = [pool.alloc(100) for _ in range(10)], here()
    assert traced() == {line: (4000, 10)}
    pool.free(blocks[0])
    blocks[1].release()
    assert traced() == {line: (3200, 8)}
    assert pool.cached == 800
    again = here() + 1
    pool.alloc(100)
    assert traced() == {line: (3200, 8), again: (400, 1)}
    resized = here() + 1
    pool.realloc(blocks[2], 200)
    assert traced() == {line: (2800, 7), again: (400, 1), resized: (800, 1)}
    pool.clear()
    assert traced() == {}
    blocks = pool.alloc(100)
    del pool, blocks
    assert traced() == {}


def test_the_traceback_goes_to_the_callers_caller():
    def make():
        return segbuf.empty(10)

    block, line = make(), here()
    [trace] = [t for t in tracemalloc.take_snapshot().traces if t.domain != 0 and t.size == 40]
    assert line in [frame.lineno for frame in trace.traceback]
    assert block.nbytes == 40


def test_what_was_made_before_tracing_does_no_harm():
    tracemalloc.stop()
    block = segbuf.empty(100)
    tracemalloc.start()
    assert traced() == {}
    line = here() + 1
    block.resize(200)
    assert traced() == {line: (800, 1)}
    tracemalloc.stop()
    block.release()
    tracemalloc.start()
    assert traced() == {}


def test_foreign_memory_shows_by_what_was_asked_for():
    import ctypes

    libc = ctypes.CDLL(None)
    for realloc in (None, libc.realloc):
        allocator = segbuf.Allocator(malloc=libc.malloc, free=libc.free, realloc=realloc)
        pool = segbuf.Pool(allocator=allocator)
        block, line = pool.alloc(1000), here()
        assert traced() == {line: (4000, 1)}
        line = here() + 1
        block.resize(MB)
        assert traced() == {line: (4 * MB, 1)}
        del block, pool
        assert traced() == {}


def test_foreign_memory_that_cannot_be_resized_shows_still():
    import ctypes

    libc = ctypes.CDLL(None)
    realloc = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)(lambda *_: None)
    allocator = segbuf.Allocator(malloc=libc.malloc, free=libc.free, realloc=realloc)
    block = segbuf.Pool(allocator=allocator).alloc(1000)
    with pytest.raises(MemoryError):
        block.resize(2000)
    assert list(traced().values()) == [(4000, 1)]


def test_many_threads_leave_no_trace():
    pool = segbuf.Pool(max_cached=10_000)

    def work(seed):
        rng = np.random.default_rng(seed)
        held = []
        for n in rng.integers(1, 600_000, 300):
            block = pool.alloc(n, "u1") if n % 2 else segbuf.empty(n, "u1")
            block.resize(2 * n)
            held.append(block)
            if n % 3:
                held.pop(n % len(held)).release()
        for block in held:
            block.release()

    assert at_once(*(partial(work, seed) for seed in range(6))) == [None] * 6
    assert traced() == {}
    assert pool.size == 0


@pytest.fixture
def file(tmp_path):
    write_file(tmp_path / "v.sgy", make_cube(8, 9, 400))
    with segbuf.open(tmp_path / "v.sgy") as f:
        yield f


NUMPY = np.lib.tracemalloc_domain


@pytest.mark.parametrize(
    "read",
    [
        lambda f: f.trace[:],
        lambda f: f.trace[3],
        lambda f: f.trace[[3, 1]],
        lambda f: f.iline[f.ilines[0]],
        lambda f: f.xline[f.xlines[0]],
    ],
)
def test_results_are_traced_by_numpy(file, read):
    read(file)
    tracemalloc.clear_traces()
    result = read(file)
    sizes = [t.size for t in tracemalloc.take_snapshot().traces if t.domain == NUMPY]
    assert sizes == [result.nbytes]


def test_iteration_is_traced_and_goes(file):
    iterator = iter(file.trace)
    first = next(iterator)
    domain = segbuf.TRACEMALLOC_DOMAIN
    sizes = [t.size for t in tracemalloc.take_snapshot().traces if t.domain == domain]
    assert len(sizes) == 1
    assert sizes[0] >= first.nbytes
    del iterator
    assert len([t for t in tracemalloc.take_snapshot().traces if t.domain == domain]) == 1
    del first
    assert traced() == {}


def test_the_domain_is_no_others():
    assert segbuf.TRACEMALLOC_DOMAIN not in {0, NUMPY}
    assert 0 < segbuf.TRACEMALLOC_DOMAIN < 1 << 32
