"""Memory of other libraries: zeroed, aligned, and given back to where it came from, each once."""

import ctypes
import gc
import math
import os
import shutil
import subprocess
import sys
import time
import weakref
from ctypes import CFUNCTYPE, c_size_t, c_void_p
from functools import partial

import numpy as np
import pytest
from together import at_once

import segbuf
from segbuf import Allocator, Pool

pytestmark = pytest.mark.skipif(os.name != "posix", reason="looks for the libc of a Unix")

MB = 1 << 20
LIBC = ctypes.CDLL(None) if os.name == "posix" else None
MALLOC, FREE = CFUNCTYPE(c_void_p, c_size_t), CFUNCTYPE(None, c_void_p)
REALLOC = CFUNCTYPE(c_void_p, c_void_p, c_size_t)
CALLOC = CFUNCTYPE(c_void_p, c_size_t, c_size_t)


class Counting:
    """An allocator in Python over libc's, which knows what is out."""

    def __init__(self, *, realloc=False, calloc=False, offset=0):
        self.out, self.errors, self.calls = {}, [], 0
        self._offset = offset  # of each address from where libc's is
        libc = ctypes.CDLL(None)
        for name, result, args in [
            ("malloc", c_void_p, [c_size_t]),
            ("calloc", c_void_p, [c_size_t, c_size_t]),
            ("realloc", c_void_p, [c_void_p, c_size_t]),
            ("free", None, [c_void_p]),
        ]:
            function = getattr(libc, name)
            function.restype, function.argtypes = result, args
        self._libc = libc
        functions = {"malloc": MALLOC(self.malloc), "free": FREE(self.free)}
        if realloc:
            functions["realloc"] = REALLOC(self.realloc)
        if calloc:
            functions["calloc"] = CALLOC(self.calloc)
        self.allocator = Allocator(**functions)

    def _give(self, address, size):
        self.calls += 1
        if not address:
            return None
        address += self._offset
        if address in self.out:
            self.errors.append(f"{address:#x} given twice")
        self.out[address] = size
        return address

    def _take(self, address):
        if self.out.pop(address, None) is None:
            self.errors.append(f"{address:#x} was not out")
        return address - self._offset

    def malloc(self, size):
        address = self._libc.malloc(size + self._offset)
        ctypes.memset(address + self._offset, 0xA5, size)
        return self._give(address, size)

    def calloc(self, count, size):
        return self._give(self._libc.calloc(1, count * size + self._offset), count * size)

    def free(self, address):
        self._libc.free(self._take(address))

    def realloc(self, address, size):
        old = self.out[address]
        base = self._libc.realloc(self._take(address), size + self._offset)
        if size > old:
            ctypes.memset(base + self._offset + old, 0xA5, size - old)
        return self._give(base, size)


