"""Closing: at any time, from any thread; what was lent is given back, and a closed file says so."""

import gc
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest
from together import (
    ILINES,
    MODES,
    N_SAMPLES,
    N_TRACES,
    N_XLINES,
    SHAPE,
    XLINES,
    at_once,
    hectic,
    opened,
    same,
)

import segbuf
from segbuf.testing import make_cube, write_file


@pytest.fixture(scope="module")
def cube():
    return make_cube(*SHAPE)


@pytest.fixture(scope="module")
def regular(tmp_path_factory, cube):
    """Give the path of a file of which nothing is odd."""
    path = tmp_path_factory.mktemp("close") / "regular.sgy"
    write_file(path, cube, ilines=ILINES, xlines=XLINES, format=5)
    return path


@pytest.fixture
def frantic():
    """Let threads take turns as often as they can."""
    with hectic():
        yield


def test_close_twice_is_allowed(regular):
    f = segbuf.open(regular)
    assert not f.closed
    f.close()
    f.close()
    assert f.closed


FACTS = [name for name in dir(segbuf.File) if isinstance(getattr(segbuf.File, name), property)]
FACTS = [name for name in FACTS if name not in ("closed", "path")]

AFTER_CLOSE = {
    **MODES,
    **{name: lambda f, name=name: getattr(f, name) for name in FACTS},
    "enter": lambda f: f.__enter__(),
    "verify": lambda f: f.geometry.verify(),
    "len(trace)": lambda f: len(f.trace),
    "len(iline)": lambda f: len(f.iline),
    "len(header)": lambda f: len(f.header),
    "len(text)": lambda f: len(f.text),
    "in trace": lambda f: 3 in f.trace,
    "len(gather)": lambda f: len(f.gather),
    "in iline": lambda f: ILINES[3] in f.iline,
    "in header": lambda f: 3 in f.header,
    "keys": lambda f: f.trace.keys(),
    "iline keys": lambda f: f.iline.keys(),
    "xline keys": lambda f: f.xline.keys(),
    "gather keys": lambda f: f.gather.keys(),
    "gather iteration": lambda f: list(f.gather),
    "header keys": lambda f: f.header.keys(),
    "text keys": lambda f: f.text.keys(),
    "text bytes": lambda f: f.text.bytes(0),
    "texts": lambda f: list(f.text),
    "header word": lambda f: f.header[3, "inline"],
    "iline into": lambda f: f.iline.read_into(ILINES[0], bytearray(4 * N_XLINES * N_SAMPLES)),
}


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("use", AFTER_CLOSE)
def test_closed_file_raises_value_error(regular, use, known):
    f = segbuf.open(regular)
    if known:
        AFTER_CLOSE[use](f)
        assert f.shape == SHAPE
    f.close()
    with pytest.raises(ValueError, match="the file is closed"):
        AFTER_CLOSE[use](f)


def test_closed_file_has_repr(regular):
    f = segbuf.open(regular)
    shown = [f, f.trace, f.iline, f.xline, f.gather, f.depth_slice, f.cube, f.header, f.text]
    shown += [f.geometry, f.group("inline")]
    assert not any("closed" in repr(part) for part in shown)
    f.close()
    assert all("closed" in repr(part) for part in shown)
    assert f.path == str(regular)
    assert str(regular) in repr(f)


def test_arrays_outlive_closed_file(regular, cube):
    with segbuf.open(regular) as f:
        trace, header, binary, evidence = f.trace[3], f.header[3], f.binary, f.evidence
    assert (trace == cube[0, 3]).all()
    assert header["crossline"] == XLINES[3]
    assert binary["samples_per_trace"] == N_SAMPLES
    assert str(evidence)


def test_iteration_stops_when_file_is_closed(tmp_path):
    write_file(tmp_path / "long.sgy", np.ones((3000, 200), np.float32), format=5)
    f = segbuf.open(tmp_path / "long.sgy")
    traces, headers = iter(f.trace), iter(f.header)
    next(traces)
    next(headers)
    f.close()
    with pytest.raises(ValueError, match="closed"):
        next(headers)
    with pytest.raises(ValueError, match="closed"):
        list(traces)


def test_with_statement_closes_after_error(regular):
    with pytest.raises(ZeroDivisionError), segbuf.open(regular) as f:
        raise ZeroDivisionError
    assert f.closed


def test_with_statement_nests(regular):
    with segbuf.open(regular) as f:
        with f as g:
            assert g is f
        assert f.closed


