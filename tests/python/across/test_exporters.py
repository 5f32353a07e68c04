"""Destinations of every exporter of buffers there is: filled to the byte, or refused by name."""

import array
import ctypes
import mmap
import sys
from multiprocessing import shared_memory

import numpy as np
import pytest

import segbuf
from segbuf.testing import write_file

SHAPE = N_TRACES, N_SAMPLES = 3, 4
COUNT = N_TRACES * N_SAMPLES
VALUES = np.arange(1, COUNT + 1).reshape(SHAPE)
CODES = {
    "float32": 5, "float64": 6, "int8": 8, "int16": 3, "int32": 2, "int64": 9,
    "uint8": 16, "uint16": 11, "uint32": 10, "uint64": 12,
}  # fmt: skip
BIG = sys.byteorder == "big"
SWAPPED = "<" if BIG else ">"
CHARACTER = "w" if sys.version_info >= (3, 13) else "u"


@pytest.fixture(scope="module")
def files():
    """Give an open file of the values for each type of sample."""
    contents = {name: write_file(None, VALUES.astype(name), format=CODES[name]) for name in CODES}
    opened = {name: segbuf.open(contents[name], format=CODES[name]) for name in CODES}
    yield opened
    for file in opened.values():
        file.close()


def floats(memory):
    """Give float32 that stand as bytes in memory, by whatever strides."""
    return np.frombuffer(memoryview(memory).tobytes(), np.float32)


def elements(memory):
    """Give the elements of memory by the rules of Python alone."""
    return np.array(memoryview(memory).tolist())


# Destinations: how it is made, the type of the file, how its samples are seen


def columns():
    return np.full((3, 8), -1, np.float32)


def records():
    return np.zeros(COUNT, [("p", "u1"), ("x", "f4"), ("q", "i2")])


NDARRAYS = {
    "C": lambda: np.zeros(SHAPE, np.float32),
    "Fortran": lambda: np.zeros(SHAPE, np.float32, order="F"),
    "flat": lambda: np.zeros(COUNT, np.float32),
    "every second column": lambda: columns()[:, ::2],
    "columns in the middle": lambda: columns()[:, 2:6],
    "rows backwards": lambda: np.zeros(SHAPE, np.float32)[::-1],
    "samples backwards": lambda: np.zeros(SHAPE, np.float32)[:, ::-1],
    "all backwards": lambda: np.zeros(SHAPE, np.float32)[::-1, ::-1],
    "transposed": lambda: np.zeros((4, 3, 1), np.float32).transpose(1, 2, 0),
    "misaligned": lambda: np.frombuffer(bytearray(4 * COUNT + 1), np.float32, COUNT, 1),
    "axes of one": lambda: np.zeros((1, COUNT, 1), np.float32),
    "a field of records": lambda: records()["x"],
    "a subclass": lambda: np.zeros(SHAPE, np.float32).view(np.rec.recarray),
    "masked": lambda: np.ma.zeros(SHAPE, np.float32),
    "of a map": lambda: np.ndarray(SHAPE, np.float32, mmap.mmap(-1, 4 * COUNT)),
    "many axes": lambda: np.zeros((1, 3, 1, 4, 1, 1, 1, 1, 1, 1), np.float32)[:, ::-1],
    "bytes of many axes": lambda: np.zeros((2, 3, 2, 4), np.uint8),
}


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("sort", NDARRAYS)
def test_ndarray_destinations_are_filled(files, sort, name):
    out = NDARRAYS[sort]()
    files[name].read_into(out)
    values = np.asarray(out).ravel()
    assert np.array_equal(values if out.dtype != np.uint8 else values.view("f4"), VALUES.ravel())


def test_strided_destination_leaves_gaps_untouched(files):
    for part in (np.s_[:, ::2], np.s_[:, 2:6], np.s_[::-1, 7:3:-1]):
        around = columns()
        files["int16"].read_into(around[part])
        beside = np.ones(around.shape, bool)
        beside[part] = False
        assert (around[beside] == -1).all()
    around = records()
    files["int16"].read_into(around["x"])
    assert not around["p"].any()
    assert not around["q"].any()


@pytest.mark.parametrize("code", [*"hiqHIQfd", "l", "L", "longlong", "ulonglong", "intp", "uintp"])
def test_numpy_type_spellings_are_accepted(files, code):
    out = np.zeros(SHAPE, code)
    files[out.dtype.name].read_into(out)
    assert np.array_equal(out, VALUES)


