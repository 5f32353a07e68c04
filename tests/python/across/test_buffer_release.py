"""Lending: objects with a `__buffer__` of their own, memory that is a file, who lets go when."""

import array
import ctypes
import gc
import mmap
import sys

import numpy as np
import pytest

import segbuf
from segbuf.testing import write_file

VALUES = np.arange(1, 13).reshape(3, 4)
SHAPE = VALUES.shape
COUNT = VALUES.size


@pytest.fixture
def file():
    with segbuf.open(file_of()) as f:
        yield f


def file_of():
    return write_file(None, VALUES.astype(np.int16), format=3)


def floats(memory):
    return np.frombuffer(memory, np.float32)


# Objects with a `__buffer__` of their own

with_buffer = pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.12 has `__buffer__`")


class Lender:
    """Lends a buffer, after something was done, and notes when it is back."""

    def __init__(self, memory, first=lambda: None, last=lambda: None):
        self.memory, self.first, self.last = memory, first, last
        self.lent = 0

    def __buffer__(self, flags):
        self.first()
        self.lent += 1
        return memoryview(self.memory)

    def __release_buffer__(self, view):
        self.lent -= 1
        self.last()
        view.release()


def raises(error):
    def work():
        raise error

    return work


@with_buffer
def test_lender_is_filled_and_released(file):
    out = Lender(bytearray(4 * COUNT))
    file.read_into(out)
    assert np.array_equal(floats(out.memory), VALUES.ravel())
    assert out.lent == 0
    out.memory.append(0)


@with_buffer
@pytest.mark.parametrize(
    ("error", "raised", "says"),
    [
        (MemoryError("m"), MemoryError, "m"),
        (KeyboardInterrupt("k"), KeyboardInterrupt, "k"),
        (BufferError("nope"), segbuf.DestinationError, "nope"),
        (ValueError("never"), segbuf.DestinationError, "never"),
        (ZeroDivisionError("z"), ZeroDivisionError, "z"),
    ],
)
def test_lender_exception_propagates(file, error, raised, says):
    with pytest.raises(raised, match=says):
        file.read_into(Lender(bytearray(4 * COUNT), raises(error)))


@with_buffer
def test_readonly_lender_is_refused(file):
    out = Lender(bytes(4 * COUNT))
    with pytest.raises(segbuf.DestinationError, match="a read-only Lender"):
        file.read_into(out)
    with pytest.raises(TypeError):
        file.read_into(Lender(3))


@with_buffer
@pytest.mark.parametrize("when", ["first", "last"])
def test_lender_may_read_close_and_resize_during_read(when):
    content = bytearray(file_of())
    f = segbuf.open(content)
    memory, other = bytearray(4 * COUNT), bytearray(4 * COUNT)

    def meddle():
        f.read_into(other)
        f.read_into(memory)
        f.close()
        f.close()
        gc.collect()

    f.read_into(Lender(memory, **{when: meddle}))
    assert np.array_equal(floats(memory), VALUES.ravel())
    assert np.array_equal(floats(other), VALUES.ravel())
    content.append(0)
    memory.append(0)


@with_buffer
def test_lender_opens_as_file():
    content = bytearray(file_of())
    done = []
    lender = Lender(content, last=lambda: done.append(f.closed))
    f = segbuf.open(lender)
    assert (f.trace[:] == VALUES).all()
    assert lender.lent == 1
    f.close()
    assert (lender.lent, done) == (0, [True])
    f.close()
    assert done == [True]


@with_buffer
def test_failed_open_releases_buffer():
    lender = Lender(bytearray(100))
    with pytest.raises(segbuf.FormatError):
        segbuf.open(lender)
    assert lender.lent == 0


# Letting go


class Held(bytearray):
    """Bytes that can be told to be lent."""

    @property
    def lent(self):
        try:
            self.append(0)
        except BufferError:
            return True
        del self[-1]
        return False


