"""Files that are opened from file objects and descriptors: what they give, how they fail."""

import array
import bz2
import contextlib
import copy
import gc
import gzip
import io
import lzma
import mmap
import os
import pickle
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
import tracemalloc
import weakref
import zipfile

import numpy as np
import pytest
from codes import raises, warns
from hypothesis import given
from hypothesis import strategies as st
from sources import Plain, Scripted
from together import at_once, hectic

import segbuf
from segbuf.testing import make_cube, write_file

ILINES, XLINES = range(10, 22), range(100, 115)
CUBE = make_cube(len(ILINES), len(XLINES), 300)
CONTENT = write_file(None, CUBE, format=5, ilines=ILINES, xlines=XLINES)
PACKERS = {"gz": (gzip.compress, gzip.open), "bz2": (bz2.compress, bz2.open)}
PACKERS["xz"] = lzma.compress, lzma.open

posix = pytest.mark.skipif(os.name != "posix", reason="descriptors are read on Unix only")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "volume.sgy"
    path.write_bytes(CONTENT)
    return path


def check(f):
    """Everything that is read is what was written."""
    __tracebackhide__ = True
    assert f.shape == CUBE.shape
    assert np.array_equal(f.trace[:], CUBE.reshape(-1, 300))
    assert np.array_equal(f.iline[15], CUBE[5])
    assert np.array_equal(f.xline[101], CUBE[:, 1])
    assert np.array_equal(f.depth_slice[17], CUBE[:, :, 17])
    assert np.array_equal(list(f.trace), CUBE.reshape(-1, 300))
    assert f.trace[-1, -1] == CUBE[-1, -1, -1]
    assert f.header[179]["inline"] == 21
    assert f.header["crossline"].tolist() == list(XLINES) * len(ILINES)
    assert f.geometry.verify().regular
    assert f.text[0] == segbuf.open(CONTENT).text[0]
    out = array.array("f", bytes(4 * CUBE.size))
    f.read_into(out)
    assert np.array_equal(out, CUBE.ravel())


# --- What is taken -------------------------------------------------------------------------------


class Buffered(Plain):
    """What gives other things than bytes."""

    def __init__(self, content, kind):
        super().__init__(content)
        self.kind = kind

    def read(self, size):
        return self.kind(super().read(size))


