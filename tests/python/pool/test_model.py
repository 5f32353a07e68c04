"""Pools against a model of them: ten thousand random steps, alone and in many threads at once."""

import gc
import queue
import random
import tracemalloc
import weakref
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from together import at_once

import segbuf

pytestmark = pytest.mark.slow

STEPS = 10_000
LIMIT = 4 << 20
KEPT = 1 << 20
sizes = st.one_of(st.integers(0, 300), st.integers(0, LIMIT // 4), st.just(LIMIT // 8))
dtypes = st.sampled_from(["u1", "f4", "i2", "c16"])


class Modelled:
    """A block, what must be in it, and which pool it is of: 0, 1, none, or one that has ended."""

    def __init__(self, block, contents, home):
        self.block, self.contents, self.home = block, contents, home
        self.alive = weakref.ref(block)
        self.views = []

    @property
    def size(self):
        return self.contents.nbytes

    @property
    def released(self):
        return self.contents is None

    def check(self):
        for view in self.views:
            assert np.array_equal(view, self.contents)


class Machine(RuleBasedStateMachine):
    """Two pools, blocks of theirs and of none, and views of them."""

    blocks, views = Bundle("blocks"), Bundle("views")
    steps = 0

    @initialize()
    def start(self):
        gc.collect()
        self.before = segbuf.memory_report()
        self.pools = [segbuf.Pool(max_bytes=LIMIT, max_cached=KEPT) for _ in range(2)]
        self.living = []
        self.peaks = [0, 0]

    def total(self, home):
        return sum(m.size for m in self.living if m.home == home)

    def fits(self, home, more):
        return home not in {0, 1} or self.total(home) + more <= LIMIT

    def note(self, home):
        if home in {0, 1}:
            self.peaks[home] = max(self.peaks[home], self.total(home))

    @rule(target=blocks, home=st.sampled_from([0, 0, 1, None]), n=sizes, dtype=dtypes)
    def alloc(self, home, n, dtype):
        make = segbuf.empty if home is None else self.pools[home].alloc
        shape = (n // 3, 3) if n % 2 else n
        expected = np.zeros(shape, dtype)
        if not self.fits(home, expected.nbytes):
            with pytest.raises(MemoryError):
                make(shape, dtype)
            return multiple()
        block = make(shape, dtype)
        seen = np.asarray(block)
        assert seen.shape == expected.shape
        assert not seen.any()
        seen[...] = expected[...] = random.randrange(1, 100)  # noqa: S311
        self.living.append(Modelled(block, expected, home))
        self.note(home)
        return self.living[-1]

    @rule(m=blocks, n=sizes, through_pool=st.booleans())
    def resize(self, m, n, through_pool):
        if m.block is None:
            return
        resize = m.block.resize
        if through_pool and m.home in {0, 1}:
            pool = self.pools[m.home]
            resize = lambda n: pool.realloc(m.block, n)  # noqa: E731
        if m.released:
            with pytest.raises(ValueError, match="released"):
                resize(n)
        elif m.views:
            with pytest.raises(BufferError, match=rf"{len(m.views)} view"):
                resize(n)
        elif not self.fits(m.home, n * m.contents.itemsize - m.size):
            with pytest.raises(MemoryError):
                resize(n)
            assert np.array_equal(np.asarray(m.block), m.contents)
        else:
            resize(n)
            expected = np.zeros(n, m.contents.dtype)
            kept = min(n, m.contents.size)
            expected[:kept] = m.contents.ravel()[:kept]
            assert np.array_equal(np.asarray(m.block), expected)
            m.contents = expected
            self.note(m.home)

    @rule(m=blocks, through_pool=st.booleans())
    def free(self, m, through_pool):
        if m.block is None:
            return
        free = m.block.release
        if through_pool:
            pool = self.pools[m.home if m.home in {0, 1} else 0]
            if m.home not in {0, 1}:
                with pytest.raises(ValueError, match="not of this pool"):
                    pool.free(m.block)
                return
            free = lambda: pool.free(m.block)  # noqa: E731
        if m.released:
            with pytest.raises(ValueError, match="released"):
                free()
        elif m.views:
            with pytest.raises(BufferError, match=rf"{len(m.views)} view"):
                free()
        else:
            free()
            self.gone(m)

    def gone(self, m):
        m.contents = None
        self.living.remove(m)

    @rule(target=views, m=blocks, kind=st.sampled_from([np.asarray, memoryview]))
    def view(self, m, kind):
        if m.block is None or m.released:
            return multiple()
        m.views.append(kind(m.block))
        return m

    @rule(m=consumes(views), data=st.data())
    def drop_view(self, m, data):
        if m.views:
            m.views.pop(data.draw(st.integers(0, len(m.views) - 1)))
            self.maybe_dead(m)

    @rule(m=views, value=st.integers(1, 99))
    def write(self, m, value):
        for view in m.views:
            if isinstance(view, np.ndarray):
                view[...] = value
                m.contents[...] = value

    @rule(m=blocks)
    def drop_block(self, m):
        m.block = None
        self.maybe_dead(m)

    def maybe_dead(self, m):
        """A block that nobody holds goes, unless its pool keeps it."""
        kept = m.home in {0, 1} and not m.released
        if m.block is None and not m.views and not kept:
            assert m.alive() is None
            if not m.released:
                self.gone(m)
        else:
            assert m.alive() is not None

    @rule(home=st.sampled_from([0, 1]))
    def clear(self, home):
        mine = [m for m in self.living if m.home == home]
        lent = sum(len(m.views) for m in mine)
        if lent:
            with pytest.raises(BufferError, match=rf"{lent} view"):
                self.pools[home].clear()
            return
        self.pools[home].clear()
        for m in mine:
            self.gone(m)
        assert self.pools[home].cached == 0

    @precondition(lambda self: self.living)
    @rule(home=st.sampled_from([0, 1]), leave=st.booleans())
    def end(self, home, leave):
        """Ends a pool and starts another in its place; what is held lives on, in no pool."""
        if leave:
            with self.pools[home]:
                pass
        self.pools[home] = segbuf.Pool(max_bytes=LIMIT, max_cached=KEPT)
        for m in [m for m in self.living if m.home == home]:
            if m.block is None and not m.views:
                assert m.alive() is None
                self.gone(m)
            else:
                m.home = "ended"
        self.peaks[home] = 0

    @invariant()
    def books_are_right(self):
        type(self).steps += 1
        for home, pool in enumerate(getattr(self, "pools", [])):
            mine = [m for m in self.living if m.home == home]
            assert pool.size == sum(m.size for m in mine) <= LIMIT
            assert pool.peak == self.peaks[home]
            assert pool.cached <= KEPT
            assert sorted(pool.addresses.values()) == sorted(m.size for m in mine if m.size)
            held = {m.block.address: m.size for m in mine if m.block is not None and m.size}
            assert held.items() <= pool.addresses.items()

    @invariant()
    def contents_are_right(self):
        for m in getattr(self, "living", []):
            m.check()

    def teardown(self):
        if not hasattr(self, "living"):
            return
        report = segbuf.memory_report()
        assert report.blocks - self.before.blocks == len(self.living)
        assert report.size - self.before.size == sum(m.size for m in self.living)
        assert report.views - self.before.views == sum(len(m.views) for m in self.living)
        # The bundles of the machine hold what is modelled; nothing else may.
        for m in self.living:
            m.block, m.views = None, []
        alive = [m.alive for m in self.living]
        self.pools, self.living = [], []
        assert [ref() for ref in alive] == [None] * len(alive)
        assert segbuf.memory_report().size == self.before.size


def test_pools_match_model_over_ten_thousand_steps():
    Machine.steps = 0
    while Machine.steps < STEPS:
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=100,
                stateful_step_count=80,
                deadline=None,
                derandomize=False,
                suppress_health_check=list(HealthCheck),
            ),
        )


class Worker:
    """A thread that checks blocks of its own, and hands some to others, who release them."""

    def __init__(self, pool, handed, number):
        self.pool, self.handed, self.number = pool, handed, number
        self.rng = random.Random(number)  # noqa: S311
        self.mine = []

    def run(self, steps):
        todo = [self.alloc, self.alloc, self.resize, self.hand_over, self.take_over, self.free]
        for _ in range(steps):
            self.rng.choice(todo)()
        assert all(self.is_mine(seen) for _, seen in self.mine)

    def is_mine(self, seen):
        return seen[0] == seen[-1] == self.number

    def pick(self):
        if not self.mine:
            self.alloc()
        block, seen = self.mine.pop(self.rng.randrange(len(self.mine)))
        assert self.is_mine(seen)
        return block, seen

    def alloc(self):
        n = self.rng.choice([self.rng.randrange(1, 500), self.rng.randrange(1, 400_000), 300_000])
        make = self.rng.choice([self.pool.alloc, self.pool.alloc, segbuf.empty])
        block = make(n, "u1")
        seen = np.asarray(block)
        assert not seen.any()
        seen[:] = self.number
        self.mine.append((block, seen))

    def resize(self):
        block, seen = self.pick()
        with pytest.raises(BufferError):
            block.resize(5)
        n = len(seen)
        del seen
        block.resize(2 * n)
        seen = np.asarray(block)
        assert (seen[:n] == self.number).all()
        assert not seen[n:].any()
        seen[:] = self.number
        if n < LIMIT:
            self.mine.append((block, seen))

    def hand_over(self):
        self.handed.put(self.pick())

    def take_over(self):
        try:
            block, seen = self.handed.get_nowait()
        except queue.Empty:
            return
        assert (seen == seen[0]).all()
        with pytest.raises(BufferError):
            block.release()
        del seen
        block.release()

    def free(self):
        block, seen = self.pick()
        del seen
        try:
            self.pool.free(block)
        except ValueError:
            block.release()


@pytest.mark.parametrize("tracing", [False, True])
def test_pools_match_model_in_eight_threads(tracing):
    pool, handed = segbuf.Pool(max_cached=KEPT), queue.SimpleQueue()
    if tracing:
        tracemalloc.start()
    try:
        workers = [Worker(pool, handed, number) for number in range(1, 9)]
        assert at_once(*(partial(worker.run, STEPS // 8) for worker in workers)) == [None] * 8
        del workers
        while not handed.empty():
            handed.get()
        gc.collect()
        pool.clear()
        assert (pool.size, pool.addresses, pool.cached) == (0, {}, 0)
        if tracing:
            domain = segbuf.TRACEMALLOC_DOMAIN
            assert [t for t in tracemalloc.take_snapshot().traces if t.domain == domain] == []
    finally:
        tracemalloc.stop()