KINDS = [
    {"realloc": realloc, "calloc": calloc, "offset": offset}
    for realloc in (False, True)
    for calloc in (False, True)
    for offset in (0, 8)
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_address_goes_out_and_comes_back_once(kind):
    counting = Counting(**kind)
    pool = Pool(allocator=counting.allocator, max_cached=10_000)
    rng = np.random.default_rng(5)
    blocks = []
    for i in range(300):
        n = int(rng.integers(1, 3000)) if i % 20 else MB
        align = 64 << int(rng.integers(0, 4))
        block = pool.alloc(n, "u1", align=align)
        assert block.address % align == 0
        assert not np.asarray(block).any()
        np.asarray(block)[:] = i % 255 + 1
        new = int(rng.integers(1, 6000))
        block.resize(new)
        assert block.address % align == 0
        seen = np.asarray(block)
        assert (seen[:n] == i % 255 + 1).all()
        assert not seen[n:].any()
        del seen
        blocks.append(block)
        if i % 3:
            pool.free(blocks.pop(int(rng.integers(len(blocks)))))
    held = sum(block.nbytes for block in blocks)
    assert pool.size == held
    assert len(counting.out) >= len(blocks)
    pool.clear()
    assert not counting.out
    view = np.asarray(pool.alloc(100))
    del pool, blocks, block
    assert len(counting.out) == 1, "a view outlives its pool"
    assert not view.any()
    del view
    assert not counting.out
    assert not counting.errors


def test_an_allocator_lives_as_long_as_what_it_gave():
    counting = Counting()
    alive = weakref.ref(counting)
    pool = Pool(allocator=counting.allocator)
    block = pool.alloc(100)
    del pool, counting
    gc.collect()
    assert alive() is not None
    np.asarray(block)[:] = 1
    block.resize(1000)
    del block
    gc.collect()
    assert alive() is None


def test_leaving_a_pool_lets_go_of_an_allocator_that_refers_to_it():
    counting = Counting()
    counting.pool = Pool(allocator=counting.allocator)
    with counting.pool as pool:
        pool.alloc(100)
    assert not counting.out
    gc.collect()
    before = len(segbuf.memory_report().pools)
    alive = weakref.ref(counting)
    del counting, pool
    gc.collect()
    assert alive() is None
    assert len(segbuf.memory_report().pools) == before - 1


@pytest.mark.parametrize("n", [10, MB], ids=["attached", "detached"])
def test_memory_that_goes_while_an_error_is_on_its_way_is_freed(n):
    freed = []

    def free(address):
        freed.append(sum(int("1") for _ in range(3)))  # has Python look for errors
        LIBC.free(c_void_p(address))

    allocator = Allocator(malloc=LIBC.malloc, free=FREE(free))
    for error in (ZeroDivisionError, KeyError):
        with pytest.raises(error):
            (Pool(allocator=allocator).alloc(n), 1 // 0 if error is ZeroDivisionError else {}[3])
    assert len(freed) >= 2
    assert set(freed) == {3}


def test_what_aligns_is_asked_for_no_more_than_wanted():
    sizes = []
    aligned = ctypes.CDLL(None).aligned_alloc
    aligned.restype, aligned.argtypes = c_void_p, [c_size_t, c_size_t]

    def malloc(size):
        sizes.append(size)
        return aligned(4096, -(-size // 4096) * 4096)

    libc = ctypes.CDLL(None)
    libc.free.argtypes = [c_void_p]
    pool = Pool(allocator=Allocator(malloc=MALLOC(malloc), free=libc.free))
    for n in (1, 4096, 10_000):
        pool.alloc(n, "u1")
    assert sizes == [1, 4096, 10_000]


def test_what_does_not_align_is_asked_for_the_rest_from_then_on():
    sizes = []

    class Noting(Counting):
        def malloc(self, size):
            sizes.append(size)
            return super().malloc(size)

    counting = Noting(offset=8)
    pool = Pool(allocator=counting.allocator)
    blocks = [pool.alloc(n, "u1", align=align) for n, align in [(100, 64), (200, 64), (300, 256)]]
    assert all(block.address % block.align == 0 for block in blocks)
    assert sizes == [100, 164, 264, 556]


def test_no_memory_is_a_memory_error_and_leaves_all_as_it_was():
    limit = 10_000

    class Poor(Counting):
        def malloc(self, size):
            return super().malloc(size) if sum(self.out.values()) + size < limit else None

        def realloc(self, address, size):
            return super().realloc(address, size) if size < limit else None

    for kind in ({}, {"realloc": True}):
        counting = Poor(**kind)
        pool = Pool(allocator=counting.allocator)
        block = pool.alloc(1000, "u1")
        np.asarray(block)[:] = 7
        with pytest.raises(MemoryError, match="50000 bytes"):
            pool.alloc(50_000, "u1")
        with pytest.raises(MemoryError, match="50000 bytes"):
            block.resize(50_000)
        assert (pool.size, pool.peak, len(counting.out)) == (1000, 1000, 1)
        assert np.asarray(block).tolist() == [7] * 1000
        # What is kept gives way to what is wanted.
        pool.free(pool.alloc(5000, "u1"))
        assert pool.cached == 5000
        pool.alloc(6000, "u1")
        assert pool.cached == 0
        del pool, block
        assert not counting.out
        assert not counting.errors


def test_a_block_that_is_being_resized_says_so():
    seen = []

    class Looking(Counting):
        def malloc(self, size):
            if size >= 1000:
                seen.append((repr(block), block.nbytes, block.shape, block.released))
            return super().malloc(size)

    block = Pool(allocator=Looking().allocator).alloc(10, "u1")
    block.resize(1000)
    assert seen[0] == ("<segbuf.Block uint8 (10,) being resized>", 10, (10,), False)
    assert (block.nbytes, block.shape) == (1000, (1000,))


def test_many_threads_share_an_allocator_of_python():
    counting = Counting(realloc=True)
    pool = Pool(allocator=counting.allocator, max_cached=3 * MB)

    def work(seed):
        rng = np.random.default_rng(seed)
        held = []
        for i in range(150):
            n = int(rng.integers(1, 5000)) if i % 10 else 2 * MB
            block = pool.alloc(n, "u1")
            seen = np.asarray(block)
            assert not seen.any()
            seen[:] = seed + 1
            del seen
            block.resize(n + int(rng.integers(0, 3000)))
            held.append((block, n))
            if len(held) > 4:
                block, n = held.pop(int(rng.integers(5)))
                assert (np.asarray(block)[:n] == seed + 1).all(), "nobody else writes to it"
                pool.free(block)

    assert at_once(*(partial(work, seed) for seed in range(6))) == [None] * 6
    pool.clear()
    assert not counting.out
    assert not counting.errors


def test_functions_may_call_their_pool():
    pools, told = [], []

    class Curious(Counting):
        def look(self):
            for pool in pools:
                told.append((pool.size, len(pool.addresses), repr(pool)))
                segbuf.memory_report()

        def malloc(self, size):
            self.look()
            if size == 1000:
                pools[0].free(pools[0].alloc(10, "u1"))
            return super().malloc(size)

        def realloc(self, address, size):
            self.look()
            with pytest.raises(BufferError, match="resizes"):
                block.resize(1)
            return super().realloc(address, size)

        def free(self, address):
            self.look()
            super().free(address)

    counting = Curious(realloc=True)
    with Pool(allocator=counting.allocator) as pool:
        pools.append(pool)
        block = pool.alloc(1000, "u1")
        block.resize(2000)
        pool.clear()
        assert told
        assert not counting.out
    pools.clear()
    assert not counting.errors


def test_a_pool_that_ends_while_it_allocates_keeps_nothing():
    class Ending(Counting):
        def malloc(self, size):
            pool.__exit__(None, None, None)
            return super().malloc(size)

    counting = Ending()
    pool = Pool(allocator=counting.allocator)
    block = pool.alloc(100)
    assert not np.asarray(block).any()
    gone = weakref.ref(block)
    del block
    assert gone() is None
    assert not counting.out


LIBRARY = """
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define MAX 100000
static atomic_size_t given, taken, foreign;
static atomic_uintptr_t out[MAX];
static void *give(void *at) {
    if (at == NULL) return NULL;
    given++;
    for (size_t i = 0; i < MAX; i++) {
        uintptr_t empty = 0;
        if (atomic_compare_exchange_strong(&out[i], &empty, (uintptr_t)at)) return at;
    }
    abort();
}
static void take(void *at) {
    taken++;
    for (size_t i = 0; i < MAX; i++) {
        uintptr_t mine = (uintptr_t)at;
        if (atomic_compare_exchange_strong(&out[i], &mine, 0)) return;
    }
    foreign++;
}
void *my_malloc(size_t size) {
    void *at = malloc(size);
    if (at) memset(at, 0xa5, size);
    return give(at);
}
void my_free(void *at) { take(at); free(at); }
void *my_realloc(void *at, size_t size) { take(at); return give(realloc(at, size)); }
void *my_calloc(size_t n, size_t size) { return give(calloc(n, size)); }
static atomic_int asked, answered;
int my_asked(void) { return asked; }
void my_answer(void) { answered = 1; }
void *my_patient_malloc(size_t size) {
    asked = 1;
    for (int i = 0; i < 10000 && !answered; i++) usleep(1000);
    return answered ? malloc(size) : NULL;
}
size_t my_given(void) { return given; }
size_t my_taken(void) { return taken; }
size_t my_foreign(void) { return foreign; }
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Compile the library, and give its path."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("there is no C compiler")
    folder = tmp_path_factory.mktemp("library")
    (folder / "count.c").write_text(LIBRARY)
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", folder / "count.so", folder / "count.c"]
    subprocess.run(command, check=True)
    return folder / "count.so"


@pytest.mark.parametrize("names", [[], ["realloc"], ["calloc"], ["realloc", "calloc"]])
def test_a_compiled_allocator_gets_all_back(library, names):
    lib = ctypes.CDLL(library)
    functions = {name: getattr(lib, f"my_{name}") for name in ["malloc", "free", *names]}
    before = lib.my_given(), lib.my_taken()
    assert before[0] == before[1]
    pool = Pool(allocator=Allocator(**functions), max_cached=100_000)
    blocks = []
    for i in range(500):
        block = pool.alloc((i % 37, 100))
        assert not np.asarray(block).any()
        np.asarray(block)[:] = 1
        block.resize(i * 13)
        count = min(i % 37 * 100, i * 13)
        assert np.asarray(block).sum() == count
        blocks.append(block)
        if i % 2:
            pool.free(blocks.pop(i * 7 % len(blocks)))
    seen = [np.asarray(block) for block in blocks]
    assert lib.my_given() - before[0] >= 500
    del pool, blocks, block, seen
    assert lib.my_given() == lib.my_taken()
    assert lib.my_foreign() == 0


def test_other_threads_run_while_much_is_allocated(library):
    lib = ctypes.CDLL(library)
    allocator = Allocator(malloc=lib.my_patient_malloc, free=LIBC.free)

    def answer():
        while not lib.my_asked():
            time.sleep(0)
        lib.my_answer()

    def ask():
        return Pool(allocator=allocator).alloc(MB).nbytes

    assert at_once(answer, ask) == [None, 4 * MB]


# How functions are named


def capsule(address, name=b"a function"):
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [c_void_p, ctypes.c_char_p, c_void_p]
    return new(address, name, None)


def address(function):
    return ctypes.cast(function, c_void_p).value


def cffi_pointer(name, type_):
    cffi = pytest.importorskip("cffi")
    ffi = cffi.FFI()
    ffi.cdef(f"{type_.replace('(*)', name)};")
    return getattr(ffi.dlopen(None), name)


def cffi_number(name):
    cffi = pytest.importorskip("cffi")
    ffi = cffi.FFI()
    return ffi.cast("void *", address(getattr(LIBC, name)))


@pytest.mark.parametrize(
    "named",
    [
        lambda name, _: getattr(LIBC, name),
        lambda name, _: address(getattr(LIBC, name)),
        lambda name, _: np.uint64(address(getattr(LIBC, name))).item(),
        lambda name, _: c_void_p(address(getattr(LIBC, name))),
        lambda name, _: capsule(address(getattr(LIBC, name))),
        lambda name, _: capsule(address(getattr(LIBC, name)), None),
        cffi_pointer,
        lambda name, _: cffi_number(name),
    ],
    ids=["ctypes", "int", "numpy", "c_void_p", "capsule", "nameless", "cffi", "cffi pointer"],
)
def test_functions_are_named_in_many_ways(named):
    pool = Pool(
        allocator=Allocator(
            malloc=named("malloc", "void *(*)(size_t)"),
            free=named("free", "void (*)(void *)"),
            realloc=named("realloc", "void *(*)(void *, size_t)"),
            calloc=named("calloc", "void *(*)(size_t, size_t)"),
        )
    )
    block = pool.alloc(1000)
    assert not np.asarray(block).any()
    block.resize(100_000)
    assert not np.asarray(block).any()
    pool.free(block)


@pytest.mark.parametrize(
    ("bad", "error", "says"),
    [
        (0, ValueError, "0x0"),
        (1, ValueError, "no code"),
        (-1, ValueError, "address"),
        (1 << 64, ValueError, "address"),
        (True, ValueError, "no code"),
        (id(segbuf), ValueError, "no code"),
        (c_void_p(None), ValueError, "0x0"),
        ("malloc", TypeError, "ctypes function, a cffi pointer or a PyCapsule; found"),
        (1.5, TypeError, "found"),
        (None, TypeError, "found"),
        (len, TypeError, "found"),
        (lambda size: size, TypeError, "found"),
        (ctypes.c_int(5), TypeError, "found"),
    ],
)
def test_what_is_no_function_is_a_named_error(bad, error, says):
    malloc, free = LIBC.malloc, LIBC.free
    with pytest.raises(error, match=says):
        Allocator(malloc=bad, free=free)
    with pytest.raises(error, match=says):
        Allocator(malloc=malloc, free=bad)
    if bad is not None:
        with pytest.raises(error, match=says):
            Allocator(malloc=malloc, free=free, realloc=bad)


def test_malloc_and_free_are_both_wanted():
    for functions in ({}, {"malloc": LIBC.malloc}, {"free": LIBC.free}):
        with pytest.raises(TypeError, match=r"malloc|free"):
            Allocator(**functions)
    with pytest.raises(TypeError):
        Pool(allocator=LIBC.malloc)


def test_huge_requests_do_not_reach_an_allocator():
    counting = Counting()
    pool = Pool(allocator=counting.allocator)
    for shape in (1 << 62, (1 << 40, 1 << 40), sys.maxsize):
        with pytest.raises(MemoryError):
            pool.alloc(shape)
    assert counting.calls == 0
    assert math.isclose(pool.size, 0)