OBJECTS = {
    "BytesIO": io.BytesIO,
    "BufferedReader": lambda content: io.BufferedReader(Scripted(content)),
    "BufferedRandom": lambda content: io.BufferedRandom(io.BytesIO(content)),
    "short reads": Scripted,
    "one byte at a time": lambda content: Scripted(content, [1, 0, 7]),
    "read only": Plain,
    "bytearray": lambda content: Buffered(content, bytearray),
    "memoryview": lambda content: Buffered(content, memoryview),
    "array": lambda content: Buffered(content, lambda b: array.array("B", b)),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_file_objects_are_read(name):
    stream = OBJECTS[name](CONTENT)
    with segbuf.open(stream) as f:
        check(f)
        assert f.threads == 1
        assert f.path is None
    with segbuf.open(stream) as f:  # it was not closed
        assert np.array_equal(f.iline[15], CUBE[5])


@pytest.mark.parametrize("name", PACKERS)
def test_compressed_files_are_read(tmp_path, name):
    pack, unpack = PACKERS[name]
    path = tmp_path / f"volume.sgy.{name}"
    path.write_bytes(pack(CONTENT))
    with unpack(path) as stream, segbuf.open(stream) as f:
        check(f)
    with unpack(io.BytesIO(pack(CONTENT))) as stream, segbuf.open(stream) as f:
        check(f)


def test_archive_member_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("volume.sgy", CONTENT)
    with (
        zipfile.ZipFile(tmp_path / "a.zip") as archive,
        archive.open("volume.sgy") as stream,
        segbuf.open(stream) as f,
    ):
        check(f)
        assert "volume.sgy" in repr(f)


def test_database_blob_is_read():
    # Only the thread that made it may use it, and it does not say where it seeks to.
    with contextlib.closing(sqlite3.connect(":memory:")) as base:
        base.execute("CREATE TABLE surveys (content BLOB)")
        base.execute("INSERT INTO surveys VALUES (?)", (CONTENT,))
        with base.blobopen("surveys", "content", 1) as blob, segbuf.open(blob) as f:
            check(f)


def test_open_passes_over_file_at_most_five_times():
    class Counted(io.BytesIO):
        back = 0

        def seek(self, offset, whence=0):
            before = self.tell()
            now = super().seek(offset, whence)
            self.back += before - now > 100_000
            return now

    stream = Counted(write_file(None, make_cube(40, 40, 500), format=5))
    with segbuf.open(stream) as f:
        assert stream.back <= 4
        stream.back = 0
        f.read_into(np.empty((1600, 500), np.float32))
        f.geometry.verify()
        f.header["cdp_x"]
        assert stream.back <= 3


@pytest.mark.parametrize("mode", ["rb", "r+b"])
@pytest.mark.parametrize("buffering", [-1, 0])
def test_file_object_keeps_position(path, mode, buffering):
    with path.open(mode, buffering=buffering) as stream:
        stream.read(100)
        with segbuf.open(stream) as f:
            check(f)
            if mode == "rb":
                assert stream.tell() == 100
                assert stream.read(100) == CONTENT[100:200]
                assert f.threads == segbuf.open(path).threads, "as many as by path"
        assert not stream.closed


@posix
def test_file_object_may_be_closed_after_open(path):
    with path.open("rb") as stream:
        f = segbuf.open(stream)
    with f:
        check(f)


def test_unflushed_writes_are_read(tmp_path):
    with (tmp_path / "new.sgy").open("w+b") as stream:
        stream.write(CONTENT)
        with segbuf.open(stream) as f:
            check(f)
    with tempfile.NamedTemporaryFile() as stream:
        stream.write(CONTENT)
        with segbuf.open(stream) as f:
            check(f)
    with tempfile.SpooledTemporaryFile() as stream:
        stream.write(CONTENT)
        with segbuf.open(stream) as f:
            check(f)


@posix
@pytest.mark.parametrize("mapped", [False, True])
def test_descriptor_is_duplicated(path, mapped):
    fd = os.open(path, os.O_RDONLY)
    os.lseek(fd, 77, os.SEEK_SET)
    with segbuf.open(fd, mmap=mapped) as f:
        check(f)
        assert os.lseek(fd, 0, os.SEEK_CUR) == 77
        assert f"file descriptor {fd}" in repr(f)
        os.close(fd)
        check(f)
    with path.open("rb") as stream:  # the number may be that of another file by now
        with segbuf.open(stream.fileno()):
            pass
        assert stream.read(10) == CONTENT[:10], "closing ours leaves theirs open"


def test_file_subclass_methods_are_called(path):
    class Shifted(io.FileIO):
        """A file within a file."""

        def seek(self, offset, whence=0):
            return super().seek(offset + (7 if whence == 0 else 0), whence) - 7

    path.write_bytes(b"1234567" + CONTENT)
    for stream in (Shifted(path), io.BufferedReader(Shifted(path))):
        with stream, segbuf.open(stream) as f:
            check(f)


def test_mmap_is_used_as_memory(path):
    with (
        path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as m,
        segbuf.open(m) as f,
    ):
        check(f)
        assert m.tell() == 0


@given(
    st.lists(st.integers(0, 3000), max_size=12),
    st.lists(st.tuples(st.integers(0, 179), st.integers(1, 40)), max_size=8),
)
def test_read_pattern_of_source_does_not_change_result(script, runs):
    with segbuf.open(Scripted(CONTENT, [*script, 2500])) as f:
        for first, count in runs:
            assert np.array_equal(
                f.trace[first : first + count], CUBE.reshape(-1, 300)[first : first + count]
            )


# --- Where it ends -------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [io.BytesIO, Scripted, Plain])
def test_reads_at_end_of_source_are_exact(make):
    for n in (0, 1, 3599):
        with pytest.raises(segbuf.FormatError, match=f"found {n}"):
            segbuf.open(make(CONTENT[:n]))
    with warns("trailing-bytes", text="1439 trailing bytes after 179 complete"):
        f = segbuf.open(make(CONTENT[:-1]))
    assert f.n_traces == 179
    with pytest.raises(segbuf.TraceIndexError):
        f.trace[179]
    assert f.trace[5:5].shape == (0, 300)
    f.read_into(bytearray(), traces=[])


def test_shrunk_file_object_error_names_trace():
    stream = io.BytesIO(CONTENT)
    with segbuf.open(stream) as f:
        check(f)
        stream.truncate(3600 + 90 * 1440 + 500)
        assert np.array_equal(f.trace[89], CUBE[5, 14])
        for read in (lambda: f.trace[90], lambda: f.trace[:], lambda: f.iline[16]):
            with pytest.raises(segbuf.FormatError, match="ended within a trace") as caught:
                read()
            assert caught.value.trace == 90
        stream.seek(0)
        stream.write(CONTENT)
        check(f)


def test_grown_file_object_keeps_length():
    stream = io.BytesIO(CONTENT)
    with segbuf.open(stream) as f:
        stream.seek(0, 2)
        stream.write(b"more" * 1000)
        check(f)


# --- What it raises ------------------------------------------------------------------------------


class Failing(io.BytesIO):
    """Raises what it is told to, in the method it is told."""

    method = error = None

    def _may(self, method):
        if self.method == method:
            raise self.error

    def seek(self, *arguments):
        self._may("seek")
        return super().seek(*arguments)

    def readinto(self, buffer):
        self._may("readinto")
        return super().readinto(buffer)

    def seekable(self):
        self._may("seekable")
        return True


class OddError(Exception):
    def __init__(self, *, needs):
        super().__init__(needs)


READS = {
    "trace": lambda f: f.trace[7],
    "all": lambda f: f.trace[:],
    "header": lambda f: f.header[7],
    "column": lambda f: f.header["cdp"],
    "line": lambda f: f.iline[15],
    "slice": lambda f: f.depth_slice[15],
    "text": lambda f: f.text[0],
    "axes": lambda f: f.geometry.verify(),
    "iteration": lambda f: list(f.trace),
}
ERRORS = [
    OSError(5, "the disk", "somewhere"),
    ValueError("no"),
    OddError(needs=7),
    segbuf.FormatError("one of ours"),
    KeyboardInterrupt(),
    MemoryError(),
    SystemExit(3),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("method", ["seek", "readinto"])
def test_source_exception_propagates_unchanged(method, error):
    stream = Failing(CONTENT)
    stream.error = error
    stream.method = method
    for options in ({}, {"format": 5, "interval": 4.0}, {"verify": True}):
        with pytest.raises(type(error)) as caught:
            segbuf.open(stream, **options)
        assert caught.value is error
    for name, read in READS.items():
        stream.method = None
        with segbuf.open(stream) as f:
            stream.method = method
            for _ in range(2):
                with pytest.raises(type(error)) as caught:
                    read(f)
                assert caught.value is error, name
            stream.method = None
            check(f)  # none the worse for it


def test_source_seekable_exception_propagates():
    stream = Failing(CONTENT)
    stream.error, stream.method = OddError(needs=1), "seekable"
    with pytest.raises(OddError) as caught:
        segbuf.open(stream)
    assert caught.value is stream.error


def test_closed_file_object_raises_its_error():
    stream = io.BytesIO(CONTENT)
    f = segbuf.open(stream)
    stream.close()
    with pytest.raises(ValueError, match="closed file"):
        f.trace[0]
    with pytest.raises(ValueError, match="closed file"):
        segbuf.open(stream)


def test_endless_interrupted_reads_raise():
    class Interrupted(io.BytesIO):
        def readinto(self, buffer):  # noqa: ARG002 - it never gets that far
            raise self.error

    stream = Interrupted(CONTENT)
    stream.error = InterruptedError(4, "again")
    with pytest.raises(InterruptedError) as caught:
        segbuf.open(stream)
    assert caught.value is stream.error


class Lying(io.BytesIO):
    """Answers otherwise than it should."""

    answer = staticmethod(lambda got: got)

    def readinto(self, buffer):
        return self.answer(super().readinto(buffer))


class LyingPlain(Plain):
    answer = staticmethod(lambda got: got)

    def read(self, size):
        return self.answer(super().read(size))


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (lambda _: None, OSError, r"readinto\(\) of Lying gave None"),
        (lambda _: -1, OSError, "expected 0 to .* found -1"),
        (lambda got: got + 100_000, OSError, "expected 0 to .* bytes, found [0-9]+"),
        (lambda _: 2**100, OSError, "found 1267650600228229401496703205376"),
        (str, TypeError, "expected a number of bytes, found str; open it in binary mode"),
        (float, TypeError, "found float"),
        (lambda _: b"bytes", TypeError, "found bytes"),
    ],
)
def test_wrong_readinto_results_are_refused(answer, error, says):
    stream = Lying(CONTENT)
    stream.answer = answer
    with pytest.raises(error, match=says):
        segbuf.open(stream)
    stream.answer = Lying.answer
    with segbuf.open(stream) as f:
        stream.answer = answer
        for read in READS.values():
            with pytest.raises(error, match=says):
                read(f)
        stream.answer = Lying.answer
        check(f)


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (lambda _: None, OSError, r"read\(\) of LyingPlain gave None"),
        (
            lambda got: got.decode("latin1"),
            TypeError,
            "expected bytes, found str; open it in binary",
        ),
        (len, TypeError, "expected bytes, found int"),
        (lambda got: got + b"!", OSError, "expected 0 to .* bytes, found"),
        (list, TypeError, "found list"),
        (lambda got: memoryview(got)[::2], ValueError, "contiguous"),
    ],
)
def test_wrong_read_results_are_refused(answer, error, says):
    stream = LyingPlain(CONTENT)
    stream.answer = answer
    with pytest.raises(error, match=says):
        segbuf.open(stream)


