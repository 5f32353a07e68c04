"""Blocks and pools: shapes, lending, resizing, ownership, life times, and every misuse."""

import array
import contextlib
import ctypes
import gc
import io
import math
import os
import pickle
import re
import subprocess
import sys
import weakref
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from together import again_and_again, at_once, hectic

import segbuf
from segbuf.testing import make_cube, write_file

LINUX = Path("/proc/self/smaps_rollup").exists()
MB = 1 << 20
NUMBERS = ["f4", "f8", "f2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1", "c8", "c16"]
on_linux = pytest.mark.skipif(not LINUX, reason="asks Linux what is resident")


def resident():
    """Bytes of memory that this process really has."""
    text = Path("/proc/self/smaps_rollup").read_text()
    return int(re.search(r"^Rss:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024


def views(n):
    """Match the error for views that are alive."""
    return pytest.raises(BufferError, match=rf"\b{n} views? of it (is|are) alive")


# What blocks lend


@pytest.mark.parametrize("shape", [0, 7, (), (3,), (2, 3, 4), (3, 0, 2), [2, 5], np.int64(4)])
@pytest.mark.parametrize("dtype", NUMBERS)
def test_block_is_zeroed_array_without_copy(shape, dtype):
    block = segbuf.empty(shape, dtype)
    seen = np.asarray(block)
    expected = np.zeros(shape, dtype)
    assert (seen.shape, seen.dtype, seen.dtype.type) == (
        expected.shape,
        expected.dtype,
        expected.dtype.type,
    )
    assert (block.shape, block.dtype) == (expected.shape, expected.dtype.name)
    assert (block.nbytes, block.itemsize) == (expected.nbytes, expected.itemsize)
    assert seen.flags.c_contiguous
    assert seen.flags.writeable
    assert not seen.any()
    assert seen.size == 0 or seen.ctypes.data == block.address
    assert block.address % 64 == 0
    again = np.asarray(block)
    seen[...] = 1
    assert (again == seen).all()


@pytest.mark.parametrize("dtype", ["float32", "<f4" if sys.byteorder == "little" else ">f4", "=f4"])
def test_dtype_is_given_by_name_code_and_byte_order(dtype):
    assert segbuf.empty(n_or_shape=3, dtype=dtype).dtype == "float32"


@pytest.mark.parametrize("dtype", ["half", "double", "int", "uint", "q", "Q", "p", "F", "D"])
def test_dtype_is_given_by_numpy_name(dtype):
    assert np.asarray(segbuf.empty(3, dtype)).dtype == np.dtype(dtype)


@pytest.mark.parametrize("dtype", [np.int16, np.dtype("i2"), "short"])
def test_dtype_is_given_by_numpy_dtype(dtype):
    assert segbuf.empty(3, np.dtype(dtype)).dtype == "int16"


@pytest.mark.parametrize("align", [64, 128, 4096, 1 << 16, 2 << 20])
@pytest.mark.parametrize("n", [1, 1000, MB, 3 * MB])
def test_alignment_is_kept_on_resize(n, align):
    block = segbuf.empty(n, "u1", align=align)
    assert (block.address % align, block.align) == (0, align)
    block.resize(5 * n)
    assert block.address % align == 0


def test_memoryview_reports_shape_and_format():
    block = segbuf.empty((2, 3), "i2")
    view = memoryview(block)
    assert (view.format, view.shape, view.strides) == ("h", (2, 3), (6, 2))
    assert (view.itemsize, view.nbytes, view.readonly) == (2, 12, False)
    view[1, 2] = -5
    assert view.tolist() == [[0, 0, 0], [0, 0, -5]]
    assert view.cast("B").nbytes == 12


def test_block_converts_to_and_from_bytes():
    block = segbuf.empty(10, "u1")
    assert io.BytesIO(b"0123456789").readinto(block) == 10
    assert bytes(block) == b"0123456789"
    assert block.exports == 0
    floats = (ctypes.c_float * 3).from_buffer(segbuf.empty(3))
    assert list(floats) == [0, 0, 0]
    assert array.array("f", bytes(segbuf.empty(2))).tolist() == [0, 0]


def test_block_is_read_destination(tmp_path):
    write_file(tmp_path / "v.sgy", make_cube(3, 4, 50))
    with segbuf.open(tmp_path / "v.sgy") as f:
        block = segbuf.empty((12, 50))
        f.read_into(block)
        assert (np.asarray(block) == f.trace[:]).all()


class PyBuffer(ctypes.Structure):
    """A `Py_buffer`."""

    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.POINTER(ctypes.c_ssize_t)),
        ("strides", ctypes.POINTER(ctypes.c_ssize_t)),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    )