def test_destination_is_released_after_any_outcome(file):
    out = Held(4 * COUNT)
    before = sys.getrefcount(out)
    for _ in range(100):
        file.read_into(out)
        for wrong in ({"traces": 0}, {"traces": 99}, {"samples": 7}, {"traces": "x"}):
            with pytest.raises((segbuf.DestinationError, IndexError)):
                file.read_into(out, **wrong)
        with pytest.raises(segbuf.GeometryError):
            file.iline.read_into(1, out)
    assert not out.lent
    assert sys.getrefcount(out) == before


def test_destination_is_released_when_source_fails(tmp_path):
    write_file(tmp_path / "v.sgy", VALUES.astype(np.float32), format=5)
    out = Held(4 * COUNT)
    with segbuf.open(tmp_path / "v.sgy") as f:
        (tmp_path / "v.sgy").write_bytes(b"")
        with pytest.raises(segbuf.FormatError):
            f.read_into(out)
    assert not out.lent
    with pytest.raises(ValueError, match="closed"):
        f.read_into(out)
    assert not out.lent


# Memory that is a file


def mapped(content, tmp_path):
    (tmp_path / "v.sgy").write_bytes(content)
    with (tmp_path / "v.sgy").open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


SOURCES = {
    "bytes": lambda content, _: content,
    "bytearray": lambda content, _: bytearray(content),
    "memoryview": lambda content, _: memoryview(content),
    "memoryview of floats": lambda content, _: memoryview(bytearray(content)).cast("f"),
    "memoryview of two axes": lambda content, _: memoryview(content).cast("B", (4, 1086)),
    "a part": lambda content, _: memoryview(b"xyz" + content + b"xyz")[3:-3],
    "map": mapped,
    "array": lambda content, _: array.array("h", content),
    "ctypes": lambda content, _: (ctypes.c_char * len(content)).from_buffer_copy(content),
    "ndarray": lambda content, _: np.frombuffer(content, np.uint8),
    "ndarray of floats": lambda content, _: np.frombuffer(content, ">f4").reshape(2, -1),
    "ndarray of times": lambda content, _: np.frombuffer(
        content + bytes(-len(content) % 8), "M8[s]"
    ),
}


@pytest.mark.parametrize("sort", SOURCES)
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_memory_of_any_type_opens_as_file(sort, tmp_path):
    memory = SOURCES[sort](file_of(), tmp_path)
    before = sys.getrefcount(memory)
    with segbuf.open(memory) as f:
        assert (f.trace[:] == VALUES).all()
        assert sys.getrefcount(memory) > before
    assert sys.getrefcount(memory) == before


def test_file_in_memory_is_read_in_place():
    memory = bytearray(file_of())
    with segbuf.open(memory) as f:
        memory[3600 + 240 : 3600 + 242] = (77).to_bytes(2, "big")
        assert f.trace[0, 0] == 77


@pytest.mark.parametrize(
    "memory",
    [
        memoryview(file_of())[::2],
        np.zeros((4000, 2), np.uint8)[:, 0],
        np.zeros((4000, 2), np.uint8).T,
        np.zeros(4000, np.uint8)[::-1],
    ],
)
def test_noncontiguous_memory_source_is_refused(memory):
    with pytest.raises(ValueError, match="expected a contiguous buffer"):
        segbuf.open(memory)


@pytest.mark.parametrize("what", [None, 3.5, {1, 2}, [None], object()])
def test_open_rejects_non_source_with_type_error(what):
    with pytest.raises(TypeError, match="expected a path, a buffer, a binary file object"):
        segbuf.open(what)


def test_mmap_source_cannot_be_closed_while_open(tmp_path):
    memory = mapped(file_of(), tmp_path)
    with segbuf.open(memory) as f:
        with pytest.raises(BufferError):
            memory.close()
        assert (f.trace[:] == VALUES).all()
    memory.close()
    with pytest.raises(ValueError, match="closed"):
        segbuf.open(memory)


def test_many_files_share_one_buffer():
    memory = Held(file_of())
    opened = [segbuf.open(memory) for _ in range(10)]
    out = np.empty(SHAPE, np.float32)
    for file in opened:
        file.read_into(out)
        assert memory.lent
        file.close()
    assert not memory.lent