@pytest.mark.parametrize("code", "bBhHiIlLqQfd")
def test_array_array_destinations_are_filled(files, code):
    out = array.array(code, bytes(COUNT * array.array(code).itemsize))
    files[np.dtype(code).name].read_into(out)
    assert out.tolist() == VALUES.ravel().tolist()


BYTES = {
    "bytearray": bytearray,
    "array of bytes": lambda n: array.array("B", bytes(n)),
    "array of signed bytes": lambda n: array.array("b", bytes(n)),
    "string buffer": ctypes.create_string_buffer,
    "ctypes bytes": lambda n: (ctypes.c_ubyte * n)(),
    "map": lambda n: mmap.mmap(-1, n),
    "memoryview": lambda n: memoryview(bytearray(n)),
    "memoryview of characters": lambda n: memoryview(bytearray(n)).cast("c"),
    "memoryview in steps": lambda n: memoryview(bytearray(2 * n))[::2],
    "memoryview backwards": lambda n: memoryview(bytearray(n))[::-1],
    "uint8": lambda n: np.zeros(n, np.uint8),
    "int8 of two axes": lambda n: np.zeros((3, n // 3), np.int8),
    "uint8 with a pitch": lambda n: np.zeros((3, n // 3 + 4), np.uint8)[:, : n // 3],
    "uint8 in steps": lambda n: np.zeros((n // 4, 8), np.uint8)[:, ::2],
    "uint8 transposed": lambda n: np.zeros((4, n // 4), np.uint8).T,
    "uint8 backwards": lambda n: np.zeros(n, np.uint8)[::-1],
}


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("sort", BYTES)
def test_byte_destinations_are_filled_with_float32(files, sort, name):
    out = BYTES[sort](4 * COUNT)
    files[name].read_into(out)
    assert np.array_equal(floats(out), VALUES.ravel())


@pytest.mark.parametrize("name", ["int8", "uint8"])
@pytest.mark.parametrize("sort", BYTES)
def test_byte_destinations_of_one_byte_formats_take_native_samples(files, sort, name):
    out = BYTES[sort](COUNT)
    files[name].read_into(out)
    assert memoryview(out).tobytes() == bytes(range(1, COUNT + 1))


MEMORYVIEWS = {
    "flat": lambda: memoryview(bytearray(4 * COUNT)).cast("f"),
    "of two axes": lambda: memoryview(bytearray(4 * COUNT)).cast("f", SHAPE),
    "in steps": lambda: memoryview(bytearray(8 * COUNT)).cast("f")[::2],
    "backwards": lambda: memoryview(bytearray(4 * COUNT)).cast("f")[::-1],
    "of an ndarray": lambda: memoryview(np.zeros(SHAPE, np.float32)),
    "of a transposed ndarray": lambda: memoryview(np.zeros((4, 3), np.float32).T),
    "native": lambda: memoryview(bytearray(4 * COUNT)).cast("@f"),
    "int16": lambda: memoryview(bytearray(2 * COUNT)).cast("h"),
}


@pytest.mark.parametrize("sort", MEMORYVIEWS)
def test_memoryview_destinations_are_filled(files, sort):
    out = MEMORYVIEWS[sort]()
    files["int16"].read_into(out)
    assert np.array_equal(elements(out).ravel(), VALUES.ravel())


CTYPES = [
    ctypes.c_float, ctypes.c_double, ctypes.c_int16, ctypes.c_int32, ctypes.c_int64, ctypes.c_long,
    ctypes.c_uint16, ctypes.c_uint32, ctypes.c_uint64, ctypes.c_ulong, ctypes.c_size_t,
    ctypes.c_ssize_t, ctypes.c_byte, ctypes.c_ubyte,
]  # fmt: skip


@pytest.mark.parametrize("element", CTYPES)
def test_ctypes_destinations_are_filled(files, element):
    file = files[np.dtype(element).name]
    for out in ((element * COUNT)(), ((element * N_SAMPLES) * N_TRACES)()):
        file.read_into(out)
        assert np.array_equal(np.ctypeslib.as_array(out).ravel(), VALUES.ravel())
    one = element()
    file.read_into(one, traces=1, samples=2)
    assert one.value == VALUES[1, 2]


def test_ctypes_with_native_byte_order_are_filled(files):
    own = ctypes.c_float.__ctype_be__ if BIG else ctypes.c_float.__ctype_le__
    out = (own * COUNT)()
    files["int16"].read_into(out)
    assert list(out) == VALUES.ravel().tolist()


@pytest.mark.parametrize("access", [mmap.ACCESS_WRITE, mmap.ACCESS_COPY, mmap.ACCESS_DEFAULT])
def test_mmap_destinations_are_filled(files, tmp_path, access):
    (tmp_path / "out").write_bytes(bytes(4 * COUNT))
    with (tmp_path / "out").open("r+b") as file, mmap.mmap(file.fileno(), 0, access=access) as out:
        files["int16"].read_into(out)
        assert np.array_equal(floats(out[:]), VALUES.ravel())
    written = floats((tmp_path / "out").read_bytes()).any()
    assert written == (access != mmap.ACCESS_COPY)


def test_shared_memory_destinations_are_filled(files):
    shared = shared_memory.SharedMemory(create=True, size=4 * COUNT)
    try:
        part = shared.buf[: 4 * COUNT]
        files["int16"].read_into(part)
        assert np.array_equal(floats(part), VALUES.ravel())
        part.release()
        with pytest.raises(TypeError, match="found SharedMemory"):
            files["int16"].read_into(shared)
    finally:
        shared.close()
        shared.unlink()


@pytest.mark.parametrize("out", [bytearray(), np.zeros((0, 4), np.float32), array.array("f")])
def test_empty_destination_takes_empty_read(files, out):
    files["int16"].read_into(out, traces=slice(0))
    files["int16"].trace.read_into((slice(None), slice(2, 2)), out)


def test_scalar_array_takes_one_sample(files):
    out = np.zeros((), np.float32)
    files["int16"].read_into(out, traces=2, samples=3)
    assert out == VALUES[2, 3]


# Refusals: what is no destination, and what the error says


class Point(ctypes.Structure):
    _fields_ = (("x", ctypes.c_float), ("y", ctypes.c_int))


class Either(ctypes.Union):
    _fields_ = (("x", ctypes.c_float), ("y", ctypes.c_int))


def read_only():
    out = np.zeros(COUNT, np.float32)
    out.flags.writeable = False
    return out


def released():
    view = memoryview(bytearray(4 * COUNT))
    view.release()
    return view


def closed_map():
    closed = mmap.mmap(-1, 4 * COUNT)
    closed.close()
    return closed


def overlapping(strides):
    memory = np.zeros(4 * COUNT, np.float32)
    return np.lib.stride_tricks.as_strided(memory, SHAPE, strides)


def foreign_ctypes():
    foreign = ctypes.c_float.__ctype_le__ if BIG else ctypes.c_float.__ctype_be__
    return (foreign * COUNT)()


REFUSED = {
    "foreign float32": (lambda: np.zeros(COUNT, SWAPPED + "f4"), "foreign byte order"),
    "foreign int16": (lambda: np.zeros(COUNT, SWAPPED + "i2"), "foreign byte order"),
    "foreign float64": (lambda: np.zeros(COUNT, SWAPPED + "f8"), "wrong type"),
    "foreign ctypes": (foreign_ctypes, "foreign byte order"),
    "float64": (lambda: np.zeros(COUNT), "float64"),
    "uint16": (lambda: np.zeros(COUNT, np.uint16), "uint16"),
    "float16": (lambda: np.zeros(COUNT, np.float16), "float16"),
    "long double": (lambda: np.zeros(COUNT, np.longdouble), "found"),
    "complex": (lambda: np.zeros(COUNT, np.complex64), "complex"),
    "bool": (lambda: np.zeros(COUNT, bool), "bool"),
    "objects": (lambda: np.zeros(COUNT, object), "Python objects"),
    "records": (lambda: np.zeros(COUNT, [("a", "f4"), ("b", "f4")]), "structures"),
    "times": (lambda: np.zeros(COUNT, "M8[s]"), "ndarray"),
    "lengths of times": (lambda: np.zeros(COUNT, "m8[s]"), "ndarray"),
    "byte strings": (lambda: np.zeros(COUNT, "S4"), "byte strings"),
    "short byte strings": (lambda: np.zeros(COUNT, "S1"), "byte strings"),
    "strings": (lambda: np.zeros(COUNT, "U1"), "characters"),
    "void": (lambda: np.zeros(COUNT, "V4"), "found"),
    "nothing of no size": (lambda: np.zeros(COUNT, "V0"), "found"),
    "read-only ndarray": (read_only, "a read-only ndarray"),
    "broadcast": (lambda: np.broadcast_to(np.zeros(1, np.float32), COUNT), "ndarray"),
    "rows that overlap": (lambda: overlapping((4, 4)), "share bytes"),
    "one row for all": (lambda: overlapping((0, 4)), "share bytes"),
    "one sample for all": (lambda: overlapping((16, 0)), "share bytes"),
    "a NumPy scalar": (lambda: np.float32(3), "read-only"),
    "array of characters": (lambda: array.array(CHARACTER, "abcdefghijkl"), "characters"),
    "array of doubles": (lambda: array.array("d", [0] * COUNT), "float64"),
    "bytes": (lambda: bytes(4 * COUNT), "a read-only bytes"),
    "memoryview of bytes": (lambda: memoryview(bytes(4 * COUNT)), "a read-only memoryview"),
    "memoryview made read-only": (
        lambda: memoryview(bytearray(4 * COUNT)).toreadonly(),
        "a read-only memoryview",
    ),
    "memoryview of bool": (lambda: memoryview(bytearray(COUNT)).cast("?"), "bool"),
    "memoryview of doubles": (lambda: memoryview(bytearray(8 * COUNT)).cast("d"), "float64"),
    "released memoryview": (released, "released"),
    "structures": (Point * 3, "structures"),
    "a structure": (Point, "structures"),
    "unions": (Either * 3, "found"),
    "pointers": (ctypes.c_void_p * 3, "pointers"),
    "pointers to float": (ctypes.POINTER(ctypes.c_float) * 3, "pointers"),
    "pointers to characters": (ctypes.c_char_p * 3, "pointers"),
    "ctypes bool": (ctypes.c_bool * COUNT, "bool"),
    "wide characters": (ctypes.c_wchar * COUNT, "characters"),
    "ctypes objects": (ctypes.py_object * 3, "Python objects"),
    "ctypes long double": (ctypes.c_longdouble * COUNT, "long double"),
    "closed map": (closed_map, "closed"),
    "too short": (lambda: bytearray(4 * COUNT - 1), "47 bytes"),
    "too long": (lambda: bytearray(4 * COUNT + 4), "13 samples"),
    "one sample too many": (lambda: np.zeros(COUNT + 1, np.float32), "13 samples"),
}


REFUSALS = {
    "wrong-type",
    "wrong-length",
    "foreign-byte-order",
    "read-only",
    "overlapping-elements",
    "buffer-refused",
}


@pytest.mark.parametrize("sort", REFUSED)
def test_unsupported_destinations_are_refused_by_name(files, sort):
    make, says = REFUSED[sort]
    out = make()
    with pytest.raises(segbuf.DestinationError, match=says) as caught:
        files["int16"].read_into(out)
    assert caught.value.code in REFUSALS
    if not sort.endswith(("map", "released memoryview", "times")):
        assert memoryview(out).tobytes() == memoryview(make()).tobytes(), "it is untouched"


def test_readonly_mmap_is_refused(files, tmp_path):
    (tmp_path / "out").write_bytes(bytes(4 * COUNT))
    with (
        (tmp_path / "out").open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as out,
        pytest.raises(segbuf.DestinationError, match="a read-only mmap"),
    ):
        files["int16"].read_into(out)


def test_too_many_noncontiguous_dimensions_are_refused():
    shape = (2,) * 14
    with segbuf.open(write_file(None, np.ones((64, 64), np.float32), format=5)) as f:
        f.read_into(np.zeros(shape, np.uint8))
        with pytest.raises(segbuf.DestinationError, match="axes"):
            f.read_into(np.zeros(shape, np.uint8).transpose(range(13, -1, -1)))


@pytest.mark.parametrize("out", [None, 3, "x", [0.0] * COUNT, object(), np.float32, {}])
def test_read_into_rejects_non_buffer_with_type_error(files, out):
    with pytest.raises(TypeError, match="expected a writable buffer"):
        files["int16"].read_into(out)