SIMPLE, WRITABLE, FORMAT, ND, STRIDES = 0, 0x1, 0x4, 0x8, 0x18
C_ORDER, F_ORDER, ANY_ORDER, FULL = 0x38, 0x58, 0x98, 0x11D


@contextlib.contextmanager
def lent(obj, flags):
    """Lend what an object lends for flags, as C code does; nothing is owed where it is refused."""
    ask, give_back = ctypes.pythonapi.PyObject_GetBuffer, ctypes.pythonapi.PyBuffer_Release
    ask.argtypes = [ctypes.py_object, ctypes.c_void_p, ctypes.c_int]
    give_back.argtypes = [ctypes.c_void_p]
    view = PyBuffer(obj=1)
    try:
        ask(obj, ctypes.byref(view), flags)
    except BaseException:
        assert view.obj is None
        raise
    assert view.obj == id(obj)
    yield view
    give_back(ctypes.byref(view))


@pytest.mark.parametrize(
    ("shape", "strides"), [((2, 3), [6, 2]), ((5,), [2]), ((), []), ((0, 3), [6, 2])]
)
@pytest.mark.parametrize("flags", [SIMPLE, WRITABLE, ND, STRIDES, FORMAT | ND, FULL])
def test_buffer_honours_request_flags(shape, strides, flags):
    block = segbuf.empty(shape, "i2")
    with lent(block, flags) as view:
        assert (view.buf, view.len, view.itemsize) == (block.address, 2 * math.prod(shape), 2)
        assert (view.readonly, view.suboffsets) == (0, None)
        assert view.ndim == (len(shape) if flags & ND else 1)
        assert view.format == (b"h" if flags & FORMAT else None)
        for told, flag, want in [
            (view.shape, ND, list(shape)),
            (view.strides, STRIDES, strides),
        ]:
            if shape and flags & flag == flag:
                assert told[: len(shape)] == want
            else:
                assert not told, "NULL, also of no dimension"


def test_contiguity_orders_are_distinguished():
    for shape, flags, fine in [
        ((2, 3), C_ORDER, True),
        ((2, 3), F_ORDER, False),
        ((2, 3), ANY_ORDER, True),
        ((6,), F_ORDER, True),
        ((1, 6), F_ORDER, True),
        ((0, 3), F_ORDER, True),
        ((2, 3), SIMPLE, True),
        ((), FULL, True),
    ]:
        block = segbuf.empty(shape)
        if fine:
            with lent(block, flags):
                assert block.exports == 1
        else:
            with pytest.raises(BufferError, match="Fortran"), lent(block, flags):
                pass
        assert block.exports == 0


def test_released_block_exports_nothing():
    block = segbuf.empty(3)
    block.release()
    with pytest.raises(ValueError, match="released"), lent(block, SIMPLE):
        pass


def test_array_conversion_copies_only_when_needed():
    block = segbuf.empty(3)
    assert np.shares_memory(block.__array__(), np.asarray(block))
    assert np.shares_memory(block.__array__(copy=False), np.asarray(block))
    assert not np.shares_memory(block.__array__(copy=True), np.asarray(block))
    assert block.__array__("f8").dtype == np.float64
    if np.lib.NumpyVersion(np.__version__) >= "2.0.0":
        with pytest.raises(ValueError, match="copy"):
            block.__array__("f8", copy=False)