def test_wrong_seek_position_is_refused():
    class Lost(io.BytesIO):
        def seek(self, offset, whence=0):
            return super().seek(offset + (5 if whence == 0 else 0), whence)

    with pytest.raises(OSError, match=r"seek\(\) of Lost: expected 0, found 5"):
        segbuf.open(Lost(CONTENT))


@pytest.mark.parametrize("end", ["12", None, -1, 1.5, 2**70])
def test_invalid_end_position_is_refused(end):
    class Endless(Plain):
        def tell(self):
            return end

    with pytest.raises(TypeError, match="the end of Endless: expected a position"):
        segbuf.open(Endless(CONTENT))


def test_text_file_object_is_refused(path):
    for stream in (io.StringIO("C 1 CLIENT" * 1000), path.open(encoding="latin1")):
        with stream, pytest.raises(TypeError, match="open it in binary mode"):
            segbuf.open(stream)


@posix
def test_unseekable_source_is_refused():
    here, there = os.pipe()
    with contextlib.ExitStack() as stack:
        pair = socket.socketpair()
        for thing in (*pair, reading := os.fdopen(here, "rb"), os.fdopen(there, "wb")):
            stack.callback(thing.close)
        for stream in (reading, pair[0].makefile("rb"), io.BufferedReader(reading.raw)):
            with pytest.raises(io.UnsupportedOperation, match=r"cannot seek.*pass its bytes"):
                segbuf.open(stream)
        for fd in (here, pair[0].fileno()):
            with pytest.raises(OSError, match="save the data to a file") as caught:
                segbuf.open(fd)
            assert caught.value.errno == 29
    with pytest.raises(io.UnsupportedOperation, match="ReadOnly cannot seek"):
        segbuf.open(type("ReadOnly", (), {"read": bytes})())