@pytest.mark.slow
@pytest.mark.usefixtures("frantic")
@pytest.mark.parametrize("how", ["file", "map", "memory", "object", "parts"])
def test_close_during_reads_is_safe(regular, how):
    with opened(regular, how) as f:
        expected = {mode: read(f) for mode, read in MODES.items()}
    cut = 0
    for _ in range(60):
        f = opened(regular, how, threads=2)
        modes = list(MODES)
        works = [lambda f=f, m=modes[i::5]: {mode: MODES[mode](f) for mode in m} for i in range(5)]
        *results, closed = at_once(*works, f.close)
        assert closed is None
        for result in results:
            if isinstance(result, dict):
                assert all(same(result[mode], expected[mode]) for mode in result)
            else:
                cut += 1
                assert type(result) is ValueError, result
                assert str(result).startswith("the file is closed")
    assert cut > 0, "no read met the closing"


def can_grow(memory):
    try:
        memory.append(0)
    except BufferError:
        return False
    del memory[-1]
    return True


def test_close_releases_memory_source(regular):
    memory = bytearray(regular.read_bytes())
    f = segbuf.open(memory)
    assert not can_grow(memory)
    f.trace[3], f.iline[ILINES[3]]
    assert not can_grow(memory)
    f.close()
    assert can_grow(memory)


def test_dropped_file_releases_memory_source(regular):
    memory = bytearray(regular.read_bytes())
    f = segbuf.open(memory)
    trace = f.trace
    del f
    assert trace[3].any()
    assert not can_grow(memory)
    del trace
    gc.collect()
    assert can_grow(memory)


def test_failed_open_releases_memory_source():
    for content in (b"", b"x" * 3599, b"x" * 5000):
        memory = bytearray(content)
        with pytest.raises(segbuf.FormatError):
            segbuf.open(memory)
        assert can_grow(memory)
    duplicated = {"headers": {189: 1, 193: 1}, "format": 5}
    memory = bytearray(write_file(None, make_cube(2, 3, 10), **duplicated))
    with pytest.raises(segbuf.GeometryError):
        segbuf.open(memory, verify=True)
    assert can_grow(memory)


@pytest.mark.slow
@pytest.mark.usefixtures("frantic")
@pytest.mark.parametrize("let_go", ["close", "forget"])
def test_close_releases_memory_after_last_read(regular, let_go, cube):
    content = regular.read_bytes()
    for _ in range(40):
        memory = bytearray(content)
        f = segbuf.open(memory, threads=2)
        out = np.empty((N_TRACES, N_SAMPLES), np.float32)
        read, close = f.trace.read_into, f.close
        start = threading.Barrier(2)
        errors = []

        def run(read=read, out=out, start=start, errors=errors):
            start.wait()
            try:
                read(slice(None), out)
            except ValueError as error:
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        del run, read
        start.wait()
        if let_go == "close":
            close()
        del f, close
        thread.join()
        del thread
        gc.collect()
        assert can_grow(memory)
        if errors:
            assert (let_go, str(errors[0])) == ("close", "the file is closed")
        else:
            assert (out == cube.reshape(out.shape)).all()


def test_array_source_cannot_be_resized_while_open(regular):
    memory = np.frombuffer(regular.read_bytes(), np.uint8).copy()
    with segbuf.open(memory) as f:
        with pytest.raises(ValueError, match="resize"):
            memory.resize(100)
        assert f.trace[3].any()
    held = weakref.ref(memory)
    del memory
    gc.collect()
    assert held() is None


def test_memoryview_source_cannot_be_released_while_open(regular):
    memory = memoryview(regular.read_bytes())
    with segbuf.open(memory) as f:
        with pytest.raises(BufferError):
            memory.release()
        assert f.trace[3].any()
    memory.release()


# What is left behind


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks the system what is open")
@pytest.mark.parametrize("how", ["file", "map", "memory", "object", "parts"])
def test_close_leaves_no_descriptor_open(regular, how):
    def use():
        with opened(regular, how) as f:
            list(f.iline)
            f.geometry.verify()
        opened(regular, how)
        gc.collect()

    use()
    before = left_open()
    for _ in range(20):
        use()
    assert left_open() == before


def left_open():
    """Give the open files, and how many threads there are."""
    return sorted(Path("/proc/self/fd").iterdir()), len(list(Path("/proc/self/task").iterdir()))