def test_dlpack_exports_memory():
    block = segbuf.empty((2, 3))
    lent = np.from_dlpack(block)
    assert block.__dlpack_device__() == (1, 0)
    np.asarray(block)[:] = 4
    assert (lent == 4).all()
    with views(1):
        block.release()
    del lent
    block.release()


def test_torch_takes_block():
    torch = pytest.importorskip("torch")
    block = segbuf.empty((2, 3))
    tensor = torch.from_dlpack(block)
    tensor += 1
    assert (np.asarray(block) == 1).all()
    with views(1):
        block.resize(9)


# How blocks are resized and released


@pytest.mark.parametrize("sizes", [(10, 20, 5, 0, 7), (MB, 3 * MB, 100, 2 * MB), (0, MB // 4, 0)])
def test_resize_keeps_contents_and_zeroes_rest(sizes):
    first, *rest = sizes
    block = segbuf.empty(first)
    expected = np.zeros(first, np.float32)
    for n in rest:
        np.asarray(block)[:] = expected[:] = np.arange(len(expected)) + 1
        block.resize(n)
        expected = (
            np.resize(expected, n)
            if n <= len(expected)
            else np.pad(expected, (0, n - len(expected)))
        )
        assert (block.shape, block.nbytes) == ((n,), 4 * n)
        assert (np.asarray(block) == expected).all()


def test_resize_flattens_shaped_block():
    block = segbuf.empty((3, 4), "i4")
    np.asarray(block)[:] = np.arange(12).reshape(3, 4)
    block.resize(6)
    assert block.shape == (6,)
    assert np.asarray(block).tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("n", [10, MB])
def test_failed_resize_changes_nothing(n):
    block = segbuf.empty((2, n), "i4")
    np.asarray(block)[:] = 7
    where = block.address
    for too_much in (1 << 60, 1 << 62, 1 << 80):
        with pytest.raises(MemoryError, match="bytes"):
            block.resize(too_much)
    with pytest.raises(ValueError, match="found -1"):
        block.resize(-1)
    with pytest.raises(TypeError):
        block.resize((2, 2))
    assert (block.address, block.shape) == (where, (2, n))
    assert (np.asarray(block) == 7).all()


@on_linux
def test_large_block_grows_without_copying():
    block = segbuf.empty(256 * MB, "u1")
    np.asarray(block)[:] = 1
    before = resident()
    block.resize(1024 * MB)
    assert resident() - before < 16 * MB
    assert np.asarray(block)[: 256 * MB : MB].all()


def test_live_views_block_resize_release_and_clear():
    block = segbuf.empty(100)
    one, two = np.asarray(block), memoryview(block)
    part = one[3:5]
    for attempt in (block.release, lambda: block.resize(5), lambda: block.resize(1 << 40)):
        with views(2):
            attempt()
    two.release()
    del one
    with views(1):
        block.release()
    part[:] = 1
    del part
    block.release()


def test_released_block_raises():
    block = segbuf.empty((4, 5))
    block.release()
    assert block.released
    assert block.nbytes == 0
    assert repr(block) == "<segbuf.Block, released>"
    for use in (
        block.release,
        lambda: block.resize(3),
        lambda: memoryview(block),
        lambda: np.asarray(block),
        lambda: np.array(block, "f8"),
        lambda: np.frombuffer(block),
        lambda: np.from_dlpack(block),
        lambda: bytes(block),
        lambda: len(block),
        lambda: block.address,
    ):
        with pytest.raises(ValueError, match="the block was released"):
            use()
    with pytest.raises(TypeError, match=r"segbuf\.Block"):  # whatever the refusal, Python says so
        io.BytesIO(b"x").readinto(block)


# Life times


def test_views_keep_and_release_memory():
    block = segbuf.empty(1000)
    alive = weakref.ref(block)
    seen = np.asarray(block)[10:20]
    seen[:] = 5
    del block
    gc.collect()
    assert alive() is not None
    assert (seen == 5).all()
    del seen
    assert alive() is None


@on_linux
def test_last_holder_frees_memory():
    start = resident()
    block = segbuf.empty(64 * MB, "u1")
    assert resident() - start < 4 * MB, "lazily zeroed"
    seen = np.asarray(block)
    seen[:] = 1
    assert resident() - start > 60 * MB
    del block
    assert resident() - start > 60 * MB
    del seen
    assert resident() - start < 4 * MB
    block = segbuf.empty(64 * MB, "u1")
    np.asarray(block)[:] = 1
    block.release()
    assert resident() - start < 4 * MB, "released while the object lives"


@on_linux
def test_sparse_64_gb_block_uses_few_pages():
    try:
        block = segbuf.empty(16 << 30)
    except MemoryError:
        pytest.skip("the system forbids overcommitment")
    start = resident()
    seen = np.asarray(block)
    assert seen.nbytes == 64 << 30
    places = np.linspace(0, len(seen) - 1, 200).astype(int)
    seen[places] = 3
    seen[: MB // 4] = 3
    assert resident() - start < 8 * MB
    del seen
    block.resize(20 << 30)
    assert resident() - start < 16 * MB
    assert (np.asarray(block)[places] == 3).all()


def test_held_block_outlives_pool():
    pool = segbuf.Pool()
    held, seen, neither = pool.alloc(10), np.asarray(pool.alloc(MB)), pool.alloc(10)
    gone = weakref.ref(neither)
    del neither
    assert gone() is not None, "the pool keeps its blocks"
    seen[:] = np.arange(MB)
    np.asarray(held)[:] = 3
    del pool
    assert gone() is None
    held.resize(12)
    assert np.asarray(held).tolist() == [3] * 10 + [0] * 2
    assert (seen == np.arange(MB)).all()
    last = weakref.ref(held)
    held.release()
    del held
    assert last() is None


@on_linux
def test_pool_frees_its_blocks():
    start = resident()
    pool = segbuf.Pool()
    for _ in range(16):
        np.asarray(pool.alloc(4 * MB, "u1"))[:] = 1
    pool.free(pool.alloc(8 * MB, "u1"))
    assert resident() - start > 60 * MB
    del pool
    assert resident() - start < 4 * MB


def test_pool_keeps_freed_memory():
    class Node:
        """Anything."""

    pool = segbuf.Pool()
    node = pool.own(Node())
    alive = weakref.ref(node)
    del node
    gc.collect()
    assert alive() is not None
    pool.clear()
    assert alive() is not None, "as long as the pool"
    del pool
    assert alive() is None


def test_pool_in_reference_cycle_is_collected():
    class Node:
        """Anything."""

    pool = segbuf.Pool()
    node = Node()
    node.pool = pool
    node.blocks = [pool.alloc(100), np.asarray(pool.alloc(100))]
    pool.own(node)
    # Weak references end before what is garbage goes.
    gc.collect()
    before = segbuf.memory_report().blocks
    del node, pool
    gc.collect()
    assert segbuf.memory_report().blocks == before - 2


def test_pool_that_owns_itself_is_collected():
    pool = segbuf.Pool()
    pool.own(pool)
    pool.alloc(100)
    gc.collect()
    before = segbuf.memory_report().blocks
    del pool
    gc.collect()
    assert segbuf.memory_report().blocks == before - 1


def test_released_object_may_call_pool():
    said = []

    class Last:
        """Wants the pool to stay."""

        def __del__(self):
            for call in (lambda: pool.own([]), lambda: pool.alloc(3)):
                try:
                    call()
                except ValueError as error:
                    said.append(str(error))
            pool.clear()
            pool.__exit__(None, None, None)

    with segbuf.Pool() as pool:
        pool.own(Last())
        block = pool.alloc(10)
        told = weakref.ref(block, lambda _: said.append(pool.size))
        del block
    assert sorted(map(str, said)) == ["0", "the pool is closed", "the pool is closed"]
    assert told() is None


def test_pool_exit_closes_pool():
    with segbuf.Pool() as pool:
        held = pool.alloc(5)
        gone = weakref.ref(pool.alloc(5))
        seen = np.asarray(pool.alloc(5))
        pool.own([1])
    assert pool.closed
    assert gone() is None
    assert (pool.size, pool.addresses, pool.cached) == (0, {}, 0)
    assert not np.asarray(held).any()
    assert not seen.any()
    for use in (lambda: pool.alloc(1), lambda: pool.own(1), pool.__enter__):
        with pytest.raises(ValueError, match="closed"):
            use()
    with pytest.raises(ValueError, match="not of this pool"):
        pool.free(segbuf.empty(1))
    pool.clear()
    held.release()


# Pools


def test_pool_keeps_statistics():
    pool = segbuf.Pool()
    one, two = pool.alloc((10, 10)), pool.alloc(7, "i2")
    empty = pool.alloc(0)
    assert pool.size == 414
    assert pool.addresses == {one.address: 400, two.address: 14}
    assert pool.realloc(two, 100) is two
    assert pool.addresses == {one.address: 400, two.address: 200}
    assert (pool.size, pool.peak) == (600, 600)
    pool.free(one)
    pool.free(empty)
    assert one.released
    assert (pool.size, pool.peak, pool.cached) == (200, 600, 400)
    assert pool.addresses == {two.address: 200}
    two.release()
    assert (pool.size, pool.addresses) == (0, {})
    pool.clear()
    assert (pool.peak, pool.cached) == (600, 0)


def test_freed_memory_is_reused_by_size_and_zeroed():
    pool = segbuf.Pool()
    for n in (100, MB):
        block = pool.alloc(n)
        np.asarray(block)[:] = 5
        where = block.address
        pool.free(block)
        assert where not in pool.addresses
        other = pool.alloc(n + 1)
        assert other.address != where
        again = pool.alloc((2, n // 2))
        assert again.address == where
        assert not np.asarray(again).any()


def test_pool_keeps_at_most_its_limit():
    pool = segbuf.Pool(max_cached=1000)
    assert (pool.max_cached, pool.max_bytes) == (1000, None)
    blocks = [pool.alloc(100) for _ in range(10)]
    for block in blocks:
        pool.free(block)
    assert pool.cached == 800
    nothing = segbuf.Pool(max_cached=0)
    nothing.free(nothing.alloc(100))
    assert nothing.cached == 0


def test_limit_error_reports_sizes():
    pool = segbuf.Pool(max_bytes=1000)
    block = pool.alloc(200)
    for attempt in (lambda: pool.alloc(51), lambda: pool.realloc(block, 251)):
        with pytest.raises(MemoryError, match=r"1000 bytes: 800 are in use and 204 more"):
            attempt()
    with pytest.raises(MemoryError):
        block.resize(251)
    assert (pool.size, pool.peak, block.shape) == (800, 800, (200,))
    pool.realloc(block, 250)
    pool.free(block)
    assert pool.alloc(250).nbytes == 1000


def test_clear_frees_all_or_nothing():
    pool = segbuf.Pool()
    blocks = [pool.alloc(10) for _ in range(5)]
    seen = [np.asarray(block) for block in blocks[1:4]]
    size = pool.size
    with views(3):
        pool.clear()
    assert (pool.size, len(pool.addresses)) == (size, 5)
    with views(1):
        pool.free(blocks[2])
    with views(1):
        pool.realloc(blocks[2], 5)
    seen.clear()
    pool.clear()
    assert (pool.size, pool.addresses, pool.cached) == (0, {}, 0)
    assert all(block.released for block in blocks)
    pool.alloc(10)


def test_pool_refuses_foreign_blocks():
    pool, other = segbuf.Pool(), segbuf.Pool()
    block = pool.alloc(10)
    for stranger in (other.alloc(10), segbuf.empty(10)):
        for attempt in (pool.free, lambda b: pool.realloc(b, 5)):
            with pytest.raises(ValueError, match="not of this pool"):
                attempt(stranger)
        assert not stranger.released
    for thing in (bytearray(10), np.zeros(10), block.address, None):
        with pytest.raises(TypeError):
            pool.free(thing)
    pool.free(block)
    for attempt in (lambda: pool.free(block), lambda: pool.realloc(block, 3), block.release):
        with pytest.raises(ValueError, match="released"):
            attempt()
    assert pool.size == 0


@pytest.mark.parametrize("make", [segbuf.empty, segbuf.Pool().alloc])
@pytest.mark.parametrize(
    ("shape", "options", "error", "says"),
    [
        (-1, {}, ValueError, "found -1"),
        ((2, -3), {}, ValueError, "found -3"),
        (-(1 << 80), {}, ValueError, "0 or more"),
        (1 << 62, {}, MemoryError, "bytes"),
        (1 << 80, {}, MemoryError, "bytes"),
        ((1 << 40, 1 << 40), {}, MemoryError, "bytes"),
        ((0, 1 << 40, 1 << 40), {}, MemoryError, "bytes"),
        ([1] * 65, {}, ValueError, "64 dimensions"),
        (1.5, {}, TypeError, "ints"),
        ("12", {}, TypeError, "ints"),
        ({2, 3}, {}, TypeError, "ints"),
        ({2: 3}, {}, TypeError, "ints"),
        (None, {}, TypeError, "ints"),
        ((2, None), {}, TypeError, "ints, found <class 'NoneType'>"),
        (3, {"dtype": "x9"}, ValueError, r"float32 \(f4\).* found 'x9'"),
        (3, {"dtype": np.dtype("f4").newbyteorder("S")}, ValueError, "byte order"),
        (3, {"dtype": ">f4" if sys.byteorder == "little" else "<f4"}, ValueError, "byte order"),
        *((3, {"dtype": d}, ValueError, "no such dtype") for d in ("O", "g", "f4,i4", "2f4", "")),
        (3, {"dtype": np.dtype("U3")}, ValueError, "no such dtype"),
        (3, {"dtype": [("a", "f4")]}, ValueError, "no such dtype"),
        (3, {"dtype": None}, TypeError, "None"),
        (3, {"dtype": 7}, TypeError, "data type"),
        (3, {"align": 0}, ValueError, "power of two from 64 to 2097152"),
        (3, {"align": 32}, ValueError, "power of two"),
        (3, {"align": 100}, ValueError, "power of two"),
        (3, {"align": 4 << 20}, ValueError, "power of two"),
        (3, {"align": -64}, ValueError, "found -64"),
        (3, {"align": 1 << 80}, ValueError, "power of two"),
    ],
)
def test_invalid_blocks_are_refused_by_name(make, shape, options, error, says):
    before = segbuf.memory_report()
    with pytest.raises(error, match=says):
        make(shape, **options)
    assert segbuf.memory_report().size == before.size


def test_invalid_pools_are_refused_by_name():
    for options in ({"max_bytes": -1}, {"max_cached": -1}):
        with pytest.raises(ValueError, match="found -1"):
            segbuf.Pool(**options)
    for options in ({"max_bytes": "many"}, {"max_cached": 1.5}, {"allocator": 5}):
        with pytest.raises(TypeError):
            segbuf.Pool(**options)
    with pytest.raises(TypeError):
        segbuf.Block(5)
    with pytest.raises(TypeError):
        pickle.dumps(segbuf.empty(3))


def test_memory_report_lists_live_blocks():
    gc.collect()
    before = segbuf.memory_report()
    loose = segbuf.empty(100)
    pool = segbuf.Pool()
    block, other = pool.alloc(1000), pool.alloc(10)
    pool.free(other)
    seen = np.asarray(block)
    report = segbuf.memory_report()
    assert report.blocks - before.blocks == 2
    assert report.size - before.size == 4400
    assert report.views - before.views == 1
    assert report.cached - before.cached == 40
    mine = report.pools[-1]
    assert mine[1:] == (1, 4000, 4040, 40, False)
    assert f"{mine.name}: 1 block, 4,000 bytes, at most 4,040; 40 kept" in str(report)
    assert mine.name in repr(pool)
    del pool, block, other, loose
    report = segbuf.memory_report()
    assert f"{mine.name}, closed: 1 block, 4,000 bytes" in str(report)
    del seen
    after = segbuf.memory_report()
    assert (after.blocks, after.size, after.views) == (before.blocks, before.size, before.views)
    assert mine.name not in [pool.name for pool in after.pools]


def test_pool_does_not_load_numpy():
    code = (
        "import sys, segbuf\n"
        "pool = segbuf.Pool()\n"
        "pool.free(pool.realloc(pool.alloc((3, 4), 'i2'), 100))\n"
        "memoryview(segbuf.empty(10)).release()\n"
        "print(segbuf.memory_report())\n"
        "assert 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Threads and processes


def test_release_succeeds_in_one_of_many_threads():
    for _ in range(50):
        pool = segbuf.Pool()
        block = pool.alloc(100)
        done = []

        def free(pool=pool, block=block, done=done):
            try:
                pool.free(block)
            except ValueError:
                return
            done.append(1)

        assert at_once(*[free] * 4) == [None] * 4
        assert done == [1]
        assert pool.size == 0


def foreign_pool():
    """Make a pool whose memory is resized while other threads run."""
    libc = ctypes.CDLL(None)
    functions = {name: getattr(libc, name) for name in ("malloc", "free", "realloc")}
    return segbuf.Pool(allocator=segbuf.Allocator(**functions))


on_unix = pytest.mark.skipif(os.name != "posix", reason="looks for the libc of a Unix")


@pytest.mark.parametrize("make", [segbuf.Pool, pytest.param(foreign_pool, marks=on_unix)])
def test_threads_export_and_resize_one_block(make):
    pool = make()
    block = pool.alloc(500, "u1")
    done = []

    def lend():
        while len(done) < 2:
            try:
                seen = memoryview(block)
            except BufferError:
                continue
            assert seen[0] == seen[-1] == 0
            assert seen.nbytes == seen.shape[0]
            seen.release()

    def resize():
        try:
            for n in [1, 10_000, 2 * MB, 3 * MB, 500] * 4:
                while True:
                    with contextlib.suppress(BufferError):
                        block.resize(n)
                        break
        finally:
            done.append(1)

    with hectic():
        assert at_once(lend, lend, resize, resize) == [None] * 4
    assert block.exports == 0
    assert len(block) == 500
    assert not np.asarray(block).any()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_child_of_busy_process_has_pools():
    pool = segbuf.Pool()

    def busy():
        block = pool.alloc(MB)
        np.asarray(block)[::1000] = 1
        block.resize(2 * MB)
        pool.free(block)
        segbuf.memory_report()

    def child():
        pool.free(pool.realloc(pool.alloc(MB), 10))
        segbuf.empty(MB).release()
        segbuf.memory_report()

    with again_and_again(busy):
        for _ in range(5):
            process = get_context("fork").Process(target=child)
            process.start()
            process.join(60)
            assert process.exitcode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_child_has_separate_blocks():
    pool = segbuf.Pool()
    block = pool.alloc(1000)
    np.asarray(block)[:] = 1
    here, there = get_context("fork").Pipe()

    def child():
        pool.realloc(block, 2000)
        np.asarray(block)[1000:] = 2
        total = float(np.asarray(block).sum())
        pool.clear()
        there.send((total, pool.size))

    process = get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    assert process.exitcode == 0
    assert here.recv() == (3000, 0)
    assert (np.asarray(block) == 1).all()
    assert pool.size == 4000