@posix
def test_bad_descriptor_is_refused(path, tmp_path):
    fd = os.open(path, os.O_RDONLY)
    os.close(fd)
    for number in (fd, -1, 10**6, 2**31, -(2**40)):
        with pytest.raises(OSError, match=f"file descriptor {number}") as caught:
            segbuf.open(number)
        assert caught.value.errno == 9
    directory = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(IsADirectoryError):
        segbuf.open(directory)
    os.close(directory)
    written = os.open(path, os.O_WRONLY)
    with pytest.raises(OSError, match="cannot read the file") as caught:
        segbuf.open(written)
    assert caught.value.errno == 9
    os.close(written)
    with pytest.raises(TypeError, match="found bool"):
        segbuf.open(True)  # noqa: FBT003


@posix
def test_named_pipe_is_refused_without_blocking(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not seekable") as caught:
        segbuf.open(tmp_path / "pipe")
    assert (caught.value.errno, caught.value.filename) == (29, str(tmp_path / "pipe"))


# --- Pickling ------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_file_object_refuses_pickle(path, duplicate):
    with path.open("rb") as stream:
        for source, what in [
            (io.BytesIO(CONTENT), "a file object"),
            (stream, "a file object"),
            (stream.fileno(), "a file descriptor"),
            (CONTENT, "a file in memory"),
            ([path, io.BytesIO(CONTENT)], "a file object"),
            ([path, CONTENT], "a file in memory"),
        ]:
            with segbuf.open(source, duplicates="first") as f:
                for handle in (f, f.trace, f.geometry, f.iline):
                    with pytest.raises(
                        TypeError, match=f"{what} cannot be pickled: open it by path"
                    ):
                        duplicate(handle)


# --- Names ---------------------------------------------------------------------------------------


def test_error_message_names_file_object(tmp_path):
    cut = CONTENT[:-1]
    (tmp_path / "cut.sgy").write_bytes(cut)
    (tmp_path / "cut.sgy.gz").write_bytes(gzip.compress(cut))
    with (tmp_path / "cut.sgy").open("rb") as plain, gzip.open(tmp_path / "cut.sgy.gz") as packed:
        for stream, name in [
            (plain, "cut.sgy"),
            (packed, "cut.sgy.gz"),
            (io.BytesIO(cut), "BytesIO"),
        ]:
            with warns("trailing-bytes", text=f"{name}: 1439 trailing bytes"):
                f = segbuf.open(stream)
            assert name in repr(f)
            assert f.files[0].name.endswith(name)
            assert f.files[0].traces == range(179)
            f.close()
            assert name in repr(f)


# --- Memory --------------------------------------------------------------------------------------


def test_file_object_is_released_on_close():
    stream = Scripted(CONTENT)
    gone = weakref.ref(stream)
    f = segbuf.open(stream)
    f.iline[15]
    del stream
    assert gone() is not None
    f.close()
    assert gone() is None
    f = segbuf.open([Scripted(CONTENT), stream := Scripted(CONTENT)], duplicates="first")
    gone = weakref.ref(stream)
    del f, stream
    gc.collect()
    assert gone() is None


def test_memory_does_not_grow_with_source(tmp_path):
    path = tmp_path / "large.sgy"
    write_file(path, make_cube(200, 50, 1000), format=5)  # 40 MB
    packed = io.BytesIO(gzip.compress(path.read_bytes(), 1))
    out = np.zeros((10_000, 1000), np.float32)
    tracemalloc.start()
    try:
        with segbuf.open(gzip.open(packed)) as f:
            f.read_into(out)
            f.iline.read_into(7, out[:50])
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(20):
                f.trace.read_into(slice(0, 100), out[:100])
            after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # A request of 8 MiB, and what gzip makes of it.
    assert peak < 20_000_000
    assert after - before < 10_000


def test_source_may_keep_or_release_its_buffer():
    class Keeping(io.BytesIO):
        def __init__(self, content):
            super().__init__(content)
            self.kept = []

        def readinto(self, buffer):
            got = super().readinto(buffer)
            self.kept.append(memoryview(buffer))
            if len(self.kept) % 2:
                buffer.release() if isinstance(buffer, memoryview) else None
            return got

    stream = Keeping(CONTENT)
    with segbuf.open(stream) as f:
        check(f)
    for view in stream.kept:
        view[:] = bytes(len(view))  # harms nobody, now or
    with segbuf.open(stream) as f:
        check(f)


# --- Threads and signals -------------------------------------------------------------------------


@pytest.mark.parametrize("make", [io.BytesIO, Scripted, Plain])
def test_file_object_serves_many_threads(make):
    stream = make(CONTENT)
    with hectic(), segbuf.open(stream) as f, segbuf.open(stream) as g:

        def work(f, i):
            line = np.empty((len(XLINES), 300), np.float32)
            for turn in range(30):
                label = 10 + (5 * i + 7 * turn) % 12
                f.iline.read_into(label, line)
                assert np.array_equal(line, CUBE[label - 10])
                index = (31 * i + turn) % 180
                assert np.array_equal(f.trace[index], CUBE.reshape(-1, 300)[index])

        works = [lambda h=h, i=i: work(h, i) for i in range(4) for h in (f, g)]
        assert at_once(*works) == [None] * 8


def test_file_object_read_runs_in_calling_thread():
    class Own(io.BytesIO):
        thread = threading.get_ident()

        def readinto(self, buffer):
            assert threading.get_ident() == self.thread
            return super().readinto(buffer)

    path = write_file(None, make_cube(40, 40, 500), format=5)  # 3 MB: worth several threads
    with segbuf.open(Own(path), threads=4, verify=True) as f:
        f.trace[:]
        f.depth_slice[3]
        f.header["inline"]


def test_reentrant_read_raises():
    class Curious(io.BytesIO):
        f = None

        def readinto(self, buffer):
            if self.f is not None:
                self.f.trace[3]
            return super().readinto(buffer)

    stream = Curious(CONTENT)
    with segbuf.open(stream) as f:
        stream.f = f
        with pytest.raises(RuntimeError, match="within another one of the same thread"):
            f.trace[7]
        stream.f = None
        check(f)


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("length", [300, 3600, 400_000])
def test_compressed_file_is_reported_and_read_through_module(name, length, tmp_path):
    pack, unpack = PACKERS[name]
    content = (CONTENT * (1 + length // len(CONTENT)))[:length]
    path = tmp_path / "compressed.sgy"
    path.write_bytes(pack(content))
    with raises(segbuf.FormatError, "compressed-file"):
        segbuf.open(path)
    path.write_bytes(pack(CONTENT))
    with unpack(path) as stream, segbuf.open(stream) as f, segbuf.open(CONTENT) as same:
        assert np.array_equal(f.trace[:], same.trace[:])


def test_file_object_may_read_another_file():
    class Copy(io.RawIOBase):
        """A file whose bytes are read through another one."""

        def __init__(self, f):
            super().__init__()
            self.f = f
            self.copy = io.BytesIO(CONTENT)

        def seekable(self):
            return True

        def seek(self, *place):
            return self.copy.seek(*place)

        def readinto(self, buffer):
            self.f.trace[7]
            return self.copy.readinto(buffer)

    f = segbuf.open(io.BytesIO(CONTENT))
    for _ in range(5):
        f = segbuf.open(Copy(f))
    check(f)


ALONE = """
import io, os, signal, sys, threading
import segbuf
from segbuf.testing import make_cube, write_file

class Stuck(io.BytesIO):
    '''Waits in the midst of a read, in a thread that is not the main one.'''
    stuck, go = threading.Event(), threading.Event()

    def readinto(self, buffer):
        if threading.current_thread() is not threading.main_thread():
            self.stuck.set()
            self.go.wait()
        return super().readinto(buffer)

stream = Stuck(write_file(None, make_cube(3, 4, 20), format=5))
f = segbuf.open(stream)
other = threading.Thread(target=lambda: f.trace[0], daemon=True)
other.start()
stream.stuck.wait()
"""


def alone(code):
    """Run code in a process of its own, while another thread is stuck in a read."""
    code = ALONE + textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout.strip(), done.stderr


@posix
def test_waiting_for_source_is_interrupted_by_ctrl_c():
    said, error = alone("""
        def interrupt():
            os.kill(os.getpid(), signal.SIGINT)

        threading.Timer(0.1, interrupt).start()
        try:
            f.trace[1]
        except KeyboardInterrupt:
            print("heard")
        stream.go.set()
        other.join()
        print(f.trace[1].shape)
    """)
    assert said.split("\n") == ["heard", "(20,)"], error


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_child_does_not_wait_for_parent_thread():
    said, error = alone("""
        import warnings
        warnings.simplefilter("ignore")
        pid = os.fork()
        if pid == 0:
            print(f.trace[1].shape, flush=True)
            os._exit(0)
        print(os.waitpid(pid, 0)[1])
    """)
    assert said.split("\n") == ["(20,)", "0"], error


def test_other_threads_run_while_one_waits():
    said, error = alone("""
        waiting = threading.Thread(target=lambda: f.trace[1], daemon=True)
        waiting.start()
        with segbuf.open(io.BytesIO(stream.getvalue())) as g:
            print(g.trace[:].shape)
        stream.go.set()
        waiting.join()
        print("done")
    """)
    assert said.split("\n") == ["(12, 20)", "done"], error


@posix
def test_signal_handler_exception_ends_long_read():
    class Stop(Exception):  # noqa: N818 - it is none
        pass

    def handler(*_):
        raise Stop

    class Slow(io.BytesIO):
        reads = 1000

        def readinto(self, buffer):
            self.reads += 1
            if self.reads == 1:
                signal.raise_signal(signal.SIGUSR1)
            return super().readinto(buffer)

    stream = Slow(write_file(None, make_cube(40, 40, 500), format=5))
    with segbuf.open(stream) as f:
        before = signal.signal(signal.SIGUSR1, handler)
        try:
            stream.reads = 0
            with pytest.raises(Stop):
                f.trace[:]
        finally:
            signal.signal(signal.SIGUSR1, before)
        assert stream.reads < 10
        f.trace[:]
